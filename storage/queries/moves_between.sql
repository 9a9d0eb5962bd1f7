-- What was measured of the sessions from $start_on to $end_on?
select *
from moves_now
where session_on between $start_on and $end_on
order by session_on, symbol;

-- How well did the best story fit on the quiet sessions from $start_on to $end_on, by the method $method?
select *
from backgrounds
where session_on between $start_on and $end_on
    and method = $method
order by symbol, session_on;

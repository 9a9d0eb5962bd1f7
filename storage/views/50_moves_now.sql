-- Which sessions moved which instrument, by the last measurement?
create or replace view moves_now as
select *
from moves
qualify row_number() over (partition by symbol, session_on order by measured_at desc, method) = 1;

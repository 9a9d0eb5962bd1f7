-- Which stories coincided with each move, by the last linking?
create or replace view links_now as
select *
from links
qualify method = first_value(method) over (partition by symbol, session_on order by linked_at desc, method);

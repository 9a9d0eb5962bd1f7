-- Which feeds are due at $now, those that waited longest first?
select *
from feeds
where next_check_at is null or next_check_at <= $now
order by checked_at nulls first, url;

-- Which stories have an id of $ids?
select *
from stories_now
where list_contains($ids, id)
order by first_at, id;

-- Which mentions stand for the articles of $ids?
select *
from mentions_now
where article_id in (select unnest($ids))
order by all;

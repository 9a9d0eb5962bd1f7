-- Which mentions stand for the articles of $ids?
select *
from mentions_now
where list_contains($ids, article_id)
order by all;

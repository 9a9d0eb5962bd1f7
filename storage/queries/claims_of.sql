-- Which claims stand for the articles of $ids?
select *
from claims_now
where list_contains($ids, article_id)
order by all;

-- Which checks stand for the articles of $ids?
select *
from checks_now
where list_contains($ids, article_id)
order by all;

-- Which labels stand for the articles of $ids?
select *
from labels_now
where list_contains($ids, article_id)
order by all;

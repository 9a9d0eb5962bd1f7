-- Which labels stand for the articles of $ids?
select *
from labels_now
where article_id in (select unnest($ids))
order by all;

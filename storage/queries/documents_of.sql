-- Which documents stand for the articles of $ids?
select *
from documents
where list_contains($ids, article_id)
order by all;

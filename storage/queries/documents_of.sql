-- Which documents stand for the articles of $ids?
select *
from documents
where article_id in (select unnest($ids))
order by all;

-- Which translations stand for the articles of $ids?
select *
from translations_now
where list_contains($ids, article_id)
order by all;

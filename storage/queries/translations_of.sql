-- Which translations stand for the articles of $ids?
select *
from translations_now
where article_id in (select unnest($ids))
order by all;

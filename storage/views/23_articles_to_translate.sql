-- Which articles in a known language are not translated by the method in force?
create or replace view articles_to_translate as
select * exclude (stage)
from unread_documents
where stage = 'translate' and lang not in ('unknown', 'mixed')
order by seen_at, article_id;

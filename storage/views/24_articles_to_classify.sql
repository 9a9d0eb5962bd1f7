-- Which articles have no topics from the method in force?
create or replace view articles_to_classify as
select * exclude (stage)
from unread_documents
where stage = 'classify'
order by seen_at, article_id;

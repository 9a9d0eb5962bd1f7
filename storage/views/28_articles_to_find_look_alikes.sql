-- Which articles in French or English has the method in force not searched for tokens that borrow a name?
create or replace view articles_to_find_look_alikes as
select * exclude (stage)
from unread_documents
where stage = 'find_look_alikes' and lang in ('fr', 'en')
order by seen_at, article_id;

-- Which articles has the method in force put in no story? (In the order in which they were told.)
create or replace view articles_to_group as
select * exclude (stage)
from unread_documents
where stage = 'group'
order by coalesce(published_at, seen_at), article_id;

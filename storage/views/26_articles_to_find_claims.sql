-- In which articles has the method in force not looked for claims about prices?
create or replace view articles_to_find_claims as
select * exclude (stage)
from unread_documents
where stage = 'find_claims'
order by seen_at, article_id;

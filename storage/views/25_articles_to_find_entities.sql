-- In which articles has the method in force not looked for instruments and organisations?
create or replace view articles_to_find_entities as
select * exclude (stage)
from unread_documents
where stage = 'find_entities'
order by seen_at, article_id;

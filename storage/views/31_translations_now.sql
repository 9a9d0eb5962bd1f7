-- Which translations stand?
create or replace view translations_now as
select x.*
from translations x
join readings_now r
    on r.article_id = x.article_id
    and r.version = x.version
    and r.stage = 'translate'
    and r.method = x.model;

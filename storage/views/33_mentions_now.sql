-- Which mentions stand?
create or replace view mentions_now as
select x.*
from mentions x
join readings_now r
    on r.article_id = x.article_id
    and r.version = x.version
    and r.stage = 'find_entities'
    and r.method = x.method;

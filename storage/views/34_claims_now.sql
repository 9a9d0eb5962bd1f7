-- Which claims about prices stand?
create or replace view claims_now as
select x.*
from claims x
join readings_now r
    on r.article_id = x.article_id
    and r.version = x.version
    and r.stage = 'find_claims'
    and r.method = x.method;

-- What stands of what was found about look-alike tokens?
create or replace view look_alikes_now as
select x.*
from look_alikes x
join readings_now r
    on r.article_id = x.article_id
    and r.version = x.version
    and r.stage = 'find_look_alikes'
    and r.method = x.method;

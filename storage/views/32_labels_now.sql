-- Which topics stand for each article?
create or replace view labels_now as
select x.*
from labels x
join readings_now r
    on r.article_id = x.article_id
    and r.version = x.version
    and r.stage = 'classify'
    and r.method = x.model;

-- Which method's results stand for each article and stage? (The one in force if it has read it, else the last to do so.)
create or replace view readings_now as
select r.*
from readings r
join articles_now a on a.id = r.article_id and a.version = r.version
left join methods m on m.stage = r.stage and m.method = r.method
qualify row_number() over (
    partition by r.article_id, r.stage
    order by m.method is null, r."at" desc, r.method
) = 1;

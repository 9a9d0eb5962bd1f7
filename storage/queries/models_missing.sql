-- Which models, chosen in the settings, could not be loaded after $since and still are not?
select f.*
from failures f
join methods m on m.stage = f.stage
where f.kind = 'no_model'
    and f."at" > $since
    and f."at" >= m.since_at
qualify row_number() over (partition by f.stage order by f."at" desc) = 1
order by f.stage;

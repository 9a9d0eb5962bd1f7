-- What do price bars say of the claims that stand, by the checking method in force?
create or replace view checks_now as
select x.*
from checks x
join methods m on m.stage = 'check' and m.method = x.method
join claims_now c using (article_id, version, field, start);

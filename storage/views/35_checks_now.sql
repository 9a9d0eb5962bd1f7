-- What do price bars say of the claims that stand?
create or replace view checks_now as
select x.*
from checks x
join claims_now c using (article_id, version, field, start, method);

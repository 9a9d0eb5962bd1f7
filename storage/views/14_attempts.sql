-- How often has each item failed at each stage, and will it be tried again?
-- A hard failure is final at once, any other at the third time.
create or replace view attempts as
select
    stage,
    key,
    count(*) as failures,
    max(weight) >= 1 or count(*) >= 3 as final,
    max("at") as last_at,
    arg_max(kind, "at") as kind
from failures
group by stage, key;

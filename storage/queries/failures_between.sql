-- What failed after $since and until $until?
select *
from failures
where "at" > $since
    and "at" <= $until
order by "at", stage, key;

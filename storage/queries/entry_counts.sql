-- In which state did the entries told (or, without a date, first seen) after $since and until $until end?
select
    state,
    count(*) as number
from entry_states
where coalesce(published_at, seen_at) > $since
    and coalesce(published_at, seen_at) <= $until
group by all
order by state;

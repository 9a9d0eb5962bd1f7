-- In which state did the entries first seen after $since and until $until end? (Those told before $oldest wait no more.)
select
    case
        when state = 'waiting' and published_at < $oldest then 'too_old'
        else state
    end as ended,
    count(*) as entries
from entry_states
where seen_at > $since
    and seen_at <= $until
group by all
order by ended;

-- In which state did the entries first seen after $since and until $until end? (Those told before $oldest wait no more.)
select
    case
        when s.state = 'waiting' and s.published_at < $oldest then 'too_old'
        else s.state
    end as state,
    count(*) as number
from entry_states s
where s.seen_at > $since
    and s.seen_at <= $until
group by all
order by state;

-- Which feeds gave, in the week up to $until, less than a third of what the settings expect of them?
select f.*
from feeds f
left join entries e
    on e.feed_url = f.url
    and coalesce(e.published_at, e.seen_at) > $until::timestamptz - interval 7 days
    and coalesce(e.published_at, e.seen_at) <= $until
where f.expect_per_day is not null
group by all
having count(e.id) < 7 * f.expect_per_day / 3
order by f.url;

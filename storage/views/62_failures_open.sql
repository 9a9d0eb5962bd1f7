-- Which failures has no later success mended? (A feed's stand as long as its failure weight does.)
create or replace view failures_open as
with successes as (
    select 'feed' as stage, url as key, checked_at as succeeded_at
    from feeds
    where failure_weight = 0
    union all
    select 'page', url, fetched_at
    from pages
    union all
    select 'extract', e.url, m.since_at
    from articles a
    join entries e on e.id = a.entry_id
    join methods m on m.stage = 'extract' and m.method = a.method
    where a.status <> 'empty'
    union all
    select stage, article_id, "at"
    from readings
    union all
    select stage, '[engines]', since_at
    from methods
    union all
    select 'price', symbol, fetched_at
    from price_bars
    union all
    select 'price', '[prices]', max(fetched_at)
    from price_bars
    union all
    select 'measure', symbol || '@' || session_on::varchar, measured_at
    from moves
    where verdict <> 'unmeasured'
    union all
    select 'deliver', message_id, "at"
    from deliveries
    where state = 'sent'
)
select f.*
from failures f
where not exists (
    select 1
    from successes s
    where s.stage = f.stage
        and s.key = f.key
        and s.succeeded_at > f."at"
)
qualify row_number() over (partition by f.stage, f.key order by f."at" desc) = 1
order by f."at" desc, f.stage, f.key;

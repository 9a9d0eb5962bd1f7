-- Which entries told since $oldest (or undated) have no page at $now, and did not fail for good or just now?
-- After n failures the next attempt waits 2^n hours, and all of a site waits as long as it asked us to.
select e.*
from first_entries e
left join attempts t on t.stage = 'page' and t.key = e.url
where e.lane in ('dated', 'undated')
    and (e.published_at is null or e.published_at >= $oldest)
    and (t.failures is null or (not t.final and t.last_at + to_hours(1 << t.failures) <= $now))
    and not exists (
        select 1
        from failures f
        where f.retry_at > $now
            and site_of(f.key) = site_of(e.url)
    )
    and not exists (
        select 1
        from pages p
        where address_key(p.url) = address_key(e.url)
    )
    and not exists (
        select 1
        from entry_articles a
        where a.entry_id = e.id
    )
order by coalesce(e.published_at, e.seen_at) desc, e.id;

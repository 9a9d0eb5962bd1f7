-- Which claims told since $oldest have no check, or one that newer bars of their instrument might settle?
select
    c.*,
    coalesce(d.published_at, d.seen_at) as told_at
from claims_now c
join documents d using (article_id, version)
left join checks_now k using (article_id, version, field, start)
left join newest_sessions s on s.symbol = c.symbol
where coalesce(d.published_at, d.seen_at) >= $oldest
    and (k.verdict is null or (k.verdict = 'uncheckable' and s.fetched_at > k.checked_at))
order by told_at, article_id, field, start;

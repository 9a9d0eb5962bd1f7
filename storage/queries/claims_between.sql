-- What did the articles told after $since and until $until claim about prices, and what do the bars say?
select
    c.*,
    k.verdict,
    k.measured,
    k.basis,
    k.reason,
    d.publisher,
    coalesce(d.published_at, d.seen_at) as told_at
from claims_now c
join documents d using (article_id, version)
left join checks_now k using (article_id, version, field, start)
where coalesce(d.published_at, d.seen_at) > $since
    and coalesce(d.published_at, d.seen_at) <= $until
order by told_at, article_id, field, start;

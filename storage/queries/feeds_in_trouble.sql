-- Which feeds fail, or have never answered?
select
    f.name,
    f.url,
    f.failure_weight,
    f.checked_at,
    x.kind,
    x.message,
    x.advice
from feeds f
left join failures_open x on x.stage = 'feed' and x.key = f.url
where f.failure_weight > 0 or f.checked_at is null
order by f.failure_weight desc, f.url;

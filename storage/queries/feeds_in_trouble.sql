-- Which feeds fail, have never answered, or have moved for good?
select
    f.name,
    f.url,
    f.failure_weight,
    f.checked_at,
    coalesce(x.kind, case when f.moved_to is not null then 'moved' end) as kind,
    coalesce(x.message, 'The feed has moved for good to ' || f.moved_to || '.') as message,
    coalesce(x.advice, case when f.moved_to is not null then 'Change its address in the settings.' end) as advice
from feeds f
left join failures_open x on x.stage = 'feed' and x.key = f.url
where f.failure_weight > 0 or f.checked_at is null or f.moved_to is not null
order by f.failure_weight desc, f.url;

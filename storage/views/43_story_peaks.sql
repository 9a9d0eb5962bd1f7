-- When was each story told most, and what is usual for it? (The usual leaves out the hour of the peak.)
create or replace view story_peaks as
with hours as (
    select
        story_id,
        date_trunc('hour', told_at) as hour,
        count(distinct owner) as publishers
    from story_articles_now
    where original
    group by all
)
select
    story_id,
    first(hour order by publishers desc, hour) as peak_hour,
    max(publishers) as peak_publishers,
    round((epoch(max(hour)) - epoch(min(hour))) / 3600)::bigint + 1 as hours,
    (sum(publishers) - max(publishers))
    / greatest((epoch(max(hour)) - epoch(min(hour))) / 3600, 1) as usual_per_hour
from hours
group by story_id;

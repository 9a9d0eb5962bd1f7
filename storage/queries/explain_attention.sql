-- How many houses told the story $story_id in their own words, told until $until, in each $hours hours from $start_at on?
-- (``place`` 1 is the first of those with the most.)
with told as (
    select
        floor((epoch(told_at) - epoch($start_at::timestamptz)) / (3600 * $hours))::bigint as slot,
        count(distinct owner) as houses,
        string_agg(distinct owner, ', ' order by owner) as who
    from story_articles_now
    where story_id = $story_id
        and wire_id = article_id
        and told_at >= $start_at
        and told_at <= $until
    group by slot
)
select
    to_timestamp(epoch($start_at::timestamptz) + slot * 3600 * $hours) as slot_at,
    houses,
    who,
    $hours as hours,
    row_number() over (order by houses desc, slot) as place
from told
order by slot;

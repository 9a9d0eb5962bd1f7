-- Which articles were told on a day of $days (since 1970), which are of $ids, and which founded the stories of these?
with near as (
    select *
    from story_articles_now
    where list_contains($days, cast(floor(epoch(told_at) / 86400) as bigint))
        or article_id in (select unnest($ids))
)
select a.*
from story_articles_now a
where a.article_id in (select article_id from near union all select story_id from near)
order by a.told_at, a.article_id;

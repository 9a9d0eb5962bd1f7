-- Which stories had an article told after $since and until $until?
select *
from stories_now s
where exists (
    select 1
    from story_articles_now a
    where a.story_id = s.id
        and a.told_at > $since
        and a.told_at <= $until
)
order by first_at, id;

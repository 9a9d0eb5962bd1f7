-- Which articles, of any time, tell the stories that had one told after $since and until $until?
select a.*
from story_articles_now a
where a.story_id in (
    select story_id
    from story_articles_now
    where told_at > $since
        and told_at <= $until
)
order by a.story_id, a.told_at, a.article_id;

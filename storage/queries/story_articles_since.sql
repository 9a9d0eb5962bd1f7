-- Which articles, of any time, tell the stories that had one told since $since?
select a.*
from story_articles_now a
where a.story_id in (
    select story_id
    from story_articles_now
    where told_at >= $since
)
order by a.told_at, a.article_id;

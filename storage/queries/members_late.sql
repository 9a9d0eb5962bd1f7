-- Which articles did the edition that ended at $since miss, because they were first read after it was built?
select a.*
from story_articles_now a
where exists (
    select 1
    from digests d
    where d.until_at = $since
        and a.told_at > d.since_at
        and a.told_at <= d.until_at
        and d.built_at < (select min(r."at") from readings r where r.article_id = a.article_id)
)
order by a.told_at, a.article_id;

-- Which articles did the edition that ended at $since miss, because they were first read after it was built?
-- (After the first $shown in the order of time, in a story that this edition looks at.)
select
    a.told_at,
    a.publisher,
    d.title,
    d.seen_at
from story_articles_now a
join documents d on d.article_id = a.article_id
where exists (
    select 1
    from digests g
    where g.until_at = $since
        and a.told_at > g.since_at
        and a.told_at <= g.until_at
        and g.built_at < (select min(r."at") from readings r where r.article_id = a.article_id)
)
order by a.told_at, a.article_id
offset $shown;

-- Which articles of the story $story_id were told after $since and until $until?
-- (Or before, where the edition that ended at $since missed them.)
select
    a.told_at,
    a.publisher,
    a.lang,
    d.title
from story_articles_now a
left join documents d on d.article_id = a.article_id
where a.story_id = $story_id
    and a.told_at <= $until
    and (
        a.told_at > $since
        or exists (
            select 1
            from digests g
            where g.until_at = $since
                and a.told_at > g.since_at
                and a.told_at <= g.until_at
                and g.built_at < (select min(r."at") from readings r where r.article_id = a.article_id)
        )
    )
order by a.told_at, a.article_id;

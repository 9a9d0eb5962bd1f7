-- Which stories with an article after $since and until $until have no place in the edition of $edition_on?
-- (In $lang for $profile.)
select
    s.first_at,
    s.lang,
    s.title
from stories_now s
where exists (
    select 1
    from story_articles_now a
    where a.story_id = s.id
        and a.told_at > $since
        and a.told_at <= $until
)
    and not exists (
        select 1
        from digest_items i
        where i.edition_on = $edition_on
            and i.lang = $lang
            and i.profile = $profile
            and i.key = s.id
    )
order by s.first_at, s.id;

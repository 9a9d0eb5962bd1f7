-- Which sessions of the editions before $edition_on, in $lang for $profile, have another story or label now?
-- (After the first $shown. The editions since $since_on, each session as it was told last, be it as a revision; no story
-- and no label: none was, or is, linked.
-- A story bears the id of its founder: with another founder, it is the same if it still tells the article of then.)
with before as (
    select *
    from digest_items
    where edition_on >= $since_on
        and edition_on < $edition_on
        and lang = $lang
        and profile = $profile
        and (section in ('unexplained', 'revised') or (section = 'linked_moves' and label is not null))
    qualify row_number() over (partition by key order by edition_on desc) = 1
),
first_links as (
    select
        l.symbol || '@' || l.session_on::varchar as key,
        l.story_id,
        l.label,
        s.title
    from links_now l
    join stories_now s on s.id = l.story_id
    qualify row_number() over (partition by l.symbol, l.session_on order by l.rank, l.score desc, l.story_id) = 1
)
select
    b.edition_on,
    b.key,
    b.title as name,
    b.label as label_then,
    l.label as label_now,
    b.story_id as story_then,
    l.story_id as story_now,
    l.title as title_now
from before b
left join first_links l on l.key = b.key
where b.label is distinct from l.label
    or b.story_id is not null and not exists (
        select 1
        from story_articles_now a
        where a.story_id = l.story_id and a.article_id = b.story_id
    )
order by b.edition_on desc, b.section, b.position
offset $shown;

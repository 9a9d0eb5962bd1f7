-- Which sessions of the edition before $edition_on, in $lang for $profile, have another story or label now?
-- (The last of the editions since $since_on; no story and no label: none was, or is, linked.)
with before as (
    select *
    from digest_items
    where edition_on >= $since_on
        and edition_on < $edition_on
        and lang = $lang
        and profile = $profile
    qualify edition_on = max(edition_on) over ()
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
where b.section in ('linked_moves', 'unexplained')
    and (b.story_id is distinct from l.story_id or b.label is distinct from l.label)
order by b.section, b.position;

-- Which linked moves of $sessions found no room in the edition of $edition_on in $lang for $profile?
select
    m.symbol,
    m.session_on,
    round(100 * m.simple_return, 4) as percent,
    round(abs(m.z), 4) as standard_errors
from moves_now m
where m.verdict = 'move'
    and list_contains($sessions, m.symbol || '@' || m.session_on::varchar)
    and exists (
        select 1
        from links_now l
        join stories_now s on s.id = l.story_id
        where l.symbol = m.symbol and l.session_on = m.session_on
    )
    and not exists (
        select 1
        from digest_items i
        where i.edition_on = $edition_on
            and i.lang = $lang
            and i.profile = $profile
            and i.section = 'linked_moves'
            and i.key = m.symbol || '@' || m.session_on::varchar
    )
order by standard_errors desc, m.symbol;

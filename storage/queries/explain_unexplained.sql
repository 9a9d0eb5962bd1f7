-- Which moves of $sessions have no story, the largest first, after the first $shown of them?
select
    m.symbol,
    m.session_on,
    round(100 * m.simple_return, 4) as percent,
    round(abs(m.z), 4) as standard_errors
from moves_now m
where m.verdict = 'move'
    and list_contains($sessions, m.symbol || '@' || m.session_on::varchar)
    and not exists (
        select 1
        from links_now l
        join stories_now s on s.id = l.story_id
        where l.symbol = m.symbol and l.session_on = m.session_on
    )
order by standard_errors desc, m.symbol
offset $shown;

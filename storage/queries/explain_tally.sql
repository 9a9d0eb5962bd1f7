-- How did the sessions of $sessions end (those that closed in the window, each by its exchange's hours)?
with ended as (
    select
        case
            when m.verdict <> 'move' then m.verdict
            when exists (
                select 1
                from links_now l
                join stories_now s on s.id = l.story_id
                where l.symbol = m.symbol and l.session_on = m.session_on
            ) then 'linked'
            else 'unexplained'
        end as state,
        m.verdict,
        m.symbol
    from moves_now m
    where list_contains($sessions, m.symbol || '@' || m.session_on::varchar)
)
select
    verdict,
    state,
    count(*) as number,
    string_agg(symbol, ' ' order by symbol) as symbols
from ended
group by verdict, state
order by state;

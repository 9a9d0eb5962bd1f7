-- Which move does the edition tell first? That which most houses name; of these the one with the stronger link; then the larger move.
-- (Each of ``moves`` has its story, the moment from which texts about it count, until $until, and the model of its standard errors.)
with asked as (
    select
        split_part(one, ' ', 1) as move,
        split_part(one, ' ', 2) as story_id,
        try_cast(split_part(one, ' ', 3) as timestamptz) as since,
        split_part(one, ' ', 4) as model
    from unnest($moves) as t(one)
),
naming as (
    select target || '@' as symbol_at, article_id
    from mentions_now
    where layer = 'direct'
    union
    select symbol || '@', article_id
    from claims_now
    where symbol is not null
),
named as (
    select q.move, count(distinct coalesce(nullif(a.owner, ''), a.publisher)) as houses
    from asked q
    join naming n on starts_with(q.move, n.symbol_at)
    join story_articles_now a
        on a.article_id = n.article_id
        and a.story_id = q.story_id
        and a.wire_id = a.article_id
        and a.told_at > q.since
        and a.told_at <= $until
    group by q.move
),
told as (
    select
        q.move,
        m.symbol,
        coalesce(d.houses, 0) as houses_naming,
        l.label,
        round(abs(coalesce(case q.model when 'sector' then m.sector_z else m.z end, 0)), 4) as standard_errors,
        round(100 * coalesce(m.simple_return, 0), 4) as percent,
        s.title as story
    from asked q
    join moves_now m on m.symbol || '@' || m.session_on::varchar = q.move
    left join named d on d.move = q.move
    left join links_now l on l.symbol = m.symbol and l.session_on = m.session_on and l.story_id = q.story_id
    left join stories_now s on s.id = q.story_id
)
select
    row_number() over (
        order by houses_naming desc, list_position(['strong', 'plausible', 'coincides'], label), standard_errors desc, symbol
    ) as place,
    * exclude (symbol)
from told
order by place;

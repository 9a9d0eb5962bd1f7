-- How did $symbol close in the $count sessions up to $session_on?
-- (Returns are of adjusted closes where both sessions have one. ``price`` is the close before the last one, carried on
-- and back by the returns; ``since_first`` is the change in per cent since the first session, ``lowest`` and ``highest``
-- are the least and the greatest of these changes. ``back`` counts from the last.)
with bars as (
    select *
    from price_bars
    where symbol = $symbol
        and interval = '1d'
        and complete
        and session_on <= $session_on
    qualify row_number() over (partition by session_on order by fetched_at desc, provider) = 1
),
returns as (
    select
        session_on,
        close,
        lag(close) over days as close_before,
        coalesce(adj_close / lag(adj_close) over days, close / close_before) - 1 as simple_return,
        row_number() over (order by session_on desc) - 1 as back
    from bars
    window days as (order by session_on)
),
levels as (
    select
        *,
        product(case when back = $count - 1 then 1 else 1 + simple_return end) over (order by session_on) as level
    from returns
    where back < $count
)
select
    session_on,
    back,
    close,
    round(100 * simple_return, 4) as percent,
    round(
        first_value(close_before) over until_last * level / nth_value(level, 2) over until_last,
        4
    ) as price,
    round(100 * level - 100, 4) as since_first,
    round(min(100 * level - 100) over (), 4) as lowest,
    round(max(100 * level - 100) over (), 4) as highest
from levels
window until_last as (order by back rows between unbounded preceding and unbounded following)
order by session_on;

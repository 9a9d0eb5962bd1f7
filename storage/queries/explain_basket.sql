-- How did a basket of $members, as it was composed on $session_on, go in the $count sessions up to that day?
-- (The mean return of those of its members that were measured that day, on days that have at least $least of them.
-- ``since_first`` is the change in per cent since the first session, ``to_close_before`` since the one before the last;
-- ``lowest`` and ``highest`` are the least and the greatest since the first. ``back`` counts from the last.)
with bars as (
    select *
    from price_bars
    where list_contains($members, symbol)
        and interval = '1d'
        and complete
        and session_on <= $session_on
    qualify row_number() over (partition by symbol, session_on order by fetched_at desc, provider) = 1
),
returns as (
    select
        symbol,
        session_on,
        coalesce(adj_close / lag(adj_close) over days, close / lag(close) over days) - 1 as simple_return
    from bars
    window days as (partition by symbol order by session_on)
),
composed as (
    select distinct symbol
    from moves_now
    where session_on = $session_on
        and simple_return is not null
),
means as (
    select
        r.session_on,
        count(*) as members,
        avg(r.simple_return) as simple_return,
        row_number() over (order by r.session_on desc) - 1 as back
    from returns r
    join composed c on c.symbol = r.symbol
    where r.simple_return is not null
    group by r.session_on
    having count(*) >= $least
),
levels as (
    select
        *,
        product(case when back = $count - 1 then 1 else 1 + simple_return end) over (order by session_on) as level
    from means
    where back < $count
)
select
    session_on,
    back,
    members,
    round(100 * simple_return, 4) as percent,
    round(100 * level / nth_value(level, 2) over until_last - 100, 4) as to_close_before,
    round(100 * level - 100, 4) as since_first,
    round(min(100 * level - 100) over (), 4) as lowest,
    round(max(100 * level - 100) over (), 4) as highest
from levels
window until_last as (order by back rows between unbounded preceding and unbounded following)
order by session_on;

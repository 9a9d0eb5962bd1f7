-- Which daily bars of $symbols do we have from $start_on to $end_on? (Of several providers, the last fetched.)
select *
from price_bars
where interval = '1d'
    and list_contains($symbols, symbol)
    and session_on between $start_on and $end_on
qualify row_number() over (partition by symbol, session_on order by fetched_at desc, provider) = 1
order by symbol, session_on;

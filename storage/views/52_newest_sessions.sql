-- Which complete session is the last we have bars of, for each instrument?
create or replace view newest_sessions as
select
    symbol,
    max(session_on) as session_on,
    max(fetched_at) as fetched_at
from price_bars
where complete
group by symbol;

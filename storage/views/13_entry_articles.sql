-- Which article tells each entry? (Entries with the same address share one.)
create or replace view entry_articles as
select
    e.id as entry_id,
    a.id as article_id,
    a.version,
    a.status
from entries e
join entries told on address_key(told.url) = address_key(e.url)
join articles_now a on a.entry_id = told.id
qualify row_number() over (partition by e.id order by a.version desc, a.id) = 1;

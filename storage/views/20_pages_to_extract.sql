-- Which fetched pages has the extract method in force not read? (``version`` is the one to give its article.)
create or replace view pages_to_extract as
with newest as (
    select *
    from pages
    qualify row_number() over (partition by address_key(url) order by fetched_at desc, body_hash) = 1
),
told as (
    select
        address_key(e.url) as key,
        a.version,
        a.body_hash,
        a.method
    from articles a
    join entries e on e.id = a.entry_id
)
select
    e.id as entry_id,
    p.url,
    e.feed_url,
    e.title,
    e.summary,
    e.author,
    f.lang as feed_lang,
    e.published_raw,
    e.published_at,
    e.published_precision,
    e.published_confidence,
    e.lane,
    e.seen_at,
    1 + coalesce((select max(told.version) from told where told.key = address_key(p.url)), 0) as version,
    p.body_hash,
    b.body,
    p.final_url,
    p.content_type,
    p.charset,
    p.fetched_at,
    null::varchar as kind
from newest p
join methods m on m.stage = 'extract'
join first_entries e on address_key(e.url) = address_key(p.url)
join page_bodies b on b.body_hash = p.body_hash
left join feeds f on f.url = e.feed_url
where not exists (
    select 1
    from told
    where told.key = address_key(p.url)
        and told.body_hash = p.body_hash
        and told.method = m.method
)
order by p.fetched_at, p.url;

-- Which entries will never have a page, so that their article is the feed's own summary?
create or replace view entries_without_page as
select
    e.id as entry_id,
    e.url,
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
    1::bigint as version,
    null::varchar as body_hash,
    null::blob as body,
    null::varchar as final_url,
    null::varchar as content_type,
    null::varchar as charset,
    null::timestamptz as fetched_at,
    t.kind
from first_entries e
join attempts t on t.stage = 'page' and t.key = e.url and t.final
left join feeds f on f.url = e.feed_url
where not exists (
        select 1
        from pages p
        where address_key(p.url) = address_key(e.url)
    )
    and not exists (
        select 1
        from entry_articles a
        where a.entry_id = e.id
    )
order by e.seen_at, e.id;

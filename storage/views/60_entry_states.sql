-- In which one state is each entry: waiting, set aside (its lane), failed for good, or an article of some status?
create or replace view entry_states as
select
    e.id as entry_id,
    e.feed_url,
    e.url,
    e.published_at,
    e.seen_at,
    a.article_id,
    case
        when a.article_id is not null then a.status
        when e.lane not in ('dated', 'undated') then e.lane
        when t.final then 'failed:' || t.kind
        else 'waiting'
    end as state
from entries e
left join entry_articles a on a.entry_id = e.id
left join attempts t on t.stage = 'page' and t.key = e.url;

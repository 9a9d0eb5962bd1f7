-- What became of the entries of each feed on the day (UTC) we first saw them? (The last five columns add up to entries.)
create or replace view coverage as
select
    s.seen_at::date as seen_on,
    s.feed_url,
    coalesce(f.name, s.feed_url) as feed,
    count(*) as entries,
    count(*) filter (where s.state = 'full') as full_text,
    count(*) filter (where s.article_id is not null and s.state <> 'full') as summary_only,
    count(*) filter (where s.state = 'waiting') as waiting,
    count(*) filter (where s.state like 'failed:%') as failed,
    count(*) filter (where s.article_id is null and s.state <> 'waiting' and s.state not like 'failed:%') as set_aside
from entry_states s
left join feeds f on f.url = s.feed_url
group by all
order by seen_on, feed;

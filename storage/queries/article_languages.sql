-- Of the entries that entry_counts counts, how many have an article in each language?
select
    a.lang as state,
    count(*) as number
from entry_states s
join articles_now a on a.id = s.article_id
where coalesce(s.published_at, s.seen_at) > $since
    and coalesce(s.published_at, s.seen_at) <= $until
group by a.lang
order by a.lang;

-- Which mentions stand for the articles told after $since and until $until?
select x.*
from mentions_now x
join documents d on d.article_id = x.article_id
where coalesce(d.published_at, d.seen_at) > $since
    and coalesce(d.published_at, d.seen_at) <= $until
order by all;

-- Which articles were told after $since and until $until?
select *
from documents
where coalesce(published_at, seen_at) > $since
    and coalesce(published_at, seen_at) <= $until
order by coalesce(published_at, seen_at), article_id;

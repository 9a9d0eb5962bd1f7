-- How many of the articles told after $since and until $until are in each language?
select
    lang as state,
    count(*) as number
from articles_now
where coalesce(published_at, seen_at) > $since
    and coalesce(published_at, seen_at) <= $until
group by lang
order by lang;

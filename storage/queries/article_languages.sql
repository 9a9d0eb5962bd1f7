-- How many of the articles first seen after $since and until $until are in each language?
select
    lang as state,
    count(*) as number
from articles_now
where seen_at > $since
    and seen_at <= $until
group by lang
order by lang;

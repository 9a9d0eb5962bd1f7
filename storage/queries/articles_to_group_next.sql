-- Which $count articles were told first of those that the method in force has put in no story?
select *
from articles_to_group
order by coalesce(published_at, seen_at), article_id
limit $count;

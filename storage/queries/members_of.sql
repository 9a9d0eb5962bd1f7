-- Which articles told until $until tell the stories of $ids?
select *
from story_articles_now
where list_contains($ids, story_id)
    and told_at <= $until
order by story_id, told_at, article_id;

-- Which publishers have a text of their own, told until $until, in the story $story_id?
select
    publisher,
    count(*) as articles,
    min(told_at) as first_told_at
from story_articles_now
where story_id = $story_id
    and wire_id = article_id
    and told_at <= $until
group by publisher
order by first_told_at, publisher;

-- Which articles of the story $story_id, told until $until, repeat the text of another?
select
    a.told_at,
    a.publisher,
    w.publisher as copy_of,
    d.title
from story_articles_now a
left join documents d on d.article_id = a.article_id
left join documents w on w.article_id = a.wire_id
where a.story_id = $story_id
    and a.wire_id <> a.article_id
    and a.told_at <= $until
order by a.told_at, a.article_id;

-- Which articles told until $until tell the story $story_id? (``copy_of`` is the publisher whose text one repeats.)
select
    a.told_at,
    a.publisher,
    a.lang,
    w.publisher as copy_of,
    a.reason,
    d.title,
    d.url
from story_articles_now a
left join documents d on d.article_id = a.article_id
left join documents w on w.article_id = a.wire_id and a.wire_id <> a.article_id
where a.story_id = $story_id
    and a.told_at <= $until
order by a.told_at, a.article_id;

-- Which articles tell each story? (``original`` is false for wire copies, of which the first to be told counts.)
create or replace view story_articles_now as
select
    s.* replace (coalesce(nullif(s.owner, ''), s.publisher) as owner),
    row_number() over (partition by s.story_id, s.wire_id order by s.told_at, s.article_id) = 1 as original
from story_articles s
join methods m on m.stage = 'group' and m.method = s.method;

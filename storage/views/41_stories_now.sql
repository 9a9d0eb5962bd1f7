-- Who told each story, in which languages, and from when to when? (``publishers`` counts independent houses.)
create or replace view stories_now as
select
    s.id,
    s.title,
    s.lang,
    min(a.told_at) as first_at,
    max(a.told_at) as last_at,
    count(*) as articles,
    count(distinct a.owner) filter (where a.original) as publishers,
    string_agg(distinct a.lang, ',' order by a.lang) as languages,
    a.method,
    s.follows_story_id
from stories s
join story_articles_now a on a.story_id = s.id
group by s.id, s.title, s.lang, a.method, s.follows_story_id;

-- How many independent publishers told each story in each hour, by language? (Wire copies count once.)
create or replace view story_attention as
select
    story_id,
    date_trunc('hour', told_at) as hour,
    lang,
    count(distinct publisher) as publishers
from story_articles_now
where original
group by all;

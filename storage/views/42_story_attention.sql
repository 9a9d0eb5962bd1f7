-- How many independent houses told each story in each hour, by language? (Wire copies and sister titles count once.)
create or replace view story_attention as
select
    story_id,
    date_trunc('hour', told_at) as hour,
    lang,
    count(distinct owner) as publishers
from story_articles_now
where original
group by all;

-- Whose name do tokens borrow in each story, how many look-alikes are stated, and who denies it?
-- (Wire copies and sister titles count once; ``official_denials`` counts those that quote the brand's own word.)
create or replace view story_look_alikes as
select
    a.story_id,
    x.brand,
    any_value(x.name order by x.name) as name,
    count(distinct a.owner) as publishers,
    min(x.number) filter (where x.kind = 'count') as fewest_stated,
    max(x.number) filter (where x.kind = 'count') as most_stated,
    mode(x.number order by x.number desc) filter (where x.kind = 'count') as most_told,
    max(x.number) filter (where x.kind = 'growth') as times_more,
    count(distinct a.owner) filter (where x.kind = 'denial' and x.reason = 'says') as official_denials,
    min(x.sentence) filter (where x.kind = 'denial' and x.reason = 'says') as official_denial
from look_alikes_now x
join story_articles_now a on a.article_id = x.article_id and a.version = x.version
where a.original
group by a.story_id, x.brand
having count(*) filter (where x.kind = 'brand') > 0;

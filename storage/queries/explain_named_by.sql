-- Which publishers of the story $story_id name $symbol, or state a figure of it, in a text of their own told after $since and until $until?
with naming as (
    select article_id
    from mentions_now
    where target = $symbol and layer = 'direct'
    union
    select article_id
    from claims_now
    where symbol = $symbol
)
select
    a.publisher,
    count(*) as articles,
    min(a.told_at) as first_told_at,
    min_by(d.title, (a.told_at, a.article_id)) as first_title
from story_articles_now a
join naming n on n.article_id = a.article_id
left join documents d on d.article_id = a.article_id
where a.story_id = $story_id
    and a.wire_id = a.article_id
    and a.told_at > $since
    and a.told_at <= $until
group by a.publisher
order by first_told_at, a.publisher;

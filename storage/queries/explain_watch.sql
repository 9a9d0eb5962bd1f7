-- Which numbers do publishers state of look-alike tokens in the story $story_id, in texts of their own told until $until?
-- (Of the names that most publishers put in a headline, three, else of the first in a text; of each house the first
-- number; a vague one, such as dozens, counts as 0. Of each kind, the edition shows the three that most state.)
with told as (
    select
        x.*,
        a.publisher,
        a.told_at,
        a.owner,
        row_number() over (
            order by a.told_at, a.article_id, list_position(['title', 'lead', 'text'], x.field), x.start
        ) as place
    from look_alikes_now x
    join story_articles_now a on a.article_id = x.article_id
    where a.story_id = $story_id
        and a.wire_id = a.article_id
        and a.told_at <= $until
),
heads as (
    select
        *,
        bool_or(field <> 'text') over () as headed
    from told
    where kind = 'brand'
),
brands as (
    select
        brand,
        any_value(headed) as headed,
        row_number() over (order by count(distinct publisher) desc, min(place)) as rank
    from heads
    where field <> 'text' or not headed
    group by brand
),
watched as (
    select brand
    from brands
    where rank <= case when headed then 3 else 1 end
),
stated as (
    select
        t.kind,
        t.owner,
        t.place,
        t.qualifier,
        t.unit,
        t.publisher,
        t.sentence,
        t.number,
        first_value(t.number) over house as first_number,
        first_value(t.qualifier) over house as first_qualifier
    from told t
    join watched w on w.brand = t.brand
    where t.kind in ('count', 'growth', 'loss')
    window house as (partition by t.kind, t.owner order by t.place)
),
kept as (
    select
        kind,
        owner,
        min_by(publisher, place) as publisher,
        min_by(qualifier, (first_qualifier = 'exact' and qualifier = 'exact', place)) as qualifier,
        min_by(unit, place) as unit,
        min_by(coalesce(number, 0), place) as number,
        min_by(sentence, place) as sentence,
        min(stated.place) as place
    from stated
    where number is not distinct from first_number
    group by kind, owner
),
numbers as (
    select
        kind,
        case when qualifier in ('dozens', 'hundreds', 'thousands') then 0 else number end as number,
        qualifier,
        unit,
        count(*) as houses,
        string_agg(publisher, ', ' order by place) as publishers,
        min_by(sentence, place) as sentence,
        min(place) as place
    from kept
    group by all
)
select
    * replace (row_number() over (partition by kind order by houses desc, number desc, place) as place)
from numbers
order by kind, place;

-- How did each feed of $feeds answer when it was last asked?
select
    name,
    url,
    case
        when failure_weight > 0 then 'failing'
        when checked_at is null then 'never asked'
        else 'answered'
    end as state,
    checked_at
from feeds
where list_contains($feeds, url)
order by state desc, name;

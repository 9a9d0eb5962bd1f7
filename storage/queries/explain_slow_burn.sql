-- Which older story, other than $story_id, came up again around the move of $symbol in the session of $session_on?
select
    s.title,
    l.story_id,
    s.first_at,
    greatest(1, l.session_on - cast(s.first_at at time zone 'UTC' as date)) as days,
    l.lag_sessions as sessions,
    l.rank,
    l.reason
from links_now l
join stories_now s on s.id = l.story_id
where l.symbol = $symbol
    and l.session_on = $session_on
    and l.story_id <> $story_id
    and contains(l.reason, 'slow_burn')
    and l.lag_sessions >= 2
order by l.rank
limit 1;

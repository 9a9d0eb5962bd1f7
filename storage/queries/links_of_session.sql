-- Which stories coincided with the move of $symbol on $session_on, best first?
select
    l.*,
    s.title as story_title,
    s.lang as story_lang
from links_now l
join stories s on s.id = l.story_id
where l.symbol = $symbol
    and l.session_on = $session_on
order by l.rank;

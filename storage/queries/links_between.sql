-- Which stories coincided with the moves of the sessions from $start_on to $end_on, best first?
select
    l.*,
    s.title as story_title,
    s.lang as story_lang
from links_now l
join stories s on s.id = l.story_id
where l.session_on between $start_on and $end_on
order by l.session_on, l.symbol, l.rank;

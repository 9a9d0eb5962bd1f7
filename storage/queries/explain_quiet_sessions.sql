-- How well did the best story fit $symbol on each quiet session of the $remembered days before $session_on?
-- (``as_good`` is whether it fitted as well as $story_id fits the move.)
select
    b.session_on,
    b.score,
    b.score >= l.score as as_good,
    b.stories,
    s.title
from links_now l
join backgrounds b
    on b.symbol = l.symbol
    and b.method = l.method
    and b.session_on >= l.session_on - $remembered
    and b.session_on < l.session_on
left join stories s on s.id = b.story_id
where l.symbol = $symbol
    and l.session_on = $session_on
    and l.story_id = $story_id
order by b.session_on;

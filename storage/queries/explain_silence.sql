-- How far did $symbol go in the session of $session_on, which the story $story_id met and did not move?
select
    m.symbol,
    m.session_on,
    round(100 * coalesce(m.simple_return, 0), 4) as percent,
    m.verdict,
    s.publishers as publishers_around
from silences s
join methods f on f.stage = 'link' and f.method = s.method
join moves_now m on m.symbol = s.symbol and m.session_on = s.session_on
where s.story_id = $story_id
    and s.symbol = $symbol
    and s.session_on = $session_on;

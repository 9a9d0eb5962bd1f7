-- How does the story $story_id stand beside the move of $symbol in the session of $session_on?
-- (Minutes, hours and days are from the first article to the close; each part of the score is in 0..1.)
select
    rank,
    label,
    score,
    directness,
    occasion,
    topic_fit,
    agreement,
    timing,
    attention,
    surge,
    breadth,
    lag_hours,
    60 * abs(lag_hours) as minutes,
    abs(lag_hours) as hours,
    lag_hours / 24 as days,
    lag_sessions as sessions,
    reason,
    rival_story_id
from links_now
where symbol = $symbol
    and session_on = $session_on
    and story_id = $story_id;

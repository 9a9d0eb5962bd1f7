-- Which stories develop an earlier one, and how long after it?
create or replace view story_threads as
select
    s.id as story_id,
    s.title,
    s.first_at,
    s.follows_story_id,
    f.title as followed_title,
    f.first_at as followed_first_at,
    (epoch(s.first_at) - epoch(f.first_at)) / 3600 as hours_after
from stories_now s
join stories_now f on f.id = s.follows_story_id;

-- The story that a story develops: the rebound the day after names the fall.
alter table stories add column follows_story_id varchar;

-- The house of a member's publisher: its titles count once.
alter table story_articles add column owner varchar default '';
alter table story_articles alter column owner set not null;

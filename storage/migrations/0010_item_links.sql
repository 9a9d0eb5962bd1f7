-- The story and the label that an edition gave a move; of editions before, those that the move has by now.
alter table digest_items add column story_id varchar;
alter table digest_items add column label varchar;
update digest_items
set story_id = link.story_id, label = link.label
from (
    select
        symbol || '@' || session_on as key,
        arg_max(story_id, linked_at) as story_id,
        arg_max(label, linked_at) as label
    from links
    where rank = 1
    group by all
) as link
where digest_items.section = 'linked_moves' and digest_items.key = link.key;

-- Which entry brought us to each address first? (Several feeds may carry the same one; a dated entry goes first.)
create or replace view first_entries as
select *
from entries
qualify row_number() over (
    partition by address_key(url)
    order by case lane when 'dated' then 0 when 'undated' then 1 else 2 end, seen_at, id
) = 1;

-- When did each item last stand in an edition in $lang for $profile before $edition_on?
select
    section,
    key,
    max(edition_on) as shown_on
from digest_items
where edition_on < $edition_on
    and lang = $lang
    and profile = $profile
group by section, key
order by section, key;

-- What stood in the edition of $edition_on in $lang for $profile?
select *
from digest_items
where edition_on = $edition_on
    and lang = $lang
    and profile = $profile
order by section, position;

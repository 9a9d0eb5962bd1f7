-- What stood in the editions in $lang for $profile from $since_on to the day before $edition_on?
select *
from digest_items
where edition_on >= $since_on
    and edition_on < $edition_on
    and lang = $lang
    and profile = $profile
order by edition_on, section, position;

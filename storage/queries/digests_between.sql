-- Which editions are those from $oldest to $newest, in each language and profile?
select *
from digests
where edition_on between $oldest and $newest
order by edition_on, lang, profile;

-- How far is each mail of the edition of $edition_on?
select *
from deliveries
where edition_on = $edition_on
order by lang, profile, recipient;

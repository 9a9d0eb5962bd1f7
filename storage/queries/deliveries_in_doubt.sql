-- Which mails were being handed over when a run was cut off? (The server may have taken them.)
select *
from deliveries
where state = 'committing'
order by edition_on, lang, profile, recipient;

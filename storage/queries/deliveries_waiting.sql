-- Which mails of the editions from $oldest to $newest have not left?
select *
from deliveries
where state in ('planned', 'failed')
    and edition_on between $oldest and $newest
order by edition_on, lang, profile, recipient;

-- Which mails of the editions since $oldest have not left, or may have? Those in doubt of any day.
select *
from deliveries
where state in ('unknown', 'committing')
    or (state in ('planned', 'failed') and edition_on >= $oldest)
order by edition_on, lang, profile, recipient;

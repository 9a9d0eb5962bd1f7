-- Which mails failed, or may have left? And which of the editions since $oldest wait to leave?
select *
from deliveries
where state in ('failed', 'unknown', 'committing')
    or (state = 'planned' and edition_on >= $oldest)
order by edition_on, lang, profile, recipient;

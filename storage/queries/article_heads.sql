-- What is the newest version of each article of $ids?
select
    id,
    version,
    text_hash,
    title
from articles_now
where list_contains($ids, id);

-- What stands of look-alike tokens in the articles of $ids?
select *
from look_alikes_now
where list_contains($ids, article_id)
order by all;

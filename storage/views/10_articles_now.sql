-- Which version of each article is the newest?
create or replace view articles_now as
select *
from articles
qualify row_number() over (partition by id order by version desc) = 1;

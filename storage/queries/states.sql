-- How many entries are in each state, and in which language are their articles?
select
    s.state,
    coalesce(a.lang, '') as lang,
    count(*) as entries
from entry_states s
left join articles_now a on a.id = s.article_id
group by all
order by entries desc, s.state, lang;

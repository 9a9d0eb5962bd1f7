-- How many entries are in each state, and in which language are their articles? (Those told before $oldest wait no more.)
select
    case
        when s.state = 'waiting' and s.published_at < $oldest then 'too_old'
        else s.state
    end as state,
    coalesce(a.lang, '') as lang,
    count(*) as entries
from entry_states s
left join articles_now a on a.id = s.article_id
group by all
order by entries desc, state, lang;

-- What can be shown for the links of the sessions from $start_on to $end_on?
select e.*
from evidence e
join links_now l using (symbol, session_on, story_id, method)
where l.session_on between $start_on and $end_on
order by e.session_on, e.symbol, l.rank, e.article_id, e.kind;

-- On what share of its quiet sessions did some story fit $symbol as well as $story_id fits the move of $session_on?
-- (``percent`` is what the link says. It is made so: to the quiet sessions of the last $remembered days an invented past
-- of $prior_sessions is added, on which stories fit as well by a logistic curve of the score, contrecoup/links.py, and
-- ``again`` is made so by the curve of today. A share is never told as none, hence ``at_least_one``.)
with found as (
    select
        l.score,
        l.base_rate,
        count(b.session_on) as quiet_sessions,
        count(b.session_on) filter (where b.score >= l.score) as as_good
    from links_now l
    left join backgrounds b
        on b.symbol = l.symbol
        and b.method = l.method
        and b.session_on >= l.session_on - $remembered
        and b.session_on < l.session_on
    where l.symbol = $symbol
        and l.session_on = $session_on
        and l.story_id = $story_id
    group by l.score, l.base_rate
)
select
    score,
    quiet_sessions,
    as_good,
    round($prior_sessions / (1 + exp((score - $prior_middle) / $prior_spread)), 4) as invented_as_good,
    round(100 * (as_good + invented_as_good) / (quiet_sessions + $prior_sessions), 4) as again,
    round(100 * base_rate, 4) as percent,
    greatest(1, percent) as at_least_one
from found;

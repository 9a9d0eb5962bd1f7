-- Which statements of the story $story_id on $symbol's session of $session_on, told until $until, does the edition show?
-- (Of each verdict the one with the clearest period, then the first; what cannot be checked only if alone.)
-- (``size``, ``stated`` and ``measured`` are in ``unit``, the latter two signed.)
with told as (
    select
        k.verdict,
        a.publisher,
        a.told_at,
        c.size,
        case c.direction when 'down' then -c.size else c.size end as stated,
        c.unit,
        c.qualifier,
        c.period,
        k.measured,
        k.basis,
        k.reason,
        c.sentence,
        row_number() over (
            partition by k.verdict
            order by
                list_position(['close', 'day', 'open', 'premarket', 'intraday', 'afterhours', 'unknown'], c.period),
                a.told_at,
                c.article_id,
                c.start
        ) as place
    from claims_now c
    join checks_now k using (article_id, version, field, start)
    join story_articles_now a on a.article_id = c.article_id
    where a.story_id = $story_id
        and a.wire_id = a.article_id
        and a.told_at <= $until
        and c.symbol = $symbol
        and c.period in ('close', 'day', 'open', 'premarket', 'intraday', 'afterhours', 'unknown')
        and case
            when contains(k.basis, '@') then split_part(k.basis, '@', 2) = $session_on::date::varchar
            else coalesce(c.session_on, a.told_at::date) = $session_on
        end
)
select * exclude (place)
from told
where place = 1
    and (verdict <> 'uncheckable' or not exists (select 1 from told t where t.verdict <> 'uncheckable'))
order by verdict;

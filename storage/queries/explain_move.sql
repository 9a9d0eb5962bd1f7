-- What was measured of $symbol in the session of $session_on?
-- (``abnormal_percent`` is what the forecast from ``benchmark`` leaves; ``standard_errors`` is its size in those of the forecast. The
-- ``sector_`` figures are those of the model with ``sector`` beside the benchmark.)
select
    symbol,
    session_on,
    verdict,
    round(100 * coalesce(simple_return, 0), 4) as percent,
    round(100 * coalesce(expected_return, 0), 4) as expected_percent,
    round(100 * coalesce(abnormal_return, 0), 4) as abnormal_percent,
    round(abs(coalesce(z, 0)), 4) as standard_errors,
    benchmark,
    round(100 * coalesce(sector_abnormal_return, 0), 4) as sector_abnormal_percent,
    round(abs(coalesce(sector_z, 0)), 4) as sector_standard_errors,
    sector,
    scope,
    observations,
    members,
    measured_at
from moves_now
where symbol = $symbol
    and session_on = $session_on;

"""What a claim is worth against the session it speaks of."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrecoup.agreement import Agreed, agreement_of, best_first, session_spoken_of, titled_direction
from contrecoup.checks import check_claim
from contrecoup.models import Claim, Document, PriceBar, Status, Verdict

FRIDAY, MONDAY, TUESDAY = date(2025, 1, 24), date(2025, 1, 27), date(2025, 1, 28)


def claim(
    size: float = 17.0,
    *,
    direction: str = "down",
    unit: str = "percent",
    qualifier: str = "exact",
    period: str = "close",
    session_on: date | None = None,
    field: str = "title",
) -> Claim:
    """A claim on Nvidia."""
    return Claim(
        article_id="a",
        version=1,
        field=field,
        start=0,
        end=1,
        symbol="NVDA",
        direction=direction,
        size=size,
        unit=unit,
        qualifier=qualifier,
        period=period,
        session_on=session_on,
        sentence="Nvidia chute de 17 %.",
        method="m",
    )


@pytest.mark.parametrize(
    ("stated", "measured", "worth"),
    [
        (claim(17.0), -0.1697, 1.0),
        (claim(17.0), -0.12, 0.5),
        (claim(17.0), 0.089, -1.0),
        (claim(11.0, period="premarket"), -0.1697, 0.7),
        (claim(12.0, period="open"), -0.1697, 0.5),
        (claim(17.0, period="intraday"), -0.1697, 0.7),
        (claim(13.0, period="intraday"), -0.1697, 0.5),
        (claim(589.0, unit="usd_bn"), -0.1697, 0.5),
        (claim(15.0, qualifier="about"), -0.1697, 1.0),
        (claim(20.0, qualifier="about"), -0.1697, 0.5),
        (claim(20.0), -0.1697, 0.5),
        (claim(30.0, qualifier="up_to"), -0.236, 0.5),
        (claim(24.0, qualifier="up_to"), -0.236, 1.0),
        (claim(15.0, qualifier="more_than"), -0.1697, 1.0),
        (claim(25.0, qualifier="more_than"), -0.1697, 0.5),
        (claim(0.3, direction="up"), 0.007, 0.5),
        (claim(0.05), 0.0, -1.0),
        (claim(0.05, direction="up"), 0.0, -1.0),
    ],
)
def test_direction_comes_first_and_size_second(stated: Claim, measured: float, worth: float) -> None:
    """Another direction speaks against, an early figure its direction, a right close everything."""
    assert agreement_of(stated, measured) == worth


@pytest.mark.parametrize(
    ("stated", "hour", "session"),
    [
        (claim(session_on=FRIDAY), datetime(2025, 1, 27, 22, tzinfo=UTC), FRIDAY),
        (claim(period="premarket"), datetime(2025, 1, 27, 12, tzinfo=UTC), MONDAY),
        (claim(period="intraday"), datetime(2025, 1, 27, 16, tzinfo=UTC), MONDAY),
        (claim(), datetime(2025, 1, 27, 21, 15, tzinfo=UTC), MONDAY),
        (claim(period="unknown"), datetime(2025, 1, 28, 5, 30, tzinfo=UTC), MONDAY),
        (claim(period="unknown"), datetime(2025, 1, 28, 15, tzinfo=UTC), TUESDAY),
        (claim(), datetime(2025, 1, 28, 15, tzinfo=UTC), MONDAY),
        (claim(period="year"), datetime(2025, 1, 27, 22, tzinfo=UTC), None),
        (claim(period="afterhours"), datetime(2025, 1, 27, 22, tzinfo=UTC), None),
    ],
)
def test_a_claim_speaks_of_the_session_that_traded_when_it_was_told(
    stated: Claim, hour: datetime, session: date | None
) -> None:
    """Before the opening of the coming one, overnight of the last one; a longer period of none."""
    assert session_spoken_of(stated, hour, "XNYS") == session


@pytest.mark.parametrize(("measured", "worth"), [(-0.01, 0.5), (0.0, 0.0), (0.01, -0.5)])
def test_a_title_is_neither_for_nor_against_a_price_that_did_not_change(measured: float, worth: float) -> None:
    """Else every title of a share that stood still would state the other direction."""
    told_at = datetime(2025, 1, 27, 16, tzinfo=UTC)
    told = Document(
        article_id="a",
        version=1,
        url="https://press.example/a",
        publisher="press.example",
        title="Nvidia chute à Wall Street",
        lead="",
        text="",
        status=Status.TEASER,
        lang="fr",
        lang_score=1.0,
        published_at=told_at,
        seen_at=told_at,
    )
    assert titled_direction([told], measured) == worth


def test_the_best_claim_stands_first() -> None:
    """Worth, then place, then time."""
    early, late = datetime(2025, 1, 27, 21, tzinfo=UTC), datetime(2025, 1, 27, 22, tzinfo=UTC)
    rows = [
        Agreed(claim=claim(field="text"), told_at=early, worth=1.0),
        Agreed(claim=claim(field="title"), told_at=early, worth=0.5),
        Agreed(claim=claim(field="title"), told_at=late, worth=1.0),
        Agreed(claim=claim(field="title"), told_at=early, worth=1.0),
    ]
    assert best_first(rows) == [rows[3], rows[2], rows[0], rows[1]]


def bars(prices: tuple[int, int, int, int]) -> list[PriceBar]:
    """Friday at 100, and a Monday within the given prices; its close is the last of them."""
    rows = []
    for day, (opened, high, low, close) in ((FRIDAY, (100, 101, 99, 100)), (MONDAY, prices)):
        bar = PriceBar(
            symbol="NVDA",
            session_on=day,
            interval="1d",
            provider="file",
            open=float(opened),
            high=float(max(prices) if day == MONDAY else high),
            low=float(min(prices) if day == MONDAY else low),
            close=float(close),
            adj_close=None,
            volume=1e6,
            complete=True,
            fetched_at=datetime(2025, 1, 31, tzinfo=UTC),
        )
        rows.append(bar)
    return rows


@given(
    prices=st.tuples(*[st.integers(70, 130)] * 4),
    size=st.one_of(st.integers(1, 40).map(float), st.sampled_from([0.5, 2.5, 12.5, 16.7, 33.3])),
    direction=st.sampled_from(["up", "down"]),
    qualifier=st.sampled_from(["exact", "about", "nearly", "more_than", "up_to"]),
    period=st.sampled_from(["close", "open", "premarket", "intraday", "day", "unknown"]),
    session_on=st.sampled_from([None, MONDAY]),
    hours=st.integers(0, 60),
)
def test_what_the_bars_contradict_is_never_a_witness(
    *,
    prices: tuple[int, int, int, int],
    size: float,
    direction: str,
    qualifier: str,
    period: str,
    session_on: date | None,
    hours: int,
) -> None:
    """Whatever is said of Monday, and whenever: a contradicted claim is worth less than a witness's 0.7."""
    said = claim(size, direction=direction, qualifier=qualifier, period=period, session_on=session_on)
    told_at = datetime(2025, 1, 26, 20, 30, tzinfo=UTC) + timedelta(hours=hours)
    now = datetime(2025, 1, 31, tzinfo=UTC)
    verdict = check_claim(said, bars(prices), told_at=told_at, calendar="XNYS", now=now).verdict
    if verdict is Verdict.CONTRADICTED and session_spoken_of(said, told_at, "XNYS") == MONDAY:
        assert agreement_of(said, prices[3] / 100 - 1) < 0.7

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from contrecoup.checks import METHOD, check_claim
from contrecoup.claims import find_claims
from contrecoup.entities import AliasTable, find_mentions
from contrecoup.models import Check, Claim, Document, PriceBar, Status, Verdict

TABLE = AliasTable.load()
NOW = datetime(2025, 2, 1, 6, tzinfo=UTC)
MONDAY = date(2025, 1, 27)
YES, NO, UNKNOWN = Verdict.CONFIRMED, Verdict.CONTRADICTED, Verdict.UNCHECKABLE


def bar(day: int, *prices: float) -> PriceBar:
    """Nvidia's bar of a day of January 2025: open, high, low and close."""
    opened, high, low, close = prices
    return PriceBar(
        symbol="NVDA",
        session_on=date(2025, 1, day),
        interval="1d",
        provider="file",
        open=opened,
        high=high,
        low=low,
        close=close,
        adj_close=None,
        volume=1e8,
        complete=True,
        fetched_at=NOW,
    )


NVIDIA = (
    bar(21, 139.16, 141.83, 137.09, 140.83),
    bar(22, 144.66, 147.79, 143.67, 147.07),
    bar(23, 145.05, 147.23, 143.72, 147.22),
    bar(24, 148.37, 148.97, 141.88, 142.62),
    bar(27, 124.80, 128.40, 116.70, 118.42),
    bar(28, 121.81, 129.00, 116.25, 128.99),
)


def claim(**changed: object) -> Claim:
    """A claim that Nvidia fell 17 %."""
    values = Claim(
        article_id="a",
        version=1,
        field="title",
        start=0,
        end=10,
        symbol="NVDA",
        direction="down",
        size=17.0,
        unit="percent",
        qualifier="exact",
        period="unknown",
        session_on=None,
        sentence="Nvidia perd 17 %.",
        method="claims-1",
    )
    return replace(values, **changed)  # type: ignore[arg-type]  # fields by name


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of January 2025."""
    return datetime(2025, 1, day, hour, minute, tzinfo=UTC)


EVENING = utc(27, 22)


def check(
    told_at: datetime = EVENING, *, bars: tuple[PriceBar, ...] = NVIDIA, now: datetime = NOW, **changed: object
) -> Check:
    """Check a claim told, if not said otherwise, on the evening of the 27th (close −16.97 %, range −10.0 to −18.2)."""
    return check_claim(claim(**changed), bars, told_at=told_at, calendar="XNYS", now=now)


@pytest.mark.parametrize(
    ("size", "qualifier", "period", "verdict", "basis"),
    [
        (17.0, "exact", "close", YES, "close"),
        (16.0, "exact", "close", YES, "close"),
        (16.97, "exact", "close", YES, "close"),
        (16.9, "exact", "close", YES, "close"),
        (15.0, "exact", "close", NO, "close"),
        (18.0, "exact", "close", NO, "close"),
        (17.3, "exact", "close", NO, "close"),
        (18.0, "about", "close", NO, "close"),
        (14.0, "about", "close", NO, "close"),
        (15.0, "about", "close", YES, "close"),
        (20.0, "about", "close", NO, "close"),
        (18.0, "nearly", "close", NO, "close"),
        (20.0, "nearly", "close", NO, "close"),
        (17.0, "nearly", "close", YES, "close"),
        (16.0, "nearly", "close", NO, "close"),
        (15.0, "more_than", "close", YES, "close"),
        (17.0, "more_than", "close", YES, "close"),
        (18.0, "more_than", "close", NO, "close"),
        (18.0, "up_to", "close", YES, "intraday"),
        (17.0, "up_to", "day", YES, "close"),
        (15.0, "up_to", "day", NO, "intraday"),
        (13.0, "exact", "unknown", NO, "close"),
        (13.0, "exact", "day", NO, "close"),
        (13.0, "exact", "intraday", YES, "intraday"),
        (5.0, "exact", "intraday", NO, "intraday"),
        (18.0, "exact", "intraday", YES, "intraday"),
        (3.0, "exact", "day", NO, "close"),
        (25.0, "exact", "unknown", NO, "close"),
        (12.5, "exact", "open", YES, "open"),
        (17.0, "exact", "open", NO, "open"),
        (12.0, "exact", "premarket", YES, "open"),
    ],
)
def test_a_figure_is_held_against_the_price_it_speaks_of(
    size: float, qualifier: str, period: str, verdict: Verdict, basis: str
) -> None:
    """Rounded or cut, at the close, at the opening, or anywhere in the day's range."""
    found = check(size=size, qualifier=qualifier, period=period, session_on=MONDAY)
    assert (found.verdict, found.basis) == (verdict, f"{basis}@2025-01-27")


SAID = {
    ("fr", "up_to"): "Nvidia a perdu jusqu'à {:g} %.",
    ("en", "up_to"): "Nvidia fell as much as {:g}%.",
    ("fr", "exact"): "Nvidia a perdu {:g} %.",
    ("en", "exact"): "Nvidia fell {:g}%.",
}


def stated(lang: str, qualifier: str, size: float) -> dict[str, object]:
    """What a sentence says, as the grammar reads it."""
    sentence = SAID[lang, qualifier].format(size)
    document = Document(
        article_id="a",
        version=1,
        url="https://www.example.org/a",
        publisher="example.org",
        title=sentence,
        lead="",
        text="",
        status=Status.FULL,
        lang=lang,
        lang_score=1.0,
        published_at=NOW,
        seen_at=NOW,
    )
    [found] = find_claims(document, find_mentions(document, TABLE))
    return {"size": found.size, "qualifier": found.qualifier, "period": found.period, "sentence": found.sentence}


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(
    ("told_at", "size", "verdict", "reason"),
    [
        (EVENING, 18.0, YES, "agrees"),
        (EVENING, 17.0, YES, "agrees"),
        (EVENING, 30.0, UNKNOWN, "at_most"),
        (EVENING, 5.0, NO, "differs"),
        (utc(27, 16), 13.0, YES, "agrees"),
        (utc(27, 16), 5.0, NO, "differs"),
    ],
    ids=["the extreme", "the close", "a lesser move", "beyond", "a later extreme", "never so little"],
)
def test_up_to_is_the_extreme_and_a_lesser_move_neither_confirms_nor_contradicts(
    lang: str, told_at: datetime, size: float, verdict: Verdict, reason: str
) -> None:
    """The range of the 27th is -10.0 to -18.2 %; said in the evening, "up to 5 %" is wrong; at noon, 13 % was right."""
    found = check(told_at, session_on=MONDAY, **stated(lang, "up_to", size))
    assert (found.verdict, found.reason, found.measured is None) == (verdict, reason, verdict is UNKNOWN)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_up_to_in_the_other_direction_is_contradicted(lang: str) -> None:
    """Nvidia opened lower and never rose that day."""
    found = check(direction="up", session_on=MONDAY, **stated(lang, "up_to", 5.0))
    assert (found.verdict, found.reason) == (NO, "other_direction")


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(
    ("told_at", "verdict"),
    [
        (utc(27, 16), YES),
        (utc(27, 20, 59), YES),
        (utc(27, 21), UNKNOWN),
        (utc(27, 21, 30), NO),
        (EVENING, NO),
        (utc(28, 10), UNKNOWN),
        (utc(28, 16), NO),
    ],
)
def test_the_range_counts_only_while_the_session_lasts(lang: str, told_at: datetime, verdict: Verdict) -> None:
    """Nvidia was down 13 % on the way, and 17 % at the close; the next morning 13 % may be a premarket price.

    What is told within half an hour of the close may have been written before.
    """
    assert check(told_at, **stated(lang, "exact", 13.0)).verdict is verdict


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_up_to_looks_back_at_the_close_alone(lang: str) -> None:
    """Told on the evening of the rebound: 17 % is Monday's close; 18.2 % was only its low."""
    assert check(utc(28, 22), **stated(lang, "up_to", 17.0)).basis == "close@2025-01-27"
    assert check(utc(28, 22), **stated(lang, "up_to", 18.2)).reason == "at_most"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_day_named_before_its_opening_may_speak_of_the_premarket(lang: str) -> None:
    """Told at 10:00 UTC on the day itself, which opened at 14:30."""
    found = check(utc(27, 10), session_on=MONDAY, **{**stated(lang, "exact", 11.0), "period": "day"})
    assert (found.verdict, found.reason) == (UNKNOWN, "may_be_premarket")


def test_what_was_measured_stands_beside_the_verdict() -> None:
    """Signed, in the claim's unit, and under the claim's own key."""
    found = check(field="text", start=42, version=3)
    assert found.measured == pytest.approx(-16.97, abs=0.005)
    assert (found.article_id, found.version, found.field, found.start) == ("a", 3, "text", 42)
    assert (found.method, found.reason, found.checked_at) == (METHOD, "agrees", NOW)


def test_the_wrong_direction_is_told_apart() -> None:
    """Nvidia did not rise by 17 %."""
    found = check(direction="up", period="close")
    assert (found.verdict, found.reason) == (NO, "other_direction")


@pytest.mark.parametrize(
    ("told_at", "change", "period", "verdict", "basis"),
    [
        (utc(27, 16), -17.0, "unknown", YES, "close@2025-01-27"),
        (utc(28, 2), -17.0, "day", YES, "close@2025-01-27"),
        (utc(28, 10), -17.0, "unknown", YES, "close@2025-01-27"),
        (utc(28, 16), -17.0, "unknown", YES, "close@2025-01-27"),
        (utc(28, 16), -17.0, "close", YES, "close@2025-01-27"),
        (utc(28, 16), 5.0, "intraday", YES, "intraday@2025-01-28"),
        (utc(28, 22), 9.0, "close", YES, "close@2025-01-28"),
        (utc(25, 12), -3.1, "close", YES, "close@2025-01-24"),
        (utc(26, 12), -17.0, "close", NO, "close@2025-01-24"),
        (utc(28, 22), -17.0, "close", YES, "close@2025-01-27"),
        (utc(27, 10), -12.0, "premarket", YES, "open@2025-01-27"),
        (utc(28, 2), -12.5, "open", YES, "open@2025-01-27"),
    ],
    ids=[
        "during the session",
        "after midnight in London",
        "the next morning",
        "during the next session",
        "the close, during the next session",
        "a rebound under way",
        "the evening of the rebound",
        "on Saturday",
        "on Sunday, of a Monday to come",
        "looking back on the evening of the rebound",
        "before the opening",
        "the opening, after midnight in London",
    ],
)
def test_the_session_follows_from_when_the_text_was_told(
    told_at: datetime, change: float, period: str, verdict: Verdict, basis: str
) -> None:
    """The one under way, else the last one that closed; a text that names no day may look one further back."""
    found = check(told_at, size=abs(change), direction="up" if change > 0 else "down", period=period)
    assert (found.verdict, found.basis) == (verdict, basis)


def test_the_session_that_the_text_names_comes_first() -> None:
    """A text of Friday that looks back on Monday."""
    found = check(utc(31, 12), session_on=MONDAY)
    assert (found.verdict, found.basis) == (YES, "close@2025-01-27")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"symbol": None}, "no_symbol"),
        ({"unit": "usd_bn", "size": 589.0}, "no_share_count"),
        ({"unit": "eur_bn", "size": 60.0}, "no_share_count"),
        ({"unit": "points", "size": 24.0}, "not_an_index"),
        ({"period": "afterhours"}, "no_afterhours_prices"),
        ({"period": "span"}, "period_too_long"),
        ({"period": "year"}, "missing_day"),
        ({"session_on": date(2025, 1, 20)}, "not_a_session"),
        ({"session_on": date(2025, 1, 17)}, "missing_day"),
    ],
)
def test_what_daily_bars_cannot_say_is_uncheckable(changed: dict[str, object], reason: str) -> None:
    """Each with its reason, and without a figure."""
    found = check(**changed)
    assert (found.verdict, found.reason, found.measured, found.basis) == (UNKNOWN, reason, None, "")


@pytest.mark.parametrize("period", ["unknown", "premarket"])
def test_a_figure_from_before_the_opening_is_not_contradicted(period: str) -> None:
    """Nvidia was said to lose 6 % before the opening of the 27th: the bars begin at the opening, with −12.5 %."""
    found = check(utc(27, 10), size=6.0, period=period)
    assert (found.verdict, found.reason) == (UNKNOWN, "may_be_premarket")


def test_a_session_under_way_is_not_judged() -> None:
    """Told and checked on Monday afternoon: Friday does not agree, and Monday has not closed."""
    found = check(utc(27, 16), now=utc(27, 17))
    assert (found.verdict, found.reason) == (UNKNOWN, "partial_day")


def test_without_bars_nothing_is_said() -> None:
    """A symbol without prices."""
    assert check(bars=()).reason == "no_bars"


def test_a_bar_without_an_opening_says_nothing_of_the_opening() -> None:
    """Some vendors give closes only."""
    closes = tuple(replace(b, open=None, high=None, low=None) for b in NVIDIA)
    assert check(bars=closes, period="open").reason == "no_such_price"
    assert check(bars=closes, period="close").verdict is YES


def test_an_adjusted_close_does_not_hide_a_split_of_the_quoted_one() -> None:
    """The press speaks of quoted prices, which a split makes incomparable."""
    split = (replace(NVIDIA[3], adj_close=14.26, close=142.62), bar(27, 12.48, 12.84, 11.67, 11.84))
    found = check(bars=(split[0], replace(split[1], adj_close=11.84)), session_on=MONDAY)
    assert (found.verdict, found.reason) == (UNKNOWN, "split_suspected")


def test_points_of_an_index_are_points() -> None:
    """An index that falls from 142.62 to 118.42 loses 24 points."""
    found = check(symbol="^IXIC", unit="points", size=24.0, period="close")
    assert (found.verdict, found.measured) == (YES, pytest.approx(-24.2))


def test_crypto_never_closes() -> None:
    """Told at noon UTC, a fall may be of the day under way or of the day before."""
    coin = tuple(replace(b, symbol="BTC-USD") for b in NVIDIA[3:])
    bars = (coin[0], replace(coin[0], session_on=date(2025, 1, 26)), coin[1], coin[2])
    bars = tuple(replace(b, volume=None, low=(b.low or 0) - n) for n, b in enumerate(bars))
    found = check_claim(claim(symbol="BTC-USD"), bars, told_at=utc(28, 12), calendar="24/7", now=NOW)
    assert (found.verdict, found.basis) == (YES, "close@2025-01-27")


def test_a_coin_is_said_to_close_while_its_day_still_runs() -> None:
    """Told at 21:30 UTC, "ends the day down 17%" is of this UTC day."""
    bars = tuple(replace(b, symbol="BTC-USD", volume=None) for b in NVIDIA[3:])
    bars = (replace(bars[0], session_on=date(2025, 1, 26)), bars[1])
    said = claim(symbol="BTC-USD", period="close")
    found = check_claim(said, bars, told_at=utc(27, 21, 30), calendar="24/7", now=NOW)
    assert (found.verdict, found.basis) == (YES, "close@2025-01-27")


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(
    ("told_at", "size", "sentence"),
    [
        (utc(28, 22), 83.0, ""),
        (utc(28, 22), 3.0, ""),
        (utc(28, 22), 12.4, ""),
        (utc(28, 22), 40.0, "Nvidia has lost 40%."),
    ],
    ids=["too large for a session", "an earlier session", "a longer stretch", "has lost"],
)
def test_a_text_that_names_no_day_may_tell_of_an_earlier_one(
    lang: str, told_at: datetime, size: float, sentence: str
) -> None:
    """On the evening of the 28th: the price fell by 3 % on the 24th, and by 12 % since the 23rd."""
    found = check(told_at, **{**stated(lang, "exact", size), **({"sentence": sentence} if sentence else {})})
    assert (found.verdict, found.reason) == (UNKNOWN, "no_day_told")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_figure_that_no_session_and_no_stretch_shows_is_contradicted(lang: str) -> None:
    """Nvidia never fell by 40 % in these weeks."""
    assert check(utc(28, 22), **stated(lang, "exact", 40.0)).verdict is NO


@pytest.mark.parametrize(("size", "verdict"), [(20.0, UNKNOWN), (30.0, NO)])
def test_a_day_of_what_never_closes_is_any_24_hours(size: float, verdict: Verdict) -> None:
    """From 148.97 to 116.70 within two days of bars: by 21.7 % at most."""
    series = (bar(25, 148.0, 148.5, 147.0, 148.2), bar(26, 148.37, 148.97, 141.88, 142.62), *NVIDIA[4:])
    found = check_claim(claim(size=size), series, told_at=EVENING, calendar="24/7", now=NOW)
    assert found.verdict is verdict
    assert (found.reason == "rolling_day") == (verdict is UNKNOWN)


def test_two_days_without_bars_hold_no_24_hours() -> None:
    """So that the figure cannot be checked at all."""
    found = check_claim(claim(size=18.0), NVIDIA[4:5], told_at=EVENING, calendar="24/7", now=NOW)
    assert (found.verdict, found.reason) == (UNKNOWN, "missing_day")


def test_a_figure_of_the_day_beside_words_of_a_longer_stretch_is_not_contradicted() -> None:
    """The words of time may belong to something else ("a darling of the past week, it jumped 8.9%")."""
    bars = (bar(16, 138, 139, 133, 133.57), bar(17, 136, 139, 135, 137.71), *NVIDIA)
    told = check(utc(28, 22), bars=bars, direction="up", size=8.9, period="week")
    assert (told.verdict, told.reason) == (UNKNOWN, "period_unclear")
    other = check(utc(28, 22), bars=bars, direction="up", size=12.0, period="week")
    assert other.verdict is NO

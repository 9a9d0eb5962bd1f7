from datetime import UTC, date, datetime, timedelta

import pytest

from contrecoup.checks import check_claim
from contrecoup.claims import find_claims
from contrecoup.entities import AliasTable, find_mentions
from contrecoup.models import Check, Document, PriceBar, Status, Verdict
from contrecoup.sessions import sessions_between
from contrecoup.spans import Span, spans_of

TABLE = AliasTable.load()
NOW = datetime(2025, 3, 1, tzinfo=UTC)
# Closes of every session from November 2023: 100, but for those below and all later ones.
STEPS = {
    date(2024, 1, 2): 110.0,
    date(2025, 1, 2): 121.0,
    date(2025, 1, 21): 130.0,
    date(2025, 1, 27): 110.5,
    date(2025, 1, 31): 112.0,
}
SUNDAY = datetime(2025, 2, 2, 12, tzinfo=UTC)


def bars(*, without: date | None = None, split_on: date | None = None) -> list[PriceBar]:
    """Nvidia's bars; from a split on, its prices are a tenth."""
    found, close = [], 100.0
    for day in sessions_between("XNYS", after=date(2023, 11, 1), until=date(2025, 2, 27)):
        close = STEPS.get(day, close)
        price = close / (10 if split_on and day >= split_on else 1) + 0.001 * day.day
        if day != without:
            found.append(
                PriceBar(
                    symbol="NVDA",
                    session_on=day,
                    interval="1d",
                    provider="file",
                    open=price,
                    high=price * 1.01,
                    low=price * 0.99,
                    close=price,
                    adj_close=None,
                    volume=1e6 + day.day,
                    complete=True,
                    fetched_at=NOW,
                )
            )
    return found


def checked(lang: str, sentence: str, told_at: datetime = SUNDAY, series: list[PriceBar] | None = None) -> Check:
    """The check of the one claim that a sentence makes."""
    document = Document(
        article_id="a",
        version=1,
        url="https://www.example.org/a",
        publisher="example.org",
        title=sentence,
        lead="",
        text="",
        status=Status.TEASER,
        lang=lang,
        lang_score=1.0,
        published_at=told_at,
        seen_at=told_at,
    )
    (claim,) = find_claims(document, find_mentions(document, TABLE))
    return check_claim(claim, bars() if series is None else series, told_at=told_at, calendar="XNYS", now=NOW)


@pytest.mark.parametrize(
    ("lang", "sentence", "basis"),
    [
        ("fr", "Nvidia a perdu 13,8 % sur la semaine.", "close@2025-01-31 from 2025-01-24"),
        ("en", "Nvidia fell 13.8% last week.", "close@2025-01-31 from 2025-01-24"),
        ("fr", "Nvidia a perdu 7,4 % en janvier.", None),
        ("en", "Nvidia rose 1.8% in January.", "close@2025-01-31 from 2024-12-31"),
        ("fr", "Nvidia gagne 1,8 % depuis le début de l'année.", "close@2025-01-31 from 2024-12-31"),
        ("en", "Nvidia is up 1.8% year to date.", "close@2025-01-31 from 2024-12-31"),
        ("fr", "Nvidia a gagné 10 % en 2024.", "close@2024-12-31 from 2023-12-29"),
        ("en", "Nvidia gained 10% in 2024.", "close@2024-12-31 from 2023-12-29"),
        ("fr", "Nvidia gagne 1,8 % sur un an.", "close@2025-01-31 from 2024-02-01"),
        ("en", "Nvidia has risen 1.8% over the past year.", "close@2025-01-31 from 2024-02-01"),
    ],
)
def test_a_week_a_month_and_a_year_are_held_against_their_closes(lang: str, sentence: str, basis: str | None) -> None:
    """Told on a Sunday, of the week that ended on Friday."""
    found = checked(lang, sentence)
    if basis is None:
        assert found.verdict is Verdict.CONTRADICTED
    else:
        assert (found.verdict, found.basis) == (Verdict.CONFIRMED, basis)


@pytest.mark.parametrize(
    ("lang", "sentence"), [("fr", "Nvidia a gagné 30 % la semaine dernière."), ("en", "Nvidia gained 30% last week.")]
)
def test_a_stretch_that_no_reading_shows_is_contradicted(lang: str, sentence: str) -> None:
    """It lost 14 %."""
    found = checked(lang, sentence)
    assert (found.verdict, found.reason) == (Verdict.CONTRADICTED, "other_direction")


@pytest.mark.parametrize(
    ("lang", "sentence"), [("fr", "Nvidia a perdu 15,5 % sur la semaine."), ("en", "Nvidia lost 15.5% on the week.")]
)
def test_a_stretch_that_is_nearly_shown_is_unclear(lang: str, sentence: str) -> None:
    """A newsroom may count its week from another day."""
    found = checked(lang, sentence)
    assert (found.verdict, found.reason, found.measured) == (Verdict.UNCHECKABLE, "period_unclear", None)


@pytest.mark.parametrize(
    ("lang", "sentence", "reason"),
    [
        ("fr", "Nvidia gagne 40 % en six mois.", "period_too_long"),
        ("en", "Nvidia is down 20% from its peak.", "period_too_long"),
        ("en", "Nvidia is up 20% since the beginning of 2023.", "period_too_long"),
        ("en", "Nvidia rose 20% in 2020.", "missing_day"),
    ],
)
def test_a_stretch_that_bars_do_not_measure_is_uncheckable(lang: str, sentence: str, reason: str) -> None:
    """Without a beginning, or before the bars begin."""
    assert (checked(lang, sentence).verdict, checked(lang, sentence).reason) == (Verdict.UNCHECKABLE, reason)


def test_closes_on_both_sides_of_a_suspected_split_are_not_compared() -> None:
    """The fall is the split's."""
    found = checked("en", "Nvidia fell 89.8% in 2024.", series=bars(split_on=date(2024, 6, 10)))
    assert (found.verdict, found.reason) == (Verdict.UNCHECKABLE, "split_suspected")


def test_while_a_session_runs_its_range_stands_for_the_price_of_the_telling() -> None:
    """At noon on Wednesday 22 January; a range too wide beside the figure shows nothing."""
    noon = datetime(2025, 1, 22, 17, tzinfo=UTC)
    assert checked("en", "Nvidia is up 18.9% year to date.", noon).basis == "intraday@2025-01-22 from 2024-12-31"
    assert checked("fr", "Nvidia gagne 0,5 % sur la semaine.", noon).verdict is not Verdict.CONFIRMED


def test_without_a_bar_of_the_running_session_there_is_no_range() -> None:
    """The day cannot be measured."""
    noon = datetime(2025, 1, 22, 17, tzinfo=UTC)
    found = checked("en", "Nvidia is up 50% year to date.", noon, series=bars(without=date(2025, 1, 22)))
    assert (found.verdict, found.reason) == (Verdict.UNCHECKABLE, "missing_day")


def test_a_month_to_come_is_the_last_one_of_that_name() -> None:
    """December, told in February."""
    sentence = "Nvidia fell 3% in December."
    claim = next(iter(find_claims(_told(sentence), find_mentions(_told(sentence), TABLE))))
    assert spans_of(claim, SUNDAY, "XNYS") == [Span(after=date(2024, 11, 29), until=date(2024, 12, 31))]


def test_before_the_first_session_there_is_no_span() -> None:
    """The calendars begin in 2000."""
    sentence = "Nvidia fell 3% on the week."
    claim = next(iter(find_claims(_told(sentence), find_mentions(_told(sentence), TABLE))))
    assert spans_of(claim, datetime(1999, 1, 1, tzinfo=UTC), "XNYS") == []


def _told(sentence: str, lang: str = "en") -> Document:
    return Document(
        article_id="a",
        version=1,
        url="https://www.example.org/a",
        publisher="example.org",
        title=sentence,
        lead="",
        text="",
        status=Status.TEASER,
        lang=lang,
        lang_score=1.0,
        published_at=SUNDAY,
        seen_at=SUNDAY + timedelta(minutes=1),
    )


@pytest.mark.parametrize(
    ("lang", "sentence", "told_on", "spans"),
    [
        ("en", "Nvidia fell 3% last week.", date(2025, 1, 29), [("01-17", "01-24")]),
        ("fr", "Nvidia a perdu 3 % la semaine dernière.", date(2025, 2, 1), [("01-17", "01-24"), ("01-24", "01-31")]),
        ("fr", "Nvidia perd 3 % sur la semaine.", date(2025, 1, 28), [("01-24", "01-27"), ("01-17", "01-24")]),
        ("en", "Nvidia fell 3% last month.", date(2025, 2, 5), [("01-07", "02-04"), ("12-31", "01-31")]),
        ("fr", "Nvidia perd 3 % sur un mois.", date(2025, 2, 5), [("01-31", "02-04"), ("12-31", "01-31")]),
        ("en", "Nvidia rose 3% in 2025.", date(2025, 1, 29), [("12-31", "01-28"), ("12-31", "01-27")]),
        ("en", "Nvidia rose 3% in 2023 and 2024.", date(2025, 1, 29), []),
        ("fr", "Nvidia gagne 3 % cette année.", date(2025, 1, 29), [("12-31", "01-28"), ("12-31", "01-27")]),
    ],
)
def test_the_words_say_which_stretch(lang: str, sentence: str, told_on: date, spans: list[tuple[str, str]]) -> None:
    """From close to close, told before the opening; among the readings are these."""
    document = _told(sentence, lang)
    (claim,) = find_claims(document, find_mentions(document, TABLE))
    told_at = datetime(told_on.year, told_on.month, told_on.day, 9, tzinfo=UTC)
    found = [(f"{span.after:%m-%d}", f"{span.until:%m-%d}") for span in spans_of(claim, told_at, "XNYS")]
    assert set(spans) <= set(found)
    assert bool(spans) == bool(found)

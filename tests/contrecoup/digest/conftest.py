"""A small 27 January 2025: three moves, two stories told in French and English, a watch on tokens."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from contrecoup.digest.build import Counts, EditionInputs
from contrecoup.instruments import AliasTable
from contrecoup.models import (
    Check,
    Claim,
    Document,
    Label,
    Layer,
    Link,
    LinkLabel,
    Mention,
    Move,
    MoveVerdict,
    PriceBar,
    Status,
    Story,
    StoryArticle,
    Translation,
    Verdict,
)
from contrecoup.sessions import sessions_before

MONDAY = date(2025, 1, 27)
SINCE = datetime(2025, 1, 27, 5, 30, tzinfo=UTC)
UNTIL = datetime(2025, 1, 28, 5, 30, tzinfo=UTC)

# article, story, publisher, language, hour (UTC) of 27 January, wire original, topic, title
ARTICLES = (
    ("en-1", "en-1", "tape.example", "en", 11, "", "chip_stocks", "Chip shares slide as DeepSeek spooks the AI trade"),
    ("en-2", "en-1", "harbour.example", "en", 21, "", "chip_stocks", "Nvidia tumbles 17% in record loss"),
    ("en-3", "en-1", "eastbay.example", "en", 22, "en-2", "chip_stocks", "Nvidia tumbles 17%"),
    ("fr-1", "en-1", "depeche.example", "fr", 21, "", "chip_stocks", "Nvidia chute de 17 % à la clôture"),
    ("fr-2", "fr-2", "cotes.example", "fr", 17, "", "chip_stocks", "Vistra et le courant : la peur d'un trop-plein"),
    ("en-4", "en-4", "models.example", "en", 21, "", "ai_model_launch", "DeepSeek releases Janus-Pro"),
    ("fr-3", "fr-3", "jetons.example", "fr", 20, "", "scam_tokens", "75 faux jetons DeepSeek, voir gain.example/pompe"),
    ("fr-4", "fr-4", "gazette.example", "fr", 20, "", "", "Tempête : vigilance orange"),
)


def _document(row: tuple[str, str, str, str, int, str, str, str]) -> Document:
    article, _, publisher, lang, hour, _, _, title = row
    at = datetime(2025, 1, 27, hour, tzinfo=UTC)
    return Document(
        article_id=article,
        version=1,
        url=f"https://www.{publisher}/{article}",
        publisher=f"www.{publisher}",
        title=title,
        lead="",
        text="",
        status=Status.FULL,
        lang=lang,
        lang_score=1.0,
        published_at=at,
        seen_at=at,
    )


def _member(row: tuple[str, str, str, str, int, str, str, str]) -> StoryArticle:
    article, story, publisher, lang, hour, wire, _, _ = row
    return StoryArticle(
        story_id=story,
        article_id=article,
        version=1,
        likeness=1.0,
        reason="founder" if article == story else "gist",
        wire_id=wire or article,
        publisher=f"www.{publisher}",
        lang=lang,
        told_at=datetime(2025, 1, 27, hour, tzinfo=UTC),
        method="m",
    )


def move(symbol: str, change: float, z: float, verdict: MoveVerdict = MoveVerdict.MOVE) -> Move:
    """A measured session of 27 January."""
    return Move(
        symbol=symbol,
        session_on=MONDAY,
        method="m",
        verdict=verdict,
        reason="no_bars" if verdict is MoveVerdict.UNMEASURED else "",
        simple_return=change,
        abnormal_return=change + 0.02,
        z=z,
        measured_at=UNTIL,
    )


def link(symbol: str, story: str, label: LinkLabel, *, rival: str | None = None, lag_hours: float = 10.0) -> Link:
    """The best link of a move of 27 January."""
    return Link(
        symbol=symbol,
        session_on=MONDAY,
        story_id=story,
        method="m",
        rank=1,
        label=label,
        score=0.8,
        base_rate=0.02,
        quiet_sessions=60,
        directness=1.0,
        occasion=1.0,
        topic_fit=1.0,
        agreement=1.0,
        timing=1.0,
        attention=0.9,
        surge=0.8,
        breadth=1.0,
        lag_hours=lag_hours,
        lag_sessions=0,
        rival_story_id=rival,
        reason="",
        linked_at=UNTIL,
    )


def claim(article: str, symbol: str, size: float, *, start: int = 0, period: str = "close") -> Claim:
    """A fall that an article states of 27 January."""
    return Claim(
        article_id=article,
        version=1,
        field="title",
        start=start,
        end=start + 5,
        symbol=symbol,
        direction="down",
        size=size,
        unit="percent",
        qualifier="exact",
        period=period,
        session_on=MONDAY,
        sentence="",
        method="m",
    )


def check(article: str, verdict: Verdict, measured: float | None, *, start: int = 0) -> Check:
    """What prices say of the claim of the same article and place."""
    return Check(
        article_id=article,
        version=1,
        field="title",
        start=start,
        method="m",
        verdict=verdict,
        measured=measured,
        basis="" if measured is None else "close@2025-01-27",
        reason="may_be_premarket" if measured is None else "agrees",
        checked_at=UNTIL,
    )


def _mention(article: str, symbol: str) -> Mention:
    return Mention(
        article_id=article,
        version=1,
        field="title",
        start=0,
        end=6,
        target=symbol,
        surface=symbol,
        reason="alias",
        layer=Layer.DIRECT,
        method="m",
    )


def _label(row: tuple[str, str, str, str, int, str, str, str]) -> Label:
    return Label(
        article_id=row[0], version=1, scheme="s", model="k", topic=row[6], probability=1.0, holds=bool(row[6]), why=""
    )


def _translation(article: str, text: str, to_lang: str, *, model: str = "opus-1") -> Translation:
    return Translation(
        article_id=article,
        version=1,
        field="title",
        to_lang=to_lang,
        model=model,
        text=text,
        accepted=True,
        reason="",
        coverage=1.0,
        length_ratio=1.0,
        repeats=0,
        numbers_kept=True,
        names_kept=True,
    )


@pytest.fixture
def january_27() -> Callable[[str], EditionInputs]:
    """The inputs of the edition of 28 January in a language."""

    def inputs(lang: str) -> EditionInputs:
        documents = tuple(_document(row) for row in ARTICLES)
        return EditionInputs(
            edition_on=date(2025, 1, 28),
            lang=lang,
            since_at=SINCE,
            until_at=UNTIL,
            moves=(
                move("VST", -0.283, -12.0),
                move("NVDA", -0.1697, -7.1),
                move("COIN", -0.068, -3.1),
                move("MSFT", -0.021, -0.9, MoveVerdict.QUIET),
                move("ORA.PA", 0.0, 0.0, MoveVerdict.UNMEASURED),
            ),
            links=(
                link("NVDA", "en-1", LinkLabel.STRONG, rival="en-4"),
                link("VST", "fr-2", LinkLabel.PLAUSIBLE, lag_hours=-2.0),
            ),
            stories=tuple(
                Story(
                    id=document.article_id,
                    title=document.title,
                    lang=document.lang,
                    first_at=document.told_at,
                    method="m",
                )
                for document in documents
                if document.article_id in {row[1] for row in ARTICLES}
            ),
            members=tuple(_member(row) for row in ARTICLES),
            documents=documents,
            translations=(
                _translation("en-1", "Les puces glissent", "fr"),
                _translation("fr-2", "Vistra and the current", "en", model="glossary-1"),
            ),
            labels=tuple(_label(row) for row in ARTICLES),
            mentions=(_mention("en-2", "NVDA"), _mention("en-3", "NVDA"), _mention("fr-2", "VST")),
            claims=(claim("fr-1", "NVDA", 17.0), claim("en-2", "NVDA", 11.0, period="premarket")),
            checks=(check("fr-1", Verdict.CONFIRMED, -16.97), check("en-2", Verdict.UNCHECKABLE, None)),
            instruments={instrument.symbol: instrument for instrument in AliasTable.load().instruments},
            counts=Counts(
                feeds=16,
                feeds_answered=15,
                feeds_failing=1,
                entries=(("full", 6), ("paywall", 2)),
                articles_fr=4,
                articles_en=4,
                failure_kinds=(("gone", 1),),
                coverage="partial",
                coverage_reason="feeds_failing",
            ),
        )

    return inputs


@pytest.fixture
def with_title(january_27: Callable[[str], EditionInputs]) -> Callable[[str, str], EditionInputs]:
    """The same day in a language, every title of the press being one given text."""

    def inputs(lang: str, title: str) -> EditionInputs:
        day = january_27(lang)
        return replace(
            day,
            stories=tuple(replace(story, title=title) for story in day.stories),
            documents=tuple(replace(document, title=title) for document in day.documents),
            translations=tuple(replace(translation, text=title) for translation in day.translations),
        )

    return inputs


def bars(symbol: str, exchange: str, *, last: float, sessions: int = 40) -> list[PriceBar]:
    """Daily bars up to 27 January that climb by a tenth each session from 100 on, and close at ``last`` on that day."""
    days = (*sessions_before(exchange, MONDAY, sessions - 1), MONDAY)
    closes = [100 + 0.1 * at for at in range(sessions - 1)] + [last]
    return [
        PriceBar(
            symbol=symbol,
            session_on=day,
            interval="1d",
            provider="p",
            open=close,
            high=close + 0.5,
            low=close - 0.5,
            close=close,
            adj_close=None,
            volume=1000.0 + at,
            complete=True,
            fetched_at=UNTIL,
        )
        for at, (day, close) in enumerate(zip(days, closes, strict=True))
    ]


@pytest.fixture
def priced(january_27: Callable[[str], EditionInputs]) -> Callable[[str], EditionInputs]:
    """The same day in a language, with the prices of Nvidia, of two other chip makers and of the S&P 500 fund."""

    def inputs(lang: str) -> EditionInputs:
        day = january_27(lang)
        chips = replace(move("basket:chips", -0.1, -4.4, MoveVerdict.QUIET), members=3)
        falls = {"NVDA": 86.0, "AMD": 94.0, "AVGO": 90.0, "SPY": 102.0}
        return replace(
            day,
            moves=(*day.moves, chips),
            bars=[bar for symbol, last in falls.items() for bar in bars(symbol, "XNYS", last=last)],
            instruments={**day.instruments, **AliasTable.load().baskets},
        )

    return inputs

"""Rows to store: any model with plain values, and a small news desk around 27 January 2025."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from contrecoup.models import (
    Article,
    ArticleText,
    Check,
    Claim,
    Digest,
    DigestItem,
    Entry,
    Evidence,
    Failure,
    Feed,
    Label,
    Layer,
    Link,
    LinkLabel,
    LookAlike,
    Mention,
    Method,
    Move,
    MoveVerdict,
    Page,
    PageBody,
    PriceBar,
    Reading,
    Status,
    Story,
    StoryArticle,
    Translation,
    Verdict,
)
from storage.store import Store, open_store
from storage.tables import columns_of

NOON = datetime(2025, 1, 27, 12, tzinfo=UTC)
DAY = date(2025, 1, 27)
PLAIN: dict[type, object] = {
    str: "x",
    float: 0.5,
    int: 1,
    bool: True,
    bytes: b"x",
    date: DAY,
    datetime: NOON,
}


def make(model: type, /, **values: object) -> Any:  # noqa: ANN401  of the type that is given
    """A value of a model: the given fields, and a plain value for every other (None where that may be)."""
    known = {field.name for field in fields(model)}
    assert known.issuperset(values), f"{model.__name__} has no {set(values) - known}"
    plain = {
        c.name: None if c.optional else next(iter(c.python)) if issubclass(c.python, StrEnum) else PLAIN[c.python]
        for c in columns_of(model)
    }
    return model(**(plain | values))


@pytest.fixture(name="make")
def _make() -> Callable[..., Any]:
    return make


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a test's database stands."""
    return tmp_path / "news.duckdb"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """An empty store."""
    with open_store(path, wait_s=0) as opened:
        yield opened


@pytest.fixture
def desk(store: Store) -> Store:
    """A store in which one story was told in both languages and read by every stage."""
    store.save(*_press(), *_reading(), *_market())
    return store


def _press() -> list[list[object]]:
    feeds = [
        make(
            Feed, url="https://en.example/feed", name="The Example", lang="en", expect_per_day=2.0, failure_weight=0.0
        ),
        make(Feed, url="https://fr.example/flux", name="L’Exemple", lang="fr", failure_weight=1.5, checked_at=NOON),
        make(Feed, url="https://mute.example/rss", name="Mute", lang="fr", expect_per_day=9.0, failure_weight=0.0),
    ]
    texts = {
        "en1": "DeepSeek rattles Nvidia, whose shares fell 17% on Monday.",
        "fr1": "DeepSeek fait chuter Nvidia, dont l’action a perdu 17 % lundi.",
        "fr2": "Une copie d’agence : Nvidia perd 13 %.",
    }
    titles = {
        "en1": "Chip rout after DeepSeek",
        "fr1": "DeepSeek ébranle Nvidia",
        "fr2": "DeepSeek ébranle Nvidia (AFP)",
    }
    entries, pages, bodies, articles, article_texts = [], [], [], [], []
    for number, (key, text) in enumerate(texts.items()):
        lang = key[:2]
        url, at = f"https://{lang}.example/{key}", NOON + timedelta(hours=number)
        feed = feeds[0] if lang == "en" else feeds[1]
        entries.append(
            make(
                Entry,
                id=f"e-{key}",
                feed_url=feed.url,
                url=url,
                title=titles[key],
                lane="dated",
                published_at=at,
                seen_at=at,
            )
        )
        pages.append(make(Page, url=url, body_hash=f"b-{key}", fetched_at=at))
        bodies.append(make(PageBody, body_hash=f"b-{key}", body=text.encode()))
        article_texts.append(make(ArticleText, text_hash=f"t-{key}", text=text))
        articles.append(
            make(
                Article,
                id=f"a-{key}",
                entry_id=f"e-{key}",
                body_hash=f"b-{key}",
                url=url,
                publisher=f"{lang}.example",
                title=titles[key],
                text_hash=f"t-{key}",
                status=Status.FULL,
                lang=lang,
                published_at=at,
                seen_at=at,
                method="extract-1",
            )
        )
    failures = [
        make(Failure, stage="feed", key=feeds[1].url, kind="timeout", advice="Wait.", weight=0.5),
        make(Failure, stage="feed", key=feeds[1].url, kind="http_500", at=NOON + timedelta(hours=1), weight=1.0),
    ]
    return [feeds, entries, pages, bodies, articles, article_texts, failures]


def _reading() -> list[list[object]]:
    stages = {
        "extract": "extract-1",
        "translate": "gloss-1",
        "classify": "topics-1",
        "find_entities": "names-1",
        "find_claims": "claims-1",
        "find_look_alikes": "fakes-1",
        "group": "group-1",
        "check": "bars-1",
    }
    ids = ["a-en1", "a-fr1", "a-fr2"]
    told = {key: NOON + timedelta(hours=number) for number, key in enumerate(ids)}
    return [
        [make(Method, stage=stage, method=method) for stage, method in stages.items()],
        [
            make(Reading, article_id=i, stage=s, method=m)
            for i in ids
            for s, m in stages.items()
            if s not in {"extract", "check"}
        ],
        [
            make(
                Translation,
                article_id="a-fr1",
                field="title",
                to_lang="en",
                model="gloss-1",
                text="DeepSeek shakes Nvidia",
            )
        ],
        [make(Label, article_id=i, scheme="tech", model="topics-1", topic="chip_stocks", holds=True) for i in ids],
        [make(Mention, article_id=i, target="NVDA", layer=Layer.DIRECT, method="names-1") for i in ids],
        [
            make(Claim, article_id=i, symbol="NVDA", direction="down", size=size, unit="percent", method="claims-1")
            for i, size in zip(ids, (17.0, 17.0, 13.0), strict=True)
        ],
        [
            make(Check, article_id=i, method="bars-1", verdict=verdict, measured=-16.97)
            for i, verdict in zip(ids, (Verdict.CONFIRMED, Verdict.CONFIRMED, Verdict.CONTRADICTED), strict=True)
        ],
        [
            make(LookAlike, article_id="a-en1", kind="brand", brand="org:deepseek", name="DeepSeek", method="fakes-1"),
            make(LookAlike, article_id="a-en1", kind="count", brand="org:deepseek", number=75.0, method="fakes-1"),
        ],
        [make(Story, id="a-en1", title="Chip rout after DeepSeek", lang="en", method="group-1")],
        [
            make(
                StoryArticle,
                story_id="a-en1",
                article_id=i,
                wire_id="a-fr1" if i == "a-fr2" else i,
                publisher=f"{i[2:4]}.example",
                owner="",
                lang=i[2:4],
                told_at=told[i],
                method="group-1",
            )
            for i in ids
        ],
    ]


def _market() -> list[list[object]]:
    bar = {"interval": "1d", "provider": "file", "session_on": DAY, "close": 118.42}
    move = {"session_on": DAY, "method": "market-1", "verdict": MoveVerdict.MOVE, "simple_return": -0.1697, "z": -6.0}
    link = {"symbol": "NVDA", "session_on": DAY, "story_id": "a-en1", "method": "link-1"}
    item = {"edition_on": DAY, "lang": "fr", "profile": "default", "section": "moves"}
    return [
        [make(PriceBar, symbol="NVDA", **bar)],
        [make(Move, symbol=symbol, **move) for symbol in ("NVDA", "ASML")],
        [make(Link, rank=1, label=LinkLabel.STRONG, **link)],
        [make(Evidence, article_id="a-en1", kind="claim", **link)],
        [make(Digest, edition_on=DAY, lang="fr", profile="default")],
        [make(DigestItem, position=1, key="NVDA@2025-01-27", **item)],
    ]

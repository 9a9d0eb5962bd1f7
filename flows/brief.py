"""An edition is built, rendered in each language, and kept; then it leaves (flows/deliver.py).

moves, links, stories, claims | build_edition | render   > digests, digest_items
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from prefect import flow

from contrecoup.digest.build import build_edition, items_of
from contrecoup.digest.edition import Counts
from contrecoup.digest.inputs import EditionInputs
from contrecoup.digest.render import fitted, render_digest
from contrecoup.editions import Window, edition_at, window_of
from contrecoup.models import (
    Check,
    Claim,
    Digest,
    DigestItem,
    Document,
    Evidence,
    Failure,
    Feed,
    Label,
    Link,
    Mention,
    Move,
    MoveVerdict,
    Story,
    StoryArticle,
    Translation,
)
from contrecoup.sessions import sessions_closed
from flows.deliver import Told, deliver, plan
from flows.desk import Desk, open_desk, perform, step
from storage.store import Store, rows_where

PROFILE = "default"
# An edition marks what stood in one of the editions of this long before it.
REMEMBERED = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A state and how many are in it."""

    state: str
    number: int


@flow(name="brief", log_prints=False)
def brief(config: str = "contrecoup.toml", now: datetime | None = None, edition_on: date | None = None) -> Told:
    """Build the edition of a day (default: today's) in every language; keep, write and mail it; take a snapshot."""
    desk = open_desk(config, now)
    window = window_of(edition_on or edition_at(desk.now, desk.settings), desk.settings)
    with desk.store() as store:
        inputs = [_inputs(desk, store, window, lang) for lang in desk.settings.languages]
    digests, items = perform(write_editions, inputs, desk.now)
    with desk.store() as store:
        # an edition that is built anew may be shorter than it was
        old = [rows_where(DigestItem, edition_on=d.edition_on, lang=d.lang, profile=d.profile) for d in digests]
        store.save(digests, items, plan(desk, store, digests), replacing=old)
    told = deliver(desk, digests)
    with desk.store() as store:
        missing = store.read(Failure, "models_missing", since=window.since_at)
        store.snapshot()
    return replace(told, warnings=(*told.warnings, *(f"{failure.message} {failure.advice}" for failure in missing)))


@step
def write_editions(inputs: Sequence[EditionInputs], now: datetime) -> tuple[list[Digest], list[DigestItem]]:
    """Each language's edition as it reads, and what stands where in it."""
    editions = [fitted(build_edition(one)) for one in inputs]
    return [render_digest(edition, built_at=now) for edition in editions], [i for e in editions for i in items_of(e)]


def _inputs(desk: Desk, store: Store, window: Window, lang: str) -> EditionInputs:
    moves = _moves(desk, store, window)
    links, evidence = _links(store, moves)
    told = store.read(Story, "stories_between", since=window.since_at, until=window.until_at)
    late = store.read(StoryArticle, "members_late", since=window.since_at)
    ids = {story.id for story in told} | {link.story_id for link in links} | {member.story_id for member in late}
    members = store.read(StoryArticle, "members_of", ids=sorted(ids), until=window.until_at)
    articles = [member.article_id for member in members]
    return EditionInputs(
        edition_on=window.edition_on,
        lang=lang,
        profile=PROFILE,
        since_at=window.since_at,
        until_at=window.until_at,
        timezone=desk.settings.timezone,
        moves=moves,
        links=links,
        evidence=evidence,
        stories=store.read(Story, "stories_of", ids=sorted(ids)),
        members=members,
        late=frozenset(member.article_id for member in late),
        documents=store.read(Document, "documents_of", ids=articles),
        translations=store.read(Translation, "translations_of", ids=articles),
        labels=store.read(Label, "labels_of", ids=articles),
        mentions=store.read(Mention, "mentions_of", ids=articles),
        claims=store.read(Claim, "claims_of", ids=articles),
        checks=store.read(Check, "checks_of", ids=articles),
        instruments=desk.instruments,
        counts=_counts(desk, store, window, moves),
        previous=store.read(
            DigestItem,
            "digest_items_before",
            since_on=window.edition_on - REMEMBERED,
            edition_on=window.edition_on,
            lang=lang,
            profile=PROFILE,
        ),
    )


def _moves(desk: Desk, store: Store, window: Window) -> list[Move]:
    """What was measured of the sessions that closed in the window, each exchange by its own hours."""
    calendars = {desk.instruments[symbol].exchange for symbol in desk.watched}
    closed = {name: set(sessions_closed(name, since=window.since_at, until=window.until_at)) for name in calendars}
    days = sorted(set().union(*closed.values()))
    if not days:
        return []
    measured = store.read(Move, "moves_between", start_on=days[0], end_on=days[-1])
    return [
        move
        for move in measured
        if move.symbol in desk.watched and move.session_on in closed[desk.instruments[move.symbol].exchange]
    ]


def _links(store: Store, moves: Sequence[Move]) -> tuple[list[Link], list[Evidence]]:
    if not moves:
        return [], []
    start, end = min(move.session_on for move in moves), max(move.session_on for move in moves)
    wanted = {(move.symbol, move.session_on) for move in moves}
    links = store.read(Link, "links_between", start_on=start, end_on=end)
    evidence = store.read(Evidence, "evidence_between", start_on=start, end_on=end)
    return (
        [link for link in links if (link.symbol, link.session_on) in wanted],
        [row for row in evidence if (row.symbol, row.session_on) in wanted],
    )


def _counts(desk: Desk, store: Store, window: Window, moves: Sequence[Move]) -> Counts:
    """The footer's figures, each by a query that anyone can repeat."""
    subscribed = {block.url for block in desk.settings.feeds}
    feeds = [feed for feed in store.read(Feed, "feeds") if feed.url in subscribed]
    failing = sum(feed.failure_weight > 0 for feed in feeds)
    answered = sum(feed.checked_at is not None and feed.failure_weight == 0 for feed in feeds)
    silent = {feed.url for feed in store.read(Feed, "feeds_silent", until=window.until_at)} & subscribed
    since, until = window.since_at, window.until_at
    entries = store.read(Tally, "entry_counts", since=since, until=until)
    languages = {
        tally.state: tally.number for tally in store.read(Tally, "article_languages", since=since, until=until)
    }
    models = store.count("models_missing", since=since)
    reason = incomplete(feeds=len(feeds), answered=answered, silent=len(silent), moves=moves, models_missing=models)
    return Counts(
        feeds=len(feeds),
        feeds_answered=answered,
        feeds_failing=failing,
        entries=tuple((tally.state, tally.number) for tally in entries),
        articles_fr=languages.get("fr", 0),
        articles_en=languages.get("en", 0),
        failures=store.count("failures_between", since=since, until=until),
        coverage="stale" if reason == "no_feeds" else "partial" if reason else "complete",
        coverage_reason=reason,
    )


def incomplete(*, feeds: int, answered: int, silent: int, moves: Sequence[Move], models_missing: int = 0) -> str:
    """Why an edition does not cover all it should, or nothing; of several reasons the gravest."""
    reasons = {
        "no_feeds": feeds > 0 and not answered,
        "feeds_failing": answered < feeds,
        "no_prices": bool(moves) and all(move.verdict is MoveVerdict.UNMEASURED for move in moves),
        "models_missing": models_missing > 0,
        "feeds_silent": silent > 0,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")

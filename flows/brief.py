"""An edition is built, rendered in each language, and kept; then it leaves (flows/deliver.py).

moves, links, stories, claims | build_edition | render   > digests, digest_items
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from prefect import flow

from contrecoup.digest.build import build_edition, items_of
from contrecoup.digest.changes import REMEMBERED, moves_told, session_of, unsettled
from contrecoup.digest.edition import Counts
from contrecoup.digest.inputs import EditionInputs
from contrecoup.digest.profiles import EVERYTHING, Profile, narrowed
from contrecoup.digest.render import fitted, render_digest
from contrecoup.editions import Window, edition_at, window_of
from contrecoup.models import (
    Check,
    Claim,
    Delivery,
    Digest,
    DigestItem,
    Document,
    Evidence,
    Failure,
    Feed,
    Label,
    Link,
    LookAlike,
    Mention,
    Move,
    MoveVerdict,
    PriceBar,
    Silence,
    Story,
    StoryArticle,
    Translation,
)
from contrecoup.panel import symbols_needed
from contrecoup.sessions import sessions_closed
from flows.deliver import Told, deliver
from flows.desk import Desk, open_desk, perform, step
from flows.outbox import plan
from flows.subscriptions import profiles_read, unsubscribed
from storage.store import Store, rows_where

# A sparkline shows a month of sessions; holidays make it longer by some days.
DRAWN = timedelta(days=45)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A state and how many are in it."""

    state: str
    number: int


@flow(name="brief", log_prints=False)
def brief(config: str = "contrecoup.toml", now: datetime | None = None, edition_on: date | None = None) -> Told:
    """Build a day's editions (default: today's), one a language and profile; keep, write and mail; take a snapshot."""
    desk = open_desk(config, now)
    window = window_of(edition_on or edition_at(desk.now, desk.settings), desk.settings)
    with desk.store() as store:
        gone = unsubscribed(store)
        inputs = [
            inputs_of(desk, store, window, lang, profile)
            for lang in desk.settings.languages
            for profile in profiles_read(desk.settings, lang, gone)
        ]
    digests, items = perform(write_editions, inputs, desk.now)
    with desk.store() as store:
        # an edition that is built anew may be shorter than it was
        old = [rows_where(DigestItem, edition_on=d.edition_on, lang=d.lang, profile=d.profile) for d in digests]
        known = store.read(Delivery, "deliveries_of", edition_on=window.edition_on)
        planned = plan(desk, known, digests, unsubscribed(store))
        store.save(digests, items, planned, replacing=old)
    told = deliver(desk, digests)
    with desk.store() as store:
        missing = store.read(Failure, "models_missing", since=window.since_at)
        store.snapshot()
    return replace(told, warnings=(*told.warnings, *(f"{failure.message} {failure.advice}" for failure in missing)))


@step
def write_editions(inputs: Sequence[EditionInputs], now: datetime) -> tuple[list[Digest], list[DigestItem]]:
    """Each edition as it reads, and what stands where in it."""
    editions = [fitted(build_edition(one)) for one in inputs]
    return [render_digest(edition, built_at=now) for edition in editions], [i for e in editions for i in items_of(e)]


def inputs_of(desk: Desk, store: Store, window: Window, lang: str, profile: Profile = EVERYTHING) -> EditionInputs:
    """Everything that an edition in a language is made from, for readers of a profile."""
    moves = _moves(desk, store, window)
    links, evidence, silences = _links(store, moves)
    told = store.read(Story, "stories_between", since=window.since_at, until=window.until_at)
    late = store.read(StoryArticle, "members_late", since=window.since_at)
    previous = store.read(
        DigestItem,
        "digest_items_before",
        since_on=window.edition_on - REMEMBERED,
        edition_on=window.edition_on,
        lang=lang,
        profile=profile.name,
    )
    earlier = _links_now(store, frozenset(session_of(key) for key in moves_told(previous)))
    ids = {story.id for story in told} | {link.story_id for link in links} | unsettled(previous, earlier)
    ids |= {member.story_id for member in late}
    members = store.read(StoryArticle, "members_of", ids=sorted(ids), until=window.until_at)
    articles = [member.article_id for member in members]
    inputs = EditionInputs(
        edition_on=window.edition_on,
        lang=lang,
        since_at=window.since_at,
        until_at=window.until_at,
        timezone=desk.settings.timezone,
        moves=moves,
        links=links,
        evidence=evidence,
        silences=silences,
        stories=store.read(Story, "stories_of", ids=sorted(ids)),
        members=members,
        late=frozenset(member.article_id for member in late),
        documents=store.read(Document, "documents_of", ids=articles),
        translations=store.read(Translation, "translations_of", ids=articles),
        labels=store.read(Label, "labels_of", ids=articles),
        mentions=store.read(Mention, "mentions_of", ids=articles),
        claims=store.read(Claim, "claims_of", ids=articles),
        checks=store.read(Check, "checks_of", ids=articles),
        look_alikes=store.read(LookAlike, "look_alikes_of", ids=articles),
        instruments={**desk.instruments, **desk.table.baskets},
        counts=_counts(desk, store, window, moves),
        previous=previous,
        earlier_links=earlier,
        bars=_bars(desk, store, window),
    )
    return narrowed(inputs, profile)


def sessions_closed_in(desk: Desk, window: Window) -> frozenset[tuple[str, date]]:
    """What closed in the window: symbol and session of all that is followed, each exchange by its own hours.

    A basket of which the watch-list holds too few members is not followed: no session of it is ever measured.
    """
    followed = [desk.instruments[symbol] for symbol in desk.watched]
    clocks = {instrument.symbol: instrument.exchange for instrument in followed}
    clocks |= {
        symbol: basket.exchange
        for symbol, basket in desk.table.baskets.items()
        if len(basket.members(followed)) >= basket.least
    }
    calendars = set(clocks.values())
    closed = {name: sessions_closed(name, since=window.since_at, until=window.until_at) for name in calendars}
    return frozenset((symbol, day) for symbol, name in clocks.items() for day in closed[name])


def _moves(desk: Desk, store: Store, window: Window) -> list[Move]:
    """What was measured of the sessions that closed in the window."""
    closed = sessions_closed_in(desk, window)
    if not closed:
        return []
    days = [day for _, day in closed]
    measured = store.read(Move, "moves_between", start_on=min(days), end_on=max(days))
    return [move for move in measured if (move.symbol, move.session_on) in closed]


def _links(store: Store, moves: Sequence[Move]) -> tuple[list[Link], list[Evidence], list[Silence]]:
    if not moves:
        return [], [], []
    start, end = min(move.session_on for move in moves), max(move.session_on for move in moves)
    wanted = {(move.symbol, move.session_on) for move in moves}
    links = store.read(Link, "links_between", start_on=start, end_on=end)
    evidence = store.read(Evidence, "evidence_between", start_on=start, end_on=end)
    silences = store.read(Silence, "silences_between", start_on=start, end_on=end)
    return (
        [link for link in links if (link.symbol, link.session_on) in wanted],
        [row for row in evidence if (row.symbol, row.session_on) in wanted],
        [silence for silence in silences if (silence.symbol, silence.session_on) in wanted],
    )


def _links_now(store: Store, sessions: Collection[tuple[str, date]]) -> list[Link]:
    """The best link, as it is now, of each of the sessions that earlier editions spoke of."""
    if not sessions:
        return []
    days = [day for _, day in sessions]
    links = store.read(Link, "links_between", start_on=min(days), end_on=max(days))
    best = {(link.symbol, link.session_on): link for link in sorted(links, key=lambda link: (-link.rank, link.score))}
    return [link for session, link in best.items() if session in sessions]


def _bars(desk: Desk, store: Store, window: Window) -> list[PriceBar]:
    """Prices for the edition's charts, of what is watched, its benchmarks and its sectors."""
    symbols = symbols_needed(desk.watched, desk.instruments.values())
    start_on, end_on = (window.since_at - DRAWN).date(), window.until_at.date()
    return store.read(PriceBar, "bars_of", symbols=list(symbols), start_on=start_on, end_on=end_on) if symbols else []


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
    failed = Counter(failure.kind for failure in store.read(Failure, "failures_between", since=since, until=until))
    models = store.count("models_missing", since=since)
    reason = incomplete(feeds=len(feeds), answered=answered, silent=len(silent), moves=moves, models_missing=models)
    return Counts(
        feeds=len(feeds),
        feeds_answered=answered,
        feeds_failing=failing,
        entries=tuple((tally.state, tally.number) for tally in entries),
        articles_fr=languages.get("fr", 0),
        articles_en=languages.get("en", 0),
        failure_kinds=tuple(sorted(failed.items(), key=lambda pair: (-pair[1], pair[0]))),
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

"""Every number of an edition's subject, text and pictures, each with its query. Beside render, read by explain."""

from collections.abc import Iterator

from contrecoup.digest.changes import MAX_LATE, MAX_REVISIONS, REMEMBERED
from contrecoup.digest.edition import Edition, Telling
from contrecoup.digest.facts import (
    CHANGES,
    COUNTS,
    TALLY,
    Fact,
    Ground,
    Parameters,
    Source,
    link_of,
    move_source,
    source_of,
)
from contrecoup.digest.mail_wording import MailWording
from contrecoup.digest.move_facts import MoveFacts


def facts_of(edition: Edition, wording: MailWording, ground: Ground) -> tuple[Fact, ...]:
    """Every number of an edition's subject, text and pictures, in reading order."""
    teller = _Teller(edition, wording, ground)
    return tuple(fact for part in teller.parts() for fact in part)


class _Teller:
    """An edition while its facts are told; never handed out."""

    def __init__(self, edition: Edition, wording: MailWording, ground: Ground) -> None:
        self._edition = edition
        self._w = wording
        self._ground = ground
        self._moves = MoveFacts(wording, ground, edition.until_at)
        self._sessions: Parameters = {"sessions": tuple(ground.sessions)}
        self._key: Parameters = {"edition_on": edition.edition_on, "lang": edition.lang, "profile": edition.profile}

    def parts(self) -> Iterator[Iterator[Fact]]:
        """The facts by the part of the edition in which they stand."""
        edition = self._edition
        yield self._day()
        yield self._tally()
        for ticker in edition.strip:
            yield self._moves.ticker(ticker)
        for group in edition.groups:
            yield self._story(group.telling)
            yield self._moves.group(group)
        yield self._moves.highest_bar(edition)
        for figure in edition.unexplained[: self._ground.most]:
            yield self._moves.figure(figure, self._w.row(figure, None))
        yield self._left_out()
        for shelf in edition.shelves:
            for telling in shelf.tellings:
                yield self._story(telling)
                yield self._still(telling)
        for telling in edition.tokens:
            yield self._story(telling)
            yield self._watch(telling)
        for telling in edition.continued:
            yield self._anew(telling)
        yield self._changes_left_out()
        yield self._feeds()
        yield self._footer()

    # --- the day as a whole ---

    def _day(self) -> Iterator[Fact]:
        """Subject and headline: the first move and the number of all, or how many sessions were measured."""
        edition, tally = self._edition, self._edition.tally
        subject, headline = self._w.subject(edition), self._w.headline(edition)
        first = [match.figure for group in edition.groups[:1] for match in group.matches + group.others]
        if figures := (first or list(edition.unexplained))[:1]:
            [figure] = figures
            shown, source = self._w.percent(figure.simple_return), move_source(figure, "percent")
            yield self._counted(TALLY, "abnormal moves", tally.linked + tally.unexplained, subject, self._ended("move"))
            yield Fact(item=figure.key, what="return", shown=shown, line=subject, source=source)
            yield Fact(item=figure.key, what="return", shown=shown, line=headline, source=source)
        elif measured := tally.sessions - tally.unmeasured:
            yield self._counted(TALLY, "sessions measured", measured, subject, self._ended("quiet"))

    def _tally(self) -> Iterator[Fact]:
        tally, line = self._edition.tally, self._w.tally(self._edition)
        if not tally.sessions:
            return
        source = source_of("explain_tally", self._sessions, column="number")
        yield self._counted(TALLY, "sessions followed", tally.sessions, line, source)
        for state, number in tally.parts:
            source = source_of("explain_tally", self._sessions, column="number", state=state)
            yield self._counted(TALLY, f"sessions: {state}", number, line, source)

    def _ended(self, verdict: str) -> Source:
        return source_of("explain_tally", self._sessions, column="number", verdict=verdict)

    def _left_out(self) -> Iterator[Fact]:
        """What there was no room for."""
        edition, most = self._edition, self._ground.most
        if edition.hidden:
            source = source_of("explain_left_out", {**self._sessions, **self._key})
            line = self._w.say("more.linked", n=edition.hidden)
            yield self._counted(TALLY, "linked moves left out", edition.hidden, line, source)
        if (more := len(edition.unexplained) - most) > 0:
            source = source_of("explain_unexplained", {**self._sessions, "shown": most})
            line = self._w.say("more.figures", n=more)
            yield self._counted(TALLY, "moves without a story left out", more, line, source)

    def _changes_left_out(self) -> Iterator[Fact]:
        edition = self._edition
        if more := edition.changes.more_revised:
            asked: Parameters = {**self._key, "since_on": edition.edition_on - REMEMBERED, "shown": MAX_REVISIONS}
            line = self._w.say("changed.more_revised", n=more)
            yield self._counted(CHANGES, "revised links left out", more, line, source_of("explain_revised", asked))
        if more := edition.changes.more_late:
            source = source_of("explain_late", {"since": edition.since_at, "shown": MAX_LATE})
            line = self._w.say("changed.more_late", n=more)
            yield self._counted(CHANGES, "late articles left out", more, line, source)

    def _feeds(self) -> Iterator[Fact]:
        counts, line = self._edition.counts, self._w.counts(self._edition)[0]
        asked: Parameters = {"feeds": tuple(self._ground.feeds)}
        states = {"answered": counts.feeds_answered, **({"failing": n} if (n := counts.feeds_failing) else {})}
        for state, number in states.items():
            yield self._counted(COUNTS, f"feeds: {state}", number, line, source_of("explain_feeds", asked, state=state))
        yield self._counted(COUNTS, "feeds", counts.feeds, line, source_of("explain_feeds", asked))

    def _footer(self) -> Iterator[Fact]:
        counts = self._edition.counts
        window: Parameters = {"since": self._edition.since_at, "until": self._edition.until_at}
        _, entries, articles, *untold = self._w.counts(self._edition)
        if counts.entries_in_all:
            source = source_of("entry_counts", window, column="number")
            yield self._counted(COUNTS, "feed entries", counts.entries_in_all, entries, source)
        for state, number in counts.entries:
            source = source_of("entry_counts", window, column="number", state=state)
            yield self._counted(COUNTS, f"feed entries: {state}", number, entries, source)
        for lang, number in (("fr", counts.articles_fr), ("en", counts.articles_en)):
            source = source_of("article_languages", window, column="number", state=lang)
            yield self._counted(COUNTS, f"articles: {lang}", number, articles, source)
        if counts.failures:
            source = source_of("failures_between", window)
            yield self._counted(COUNTS, "incidents", counts.failures, articles, source)
        for kind, number in counts.failure_kinds:
            source = source_of("failures_between", window, kind=kind)
            yield self._counted(COUNTS, f"incidents: {kind}", number, articles, source)
        for line in untold:
            source = source_of("explain_untold", {**window, **self._key})
            yield self._counted(COUNTS, "stories not shown", self._edition.untold, line, source)

    # --- stories ---

    def _story(self, telling: Telling) -> Iterator[Fact]:
        told = {"publishers": telling.publishers}
        if telling.articles > telling.publishers:
            told |= {"articles": telling.articles} | ({"copies": telling.copies} if telling.copies else {})
        for name, number in told.items():
            source = source_of(f"explain_story_{name}", self._told_in(telling))
            yield self._counted(telling.story_id, name, number, self._w.about(telling), source)

    def _still(self, telling: Telling) -> Iterator[Fact]:
        for figure in telling.still:
            yield Fact(
                item=telling.story_id,
                what=f"return of {figure.symbol}",
                shown=self._w.percent(figure.simple_return),
                line=self._w.still(telling),
                source=source_of("explain_silence", link_of(figure, telling.story_id), column="percent"),
            )

    def _anew(self, telling: Telling) -> Iterator[Fact]:
        if telling.latest is not None:
            source = source_of("explain_story_anew", {**self._told_in(telling), "since": self._edition.since_at})
            yield self._counted(telling.story_id, "new articles", telling.told_anew, self._w.anew(telling), source)

    def _watch(self, telling: Telling) -> Iterator[Fact]:
        """The numbers that publishers state; a vague one has none to show."""
        if telling.watch is None:
            return
        line, watch = self._w.watch(telling.watch), telling.watch
        for kind, counted in {"count": watch.counts, "growth": watch.growth, "loss": watch.losses}.items():
            for place, one in enumerate(counted, start=1):
                if one.number:
                    asked = self._told_in(telling)
                    source = source_of("explain_watch", asked, column="number", kind=kind, place=place)
                    yield self._counted(telling.story_id, f"stated: {kind}", one.number, line, source)

    def _told_in(self, telling: Telling) -> Parameters:
        return {"story_id": telling.story_id, "until": self._edition.until_at}

    def _counted(self, item: str, what: str, number: float, line: str, source: Source) -> Fact:
        return Fact(item=item, what=what, shown=self._w.number(number), line=line, source=source)

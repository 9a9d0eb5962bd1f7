"""The facts of moves and of the market strip: what was measured, what speaks for a link. Read by edition_facts."""

from collections.abc import Iterator
from datetime import date, datetime

from contrecoup.digest.courses import SLOT_H
from contrecoup.digest.drawn import Course, Ticker
from contrecoup.digest.edition import Edition, Figure, Group, Match, Said, SlowBurn
from contrecoup.digest.facts import MARKET, Fact, Ground, Parameters, Source, link_of, move_source, source_of
from contrecoup.digest.lags import lag_of
from contrecoup.digest.mail_wording import CROWD, MailWording
from contrecoup.digest.wording import YOUNG
from contrecoup.links import PRIOR_MIDDLE, PRIOR_SESSIONS, PRIOR_SPREAD, REMEMBERED

_ONE_PLACE = "#,##0.0"
LEAST_CLOSES = 2
"""Closes that the return of a session needs."""
_PRIOR: Parameters = {
    "prior_sessions": PRIOR_SESSIONS,
    "prior_middle": PRIOR_MIDDLE,
    "prior_spread": PRIOR_SPREAD,
}


class MoveFacts:
    """Tells the facts of moves in one wording; ``until`` is the end of the edition's window."""

    def __init__(self, wording: MailWording, ground: Ground, until: datetime) -> None:
        """See the class."""
        self._w = wording
        self._ground = ground
        self._until = until

    def group(self, group: Group) -> Iterator[Fact]:
        """The moves under a story."""
        for match in group.matches:
            yield from self._match(match, group.telling.story_id)
        for match in group.others:
            yield from self.figure(match.figure, self._w.row(match.figure, match.label))

    def figure(self, figure: Figure, line: str) -> Iterator[Fact]:
        """A move on one line."""
        yield from self._members(figure, line)
        for what, shown, column in self._measured(figure):
            yield Fact(item=figure.key, what=what, shown=shown, line=line, source=move_source(figure, column))

    def ticker(self, ticker: Ticker) -> Iterator[Fact]:
        """A line of the market strip, and its sparkline."""
        w, line = self._w, self._w.ticker_row(ticker)
        closes = self._closes(ticker.symbol, ticker.session_on, max(LEAST_CLOSES, len(ticker.levels)))
        told = (
            ("close", w.close(ticker), "close"),
            ("return", w.percent(ticker.simple_return), "percent"),
            ("return of the month", w.month(ticker), "since_first"),
        )
        for what, shown, column in told:
            source = source_of(*closes, column=column, back=0)
            if shown:
                yield Fact(item=MARKET, what=f"{ticker.symbol}: {what}", shown=shown, line=line, source=source)
        if not ticker.levels:
            return
        levels = {"since_first": ticker.levels[-1], "lowest": min(ticker.levels), "highest": max(ticker.levels)}
        for column, level in levels.items():
            yield Fact(
                item=MARKET,
                what=f"{ticker.symbol}: {column} of the sparkline",
                shown=w.percent(level - 1),
                line=w.spark_alt(ticker),
                source=source_of(*closes, column=column, back=0),
                pictured=True,
            )

    def _members(self, figure: Figure, line: str) -> Iterator[Fact]:
        if figure.members is not None:
            shown, source = self._w.number(figure.members), move_source(figure, "members")
            yield Fact(item=figure.key, what="members of the basket", shown=shown, line=line, source=source)

    def _measured(self, figure: Figure) -> tuple[tuple[str, str, str], ...]:
        """What is said, its number, and the column of ``explain_move``."""
        w, beside = self._w, "sector_" if figure.beyond_sector else ""
        return (
            ("return", w.percent(figure.simple_return), "percent"),
            ("abnormal return", w.percent(figure.abnormal_return), f"{beside}abnormal_percent"),
            ("standard errors (z)", w.number(abs(figure.z), _ONE_PLACE), f"{beside}standard_errors"),
        )

    def _match(self, match: Match, story_id: str) -> Iterator[Fact]:
        w, figure = self._w, match.figure
        first = f"{figure.name} ({w.code(figure)}) {w.percent(figure.simple_return)}"
        yield from self._members(figure, first)
        lines = (first, w.abnormal(figure), w.z(figure))
        for (what, shown, column), line in zip(self._measured(figure), lines, strict=True):
            yield Fact(item=figure.key, what=what, shown=shown, line=line, source=move_source(figure, column))
        if match.course is not None:
            yield from self._course(match.course, figure, story_id)
        yield from self._why(match, story_id)
        for said in match.said:
            yield from self._said(said, figure, story_id)
        if match.slow_burn is not None:
            yield from self._slow_burn(match.slow_burn, figure, story_id)

    def _why(self, match: Match, story_id: str) -> Iterator[Fact]:
        """Who names the instrument, when the story was first told, and what its fit is worth."""
        w, link = self._w, link_of(match.figure, story_id)
        past: Parameters = {**link, "remembered": REMEMBERED.days}
        told: list[tuple[str, str, Source]] = []
        if match.named_by:
            asked: Parameters = {
                "symbol": match.figure.symbol,
                "story_id": story_id,
                "since": match.named_since,
                "until": self._until,
            }
            told.append(
                ("publishers that name it", w.number(len(match.named_by)), source_of("explain_named_by", asked))
            )
        unit, lag = lag_of(match.lag_hours)
        if lag:
            told.append((f"{unit} to the close", w.number(lag), source_of("explain_link", link, column=unit)))
        rate = source_of("explain_base_rate", {**past, **_PRIOR}, column="at_least_one")
        told.append(("base rate", w.share(match.base_rate), rate))
        if match.quiet_sessions < YOUNG:
            quiet = source_of("explain_quiet_sessions", past)
            told.append(("quiet sessions behind it", w.number(match.quiet_sessions), quiet))
        for what, shown, source in told:
            yield Fact(item=match.figure.key, what=what, shown=shown, line=w.why(match), source=source)

    def _said(self, said: Said, figure: Figure, story_id: str) -> Iterator[Fact]:
        asked: Parameters = {**link_of(figure, story_id), "until": self._until}
        numbers = {"stated": ("size", self._w.stated(said)), "measured": ("measured", self._w.measured(said))}
        for told, (column, shown) in numbers.items():
            if shown:
                source = source_of("explain_said", asked, column=column, verdict=said.verdict.value)
                what, line = f"{said.publisher}: {told}", self._w.said(said)
                yield Fact(item=figure.key, what=what, shown=shown, line=line, source=source)

    def _slow_burn(self, slow: SlowBurn, figure: Figure, story_id: str) -> Iterator[Fact]:
        """The days and the sessions between; one day is told as "the day before"."""
        numbers = {"sessions": slow.sessions} if slow.days == 1 else {"days": slow.days, "sessions": slow.sessions}
        for column, number in numbers.items():
            source = source_of("explain_slow_burn", link_of(figure, story_id), column=column)
            what, line = f"slow burn: {column}", self._w.slow_burn(slow)
            yield Fact(item=figure.key, what=what, shown=self._w.number(number), line=line, source=source)

    def _course(self, course: Course, figure: Figure, story_id: str) -> Iterator[Fact]:
        """The closes around a move and the attention under them: the caption's figures, then those of the chart."""
        w, last = self._w, len(course.closes) - 1
        closes = self._closes(figure.symbol, figure.session_on, len(course.closes))
        prices = [
            (f"close, sessions before: {last - place}", level, last - place)
            for place, level in enumerate(w.levels(course))
        ]
        peak = self._attention(course, story_id, "houses")
        column = "price" if course.currency else "to_close_before"
        hours = self._attention(course, story_id, "hours")
        caption, chart = w.caption(figure, course), w.course_alt(figure, course)
        told = [(what, shown, source_of(*closes, column=column, back=back)) for what, shown, back in prices]
        most = ("publishers within three hours, at most", w.number(course.peak), peak)
        captioned = told[-2:] if course.currency else []
        for what, shown, source in [*captioned, *([most] if course.peak >= CROWD else [])]:
            yield Fact(item=figure.key, what=what, shown=shown, line=caption, source=source)
        for what, shown, source in [*told, most, ("hours that count as one", w.number(SLOT_H), hours)]:
            yield Fact(item=figure.key, what=what, shown=shown, line=chart, source=source, pictured=True)

    def highest_bar(self, edition: Edition) -> Iterator[Fact]:
        """The most publishers of a slot in any chart: all bars are drawn on this scale."""
        charted = [(match, group) for group in edition.groups for match in group.matches]
        for match, group in charted:
            if edition.scale and match.course and match.course.peak == edition.scale.houses:
                shown, line = self._w.number(match.course.peak), self._w.say("picture.most", n=match.course.peak)
                what, source = (
                    "highest bar of all charts",
                    self._attention(match.course, group.telling.story_id, "houses"),
                )
                yield Fact(item=match.figure.key, what=what, shown=shown, line=line, source=source, pictured=True)
                return

    def _attention(self, course: Course, story_id: str, column: str) -> Source:
        """A number of the slot in which most told a story."""
        asked: Parameters = {"story_id": story_id, "until": self._until, "start_at": course.start_at, "hours": SLOT_H}
        return source_of("explain_attention", asked, column=column, place=1)

    def _closes(self, symbol: str, session_on: date, count: int) -> tuple[str, Parameters]:
        """The query of the closes up to a session, with its parameters."""
        if symbol not in self._ground.baskets:
            return "explain_closes", {"symbol": symbol, "session_on": session_on, "count": count}
        basket, members = self._ground.baskets[symbol]
        composed: Parameters = {"members": tuple(members), "least": basket.least}
        return "explain_basket", {**composed, "session_on": session_on, "count": count}

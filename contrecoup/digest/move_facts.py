"""The facts of moves and of the market strip: what was measured, what speaks for a link. Read by edition_facts."""

from collections.abc import Iterator
from datetime import date, datetime

from contrecoup.digest.courses import SLOT_H
from contrecoup.digest.edition import Course, Figure, Group, Match, Said, SlowBurn, Ticker
from contrecoup.digest.facts import MARKET, Fact, Ground, Parameters, Source, link_of, move_source, source_of
from contrecoup.digest.mail_wording import CROWD, MailWording
from contrecoup.digest.wording import DAY_H, LAG_IN_HOURS_UNTIL, YOUNG
from contrecoup.links import PRIOR_MIDDLE, PRIOR_SESSIONS, PRIOR_SPREAD, REMEMBERED

_ONE_PLACE = "#,##0.0"
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
        closes = self._closes(ticker.symbol, ticker.session_on, len(ticker.levels))
        value = "close" if ticker.members is None else "index"
        told = (
            (value, w.value(ticker), source_of(*closes, column=value, back=0)),
            ("return", w.percent(ticker.simple_return), source_of(*closes, column="percent", back=0)),
            ("return of the month", w.month(ticker), source_of(*closes, column="since_first", back=0)),
        )
        for what, shown, source in told:
            yield Fact(item=MARKET, what=f"{ticker.symbol}: {what}", shown=shown, line=line, source=source)
        levels = {
            "first": (ticker.levels[0], "index", len(ticker.levels) - 1),
            "last": (ticker.levels[-1], "index", 0),
            "lowest": (min(ticker.levels), "lowest", 0),
            "highest": (max(ticker.levels), "highest", 0),
        }
        for name, (level, column, back) in levels.items():
            yield Fact(
                item=MARKET,
                what=f"{ticker.symbol}: {name} of the sparkline",
                shown=w.number(100 * level, _ONE_PLACE),
                line=w.spark_alt(ticker),
                source=source_of(*closes, column=column, back=back),
                pictured=True,
            )

    def _members(self, figure: Figure, line: str) -> Iterator[Fact]:
        if figure.members is not None:
            shown, source = self._w.number(figure.members), move_source(figure, "members")
            yield Fact(item=figure.key, what="members of the basket", shown=shown, line=line, source=source)

    def _measured(self, figure: Figure) -> tuple[tuple[str, str, str], ...]:
        """What is said, its number, and the column of ``explain_move``."""
        w = self._w
        return (
            ("return", w.percent(figure.simple_return), "percent"),
            ("abnormal return", w.percent(figure.abnormal_return), "abnormal_percent"),
            ("standard errors (z)", w.number(abs(figure.z), _ONE_PLACE), "standard_errors"),
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
            asked: Parameters = {"symbol": match.figure.symbol, "story_id": story_id, "until": self._until}
            told.append(
                ("publishers that name it", w.number(len(match.named_by)), source_of("explain_named_by", asked))
            )
        column = "days" if match.lag_hours >= LAG_IN_HOURS_UNTIL else "hours"
        if lag := round(abs(match.lag_hours) / (DAY_H if column == "days" else 1)):
            told.append((f"{column} to the close", w.number(lag), source_of("explain_link", link, column=column)))
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
            (f"close, sessions before: {last - place}", w.level(course, close.value), last - place)
            for place, close in enumerate(course.closes)
        ]
        asked: Parameters = {"story_id": story_id, "until": self._until, "start_at": course.start_at, "hours": SLOT_H}
        peak = source_of("explain_attention", asked, column="houses", place=1)
        hours = source_of("explain_attention", asked, column="hours", place=1)
        caption, chart = w.caption(figure, course), w.course_alt(figure, course)
        told = [(what, shown, source_of(*closes, column="price", back=back)) for what, shown, back in prices]
        most = ("publishers within three hours, at most", w.number(course.peak), peak)
        for what, shown, source in [*told[-2:], *([most] if course.peak >= CROWD else [])]:
            yield Fact(item=figure.key, what=what, shown=shown, line=caption, source=source)
        for what, shown, source in [*told, most, ("hours that count as one", w.number(SLOT_H), hours)]:
            yield Fact(item=figure.key, what=what, shown=shown, line=chart, source=source, pictured=True)

    def _closes(self, symbol: str, session_on: date, count: int) -> tuple[str, Parameters]:
        """The query of the closes up to a session, with its parameters."""
        if symbol not in self._ground.baskets:
            return "explain_closes", {"symbol": symbol, "session_on": session_on, "count": count}
        basket, members = self._ground.baskets[symbol]
        composed: Parameters = {"members": tuple(members), "least": basket.least}
        return "explain_basket", {**composed, "session_on": session_on, "count": count}

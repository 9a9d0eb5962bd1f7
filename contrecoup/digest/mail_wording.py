"""What the mail says beyond the archive's pages: the words beside its pictures, and what changed. Beside wording."""

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from babel import Locale

from contrecoup.digest.courses import SLOT_H
from contrecoup.digest.drawn import Course, Ticker
from contrecoup.digest.edition import Cited, Edition, Figure, Match, Revision, Source, Telling
from contrecoup.digest.wording import NBSP, Wording, read_phrases
from contrecoup.models import Status

LONGEST_RIVAL = 36
CROWD = 2
"""Houses at once from which on the peak of attention is told."""
_SHARP = re.compile(rf"(?<=h){NBSP}00$")
"""French writes 22 h for 22 h 00."""
WHOLE_FROM = 10_000
"""A price from here on is told without decimals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWording(Wording):
    """The phrases of one language, and the zone that times are told in."""

    def close(self, ticker: Ticker) -> str:
        """The close of a benchmark; a basket has none."""
        return "" if ticker.close is None else self.price(ticker.close)

    def price(self, value: float) -> str:
        """A price with cents, or without where they say nothing."""
        return self.number(value, "#,##0" if value >= WHOLE_FROM else "#,##0.00")

    def ticker_row(self, ticker: Ticker) -> str:
        """A line of the market strip as text: what its columns and its sparkline show."""
        told = (self.close(ticker), self.percent(ticker.simple_return), self.month(ticker))
        name = f"{ticker.name} ({self.day(ticker.session_on)})" if ticker.earlier else ticker.name
        return f"{name}{self.say('format.colon')}{', '.join(part for part in told if part)}"

    def month(self, ticker: Ticker) -> str:
        """What a sparkline makes from its first close to its last; nothing where there is none."""
        return self.percent(ticker.levels[-1] - 1) if ticker.levels else ""

    def spark_alt(self, ticker: Ticker) -> str:
        """What a sparkline shows, in changes since its first close."""
        points = [level - 1 for level in ticker.levels]
        told = {"low": min(points), "high": max(points), "last": points[-1]}
        return self.say("picture.spark", **{name: self.percent(point) for name, point in told.items()})

    def course_alt(self, figure: Figure, course: Course) -> str:
        """What the chart of a session window shows, in figures."""
        phrase = "picture.course" if course.currency else "picture.course_in_changes"
        closes = self.say("format.semicolon").join(self.levels(course))
        return self.say(phrase, name=figure.name, closes=closes, hours=SLOT_H, peak=course.peak)

    def caption(self, figure: Figure, course: Course) -> str:
        """The session in a word, the close before it and its own, if it has any, and when most told the story."""
        told = self.capital(self.session(figure))
        if course.currency:
            before, close = self.levels(course)[-2:]
            told += f"{self.say('format.colon')}{before} → {close}{NBSP}{course.currency}"
        if course.peak < CROWD:
            return told
        return f"{told} · {self.say('picture.peak', n=course.peak, slot=self.slot_of(course))}"

    def slot_of(self, course: Course) -> str:
        """The hours in which most told a story: ``between Mon 22:00 and 01:00``."""
        since, until = self.lately(course.peak_at), self.at(course.peak_at + course.slot, "format.hour")
        return self.say("picture.slot", since=_SHARP.sub("", since), until=_SHARP.sub("", until))

    def marks(self, source: Source, edition: Edition) -> str:
        """Hour of a source and, when its page could not be read, what was read instead; its date if it is not new."""
        parts = [self.lately(source.told_at) if source.told_at > edition.since_at else self.moment(source.told_at)]
        if source.status is not Status.FULL:
            parts.append(self.say(f"status.{source.status.value}"))
        return ", ".join(parts)

    def evidence(self, match: Match) -> list[str]:
        """What speaks for a link, a line each: who names it, what was checked, and the older story beside it."""
        lines = [self.why(match), *(self.said(said) for said in match.said)]
        lines += [self.slow_burn(match.slow_burn)] if match.slow_burn else []
        lines += [self.rival(match.rival)] if match.rival else []
        return lines

    def rival(self, rival: Cited) -> str:
        """The story that came next, by the beginning of its title: it stands in full where it is told."""
        return self.say("why.rival", title=self.cited(rival, LONGEST_RIVAL))

    def about(self, telling: Telling) -> str:
        """Publishers and articles of a story in one line, and how old it is where it is not new."""
        parts = [self.say("story.publishers", n=telling.publishers)]
        if telling.articles > telling.publishers:
            articles = self.say("story.articles", n=telling.articles)
            if telling.copies:
                articles += self.say("format.comma") + self.say("story.copies", n=telling.copies)
            parts.append(articles)
        if telling.seen_on is not None:
            parts.append(self.say("story.seen", day=self.day(telling.seen_on)))
        elif not telling.new:
            parts.append(self.say("story.first", moment=self.moment(telling.first_at)))
        return " · ".join(parts)

    def anew(self, telling: Telling) -> str:
        """How many articles came since the last edition; the newest is named after it."""
        return self.say("story.anew", n=telling.told_anew)

    def revision(self, revision: Revision) -> str:
        """What became of a link of an edition before, and which story it was with."""
        name, day = revision.name, self.day(revision.session_on)
        was = self.cited(revision.instead_of) if revision.instead_of else None
        if revision.story is None or revision.label is None:
            phrase = "changed.gone_from" if was else "changed.gone"
            return self.say(phrase, name=name, day=day, was=was or "")
        title, label = self.cited(revision.story), self.label(revision.label)
        if revision.was is None:
            return self.say("changed.found", name=name, day=day, title=title, label=label)
        if revision.same_story:
            return self.say("changed.label", name=name, day=day, title=title, label=label, was=self.label(revision.was))
        phrase = "changed.other_than" if was else "changed.other"
        return self.say(phrase, name=name, day=day, title=title, label=label, was=was or "")

    def levels(self, course: Course) -> list[str]:
        """The closes of a session window as prices, or of a basket, relative to the one before the session."""
        if course.currency:
            return [self.price(close.value) for close in course.closes]
        return [self.percent(change) for change in course.changes]


def mail_wording_of(lang: str, timezone: str) -> MailWording:
    """The wording of a mail's language (fr or en)."""
    return MailWording(locale=Locale(lang), phrases=read_phrases(lang), zone=ZoneInfo(timezone))

"""What the mail says beyond the archive's pages: the words beside its pictures, and what changed. Beside wording."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime

from contrecoup.digest.courses import HUNDRED, SLOT_H
from contrecoup.digest.edition import Cited, Course, Edition, Figure, Match, Revision, Source, Telling, Ticker
from contrecoup.digest.wording import NBSP, Wording, read_phrases
from contrecoup.models import Status

LONGEST_RIVAL = 40
CROWD = 2
"""Houses at once from which on the peak of attention is told."""
WHOLE_FROM = 10_000
"""A price from here on is told without decimals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWording(Wording):
    """The phrases of one language, and the zone that times are told in."""

    def value(self, ticker: Ticker) -> str:
        """The close of a benchmark, or the index of a basket."""
        if ticker.members is not None:
            return self.number(ticker.value, "#,##0.0")
        return self.price(ticker.value)

    def price(self, value: float) -> str:
        """A price with cents, or without where they say nothing."""
        return self.number(value, "#,##0" if value >= WHOLE_FROM else "#,##0.00")

    def ticker_row(self, ticker: Ticker) -> str:
        """A line of the market strip as text: what its columns and its sparkline show."""
        told = (self.value(ticker), self.percent(ticker.simple_return), self.month(ticker))
        return f"{ticker.name}{self.say('format.colon')}{', '.join(told)}"

    def month(self, ticker: Ticker) -> str:
        """What a sparkline makes from its first close to its last."""
        return self.percent(ticker.levels[-1] / ticker.levels[0] - 1)

    def spark_alt(self, ticker: Ticker) -> str:
        """What a sparkline shows, in figures: an index of 100 at its first close."""
        points = [HUNDRED * level for level in ticker.levels]
        told = {"first": points[0], "low": min(points), "high": max(points), "last": points[-1]}
        figures = {name: self.number(point, "#,##0.0") for name, point in told.items()}
        return self.say("picture.spark", name=ticker.name, n=len(points), **figures)

    def course_alt(self, figure: Figure, course: Course) -> str:
        """What the chart of a session window shows, in figures."""
        closes = self.say("format.semicolon").join(self.level(course, close.value) for close in course.closes)
        return self.say("picture.course", name=figure.name, closes=closes, hours=SLOT_H, peak=course.peak)

    def caption(self, figure: Figure, course: Course) -> str:
        """The session in a word, the close before it and its own, and when most told the story."""
        session = self.capital(self.session(figure))
        before, close = (self.level(course, one.value) for one in course.closes[-2:])
        close = f"{close}{NBSP}{course.currency}" if course.currency else close
        if course.peak < CROWD:
            return self.say("picture.caption_silent", session=session, before=before, close=close)
        moment = self.lately(course.peak_at)
        return self.say("picture.caption", session=session, before=before, close=close, n=course.peak, moment=moment)

    def marks(self, source: Source, edition: Edition) -> str:
        """Hour of a source and, when its page could not be read, what was read instead; its date if it is not new."""
        parts = [self.lately(source.told_at) if source.told_at > edition.since_at else self.moment(source.told_at)]
        if source.status is not Status.FULL:
            parts.append(self.say(f"status.{source.status.value}"))
        return ", ".join(parts)

    def lately(self, moment: datetime) -> str:
        """A weekday and an hour in the edition's zone, unbroken."""
        told = format_datetime(moment, self.phrases["format.lately"], tzinfo=self.zone, locale=self.locale)
        return str(told).replace(" ", NBSP)

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
        """Publishers and articles of a story in one line; its hours stand beside its sources."""
        parts = [self.say("story.publishers", n=telling.publishers)]
        if telling.articles > telling.publishers:
            articles = self.say("story.articles", n=telling.articles)
            if telling.copies:
                articles += self.say("format.comma") + self.say("story.copies", n=telling.copies)
            parts.append(articles)
        if telling.seen_on is not None:
            parts.append(self.say("story.seen", day=self.day(telling.seen_on)))
        return " · ".join(parts)

    def revision(self, revision: Revision) -> str:
        """What became of a link of the edition before."""
        name, day = revision.name, self.day(revision.session_on)
        if revision.story is None or revision.label is None:
            return self.say("changed.gone", name=name, day=day)
        title, label = self.cited(revision.story), self.label(revision.label)
        if revision.was is None:
            return self.say("changed.found", name=name, day=day, title=title, label=label)
        if revision.same_story:
            return self.say("changed.label", name=name, day=day, title=title, label=label, was=self.label(revision.was))
        return self.say("changed.other", name=name, day=day, title=title, label=label)

    def level(self, course: Course, value: float) -> str:
        """A close of a session window, as a price or as an index."""
        return self.price(value) if course.currency else self.number(value, "#,##0.0")


def mail_wording_of(lang: str, timezone: str) -> MailWording:
    """The wording of a mail's language (fr or en)."""
    return MailWording(locale=Locale(lang), phrases=read_phrases(lang), zone=ZoneInfo(timezone))

"""How an edition reads in French and in English: phrases, numbers, dates. Between build and the templates of render.

Every fixed word stands in a gettext catalogue (``locale/<lang>``), so that both languages share one template; CLDR
(through babel) gives decimal marks, percent signs, month names and plurals. Our own words never claim that a story
moved a price.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from contrecoup.digest.edition import (
    Cited,
    Counted,
    Edition,
    Figure,
    Group,
    Match,
    Quote,
    Said,
    SlowBurn,
    Source,
    Telling,
    Unmeasured,
    Watch,
)
from contrecoup.digest.lags import DAYS, MOMENT, lag_of
from contrecoup.digest.outward import LONGEST_TEXT, shown
from contrecoup.models import LinkLabel, Scope, Status

MINUS = "\N{MINUS SIGN}"
NBSP = "\N{NO-BREAK SPACE}"
HIGH = 0.6
"""A part of a link is said in words from here on."""
LOW = 0.3
LEAST_SHARE = 0.01
SIZES = ((6.0, "extreme"), (4.0, "very_rare"), (3.0, "rare"), (0.0, "unusual"))
"""How a move is called from how many standard errors on."""
YOUNG = 20
"""Of fewer quiet sessions, the share is more of an average over other shares than of the instrument's own."""
THIRDS = {33.3: "third", 66.7: "two_thirds"}
"""Percentages by which ``claim_grammar`` stands for fractions, which are told in words."""

PLURALS = ("one", "other")
"""Forms of a plural in the order of a catalogue, in French as in English."""

_BREAKABLE = re.compile(r"(?<=[«×]) |(?<=\{[nz]\}) | (?=[»:;?!%]|Md|bn )")
"""Spaces where a line must not break: between a figure and what it counts, and beside French punctuation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The phrases of one language and the zone that times are told in."""

    locale: Locale
    phrases: Mapping[str, str]
    zone: ZoneInfo

    def say(self, phrase: str, **values: str | int) -> str:
        """The phrase with its values; an ``n`` chooses the plural. A phrase that is missing raises KeyError."""
        if isinstance(number := values.get("n"), int) and f"{phrase}.other" in self.phrases:
            form = f"{phrase}.{self.locale.plural_form(number)}"
            phrase = form if form in self.phrases else f"{phrase}.other"
        told = {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}
        return self.phrases[phrase].format_map(told)

    def say_or_show(self, section: str, code: str) -> str:
        """The phrase for a code of another stage, or the code itself when this language has no words for it."""
        return self.phrases.get(f"{section}.{code}", code)

    def number(self, value: float, pattern: str = "#,##0.##") -> str:
        """A number with the marks of the language; the minus is U+2212 and never stands before a zero."""
        text: str = format_decimal(abs(value), format=pattern, locale=self.locale)
        return f"{MINUS}{text}" if value < 0 and any(character in text for character in "123456789") else text

    def signed(self, value: float, pattern: str) -> str:
        """A number that always bears its sign, except zero."""
        text = self.number(value, pattern)
        return f"+{text}" if value > 0 and any(character in text for character in "123456789") else text

    def percent(self, fraction: float, pattern: str = "#,##0.0") -> str:
        """``-0.17`` as ``−17,0 %`` (with a no-break space) or ``−17.0%``."""
        whole: str = self.locale.percent_formats[None].pattern
        return self.signed(100 * fraction, pattern) + whole.removeprefix("#,##0")

    def day(self, day: date) -> str:
        """``lundi 27 janvier``, ``Monday 27 January``."""
        return str(format_date(day, self.phrases["format.day"], self.locale)).replace(" ", NBSP)

    def day_and_year(self, day: date) -> str:
        """The same with the year."""
        return str(format_date(day, self.phrases["format.day_and_year"], self.locale))

    def moment(self, at: datetime) -> str:
        """Day and hour in the edition's zone, unbroken."""
        return self.at(at, "format.moment")

    def lately(self, at: datetime) -> str:
        """A weekday and an hour in the edition's zone, unbroken."""
        return self.at(at, "format.lately")

    def at(self, moment: datetime, phrase: str) -> str:
        """A moment by the pattern of a phrase, in the edition's zone, unbroken."""
        told = format_datetime(moment, self.phrases[phrase], tzinfo=self.zone, locale=self.locale)
        return str(told).replace(" ", NBSP)

    def quoted(self, text: str) -> str:
        """A title or a quotation between the language's marks; marks of the same kind within it become inner ones."""
        outer, inner = (self.phrases[f"format.{name}"].split("{text}") for name in ("quote", "inner_quote"))
        text = re.sub(rf"{outer[0].strip()}\s*", inner[0], text)
        text = re.sub(rf"\s*{outer[1].strip()}", inner[1], text)
        return self.say("format.quote", text=text)

    def z(self, figure: Figure) -> str:
        """The size of a move in figures and in words: ``7,1 erreurs types (extrême)``."""
        word = next(word for least, word in SIZES if round(abs(figure.z), 1) >= least)
        return self.say(
            "move.z_in_words",
            z=self.number(abs(figure.z), "#,##0.0"),
            word=self.phrases[f"move.{word}"].replace(" ", NBSP),
        )

    def abnormal(self, figure: Figure) -> str:
        """The part of a return that the market, or the sector, did not share, and whether the sector went along."""
        phrase = "move.abnormal_with_sector" if figure.scope is Scope.SECTOR else "move.abnormal"
        phrase = "move.beyond_sector" if figure.beyond_sector else phrase
        return self.say(phrase, change=self.percent(figure.abnormal_return))

    def beside(self, figure: Figure) -> str:
        """How the sector went into a row of a table; nothing where it did not."""
        if figure.beyond_sector:
            return self.say("move.mark_beyond_sector")
        return self.say("move.mark_with_sector") if figure.scope is Scope.SECTOR else ""

    def code(self, figure: Figure) -> str:
        """What stands beside the name: the symbol, or how many shares or coins a basket averages."""
        return figure.symbol if figure.members is None else self.say("move.basket", n=figure.members)

    def session(self, figure: Figure) -> str:
        """The direction in a word, so that colour is never the only sign, and the day."""
        phrase = "move.up" if figure.simple_return > 0 else "move.down"
        return self.say(phrase, day=self.day(figure.session_on))

    def row(self, figure: Figure, label: LinkLabel | None) -> str:
        """A move on one line of text."""
        z = self.say("move.z", z=self.number(abs(figure.z), "#,##0.0"))
        parts = [self.percent(figure.simple_return), self.abnormal(figure), z]
        parts += [self.label(label)] if label else []
        return f"{figure.name} ({self.code(figure)}){self.say('format.colon')}{', '.join(parts)}"

    def capital(self, text: str) -> str:
        """The text with a capital."""
        return text[:1].upper() + text[1:]

    def unmeasured(self, unmeasured: Unmeasured) -> str:
        """Why some instruments were not measured, and which."""
        reason = self.capital(self.say_or_show("reason", unmeasured.reason))
        return f"{reason}{self.say('format.colon')}{', '.join(unmeasured.names)}."

    def label(self, label: LinkLabel) -> str:
        """Strength of a link in words."""
        return self.say(f"label.{label.value}")

    def label_short(self, label: LinkLabel) -> str:
        """The same in one word, for tables."""
        return self.say(f"label.{label.value}_short")

    def title_of(self, telling: Telling) -> str:
        """The story's title in the reader's language, else its own, between quotation marks."""
        return self.quoted(telling.cited.title)

    def translation_mark(self, telling: Telling) -> str:
        """What made the translation of a title."""
        return self.say("story.gloss" if telling.glossed else "story.translation")

    def watch(self, watch: Watch) -> str:
        """Whose name look-alike tokens borrow, how many there are said to be, and what buyers are said to have lost."""
        parts = [self.say("watch.names", names=self.say("format.list").join(watch.names))]
        parts += [self.say("watch.counts", parts=self._counted(watch.counts))] if watch.counts else []
        parts += [self.say("watch.growth", parts=self._counted(watch.growth))] if watch.growth else []
        parts += [self.say("watch.losses", parts=self._counted(watch.losses))] if watch.losses else []
        return " ".join(parts)

    def denial(self, watch: Watch) -> str:
        """The denial in the words of a publisher, and whose word it is; or that none was read."""
        if watch.denial is None:
            return self.say("watch.no_denial")
        told = "watch.denial" if watch.denial.verbatim else "watch.reported"
        phrase = told if watch.denial.official else "watch.stated"
        return self.say(phrase, publisher=watch.denial.publisher, quote=self.quoted(watch.denial.text))

    def _counted(self, counted: Sequence[Counted]) -> str:
        """``at least 75 (a.example, b.example); dozens (c.example)``."""
        told = []
        for one in counted:
            size = self.number(one.number)
            size = self.say(f"watch.unit_{one.unit}", size=size) if one.unit else size
            size = self.say(f"watch.in_{one.span}", size=size) if one.span else size
            told.append(f"{self.say(f'watch.{one.qualifier}', size=size)} ({', '.join(one.publishers)})")
        return self.say("format.semicolon").join(told)

    def standing(self, group: Group) -> str:
        """How loud the story was, if it was; what follows the line about it."""
        return f" · {self.say('why.attention')}" if group.attention >= HIGH else ""

    def cited(self, cited: Cited, longest: int = LONGEST_TEXT) -> str:
        """A story by its title."""
        return self.quoted(shown(cited.title, longest))

    def source_marks(self, source: Source) -> str:
        """Hour, language and, when the page could not be read, what was read instead."""
        parts = [self.moment(source.told_at), self.phrases.get(f"lang.{source.lang}", source.lang)]
        if source.status is not Status.FULL:
            parts.append(self.say(f"status.{source.status.value}"))
        return ", ".join(parts)

    def why(self, match: Match) -> str:
        """Who names the instrument, and when the story was first told."""
        if match.named_by:
            parts = [self.say("why.named", n=len(match.named_by), first=match.named_by[0])]
        else:
            layer = "direct" if match.directness >= HIGH else "sector" if match.directness >= LOW else "macro"
            parts = [self.say(f"why.{layer}")]
        parts.append(self.lag(match.lag_hours, match.told_at))
        line = self.say("format.semicolon").join(parts)
        phrase = "why.rate_young" if match.quiet_sessions < YOUNG else "why.rate"
        rate = self.say(phrase, share=self.share(match.base_rate), n=match.quiet_sessions)
        return f"{self.capital(line)}. {rate}"

    def share(self, fraction: float) -> str:
        """A share in whole percent, and never none."""
        share = self.percent(max(fraction, LEAST_SHARE), "0").removeprefix("+")
        return self.say("format.under", share=share) if fraction < LEAST_SHARE else share

    def slow_burn(self, slow: SlowBurn) -> str:
        """An older story that came up again around a move, with its lag."""
        sessions = self.say("why.sessions", n=slow.sessions)
        return self.say("why.slow_burn", title=self.cited(slow.story), n=slow.days, sessions=sessions)

    def still(self, telling: Telling) -> str:
        """What a story names that did not move."""
        told = (f"{figure.name} {self.percent(figure.simple_return)}" for figure in telling.still)
        return self.say("story.still", figures=self.say("format.list").join(told))

    def lag(self, hours: float, told_at: datetime) -> str:
        """How long before the close the story was first told, or at which hour of the days before."""
        unit, number = lag_of(hours)
        if not unit:
            return self.say("why.at_the_close")
        if unit == DAYS:
            return self.say("why.days_before", n=number)
        if unit == MOMENT:
            return self.say("why.told_before" if hours > 0 else "why.told_after", moment=self.lately(told_at))
        told = self.say(f"why.{unit}", n=number).replace(" ", NBSP)
        return self.say("why.same_session" if hours >= 0 else "why.after", hours=told)

    def said(self, said: Said) -> str:
        """One checked claim: who said what, and what prices say."""
        way = self.say("said.fall" if said.size < 0 else "said.rise")
        # "d'un tiers", but "de deux tiers": French elides before a third
        phrase = "third" if _fraction(said) == "third" else "qualifier"
        size = self.say(f"{phrase}.{said.qualifier}", way=way, size=self.stated(said))
        period = "" if said.period == said.basis else self.say(f"period.{said.period}")
        line = self.say("said.line", publisher=said.publisher, size=size, period=period)
        if said.measured is None:
            reason = self.say_or_show("reason", said.reason)
            return f"{line}, {self.say(f'said.{said.verdict.value}', reason=reason)}."
        basis = self.say(f"basis.{said.basis}")
        return f"{line}, {self.say(f'said.{said.verdict.value}', basis=basis, measured=self.measured(said))}."

    def stated(self, said: Said) -> str:
        """The size that was said, without its sign; a third stays a third, for nobody wrote 33.3."""
        if fraction := _fraction(said):
            return self.say(f"said.{fraction}")
        return self._in_unit(self.number(abs(said.size)), said.unit)

    def measured(self, said: Said) -> str:
        """The size that prices give, with its sign; nothing when they give none."""
        return "" if said.measured is None else self._in_unit(self.signed(said.measured, "#,##0.00"), said.unit)

    def quote(self, quote: Quote) -> str:
        """Words of an article and whose they are."""
        return self.say("said.quote", publisher=quote.publisher, text=self.quoted(quote.text))

    def headline(self, edition: Edition) -> str:
        """The day in one sentence: its first move and the story that coincided, by a title that its reader can read."""
        if edition.groups:
            group = edition.groups[0]
            match = (group.matches + group.others)[0]
            told, label = group.telling.cited, self.label(match.label)
            if told.lang == edition.lang:
                return self._of_move("headline.linked", match.figure, label=label, title=self.cited(told))
            language = self.phrases.get(f"lang.{told.lang}", self.phrases["site.other_language"])
            return self._of_move("headline.linked_abroad", match.figure, label=label, language=language)
        if edition.unexplained:
            return self._of_move("headline.unexplained", edition.unexplained[0])
        if edition.tally.sessions > edition.tally.unmeasured:
            return self.say("headline.quiet")
        return self.say("headline.unmeasured" if edition.tally.unmeasured else "headline.closed")

    def subject(self, edition: Edition) -> str:
        """The mail's subject: our own words, the date and figures; no word of the press ever enters a header."""
        day = str(format_date(edition.edition_on, self.phrases["format.date_in_subject"], self.locale))
        first = next((group.matches + group.others for group in edition.groups), ())
        figures = [match.figure for match in first] + list(edition.unexplained)
        moves = edition.tally.linked + edition.tally.unexplained
        if figures:
            change = self.percent(figures[0].simple_return)
            return self.say("subject.moves", n=moves, date=day, name=figures[0].name, change=change)
        if measured := edition.tally.sessions - edition.tally.unmeasured:
            return self.say("subject.quiet", date=day, sessions=measured)
        return self.say("subject.unmeasured" if edition.tally.unmeasured else "subject.closed", date=day)

    def tally(self, edition: Edition) -> str:
        """How the sessions ended, adding up to their number; of instruments and baskets where each has but one."""
        tally = edition.tally
        parts = [self.say(f"tally.{state}", n=number) for state, number in tally.parts]
        ended = self.say("tally.followed" if tally.followed == tally.sessions else "tally.sessions", n=tally.sessions)
        return ended + self.say("format.colon") + ", ".join(parts)

    def counts(self, edition: Edition) -> list[str]:
        """The footer's sentences; the states of the entries add up to their number."""
        counts = edition.counts
        feeds = self.say("counts.feeds", answered=counts.feeds_answered, feeds=counts.feeds)
        if counts.feeds_failing:
            feeds += ", " + self.say("counts.failing", n=counts.feeds_failing)
        colon = self.say("format.colon")
        states = [f"{self.say_or_show('state', state)}{colon}{self.number(n)}" for state, n in counts.entries]
        entries = self.say("counts.no_entries")
        if counts.entries_in_all:
            entries = self.say("counts.entries", n=counts.entries_in_all, parts=", ".join(states))
        articles = self.say("counts.articles", fr=counts.articles_fr, en=counts.articles_en)
        failures = self.say("counts.no_failures")
        if counts.failures:
            kinds = [f"{self.incident(kind)}{colon}{self.number(n)}" for kind, n in counts.failure_kinds]
            failures = self.say("counts.failures", n=counts.failures, kinds=", ".join(kinds))
        untold = [f"{self.say('counts.untold', n=edition.untold)}."] if edition.untold else []
        return [f"{feeds}.", f"{entries}.", f"{articles}{self.say('format.semicolon')}{failures}.", *untold]

    def incident(self, kind: str) -> str:
        """A kind of failure in words."""
        return self.phrases.get(f"incident.{kind}", self.phrases["incident.other"])

    def window(self, edition: Edition) -> str:
        """What the edition covers, and the zone of its hours."""
        since, until = self.moment(edition.since_at), self.moment(edition.until_at)
        return self.say("page.window", since=since, until=until, zone=self.zone.key) + "."

    def _of_move(self, phrase: str, figure: Figure, **values: str) -> str:
        change = self.percent(figure.simple_return)
        return self.say(phrase, name=figure.name, change=change, day=self.day(figure.session_on), **values)

    def _in_unit(self, number: str, unit: str) -> str:
        return self.say(f"unit.{unit}", size=number).replace(" ", NBSP)


def _fraction(said: Said) -> str | None:
    return THIRDS.get(abs(said.size)) if said.unit == "percent" else None


@cache
def read_phrases(lang: str) -> Mapping[str, str]:
    """The phrases of a language under their names; a plural has one name for each of its forms (CLDR's categories)."""
    file = files("contrecoup.digest") / "locale" / lang / "LC_MESSAGES" / "contrecoup.po"
    catalogue = read_po(BytesIO(file.read_bytes()), locale=lang)
    return MappingProxyType({name: _BREAKABLE.sub(NBSP, text) for name, text in _forms(catalogue)})


def _forms(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    for message in catalogue:
        if message.pluralizable:
            forms = zip(PLURALS, tuple(message.string or ()), strict=True)
            yield from ((f"{message.id[0]}.{form}", text) for form, text in forms)
        elif message.id:  # the first entry of a catalogue is its header
            yield str(message.id), str(message.string)

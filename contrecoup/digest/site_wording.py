"""What the archive says beyond the mail: the words of its charts. Beside mail_wording, for the templates of site."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime

from contrecoup.digest.archive import Session
from contrecoup.digest.curves import DAY_H, LANGUAGES, Slot
from contrecoup.digest.mail_wording import MailWording
from contrecoup.digest.wording import NBSP, read_phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteWording(MailWording):
    """The phrases of one language, and the zone that times are told in; an edition reads as in the mail."""

    def slot(self, start_at: datetime, step_h: int) -> str:
        """When a slot of the attention curve begins: an hour, or a day when it is as long as one."""
        pattern = self.phrases["format.slot_day" if step_h >= DAY_H else "format.slot_hour"]
        return str(format_datetime(start_at, pattern, locale=self.locale)).replace(" ", NBSP)

    def step(self, step_h: int) -> str:
        """How long a slot is."""
        if step_h >= DAY_H:
            return self.say("site.step_days", n=step_h // DAY_H)
        return self.say("site.step_hours", n=step_h)

    def houses(self, slot: Slot) -> str:
        """Who told the story in a slot: ``2 in French, 1 in English``."""
        return ", ".join(f"{self.number(number)}{NBSP}{self.language(lang)}" for lang, number in slot.counts)

    def language(self, code: str) -> str:
        """``in French``, or for a language that has no words here, that it is another one."""
        return self.say(f"lang.{code}" if code in LANGUAGES else "site.other_language")

    def moment_and_year(self, at: datetime) -> str:
        """Day, year and hour in the reader's zone: an archive is read years later."""
        told = format_datetime(at, self.phrases["format.moment_and_year"], tzinfo=self.zone, locale=self.locale)
        return str(told).replace(" ", NBSP)

    def day_of(self, at: datetime) -> str:
        """The day of a moment in the reader's zone, with the year."""
        return self.day_and_year(at.astimezone(self.zone).date())

    def day_mark(self, day: date | datetime) -> str:
        """A day under an axis."""
        return str(format_date(day, self.phrases["format.day_mark"], self.locale)).replace(" ", NBSP)

    def hours_of(self, session: Session) -> str:
        """An exchange's session, with its hours in the reader's zone: ``New York, Mon 27 Jan, 15:30 to 22:00``."""
        name = self.say_or_show("exchange", session.exchange)
        opens_at = self.moment(session.opens_at)
        closes = format_datetime(session.closes_at, self.phrases["format.hour"], tzinfo=self.zone, locale=self.locale)
        return self.say("site.session_hours", name=name, opens=opens_at, closes=str(closes).replace(" ", NBSP))


def site_wording_of(lang: str, timezone: str) -> SiteWording:
    """The wording of the archive's pages in a language (fr or en)."""
    return SiteWording(locale=Locale(lang), phrases=read_phrases(lang), zone=ZoneInfo(timezone))

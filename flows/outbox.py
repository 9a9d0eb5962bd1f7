"""The outbox: each mail at most once (RELIABILITY F5 and F6). It carries what flows/brief.py built.

    planned ─ body sent ─ committing ─ final dot ─ sent
                               └─ cut off here ─ unknown: reported by the next run, never sent again by itself

The mails of an edition are planned in the transaction that keeps it, and leave at their reader's hour. What has not
left is tried again: planned after a while (contrecoup/retries.py) when the server asked to wait, failed when something
must be mended first. After its last try it is failed too, and so is one that nobody could try for two days. One
process mails at a time, so a mail found committing is one that a dead process left.
"""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from contrecoup.digest.mail import Mail, compose_mail, message_id_of
from contrecoup.digest.profiles import profile_of
from contrecoup.editions import edition_at, leaves_at
from contrecoup.errors import SendError, SettingsError
from contrecoup.models import Delivery, DeliveryState, Digest
from contrecoup.retries import next_try
from contrecoup.settings import Mail as Server
from contrecoup.settings import Recipient, Settings
from extractors.smtp import Outcome, send_mail
from flows.desk import Desk, failure_of
from flows.subscriptions import key_of, link_of, unsubscribed
from storage.lock import only_mailing
from storage.store import Store

PASSWORD = "CONTRECOUP_SMTP_PASSWORD"  # noqa: S105 - the name of a variable
# An edition that is older than this is no news any more: its mails leave only if it was just built, or if a person
# names its day.
STALE_AFTER = timedelta(days=2)
SEND_DAY = "'contrecoup mail send --failed --date {}'"
LAST_TRY_ADVICE = f"That was its last try: mend the server or [mail] of the settings, then {SEND_DAY}."
STALE_ADVICE = f"It is not sent by itself any more: {SEND_DAY} sends it."
NOT_TRIED = f"nothing ran that could try it within {STALE_AFTER.days} days"
NO_SERVER = "No mail server is set, so nothing is sent."
SERVER_ADVICE = "Add a [mail] block (host, sender) and a [[recipients]] block (address): see docs/operating.md."


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A mail that needs a look, as ``contrecoup mail list`` shows it; ``next_try_at`` only where it has one."""

    edition_on: date
    lang: str
    recipient: str
    state: DeliveryState
    attempts: int
    next_try_at: datetime | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Which mails shall leave: those of ``days`` whatever their age, and with ``recent`` those of the last days.

    ``failed_too`` tries again what waits for somebody to mend something; without it, of what failed only what was never
    tried leaves, when its day is named. ``at_once`` does not wait for a next try.
    """

    days: frozenset[date]
    recent: bool = True
    failed_too: bool
    at_once: bool = False

    def has(self, row: Delivery, oldest: date) -> bool:
        """Whether a mail that has not left is one of them; ``oldest`` is the first of the last days."""
        named = row.edition_on in self.days
        ready = self.failed_too or row.state is DeliveryState.PLANNED or (named and row.attempts == 0)
        return ready and (named or (self.recent and row.edition_on >= oldest))


def plan(
    desk: Desk, known: Sequence[Delivery], digests: Sequence[Digest], gone: Collection[tuple[str, str]] = ()
) -> list[Delivery]:
    """A row for each mail of the editions, unless ``known`` has one of that day and language for the reader.

    Who has unsubscribed (``gone``) gets none. A reader whose profile changes during the day gets the new one from the
    next edition on.
    """
    server = desk.settings.mail
    if server is None:
        return []
    taken = {(row.edition_on, *key_of(row.recipient, row.lang)) for row in known}
    return [
        Delivery(
            edition_on=digest.edition_on,
            lang=digest.lang,
            profile=digest.profile,
            recipient=reader.address,
            state=DeliveryState.PLANNED,
            message_id=message_id_of(digest, server.sender, reader.address),
            attempts=0,
            at=desk.now,
            detail="",
        )
        for digest in digests
        for reader in readers_of(digest, desk.settings)
        if (digest.edition_on, *key_of(reader.address, reader.lang)) not in taken
        and key_of(reader.address, reader.lang) not in gone
    ]


def readers_of(digest: Digest, settings: Settings) -> list[Recipient]:
    """Who reads an edition: its language and its profile."""
    return [
        reader
        for reader in settings.recipients
        if (reader.lang, profile_of(reader).name) == (digest.lang, digest.profile)
    ]


def compose(digest: Digest, server: Server, recipient: str) -> Mail:
    """The mail of an edition to a reader, with the reader's own way out."""
    link = link_of(server, recipient, digest.lang)
    return compose_mail(digest, sender=server.sender, recipient=recipient, unsubscribe=link)


def mail_due(desk: Desk, digests: Sequence[Digest] = ()) -> list[str]:
    """Send every mail that is due: of the editions given, and late ones of the last days. Gives what needs a person.

    A mail that was put off keeps to its hours; one that failed waits for somebody to mend something, and is tried by
    ``send_now`` alone. Another process that mails is waited for.
    """
    days = frozenset(digest.edition_on for digest in digests)
    return _mail(desk, _Wanted(days=days, failed_too=False), wait=True)[1]


def send_now(
    desk: Desk, *, edition_on: date | None = None, at_once: bool = True, failed_too: bool = False
) -> tuple[int, list[str]]:
    """As ``mail_due``, for a person: how many were tried, and what needs a person.

    Who tries ``at_once`` waits for no next try, and may try more than five times. Who names a day (``edition_on``)
    gets its mails, whatever their age, and no others.

    Raises
    ------
    AlreadyRunning
        when another process mails.

    """
    days = frozenset() if edition_on is None else frozenset({edition_on})
    wanted = _Wanted(days=days, recent=edition_on is None, failed_too=failed_too, at_once=at_once)
    return _mail(desk, wanted, wait=False)


def _mail(desk: Desk, wanted: _Wanted, *, wait: bool) -> tuple[int, list[str]]:
    with only_mailing(desk.settings.database, wait=wait):
        server = desk.settings.mail
        with desk.store() as store:
            warnings = _report_doubts(store, desk.now)
            if server is not None:
                warnings += _give_up_stale(desk, store, wanted)
            due = _due(desk, store, wanted) if server is not None else []
        if server is None:
            return 0, warnings
        if not desk.settings.recipients:
            return 0, [*warnings, _report_nobody(desk)]
        for row, digest in due:
            warnings += _send(desk, server, row, digest)
        return len(due), warnings


def resend(desk: Desk, *, recipient: str | None = None, edition_on: date | None = None) -> tuple[int, list[str]]:
    """Send mails in doubt once more, all of them or a reader's or a day's: their number, and what needs a person.

    Only a person can decide this: most of them have arrived. The copy has the same Message-ID.

    Raises
    ------
    SettingsError
        when there is no mail server, or no mail in doubt that fits, to a reader of the settings who wants it.

    """
    server = desk.settings.mail
    if server is None:
        raise SettingsError(NO_SERVER, advice=SERVER_ADVICE)
    with only_mailing(desk.settings.database, wait=True):
        with desk.store() as store:
            warnings = _report_doubts(store, desk.now)
            rows = store.read(Delivery, "deliveries")
            gone = unsubscribed(store)
            chosen = [
                replace(row, state=DeliveryState.PLANNED, at=desk.now, detail="to be sent again")
                for row in rows
                if row.state is DeliveryState.UNKNOWN
                and (recipient is None or recipient.lower() == row.recipient.lower())
                and edition_on in {None, row.edition_on}
                and _is_awaited(row, desk.settings, gone)
            ]
            store.save(chosen)
            mails = _with_digests(store, chosen)
        if not chosen:
            raise SettingsError("No such mail is in doubt.", advice="'contrecoup mail list' shows those that are.")
        for row, digest in mails:
            warnings += _send(desk, server, row, digest)
    return len(chosen), warnings


def list_waiting(desk: Desk) -> list[Waiting]:
    """Mails that have not left, those that failed and those in doubt of any day.

    Of editions that are no news any more only what somebody waits for: not of readers who have gone.
    """
    with desk.store() as store:
        rows, gone = store.read(Delivery, "deliveries_unsettled", oldest=_oldest(desk)), unsubscribed(store)
    in_doubt = {DeliveryState.UNKNOWN, DeliveryState.COMMITTING}
    return [
        _shown(row, desk.settings, gone)
        for row in rows
        if row.state in in_doubt or row.edition_on >= _oldest(desk) or _is_awaited(row, desk.settings, gone)
    ]


def _shown(row: Delivery, settings: Settings, gone: Collection[tuple[str, str]]) -> Waiting:
    left = key_of(row.recipient, row.lang) in gone
    planned = row.state is DeliveryState.PLANNED and not left
    return Waiting(
        edition_on=row.edition_on,
        lang=row.lang,
        recipient=row.recipient,
        state=row.state,
        attempts=row.attempts,
        next_try_at=_due_at(row, settings) if planned else None,
        detail="the reader has unsubscribed" if left else row.detail,
    )


def _is_awaited(row: Delivery, settings: Settings, gone: Collection[tuple[str, str]]) -> bool:
    """Whether somebody still wants a mail: its reader is in the settings and has not unsubscribed."""
    return _reader_of(row, settings) is not None and key_of(row.recipient, row.lang) not in gone


def _oldest(desk: Desk) -> date:
    return edition_at(desk.now, desk.settings) - STALE_AFTER


def _reader_of(row: Delivery, settings: Settings) -> Recipient | None:
    """The reader of a mail, if the settings still have them."""
    own = key_of(row.recipient, row.lang)
    return next((reader for reader in settings.recipients if key_of(reader.address, reader.lang) == own), None)


def _due_at(row: Delivery, settings: Settings, *, at_once: bool = False) -> datetime | None:
    """When a mail is tried next; never, when its reader has left the settings."""
    reader = _reader_of(row, settings)
    if reader is None:
        return None
    hour = leaves_at(row.edition_on, reader, settings)
    if at_once or row.state is DeliveryState.FAILED:
        return hour
    # One whose day ended while nothing ran still gets its last try.
    return next_try(row, reader, settings) or hour


def _due(desk: Desk, store: Store, wanted: _Wanted) -> list[tuple[Delivery, Digest]]:
    """The wanted mails that should have left by now, with their editions."""
    oldest, gone = _oldest(desk), unsubscribed(store)
    due = []
    for row in _rows_waiting(desk, store, min([oldest, *wanted.days])):
        moment = _due_at(row, desk.settings, at_once=wanted.at_once)
        left = key_of(row.recipient, row.lang) in gone
        if wanted.has(row, oldest) and moment is not None and moment <= desk.now and not left:
            due.append(row)
    return _with_digests(store, due)


def _rows_waiting(desk: Desk, store: Store, oldest: date) -> list[Delivery]:
    today = edition_at(desk.now, desk.settings)
    return store.read(Delivery, "deliveries_waiting", oldest=oldest, newest=today)


def _with_digests(store: Store, rows: Sequence[Delivery]) -> list[tuple[Delivery, Digest]]:
    if not rows:
        return []
    days = [row.edition_on for row in rows]
    digests = store.read(Digest, "digests_between", oldest=min(days), newest=max(days))
    kept = {(digest.edition_on, digest.lang, digest.profile): digest for digest in digests}
    return [(row, kept[row.edition_on, row.lang, row.profile]) for row in rows]


def _send(desk: Desk, server: Server, delivery: Delivery, digest: Digest) -> list[str]:
    try:
        return [str(problem) for problem in _keep(desk, delivery, _tried(desk, server, delivery, digest))]
    except _NotOursError:
        return []


def _tried(desk: Desk, server: Server, delivery: Delivery, digest: Digest) -> Outcome:
    """How the try ended; a mail that cannot be written fails by itself, the others go."""
    try:
        mail = compose(digest, server, delivery.recipient)
    except SendError as error:
        return Outcome(state=DeliveryState.FAILED, code=None, detail=error.message, advice=error.advice)
    password = os.environ.get(PASSWORD)
    return send_mail(mail, server, password=password, before_dot=lambda: _commit(desk, delivery))


class _NotOursError(Exception):
    """A run beside this one has sent the mail, or is about to; or the reader has unsubscribed meanwhile."""


def _commit(desk: Desk, delivery: Delivery) -> None:
    """Claim the mail just before its final dot."""
    with desk.store() as store:
        _refuse_foreign(store, delivery)
        if key_of(delivery.recipient, delivery.lang) in unsubscribed(store):
            raise _NotOursError
        store.save([_claimed(desk, delivery)])


def _keep(desk: Desk, delivery: Delivery, outcome: Outcome) -> list[SendError]:
    """Keep what became of a mail, with a failure unless it was sent.

    That it was not sent is kept only where no run beside this one got further with it.
    """
    tried = replace(delivery, state=outcome.state, attempts=delivery.attempts + 1, at=desk.now, detail=outcome.detail)
    reader, advice = _reader_of(tried, desk.settings), outcome.advice
    was_last = reader is None or next_try(tried, reader, desk.settings) is None
    if tried.state is DeliveryState.PLANNED and was_last:
        tried, advice = replace(tried, state=DeliveryState.FAILED), LAST_TRY_ADVICE.format(tried.edition_on)
    what = f"The digest of {tried.edition_on} to {tried.recipient}: {outcome.detail}"
    problems = [] if tried.state is DeliveryState.SENT else [SendError(what, kind=str(tried.state), advice=advice)]
    with desk.store() as store:
        if tried.state in {DeliveryState.PLANNED, DeliveryState.FAILED}:
            _refuse_foreign(store, delivery, _claimed(desk, delivery))
        reports = [failure_of(problem, stage="deliver", key=tried.message_id, now=desk.now) for problem in problems]
        store.save([tried], reports)
    return problems


def _claimed(desk: Desk, delivery: Delivery) -> Delivery:
    return replace(delivery, state=DeliveryState.COMMITTING, at=desk.now)


def _refuse_foreign(store: Store, *ours: Delivery) -> None:
    """Raise unless the mail's row is as we left it: on some network disks the lock of those who mail does not hold."""
    rows = store.read(Delivery, "deliveries_of", edition_on=ours[0].edition_on)
    if not any(row in rows for row in ours):
        raise _NotOursError


def _report_doubts(store: Store, now: datetime) -> list[str]:
    """Mails that an earlier run was cut off with: they may have left, so they are only reported."""
    doubtful = store.read(Delivery, "deliveries_in_doubt")
    reports = [failure_of(_doubt(row), stage="deliver", key=row.message_id, now=now) for row in doubtful]
    # In one transaction: a death in between would leave a mail in doubt that nobody was told of.
    store.save(
        [replace(row, state=DeliveryState.UNKNOWN, detail="cut off at the final dot") for row in doubtful], reports
    )
    return [str(_doubt(row)) for row in doubtful]


def _give_up_stale(desk: Desk, store: Store, wanted: _Wanted) -> list[str]:
    """Mails that nobody tried while they were news, because nothing ran: they fail, and a person is told."""
    gone, oldest = unsubscribed(store), _oldest(desk)
    stale = [
        row
        for row in _rows_waiting(desk, store, date.min)
        if row.state is DeliveryState.PLANNED
        and row.edition_on < oldest
        and row.edition_on not in wanted.days
        and _is_awaited(row, desk.settings, gone)
    ]
    reports = [failure_of(_too_late(row), stage="deliver", key=row.message_id, now=desk.now) for row in stale]
    store.save([replace(row, state=DeliveryState.FAILED, at=desk.now, detail=NOT_TRIED) for row in stale], reports)
    return [str(_too_late(row)) for row in stale]


def _too_late(row: Delivery) -> SendError:
    return SendError(
        f"The digest of {row.edition_on} to {row.recipient} has not left: {NOT_TRIED}.",
        kind=str(DeliveryState.FAILED),
        advice=STALE_ADVICE.format(row.edition_on),
    )


def _doubt(row: Delivery) -> SendError:
    return SendError(
        f"The digest of {row.edition_on} to {row.recipient} may or may not have left: the run was cut off.",
        kind="unknown",
        advice="It is not sent again by itself: ask the reader, then 'contrecoup mail resend' if it has not come.",
    )


def _report_nobody(desk: Desk) -> str:
    problem = SendError(
        "A mail server is set but nobody receives the digest.",
        kind="no_recipient",
        advice="Add a [[recipients]] block with an address.",
    )
    with desk.store() as store:
        store.save([failure_of(problem, stage="deliver", key="recipients", now=desk.now)])
    return str(problem)

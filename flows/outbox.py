"""The outbox: each mail at most once (RELIABILITY F5 and F6). It carries what flows/brief.py built.

    planned ─ body sent ─ committing ─ final dot ─ sent
                               └─ cut off here ─ unknown: reported by the next run, never sent again by itself

The mails of an edition are planned in the transaction that keeps it, and leave at their reader's hour. What has not
left is tried again: planned after a while (contrecoup/retries.py) when the server asked to wait, failed when something
must be mended first. After its last try it is failed too. One process mails at a time, so a mail found committing is
one that a dead process left.
"""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from contrecoup.digest.mail import Mail, compose_mail
from contrecoup.digest.profiles import profile_of
from contrecoup.editions import edition_at, leaves_at
from contrecoup.errors import SendError, SettingsError
from contrecoup.models import Delivery, DeliveryState, Digest
from contrecoup.retries import MOST_TRIES, next_try
from contrecoup.settings import Mail as Server
from contrecoup.settings import Recipient, Settings
from extractors.smtp import Outcome, send_mail
from flows.desk import Desk, failure_of
from flows.subscriptions import key_of, link_of, unsubscribed
from storage.lock import only_mailing
from storage.store import Store

PASSWORD = "CONTRECOUP_SMTP_PASSWORD"  # noqa: S105 - the name of a variable
# An edition that is older than this is no news any more: it is not tried again, unless it was just built.
STALE_AFTER = timedelta(days=2)
LAST_TRY_ADVICE = (
    "That was its last try: mend the server or [mail] of the settings, then 'contrecoup mail send --failed'."
)
NO_SERVER = "No mail server is set, so nothing is sent."
SERVER_ADVICE = (
    "Add a [mail] block (host, sender) and a [[recipients]] block (address): docs/operating.md explains both."
)


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
    taken = {(row.edition_on, row.lang, row.recipient) for row in known}
    return [
        Delivery(
            edition_on=digest.edition_on,
            lang=digest.lang,
            profile=digest.profile,
            recipient=reader.address,
            state=DeliveryState.PLANNED,
            message_id=compose(digest, server, reader.address).message_id,
            attempts=0,
            at=desk.now,
            detail="",
        )
        for digest in digests
        for reader in readers_of(digest, desk.settings)
        if (digest.edition_on, digest.lang, reader.address) not in taken
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


def mail_due(
    desk: Desk,
    digests: Sequence[Digest] = (),
    *,
    at_once: bool = False,
    failed_too: bool = True,
    wait: bool = True,
) -> list[str]:
    """Send every mail that is due: of the editions given, and late ones of the last days. Gives what needs a person.

    A mail that was put off keeps to its hours, and nothing goes more than five times by itself: a person who tries
    ``at_once`` waits for neither. A mail that failed waits for somebody to mend something: ``failed_too`` tries it
    again. With ``wait`` another process that mails is waited for, else it is an error.

    Raises
    ------
    AlreadyRunning
        when another process mails and is not waited for.

    """
    with only_mailing(desk.settings.database, wait=wait):
        server = desk.settings.mail
        with desk.store() as store:
            warnings = _report_doubts(store, desk.now)
            due = _due(desk, store, digests, at_once=at_once) if server is not None else []
        if server is None:
            return warnings
        if not desk.settings.recipients:
            return [*warnings, _report_nobody(desk)]
        for row, digest in due:
            if failed_too or row.state is DeliveryState.PLANNED:
                warnings += _send(desk, server, row, digest)
        return warnings


def resend(desk: Desk, *, recipient: str | None = None, edition_on: date | None = None) -> tuple[int, list[str]]:
    """Send mails in doubt once more, all of them or a reader's or a day's: their number, and what needs a person.

    Only a person can decide this: most of them have arrived. The copy has the same Message-ID.

    Raises
    ------
    SettingsError
        when there is no mail server, or no mail in doubt that fits, to a reader who has not unsubscribed.

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
                and recipient in {None, row.recipient}
                and edition_on in {None, row.edition_on}
                and key_of(row.recipient, row.lang) not in gone
            ]
            store.save(chosen)
            mails = _with_digests(store, chosen)
        if not chosen:
            raise SettingsError("No such mail is in doubt.", advice="'contrecoup mail list' shows those that are.")
        for row, digest in mails:
            warnings += _send(desk, server, row, digest)
    return len(chosen), warnings


def list_waiting(desk: Desk) -> list[Waiting]:
    """Mails of the last days that have not left, and all that are in doubt."""
    with desk.store() as store:
        rows, gone = store.read(Delivery, "deliveries_unsettled", oldest=_oldest(desk)), unsubscribed(store)
    return [_shown(row, desk.settings, gone) for row in rows]


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


def _oldest(desk: Desk) -> date:
    return edition_at(desk.now, desk.settings) - STALE_AFTER


def _reader_of(row: Delivery, settings: Settings) -> Recipient | None:
    """The reader of a mail, if the settings still have them."""
    return next((r for r in settings.recipients if (r.address, r.lang) == (row.recipient, row.lang)), None)


def _due_at(row: Delivery, settings: Settings, *, at_once: bool = False) -> datetime | None:
    """When a mail is tried next; never, when its reader has left the settings, or when it failed too often."""
    reader = _reader_of(row, settings)
    if reader is None:
        return None
    hour = leaves_at(row.edition_on, reader, settings)
    if at_once:
        return hour
    if row.state is DeliveryState.FAILED:
        return hour if row.attempts < MOST_TRIES else None
    # One that was put off to the end of its day before a reader changed the hour still gets its last try.
    return next_try(row, reader, settings) or hour


def _due(desk: Desk, store: Store, digests: Sequence[Digest], *, at_once: bool) -> list[tuple[Delivery, Digest]]:
    """The mails that should have left by now, with their editions: those just built, and late ones still news."""
    today, oldest, gone = edition_at(desk.now, desk.settings), _oldest(desk), unsubscribed(store)
    current = {digest.edition_on for digest in digests}
    rows = store.read(Delivery, "deliveries_waiting", oldest=min([oldest, *current]), newest=today)
    due = []
    for row in rows:
        moment = _due_at(row, desk.settings, at_once=at_once)
        fresh = row.edition_on in current or row.edition_on >= oldest
        if fresh and moment is not None and moment <= desk.now and key_of(row.recipient, row.lang) not in gone:
            due.append(row)
    return _with_digests(store, due)


def _with_digests(store: Store, rows: Sequence[Delivery]) -> list[tuple[Delivery, Digest]]:
    if not rows:
        return []
    days = [row.edition_on for row in rows]
    digests = store.read(Digest, "digests_between", oldest=min(days), newest=max(days))
    kept = {(digest.edition_on, digest.lang, digest.profile): digest for digest in digests}
    return [(row, kept[row.edition_on, row.lang, row.profile]) for row in rows]


def _send(desk: Desk, server: Server, delivery: Delivery, digest: Digest) -> list[str]:
    try:
        outcome = send_mail(
            compose(digest, server, delivery.recipient),
            server,
            password=os.environ.get(PASSWORD),
            before_dot=lambda: _commit(desk, delivery),
        )
        return [str(problem) for problem in _keep(desk, delivery, outcome)]
    except _NotOursError:
        return []


def _is_given_up(tried: Delivery, settings: Settings) -> bool:
    """Whether a mail that was put off has had its last try."""
    reader = _reader_of(tried, settings)
    return reader is None or next_try(tried, reader, settings) is None


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
    advice = outcome.advice
    if tried.state is DeliveryState.PLANNED and _is_given_up(tried, desk.settings):
        tried, advice = replace(tried, state=DeliveryState.FAILED), LAST_TRY_ADVICE
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
    return _report(desk, problem, key="recipients")


def _report(desk: Desk, problem: SendError, *, key: str) -> str:
    with desk.store() as store:
        store.save([failure_of(problem, stage="deliver", key=key, now=desk.now)])
    return str(problem)

"""The outbox: each mail at most once (RELIABILITY F5 and F6). It carries what flows/brief.py built.

    planned ─ body sent ─ committing ─ final dot ─ sent
                               └─ cut off here ─ unknown: reported by the next run, never sent again by itself

The mails of an edition are planned in the transaction that keeps it, and leave at their reader's hour. What has not
left is tried again by every run of the next days: planned when the server asked to wait, failed when something must be
mended first. One process mails at a time, so a mail found committing is one that a dead process left.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from contrecoup.digest.mail import Mail, compose_mail, unsubscribe_link
from contrecoup.digest.profiles import profile_of
from contrecoup.editions import edition_at, leaves_at
from contrecoup.errors import SendError, SettingsError
from contrecoup.models import Delivery, DeliveryState, Digest
from contrecoup.settings import Mail as Server
from contrecoup.settings import Recipient, Settings
from extractors.smtp import send_mail
from flows.desk import Desk, failure_of
from storage.lock import only_mailing

PASSWORD = "CONTRECOUP_SMTP_PASSWORD"  # noqa: S105 - the name of a variable
UNSUBSCRIBE_KEY = "CONTRECOUP_UNSUBSCRIBE_KEY"
# An edition that is older than this is no news any more: it is not tried again, unless it was just built.
STALE_AFTER = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A mail that needs a look, as ``contrecoup mail list`` shows it; ``leaves_at`` only where it will be tried."""

    edition_on: date
    lang: str
    recipient: str
    state: DeliveryState
    attempts: int
    leaves_at: datetime | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A recipient of the settings, as ``contrecoup mail readers`` shows it."""

    recipient: str
    lang: str
    profile: str
    at: str
    unsubscribe: str


def plan(desk: Desk, known: Sequence[Delivery], digests: Sequence[Digest]) -> list[Delivery]:
    """A row for each mail of the editions, unless ``known`` has one of that day and language for the reader.

    A reader whose profile changes during the day gets the new one from the next edition on.
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
    link = _link(server, recipient, digest.lang)
    return compose_mail(digest, sender=server.sender, recipient=recipient, unsubscribe=link)


def mail_due(desk: Desk, digests: Sequence[Digest] = (), *, failed_too: bool = True, wait: bool = True) -> list[str]:
    """Send every mail that is due: of the editions given, and late ones of the last days. Gives what needs a person.

    A mail that failed waits for somebody to mend something: ``failed_too`` tries it again. With ``wait`` another
    process that mails is waited for, else it is an error.

    Raises
    ------
    AlreadyRunning
        when another process mails and is not waited for.

    """
    with only_mailing(desk.settings.database, wait=wait):
        warnings = _report_doubts(desk)
        server = desk.settings.mail
        if server is None:
            return warnings
        if not desk.settings.recipients:
            return [*warnings, _report_nobody(desk)]
        for row, digest in _due(desk, digests):
            if failed_too or row.state is DeliveryState.PLANNED:
                warnings += _send(desk, server, row, digest)
        return warnings


def resend(desk: Desk, *, recipient: str | None = None, edition_on: date | None = None) -> tuple[int, list[str]]:
    """Send mails in doubt once more, all of them or a reader's or a day's: their number, and what needs a person.

    Only a person can decide this: most of them have arrived. The copy has the same Message-ID.

    Raises
    ------
    SettingsError
        when there is no mail server, or no mail in doubt that fits.

    """
    server = desk.settings.mail
    if server is None:
        raise SettingsError("No mail server is set.", advice="Add a [mail] block to the settings.")
    with only_mailing(desk.settings.database, wait=True):
        warnings = _report_doubts(desk)
        with desk.store() as store:
            rows = store.read(Delivery, "deliveries")
            kept = {(d.edition_on, d.lang, d.profile): d for d in store.read(Digest, "digests")}
            chosen = [
                replace(row, state=DeliveryState.PLANNED, at=desk.now, detail="to be sent again")
                for row in rows
                if row.state is DeliveryState.UNKNOWN
                and recipient in {None, row.recipient}
                and edition_on in {None, row.edition_on}
            ]
            store.save(chosen)
        if not chosen:
            raise SettingsError("No such mail is in doubt.", advice="'contrecoup mail list' shows those that are.")
        for row in chosen:
            warnings += _send(desk, server, row, kept[row.edition_on, row.lang, row.profile])
    return len(chosen), warnings


def list_waiting(desk: Desk) -> list[Waiting]:
    """Mails of the last days that have not left, and all that are in doubt."""
    with desk.store() as store:
        rows = store.read(Delivery, "deliveries_unsettled", oldest=_oldest(desk))
    return [
        Waiting(
            edition_on=row.edition_on,
            lang=row.lang,
            recipient=row.recipient,
            state=row.state,
            attempts=row.attempts,
            leaves_at=_hour(row, desk.settings) if row.state is DeliveryState.PLANNED else None,
            detail=row.detail,
        )
        for row in rows
    ]


def list_readers(settings: Settings) -> list[Reader]:
    """Who gets which edition, when, and how they unsubscribe."""
    return [
        Reader(
            recipient=reader.address,
            lang=reader.lang,
            profile=profile_of(reader).name,
            at=f"{reader.at or settings.edition_at} {(reader.at and reader.timezone) or settings.timezone}",
            unsubscribe=(settings.mail and _link(settings.mail, reader.address, reader.lang)) or "by mail",
        )
        for reader in settings.recipients
    ]


def _link(server: Server, recipient: str, lang: str) -> str | None:
    if server.unsubscribe is None:
        return None
    key = os.environ.get(UNSUBSCRIBE_KEY, "")
    return unsubscribe_link(server.unsubscribe, recipient=recipient, lang=lang, key=key)


def _oldest(desk: Desk) -> date:
    return edition_at(desk.now, desk.settings) - STALE_AFTER


def _hour(row: Delivery, settings: Settings) -> datetime | None:
    """When a mail leaves; never, when its reader has left the settings."""
    for reader in settings.recipients:
        if (reader.address, reader.lang) == (row.recipient, row.lang):
            return leaves_at(row.edition_on, reader, settings)
    return None


def _due(desk: Desk, digests: Sequence[Digest]) -> Iterator[tuple[Delivery, Digest]]:
    """The mails that should have left by now, with their editions: those just built, and late ones still news."""
    today, oldest = edition_at(desk.now, desk.settings), _oldest(desk)
    current = {digest.edition_on for digest in digests}
    with desk.store() as store:
        rows = store.read(Delivery, "deliveries_waiting", oldest=min([oldest, *current]), newest=today)
        days = {row.edition_on for row in rows}
        kept = {(d.edition_on, d.lang, d.profile): d for d in store.read(Digest, "digests") if d.edition_on in days}
    for row in rows:
        hour = _hour(row, desk.settings)
        if hour is not None and hour <= desk.now and (row.edition_on in current or row.edition_on >= oldest):
            yield row, kept[row.edition_on, row.lang, row.profile]


def _send(desk: Desk, server: Server, delivery: Delivery, digest: Digest) -> list[str]:
    try:
        outcome = send_mail(
            compose(digest, server, delivery.recipient),
            server,
            password=os.environ.get(PASSWORD),
            before_dot=lambda: _commit(desk, delivery),
        )
    except _TakenElsewhereError:
        return []
    _keep(desk, replace(delivery, state=outcome.state, attempts=delivery.attempts + 1, detail=outcome.detail))
    if outcome.state is DeliveryState.SENT:
        return []
    problem = SendError(
        f"The digest of {digest.edition_on} to {delivery.recipient}: {outcome.detail}",
        kind=str(outcome.state),
        advice=outcome.advice,
    )
    return [_report(desk, problem, key=delivery.message_id)]


class _TakenElsewhereError(Exception):
    """A run beside this one has sent the mail, or is about to."""


def _commit(desk: Desk, delivery: Delivery) -> None:
    """Claim the mail just before its final dot: where the lock does not hold (some network disks), this does."""
    with desk.store() as store:
        rows = store.read(Delivery, "deliveries_of", edition_on=delivery.edition_on)
        if delivery not in rows:
            raise _TakenElsewhereError
        store.save([replace(delivery, state=DeliveryState.COMMITTING, at=desk.now)])


def _keep(desk: Desk, delivery: Delivery) -> None:
    with desk.store() as store:
        store.save([replace(delivery, at=desk.now)])


def _report_doubts(desk: Desk) -> list[str]:
    """Mails that an earlier run was cut off with: they may have left, so they are only reported."""
    with desk.store() as store:
        doubtful = store.read(Delivery, "deliveries_in_doubt")
        reports = [failure_of(_doubt(row), stage="deliver", key=row.message_id, now=desk.now) for row in doubtful]
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

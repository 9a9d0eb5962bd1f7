"""An edition leaves: as files always, by mail when a server is set. Each mail at most once (RELIABILITY F5 and F6).

    planned ─ body sent ─ committing ─ final dot ─ sent
                               └─ cut off here ─ unknown: reported by the next run, never sent again by itself

The mails of an edition are planned in the transaction that keeps it. What has not left is tried again by every run of
the next days: planned when the server asked to wait, failed when something must be mended first.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from contrecoup.digest.mail import compose_mail
from contrecoup.editions import edition_at
from contrecoup.errors import SendError
from contrecoup.models import Delivery, DeliveryState, Digest
from contrecoup.settings import Mail
from extractors.smtp import send_mail
from flows.desk import Desk, failure_of
from storage.store import Store

PASSWORD = "CONTRECOUP_SMTP_PASSWORD"  # noqa: S105 - the name of a variable
NOBODY = "reader@localhost"
NO_SERVER = "contrecoup@localhost"
# An edition that is older than this is no news any more: it is not tried again, unless it was just built.
STALE_AFTER = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an edition leaves: its files, and what the operator should know."""

    files: tuple[Path, ...]
    warnings: tuple[str, ...]


def plan(desk: Desk, store: Store, digests: Sequence[Digest]) -> list[Delivery]:
    """A row for each mail of the editions that has none yet."""
    server = desk.settings.mail
    if server is None:
        return []
    mails = [
        Delivery(
            edition_on=digest.edition_on,
            lang=digest.lang,
            profile=digest.profile,
            recipient=recipient.address,
            state=DeliveryState.PLANNED,
            message_id=compose_mail(digest, sender=server.sender, recipient=recipient.address).message_id,
            attempts=0,
            at=desk.now,
            detail="",
        )
        for digest in digests
        for recipient in desk.settings.recipients
        if recipient.lang == digest.lang
    ]
    days = {digest.edition_on for digest in digests}
    known = {_key(row) for day in days for row in store.read(Delivery, "deliveries_of", edition_on=day)}
    return [mail for mail in mails if _key(mail) not in known]


def deliver(desk: Desk, digests: Sequence[Digest]) -> Told:
    """Write the files of each edition, then send every mail that has not left yet, those of late editions too."""
    files: list[Path] = []
    warnings: list[str] = list(_report_doubts(desk))
    for digest in digests:
        written, warning = _write(desk, digest)
        files += written
        warnings += [warning] if warning else []
    if desk.settings.mail is not None:
        warnings += _mail(desk, desk.settings.mail, digests)
    return Told(files=tuple(files), warnings=tuple(warnings))


def _key(row: Delivery) -> tuple[object, ...]:
    return (row.edition_on, row.lang, row.profile, row.recipient)


def _write(desk: Desk, digest: Digest) -> tuple[list[Path], str | None]:
    """The edition as HTML, as text and as a mail; a folder that cannot be written is a failure, not the end."""
    folder = desk.settings.digests
    stem = f"{digest.edition_on.isoformat()}-{digest.lang}"
    mail = desk.settings.mail
    to = next((r.address for r in desk.settings.recipients if r.lang == digest.lang), NOBODY)
    contents = {
        "html": digest.html.encode(),
        "txt": digest.text.encode(),
        "eml": compose_mail(digest, sender=mail.sender if mail else NO_SERVER, recipient=to).raw,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for suffix, content in contents.items():
            _replace(folder / f"{stem}.{suffix}", content)
    except OSError as error:
        problem = SendError(
            f"Cannot write the edition to {folder}: {error.strerror}.",
            kind="unwritable",
            advice="Make the folder writable or set 'digests' to another; the edition is kept in the database.",
        )
        _fail(desk, problem, key=stem)
        return [], str(problem)
    return [folder / f"{stem}.{suffix}" for suffix in contents], None


def _replace(path: Path, content: bytes) -> None:
    """Write beside and rename, so that nobody reads half a file."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    beside.replace(path)


def _mail(desk: Desk, server: Mail, digests: Sequence[Digest]) -> list[str]:
    if not desk.settings.recipients:
        problem = SendError(
            "A mail server is set but nobody receives the digest.",
            kind="no_recipient",
            advice="Add a [[recipients]] block with an address.",
        )
        _fail(desk, problem, key="recipients")
        return [str(problem)]
    return [warning for row, digest in _waiting(desk, digests) for warning in _send(desk, server, row, digest)]


def _waiting(desk: Desk, digests: Sequence[Digest]) -> Iterator[tuple[Delivery, Digest]]:
    """The mails that have not left, with their editions: those just built, and late ones that are still news."""
    today = edition_at(desk.now, desk.settings)
    oldest = min([today - STALE_AFTER, *(digest.edition_on for digest in digests)])
    with desk.store() as store:
        rows = store.read(Delivery, "deliveries_waiting", oldest=oldest, newest=today)
        kept = {(d.edition_on, d.lang, d.profile): d for d in store.read(Digest, "digests")}
    current = {digest.edition_on for digest in digests}
    addresses = {recipient.address for recipient in desk.settings.recipients}
    for row in rows:
        due = row.edition_on in current or row.edition_on >= today - STALE_AFTER
        if due and row.recipient in addresses:
            yield row, kept[row.edition_on, row.lang, row.profile]


def _send(desk: Desk, server: Mail, delivery: Delivery, digest: Digest) -> list[str]:
    try:
        outcome = send_mail(
            compose_mail(digest, sender=server.sender, recipient=delivery.recipient),
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
    _fail(desk, problem, key=delivery.message_id)
    return [str(problem)]


class _TakenElsewhereError(Exception):
    """A run beside this one has sent the mail, or is about to."""


def _commit(desk: Desk, delivery: Delivery) -> None:
    """Claim the mail just before its final dot: of two runs that hold its body ready, one sends it."""
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
        store.save([replace(row, state=DeliveryState.UNKNOWN, detail="cut off at the final dot") for row in doubtful])
    problems = [
        SendError(
            f"The digest of {row.edition_on} may or may not have reached {row.recipient}: the run was cut off.",
            kind="unknown",
            advice="It is not sent again by itself; ask the reader, or send the .eml of that day by hand.",
        )
        for row in doubtful
    ]
    for row, problem in zip(doubtful, problems, strict=True):
        _fail(desk, problem, key=row.message_id)
    return [str(problem) for problem in problems]


def _fail(desk: Desk, problem: SendError, *, key: str) -> None:
    with desk.store() as store:
        store.save([failure_of(problem, stage="deliver", key=key, now=desk.now)])

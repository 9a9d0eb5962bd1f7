"""An edition leaves: as files always, by mail when a server is set. Each mail at most once (RELIABILITY F5 and F6).

planned ─ body sent ─ committing ─ final dot ─ sent
                           └─ cut off here ─ unknown: reported by the next run, never sent again by itself
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from contrecoup.digest.mail import Mail, compose_mail
from contrecoup.errors import SendError
from contrecoup.models import Delivery, DeliveryState, Digest, Failure
from contrecoup.settings import Recipient
from extractors.smtp import send_mail
from flows.desk import Desk, failure_of

PASSWORD = "CONTRECOUP_SMTP_PASSWORD"  # noqa: S105 - the name of a variable
NOBODY = "reader@localhost"
NO_SERVER = "contrecoup@localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an edition leaves: its files, and what the operator should know."""

    files: tuple[Path, ...]
    warnings: tuple[str, ...]


def deliver(desk: Desk, digests: Sequence[Digest]) -> Told:
    """Write every language's files, then mail each recipient who has not been mailed this edition."""
    files: list[Path] = []
    warnings: list[str] = list(_report_doubts(desk))
    for digest in digests:
        written, warning = _write(desk, digest)
        files += written
        warnings += [warning] if warning else []
    if desk.settings.mail is not None:
        warnings += _mail(desk, digests)
    return Told(files=tuple(files), warnings=tuple(warnings))


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


def _mail(desk: Desk, digests: Sequence[Digest]) -> list[str]:
    recipients = desk.settings.recipients
    if not recipients:
        problem = SendError(
            "A mail server is set but nobody receives the digest.",
            kind="no_recipient",
            advice="Add a [[recipients]] block with an address.",
        )
        _fail(desk, problem, key="recipients")
        return [str(problem)]
    warnings = []
    for digest in digests:
        for recipient in recipients:
            if recipient.lang == digest.lang:
                warnings += _send(desk, digest, recipient)
    return warnings


def _send(desk: Desk, digest: Digest, recipient: Recipient) -> list[str]:
    server = desk.settings.mail
    assert server is not None  # noqa: S101 - the caller saw it
    mail = compose_mail(digest, sender=server.sender, recipient=recipient.address)
    delivery = _planned(desk, digest, mail)
    if delivery.state is not DeliveryState.PLANNED:
        return []
    _keep(desk, delivery)
    outcome = send_mail(
        mail,
        server,
        password=os.environ.get(PASSWORD),
        before_dot=lambda: _keep(desk, replace(delivery, state=DeliveryState.COMMITTING)),
    )
    _keep(desk, replace(delivery, state=outcome.state, attempts=delivery.attempts + 1, detail=outcome.detail))
    if outcome.state is DeliveryState.SENT:
        return []
    problem = SendError(
        f"The digest of {digest.edition_on} to {recipient.address}: {outcome.detail}",
        kind=str(outcome.state),
        advice=outcome.advice,
    )
    _fail(desk, problem, key=mail.message_id)
    return [str(problem)]


def _planned(desk: Desk, digest: Digest, mail: Mail) -> Delivery:
    """How far this mail is: its row, or a new one."""
    with desk.store() as store:
        rows = store.read(Delivery, "deliveries_of", edition_on=digest.edition_on)
    own = (digest.lang, digest.profile, mail.recipient)
    known = next((row for row in rows if (row.lang, row.profile, row.recipient) == own), None)
    return known or Delivery(
        edition_on=digest.edition_on,
        lang=digest.lang,
        profile=digest.profile,
        recipient=mail.recipient,
        state=DeliveryState.PLANNED,
        message_id=mail.message_id,
        attempts=0,
        at=desk.now,
        detail="",
    )


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
    failure: Failure = failure_of(problem, stage="deliver", key=key, now=desk.now)
    with desk.store() as store:
        store.save([failure])

"""An edition leaves: as files always, by mail when a server is set (flows/outbox.py).

digests > DATE-LANG[-PROFILE].html, .txt, .eml | outbox
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contrecoup.digest.mail import compose_mail
from contrecoup.digest.profiles import DEFAULT
from contrecoup.errors import SendError
from contrecoup.models import Digest
from flows.desk import Desk, failure_of
from flows.outbox import compose, mail_due, readers_of

NOBODY = "reader@localhost"
NO_SERVER = "contrecoup@localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an edition leaves: its files, and what the operator should know."""

    files: tuple[Path, ...]
    warnings: tuple[str, ...]


def deliver(desk: Desk, digests: Sequence[Digest]) -> Told:
    """Write the files of each edition, then send every mail that is due, those of late editions too."""
    files: list[Path] = []
    warnings: list[str] = []
    for digest in digests:
        written, warning = _write(desk, digest)
        files += written
        warnings += [warning] if warning else []
    return Told(files=tuple(files), warnings=(*warnings, *mail_due(desk, digests)))


def _write(desk: Desk, digest: Digest) -> tuple[list[Path], str | None]:
    """The edition as HTML, as text and as a mail; a folder that cannot be written is a failure, not the end."""
    folder = desk.settings.digests
    stem = f"{digest.edition_on.isoformat()}-{digest.lang}"
    if digest.profile != DEFAULT:
        stem += f"-{digest.profile}"
    contents = {"html": digest.html.encode(), "txt": digest.text.encode(), "eml": _eml(desk, digest)}
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
        with desk.store() as store:
            store.save([failure_of(problem, stage="deliver", key=stem, now=desk.now)])
        return [], str(problem)
    return [folder / f"{stem}.{suffix}" for suffix in contents], None


def _eml(desk: Desk, digest: Digest) -> bytes:
    """The mail of the edition's first reader, or to nobody."""
    readers, server = readers_of(digest, desk.settings), desk.settings.mail
    to = readers[0].address if readers else NOBODY
    if server is None:
        return compose_mail(digest, sender=NO_SERVER, recipient=to).raw
    return compose(digest, server, to).raw


def _replace(path: Path, content: bytes) -> None:
    """Write beside and rename, so that nobody reads half a file."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    beside.replace(path)

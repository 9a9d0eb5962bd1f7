"""A small post office for the tests of mailing: readers, an edition, and a server that ends mails as it is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from contrecoup.digest.mail import Mail
from contrecoup.models import Delivery, DeliveryState, Digest
from contrecoup.settings import Mail as Server
from contrecoup.settings import Recipient, Settings
from extractors.smtp import Outcome
from flows import outbox
from flows.desk import Desk

DAY = date(2025, 1, 28)
SIX_THIRTY = datetime(2025, 1, 28, 5, 30, tzinfo=UTC)
ANNE, BOB = "anne@bank.example", "bob@bank.example"
NewDesk = Callable[..., Desk]


@dataclass
class Post:
    """In place of the mail server: how it ends the next mails, and which it was given."""

    state: DeliveryState = DeliveryState.SENT
    given: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def send(self, mail: Mail, server: Server, *, password: str | None, before_dot: Callable[[], None]) -> Outcome:
        """As ``extractors.smtp.send_mail``."""
        del server, password
        before_dot()
        self.given.append(mail.recipient)
        self.ids.append(mail.message_id)
        return Outcome(state=self.state, code=None, detail="said the server", advice="Mend it.")


def digest_of(profile: str = "default", lang: str = "fr") -> Digest:
    """The edition of the day."""
    return Digest(
        edition_on=DAY,
        lang=lang,
        profile=profile,
        since_at=SIX_THIRTY - timedelta(days=1),
        until_at=SIX_THIRTY,
        coverage="complete",
        subject="Contrecoup",
        html="<p>Nvidia</p>",
        text="Nvidia\n",
        built_at=SIX_THIRTY,
    )


def keep(desk: Desk, *digests: Digest) -> None:
    """What ``brief`` does when it has built editions."""
    with desk.store() as store:
        store.save(digests, outbox.plan(desk, store.read(Delivery, "deliveries_of", edition_on=DAY), digests))


def states_of(desk: Desk) -> dict[str, tuple[str, int]]:
    """How far each reader's mail is, and how often it was tried."""
    with desk.store() as store:
        return {row.recipient: (str(row.state), row.attempts) for row in store.read(Delivery, "deliveries")}


def desks_in(folder: Path) -> NewDesk:
    """Makes a desk with these readers, at a moment."""

    def make(*readers: Recipient, now: datetime = SIX_THIRTY, **more: Any) -> Desk:  # noqa: ANN401  the settings' own
        server = Server(host="mail.example", sender="desk@newsroom.example")
        return Desk(
            Settings(**{"database": folder / "contrecoup.duckdb", "mail": server, "recipients": readers, **more}), now
        )

    return make

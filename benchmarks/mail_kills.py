"""SIGKILLs while mailing: no mail twice, and each mail in doubt told by the next run (RELIABILITY F6, G10).

    python benchmarks/mail_kills.py [--kills 300] [--seed 5]

Each round a process plans an edition's three mails and sends them to a server on the loopback that counts; it is
killed at a moment drawn evenly over the time that it takes undisturbed. The next run, which nobody kills, then does
what it does every morning. The server takes up to 60 ms for each reply, before and after it keeps a mail, so that
every stage is open long enough to be hit.
"""

import argparse
import json
import logging
import os
import random
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from contrecoup.models import Delivery, Digest
from contrecoup.settings import Mail, Recipient, Settings
from flows.desk import Desk
from flows.outbox import mail_due, plan

FIRST = datetime(2025, 1, 1, 6, tzinfo=UTC)
READERS = tuple(Recipient(address=f"{name}@bank.example") for name in ("anne", "bob", "chloe"))
SLOWEST_REPLY_S = 0.06
BODY = "<p>Nvidia a perdu 17 % lundi, puces et énergie avec lui.</p>\n" * 800


@dataclass(frozen=True, kw_only=True)
class Round:
    """One round: states right after the kill and after the next run, by Message-ID; what that run said."""

    killed: bool
    stage: str
    after_kill: dict[str, str]
    in_the_end: dict[str, str]
    told: list[str]


class Counting:
    """A mail server that writes down each stage, and each mail that it takes."""

    def __init__(self, log: Path) -> None:
        """Append to a file, line by line: it is read while the server runs."""
        self._log = log.open("a", buffering=1, encoding="utf-8")
        self._chance = random.Random(5)  # noqa: S311  delays

    def _stage(self, name: str) -> None:
        self._log.write(f"stage {name}\n")
        time.sleep(self._chance.random() * SLOWEST_REPLY_S)  # one client at a time: nobody else waits

    async def handle_EHLO(self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str) -> str:  # noqa: N802
        """First command."""
        session.host_name = hostname
        self._stage("EHLO")
        return "250 HELP"

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Sender."""
        envelope.mail_from = address
        self._stage("MAIL")
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Recipient, then DATA and the body."""
        envelope.rcpt_tos.append(address)
        self._stage("RCPT, DATA, body")
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The final dot: taken between two delays."""
        self._stage("dot, not yet taken")
        assert isinstance(envelope.content, bytes)
        self._log.write(f"taken {message_from_bytes(envelope.content)['Message-ID']}\n")
        self._stage("dot, taken")
        return "250 OK"

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        """The mail is done with; the next one has its own connection."""
        self._stage("QUIT, or before the next connection")
        return "221 Bye"


def forked(task: Callable[[int], None]) -> tuple[int, int]:
    """Run a task in a process of its own; its id, and the end of a pipe to read what the task writes."""
    ours, theirs = os.pipe()
    if pid := os.fork():
        os.close(theirs)
        return pid, ours
    os.close(ours)
    status = 1
    try:
        task(theirs)
        status = 0
    finally:
        os._exit(status)


def serve(log: Path) -> tuple[int, int]:
    """Start the server: its process and its port."""

    def run(pipe: int) -> None:
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        Controller(Counting(log), hostname="127.0.0.1", port=port).start()
        os.write(pipe, str(port).encode())
        signal.pause()

    pid, pipe = forked(run)
    return pid, int(os.read(pipe, 10))


def plan_and_mail(desk: Desk, pipe: int) -> None:
    """What the end of ``brief`` does: keep the edition with its mails, then send them."""
    digest = Digest(
        edition_on=desk.now.date(),
        lang="fr",
        profile="default",
        since_at=desk.now - timedelta(days=1),
        until_at=desk.now,
        coverage="complete",
        subject="Contrecoup",
        html=BODY,
        text=BODY,
        built_at=desk.now,
    )
    with desk.store() as store:
        store.save([digest], plan(desk, [], [digest]))
    os.write(pipe, b"!")
    mail_due(desk, [digest])


def next_run(desk: Desk, pipe: int) -> None:
    """A later run of the day: states before, what it says, states after; as JSON."""

    def states() -> dict[str, str]:
        with desk.store() as store:
            rows = store.read(Delivery, "deliveries_of", edition_on=desk.now.date())
        return {row.message_id: str(row.state) for row in rows}

    found: dict[str, Any] = {"after_kill": states(), "told": mail_due(desk)}
    os.write(pipe, json.dumps(found | {"in_the_end": states()}).encode())


def read_all(pipe: int) -> bytes:
    """What a process wrote until it ended."""
    with os.fdopen(pipe, "rb") as opened:
        return opened.read()


def play(settings: Settings, number: int, log: Path, kill_after_s: float | None) -> tuple[Round, float]:
    """One round, and how long the mailing took."""
    now = FIRST + timedelta(days=number)
    pid, pipe = forked(lambda pipe: plan_and_mail(Desk(settings, now), pipe))
    assert os.read(pipe, 1) == b"!", "the edition could not be kept"
    began = time.monotonic()
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        os.kill(pid, signal.SIGKILL)
    killed = os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    took_s = time.monotonic() - began
    os.close(pipe)
    stages = [line for line in log.read_text("utf-8").splitlines() if line.startswith("stage")]
    pid, pipe = forked(lambda pipe: next_run(Desk(settings, now + timedelta(minutes=15)), pipe))
    found = json.loads(read_all(pipe))
    assert os.waitpid(pid, 0)[1] == 0
    stage = stages[-1].removeprefix("stage ") if stages else "before the first connection"
    return Round(killed=killed, stage=stage, **found), took_s


def show(rounds: list[Round], taken: Counter[str], seconds: float) -> bool:
    """Print the tables; true when the goal is met."""
    killed = [one for one in rounds if one.killed]
    fates = Counter(
        (one.after_kill[mail], "yes" if mail in taken else "no", one.in_the_end[mail])
        for one in killed
        for mail in one.after_kill
    )
    # What was in doubt had arrived or not by then; whatever was planned arrives with the next run.
    print("| right after the kill | after the next run | at the server | mails |\n|---|---|---|---:|")
    for (before, arrived, after), number in sorted(fates.items()):
        print(f"| `{before}` | `{after}` | {arrived} | {number} |")
    print("\n| last stage that the server saw | kills |\n|---|---:|")
    for stage, number in Counter(one.stage for one in killed).most_common():
        print(f"| {stage} | {number} |")
    doubtful = [(one, mail) for one in rounds for mail, state in one.after_kill.items() if state == "committing"]
    told = sum(len(one.told) for one in rounds)
    doubles = sum(number > 1 for number in taken.values())
    lost = sum(mail not in taken for one in rounds for mail, state in one.in_the_end.items() if state == "sent")
    print(f"\n{len(killed)} kills in {len(rounds)} rounds, {seconds:.0f} s; {sum(taken.values())} mails taken")
    print(f"mails twice: {doubles}; 'sent' but not at the server: {lost}")
    print(f"in doubt: {len(doubtful)}, told by the next run: {told}")
    left = sum(state not in {"sent", "unknown"} for one in rounds for state in one.in_the_end.values())
    print(f"neither sent nor in doubt in the end: {left}")
    return not doubles and not lost and not left and told == len(doubtful)


def main() -> int:
    """Run the rounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=5)
    chosen = parser.parse_args()
    chance, began = random.Random(chosen.seed), time.monotonic()  # noqa: S311  moments
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        log.touch()
        server, port = serve(log)
        mail = Mail(host="127.0.0.1", port=port, security="none", sender="desk@newsroom.example")
        settings = Settings(database=Path(folder) / "contrecoup.duckdb", mail=mail, recipients=READERS)
        try:
            undisturbed = [play(settings, number, log, None) for number in range(5)]
            whole_s = sorted(took for _, took in undisturbed)[2]
            rounds = [one for one, _ in undisturbed]
            while sum(one.killed for one in rounds) < chosen.kills:
                rounds.append(play(settings, len(rounds), log, chance.random() * whole_s)[0])
        finally:
            os.kill(server, signal.SIGKILL)
            os.waitpid(server, 0)
        lines = log.read_text("utf-8").splitlines()
    taken = Counter(line.removeprefix("taken ") for line in lines if line.startswith("taken "))
    return 0 if show(rounds, taken, time.monotonic() - began) else 1


if __name__ == "__main__":
    sys.exit(main())

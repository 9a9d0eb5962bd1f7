"""``contrecoup mail`` and the flow ``mail``: what they send, what they say, and the codes they end with."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from office import ANNE, BOB, DAY, SIX_THIRTY, NewDesk, Post, digest_of, keep

from contrecoup.errors import SettingsError
from contrecoup.models import DeliveryState
from contrecoup.settings import Recipient
from flows import outbox
from flows.desk import Desk
from flows.mail import mail
from storage.lock import only_mailing
from storage.store import open_store

if TYPE_CHECKING:
    from conftest import Ended

Run = Callable[..., "Ended"]
WHY = "451 4.7.1 " + "the server is busy and asks to come back later, " * 3
SETTINGS = """database = "contrecoup.duckdb"
[mail]
host = "mail.example"
sender = "desk@newsroom.example"
[[recipients]]
address = "anne@bank.example"
[[recipients]]
address = "bob@bank.example"
"""


@pytest.fixture
def config(tmp_path: Path, desk_of: NewDesk, post: Post) -> Path:
    """The settings of a desk with a mail that was sent and one in doubt."""
    desk = desk_of(Recipient(address=ANNE), Recipient(address=BOB))
    keep(desk, digest_of())
    outbox.mail_due(desk)
    with desk.store() as store:
        store._connection.execute("update deliveries set state = 'unknown' where recipient like 'anne%'")
    post.given.clear()
    path = tmp_path / "contrecoup.toml"
    path.write_text(SETTINGS, "utf-8")
    return path


def test_the_commands_show_and_send_what_is_in_doubt(contrecoup: Run, config: Path, post: Post) -> None:
    """``list`` names it, ``resend`` wants to be told which, and then sends it."""
    listed = contrecoup("mail", "list", "--json", "--config", config)
    assert (listed.code, listed.out.count("\n")) == (0, 1)
    assert '"recipient": "anne@bank.example"' in listed.out
    assert contrecoup("mail", "resend", "--config", config).code == SettingsError.exit_code
    assert post.given == []
    again = contrecoup("mail", "resend", "--to", ANNE, "--date", "2025-01-28", "--config", config)
    assert (again.code, post.given) == (0, [ANNE])
    assert "1 tried again" in again.out
    assert contrecoup("mail", "list", "--config", config).out == "No mail waits, failed or is in doubt.\n"
    assert contrecoup("mail", "resend", "--all", "--config", config).code == SettingsError.exit_code


def test_a_mail_that_does_not_leave_again_needs_a_person(contrecoup: Run, config: Path, post: Post) -> None:
    """Exit code 7, and the line says why."""
    post.state = DeliveryState.UNKNOWN
    ended = contrecoup("mail", "resend", "--all", "--config", config)
    assert (ended.code, "A mail needs you." in ended.err) == (7, True)
    assert f"! The digest of 2025-01-28 to {ANNE}: said the server" in ended.out


@pytest.mark.parametrize(
    ("options", "how"),
    [
        ([], {"at_once"}),
        (["--due"], set()),
        (["--failed"], {"at_once", "failed_too"}),
        (["--due", "--failed"], {"failed_too"}),
    ],
    ids=["a person", "cron", "mended", "mended, by cron"],
)
def test_cron_leaves_what_was_put_off_and_a_person_does_not(
    contrecoup: Run,
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    how: set[str],
) -> None:
    """``--due`` keeps to the next try; without it there is none to wait for."""
    asked: list[set[str]] = []

    def noted(_desk: Desk, **options: bool) -> tuple[int, list[str]]:
        asked.append({name for name, wanted in options.items() if wanted})
        return 0, []

    monkeypatch.setattr(outbox, "send_now", noted)
    assert contrecoup("mail", "send", *options, "--config", config).code == 0
    assert asked == [how]


def test_the_commands_send_what_is_due_and_show_the_readers(contrecoup: Run, config: Path, post: Post) -> None:
    """An edition of that age is not due any more, and a run beside another ends with 0."""
    sent = contrecoup("mail", "send", "--config", config)
    assert (sent.code, sent.out, post.given) == (0, "Nothing to send.\n", [])
    readers = contrecoup("mail", "readers", "--json", "--config", config)
    assert readers.out.count('"profile": "default"') == 2
    with only_mailing(config.parent / "contrecoup.duckdb", wait=False):
        beside = contrecoup("mail", "send", "--config", config)
    assert (beside.code, "mailing" in beside.err) == (0, True)


def test_the_flow_sends_what_is_due(config: Path, post: Post) -> None:
    """As a deployment runs it every five minutes: what was put off at its hour, the rest at once."""
    with open_store(config.parent / "contrecoup.duckdb") as store:
        store._connection.execute("update deliveries set state = 'planned'")
    assert mail.fn(str(config), SIX_THIRTY) == []
    assert post.given == []
    assert mail.fn(str(config), SIX_THIRTY + timedelta(minutes=5)) == []
    assert sorted(post.given) == [ANNE, BOB]


@pytest.fixture
def failed(config: Path) -> Path:
    """The settings of a desk where both mails of that old day failed, one after five tries."""
    with open_store(config.parent / "contrecoup.duckdb") as store:
        store._connection.execute(
            "update deliveries set state = 'failed', attempts = if(recipient = $1, 5, 1), detail = $2", [ANNE, WHY]
        )
    return config


def test_an_old_mail_that_failed_is_listed_whole(contrecoup: Run, failed: Path) -> None:
    """Two lines a mail, of any width: who, which edition, how often it was tried, and why it has not left."""
    listed = contrecoup("mail", "list", "--config", failed)
    assert listed.out.splitlines() == [
        f"2025-01-28 fr {ANNE}: failed, tried 5 times",
        f"  {WHY}",
        f"2025-01-28 fr {BOB}: failed, tried 1 time",
        f"  {WHY}",
    ]


def test_that_nothing_was_sent_is_said_with_what_would_send_it(contrecoup: Run, failed: Path, post: Post) -> None:
    """Old news goes when a person names its day; then it does, though it was tried five times."""
    for how in ([], ["--failed"], ["--date", "2025-01-28"]):
        ended = contrecoup("mail", "send", *how, "--config", failed)
        assert ended.code == 0
        assert ended.out.startswith("Nothing to send. Mails failed on 2025-01-28: 'contrecoup mail list' says why")
        assert "'contrecoup mail send --failed --date DAY' sends a day's" in ended.out
    assert post.given == []
    sent = contrecoup("mail", "send", "--failed", "--date", "2025-01-28", "--config", failed)
    assert (sent.code, sent.out, post.given) == (0, "2 tried.\n", [ANNE, BOB])


def test_cron_reads_nothing_when_nothing_is_due(contrecoup: Run, failed: Path) -> None:
    """Its output is mailed to somebody, every five minutes."""
    ended = contrecoup("mail", "send", "--due", "--config", failed)
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_mails_that_need_a_person_are_counted(contrecoup: Run, failed: Path, post: Post) -> None:
    """Each has its line."""
    post.state = DeliveryState.FAILED
    ended = contrecoup("mail", "send", "--failed", "--date", "2025-01-28", "--config", failed)
    assert (ended.code, "2 mails need you." in ended.err) == (7, True)
    assert [line[:2] for line in ended.out.splitlines()] == ["2 ", "! ", "! "]


def test_the_next_try_is_listed(contrecoup: Run, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In UTC, for readers have zones of their own."""
    waiting = outbox.Waiting(
        edition_on=DAY,
        lang="fr",
        recipient=ANNE,
        state=DeliveryState.PLANNED,
        attempts=0,
        next_try_at=SIX_THIRTY,
        detail="",
    )
    monkeypatch.setattr(outbox, "list_waiting", lambda _desk: [waiting])
    listed = contrecoup("mail", "list", "--config", config)
    assert listed.out == f"2025-01-28 fr {ANNE}: planned, next try 2025-01-28 05:30 UTC\n"

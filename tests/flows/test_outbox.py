"""The outbox by itself: when a mail leaves, to whom, and what a person may do about one in doubt."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contrecoup.digest.mail import Mail
from contrecoup.digest.profiles import profile_of
from contrecoup.editions import leaves_at
from contrecoup.errors import SettingsError
from contrecoup.models import Delivery, DeliveryState, Digest
from contrecoup.settings import Mail as Server
from contrecoup.settings import Recipient, Settings, Watchlist
from extractors.smtp import Outcome
from flows import outbox
from flows.desk import Desk
from flows.mail import mail
from flows.subscriptions import subscribe, unsubscribe
from storage.lock import AlreadyRunning, only_mailing
from storage.store import open_store

if TYPE_CHECKING:
    from conftest import Ended

DAY = date(2025, 1, 28)
SIX_THIRTY = datetime(2025, 1, 28, 5, 30, tzinfo=UTC)
ANNE, BOB = "anne@bank.example", "bob@bank.example"
SETTINGS = """database = "contrecoup.duckdb"
[mail]
host = "mail.example"
sender = "desk@newsroom.example"
[[recipients]]
address = "anne@bank.example"
[[recipients]]
address = "bob@bank.example"
"""


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


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    """A post that sends."""
    it = Post()
    monkeypatch.setattr(outbox, "send_mail", it.send)
    return it


def _digest(profile: str = "default", lang: str = "fr") -> Digest:
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


@pytest.fixture
def new_desk(tmp_path: Path) -> Callable[..., Desk]:
    """Makes a desk with these readers, at a moment."""

    def make(*readers: Recipient, now: datetime = SIX_THIRTY, **more: Any) -> Desk:  # noqa: ANN401  the settings' own
        server = Server(host="mail.example", sender="desk@newsroom.example")
        return Desk(
            Settings(**{"database": tmp_path / "contrecoup.duckdb", "mail": server, "recipients": readers, **more}), now
        )

    return make


def _keep(desk: Desk, *digests: Digest) -> None:
    """What ``brief`` does when it has built editions."""
    with desk.store() as store:
        store.save(digests, outbox.plan(desk, store.read(Delivery, "deliveries_of", edition_on=DAY), digests))


def _states(desk: Desk) -> dict[str, tuple[str, int]]:
    with desk.store() as store:
        return {row.recipient: (str(row.state), row.attempts) for row in store.read(Delivery, "deliveries")}


@pytest.mark.parametrize(
    ("reader", "hour"),
    [
        (Recipient(address=ANNE), SIX_THIRTY),
        (Recipient(address=ANNE, at="07:00"), datetime(2025, 1, 28, 6, 0, tzinfo=UTC)),
        (Recipient(address=ANNE, at="07:00", timezone="America/New_York"), datetime(2025, 1, 28, 12, 0, tzinfo=UTC)),
        (Recipient(address=ANNE, timezone="America/New_York"), SIX_THIRTY),
    ],
    ids=["the edition's hour", "an hour of Paris", "an hour of New York", "a zone without an hour"],
)
def test_a_mail_leaves_at_its_readers_hour(
    new_desk: Callable[..., Desk], post: Post, reader: Recipient, hour: datetime
) -> None:
    """A run before the hour leaves it planned and says nothing, the first one after it sends it, and later ones not."""
    early = new_desk(reader, now=hour - timedelta(minutes=1))
    _keep(early, _digest())
    assert outbox.mail_due(early, [_digest()]) == []
    assert (_states(early), post.given) == ({ANNE: ("planned", 0)}, [])
    assert [row.next_try_at for row in outbox.list_waiting(early)] == [hour]
    for minutes in (0, 15):
        assert outbox.mail_due(new_desk(reader, now=hour + timedelta(minutes=minutes))) == []
    assert (_states(early), post.given) == ({ANNE: ("sent", 1)}, [ANNE])


def test_an_hour_that_the_clocks_skip_is_no_reason_to_wait_a_day(new_desk: Callable[..., Desk]) -> None:
    """02:30 on the last Sunday of March: as if the clocks had not changed."""
    reader = Recipient(address=ANNE, at="02:30")
    settings = new_desk(reader).settings
    assert leaves_at(date(2025, 3, 30), reader, settings) == datetime(2025, 3, 30, 1, 30, tzinfo=UTC)


def test_each_reader_gets_the_edition_of_a_language_and_a_profile(new_desk: Callable[..., Desk], post: Post) -> None:
    """Readers who ask for the same share an edition."""
    chips = [Recipient(address=address, topics=("chip_stocks",)) for address in (ANNE, BOB)]
    readers = [*chips, Recipient(address=ANNE, lang="en"), Recipient(address="zoe@bank.example")]
    name = profile_of(chips[0]).name
    desk = new_desk(*readers)
    _keep(desk, _digest(), _digest(name), _digest(lang="en"))
    with desk.store() as store:
        rows = {(row.recipient, row.lang, row.profile) for row in store.read(Delivery, "deliveries")}
    assert rows == {
        (ANNE, "fr", name),
        (BOB, "fr", name),
        (ANNE, "en", "default"),
        ("zoe@bank.example", "fr", "default"),
    }
    assert outbox.mail_due(desk) == []
    assert len(post.given) == len(set(post.ids)) == 4


def test_a_reader_whose_profile_changes_gets_no_second_mail_that_day(new_desk: Callable[..., Desk], post: Post) -> None:
    """The new profile holds from the next edition on."""
    before, after = Recipient(address=ANNE), Recipient(address=ANNE, topics=("crypto_mining",))
    _keep(new_desk(before), _digest())
    outbox.mail_due(new_desk(before))
    later = new_desk(after)
    _keep(later, _digest(), _digest(profile_of(after).name))
    assert outbox.mail_due(later) == []
    assert post.given == [ANNE]


def test_a_mail_that_failed_waits_for_a_person(new_desk: Callable[..., Desk], post: Post) -> None:
    """A run every few minutes does not hammer a server with a wrong password; the one of the morning tries."""
    desk = new_desk(Recipient(address=ANNE))
    _keep(desk, _digest())
    post.state = DeliveryState.FAILED
    [warning] = outbox.mail_due(desk)
    assert "Mend it." in warning
    post.state = DeliveryState.SENT
    assert outbox.mail_due(desk, failed_too=False) == []
    assert _states(desk) == {ANNE: ("failed", 1)}
    assert [(row.state, row.next_try_at) for row in outbox.list_waiting(desk)] == [(DeliveryState.FAILED, None)]
    assert outbox.mail_due(desk) == []
    assert _states(desk) == {ANNE: ("sent", 2)}


def test_a_mail_in_doubt_goes_again_only_when_a_person_says_so(new_desk: Callable[..., Desk], post: Post) -> None:
    """The copy has the same Message-ID; those of others, and of other days, stay as they are."""
    desk = new_desk(Recipient(address=ANNE), Recipient(address=BOB))
    _keep(desk, _digest())
    post.state = DeliveryState.UNKNOWN
    assert len(outbox.mail_due(desk)) == 2
    post.state = DeliveryState.SENT
    assert outbox.mail_due(desk) == []
    assert len(outbox.list_waiting(desk)) == 2
    with pytest.raises(SettingsError, match="No such mail is in doubt"):
        outbox.resend(desk, recipient=ANNE, edition_on=date(2025, 1, 27))
    assert outbox.resend(desk, recipient=ANNE, edition_on=DAY) == (1, [])
    assert _states(desk) == {ANNE: ("sent", 2), BOB: ("unknown", 1)}
    assert outbox.resend(desk) == (1, [])
    assert post.given == [ANNE, BOB, ANNE, BOB]
    assert len(set(post.ids)) == 2


def test_what_a_dead_run_left_at_the_final_dot_is_told_before_it_is_sent_again(
    new_desk: Callable[..., Desk], post: Post
) -> None:
    """Found ``committing``, it becomes ``unknown``, and a failure that ``status`` shows."""
    desk = new_desk(Recipient(address=ANNE))
    _keep(desk, _digest())
    with desk.store() as store:
        store._connection.execute("update deliveries set state = 'committing'")
    number, [warning] = outbox.resend(desk)
    assert (number, _states(desk)) == (1, {ANNE: ("sent", 1)})
    assert "may or may not have left" in warning
    assert post.given == [ANNE]
    with desk.store() as store:
        assert store.count("failures") == 1


def test_without_a_server_there_is_nothing_to_send(new_desk: Callable[..., Desk], post: Post) -> None:
    """No plan, no warning; and sending again says what is missing."""
    desk = new_desk(Recipient(address=ANNE), mail=None)
    _keep(desk, _digest())
    assert (_states(desk), outbox.mail_due(desk), post.given) == ({}, [], [])
    with pytest.raises(SettingsError, match="No mail server"):
        outbox.resend(desk)


def test_one_process_mails_at_a_time(new_desk: Callable[..., Desk], post: Post) -> None:
    """A second one that does not wait ends at once: what the first is about to send is not in doubt."""
    desk = new_desk(Recipient(address=ANNE))
    _keep(desk, _digest())
    with only_mailing(desk.settings.database, wait=False), pytest.raises(AlreadyRunning, match="mailing"):
        outbox.mail_due(desk, wait=False)
    assert (_states(desk), post.given) == ({ANNE: ("planned", 0)}, [])


@pytest.fixture
def put_off(new_desk: Callable[..., Desk], post: Post) -> Callable[[int], Desk]:
    """The desk so many minutes after a first try that the server put off."""
    reader = Recipient(address=ANNE)
    _keep(new_desk(reader), _digest())
    post.state = DeliveryState.PLANNED
    [warning] = outbox.mail_due(new_desk(reader), failed_too=False)
    assert "Mend it." in warning
    post.given.clear()
    return lambda minutes: new_desk(reader, now=SIX_THIRTY + timedelta(minutes=minutes))


def test_a_server_that_asks_to_wait_is_asked_four_times_more(put_off: Callable[[int], Desk], post: Post) -> None:
    """By the first run after 1, 5, 15 and 60 minutes; then the mail is failed, and a line says what to do."""
    tried, told = [], []
    for minutes in range(0, 120, 5):
        told += outbox.mail_due(put_off(minutes), failed_too=False)
        tried += [minutes] * len(post.given)
        post.given.clear()
    assert tried == [5, 10, 25, 85]
    assert ["contrecoup mail send --failed" in line for line in told] == [False, False, False, True]
    assert _states(put_off(0)) == {ANNE: ("failed", 5)}


def test_the_next_try_is_shown(put_off: Callable[[int], Desk]) -> None:
    """As long as there is one."""
    moments = []
    for minutes in (0, 1, 6, 21, 81):
        desk = put_off(minutes)
        outbox.mail_due(desk)
        [row] = outbox.list_waiting(desk)
        moments.append(row.next_try_at and (row.next_try_at - SIX_THIRTY) // timedelta(minutes=1))
    assert moments == [1, 6, 21, 81, None]


def test_a_person_need_not_wait(put_off: Callable[[int], Desk], post: Post) -> None:
    """The mail goes at once, and is not sent again when its next try would have been due."""
    post.state = DeliveryState.SENT
    assert outbox.mail_due(put_off(0), at_once=True, failed_too=False) == []
    assert outbox.mail_due(put_off(1)) == []
    assert (_states(put_off(0)), post.given) == ({ANNE: ("sent", 2)}, [ANNE])


@pytest.mark.parametrize("state", [DeliveryState.PLANNED, DeliveryState.FAILED])
def test_a_mail_goes_five_times_by_itself_and_then_when_a_person_says_so(
    put_off: Callable[[int], Desk], post: Post, state: DeliveryState
) -> None:
    """Runs that build the edition again and again try what failed too, and yet come to an end."""
    post.state = state
    for hours in range(1, 9):
        outbox.mail_due(put_off(60 * hours), [_digest()])
    assert (_states(put_off(0)), len(post.given)) == ({ANNE: ("failed", 5)}, 4)
    post.state = DeliveryState.SENT
    assert outbox.mail_due(put_off(600), at_once=True) == []
    assert _states(put_off(0)) == {ANNE: ("sent", 6)}


def test_a_mail_whose_day_ended_while_nothing_ran_has_one_more_try(put_off: Callable[[int], Desk], post: Post) -> None:
    """The machine was off: the first run of the next day tries, and if the server asks to wait again, that is all."""
    [warning] = outbox.mail_due(put_off(25 * 60), failed_too=False)
    assert "last try" in warning
    assert (_states(put_off(0)), post.given) == ({ANNE: ("failed", 2)}, [ANNE])


def test_a_mail_that_another_run_sent_meanwhile_is_not_put_off(
    put_off: Callable[[int], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where locks do not hold, a refusal before the final dot does not undo what the run beside this one reached."""
    desk = put_off(1)

    def beside(mail: Mail, server: Server, *, password: str | None, before_dot: Callable[[], None]) -> Outcome:
        del mail, server, password, before_dot
        with desk.store() as store:
            store._connection.execute("update deliveries set state = 'sent'")
        return Outcome(state=DeliveryState.PLANNED, code=451, detail="later", advice="")

    monkeypatch.setattr(outbox, "send_mail", beside)
    assert outbox.mail_due(desk) == []
    assert _states(desk) == {ANNE: ("sent", 1)}


def test_a_reader_who_unsubscribes_gets_what_waits_no_more(put_off: Callable[[int], Desk], post: Post) -> None:
    """Neither by itself nor by a person, until the reader subscribes again; the list says why."""
    post.state = DeliveryState.SENT
    desk = put_off(1)
    unsubscribe(desk, desk.settings.recipients)
    assert outbox.mail_due(desk, at_once=True) == []
    [row] = outbox.list_waiting(desk)
    assert (row.state, row.next_try_at, row.detail) == (DeliveryState.PLANNED, None, "the reader has unsubscribed")
    assert post.given == []
    subscribe(desk, desk.settings.recipients)
    assert outbox.mail_due(desk) == []
    assert post.given == [ANNE]


def test_a_reader_who_unsubscribes_is_not_sent_a_mail_in_doubt_again(new_desk: Callable[..., Desk], post: Post) -> None:
    """Not even when a person asks for all of them."""
    desk = new_desk(Recipient(address=ANNE), Recipient(address=BOB))
    _keep(desk, _digest())
    post.state = DeliveryState.UNKNOWN
    outbox.mail_due(desk)
    unsubscribe(desk, desk.settings.recipients[:1])
    post.state = DeliveryState.SENT
    assert outbox.resend(desk) == (1, [])
    assert _states(desk) == {ANNE: ("unknown", 1), BOB: ("sent", 2)}


def test_a_wish_that_comes_while_the_body_is_sent_stops_the_mail(
    put_off: Callable[[int], Desk], post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing has left before the final dot."""
    desk = put_off(1)

    def meanwhile(mail: Mail, server: Server, *, password: str | None, before_dot: Callable[[], None]) -> Outcome:
        unsubscribe(desk, desk.settings.recipients)
        return post.send(mail, server, password=password, before_dot=before_dot)

    monkeypatch.setattr(outbox, "send_mail", meanwhile)
    assert outbox.mail_due(desk) == []
    assert (_states(desk), post.given) == ({ANNE: ("planned", 1)}, [])


@pytest.fixture
def config(tmp_path: Path, new_desk: Callable[..., Desk], post: Post) -> Path:
    """The settings of a desk with a mail that was sent and one in doubt."""
    desk = new_desk(Recipient(address=ANNE), Recipient(address=BOB))
    _keep(desk, _digest())
    outbox.mail_due(desk)
    with desk.store() as store:
        store._connection.execute("update deliveries set state = 'unknown' where recipient like 'anne%'")
    post.given.clear()
    path = tmp_path / "contrecoup.toml"
    path.write_text(SETTINGS, "utf-8")
    return path


def test_the_commands_show_and_send_what_is_in_doubt(
    contrecoup: Callable[..., "Ended"], config: Path, post: Post
) -> None:
    """``list`` names it, ``resend`` wants to be told which, and then sends it."""
    listed = contrecoup("mail", "list", "--json", "--config", config)
    assert (listed.code, listed.out.count("\n")) == (0, 1)
    assert '"recipient": "anne@bank.example"' in listed.out
    assert contrecoup("mail", "resend", "--config", config).code == SettingsError.exit_code
    assert post.given == []
    again = contrecoup("mail", "resend", "--to", ANNE, "--date", "2025-01-28", "--config", config)
    assert (again.code, post.given) == (0, [ANNE])
    assert "1 tried again" in again.out
    assert contrecoup("mail", "resend", "--all", "--config", config).code == SettingsError.exit_code


def test_a_mail_that_does_not_leave_again_needs_a_person(
    contrecoup: Callable[..., "Ended"], config: Path, post: Post
) -> None:
    """Exit code 7, and the line says why."""
    post.state = DeliveryState.UNKNOWN
    ended = contrecoup("mail", "resend", "--all", "--config", config)
    assert ended.code == 7
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
    contrecoup: Callable[..., "Ended"],
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    how: set[str],
) -> None:
    """``--due`` keeps to the next try; without it there is none to wait for."""
    asked: list[set[str]] = []

    def noted(_desk: Desk, **options: bool) -> list[str]:
        asked.append({name for name, wanted in options.items() if wanted})
        return []

    monkeypatch.setattr(outbox, "mail_due", noted)
    assert contrecoup("mail", "send", *options, "--config", config).code == 0
    assert asked == [how]


def test_the_commands_send_what_is_due_and_show_the_readers(
    contrecoup: Callable[..., "Ended"], config: Path, post: Post
) -> None:
    """An edition of that age is not due any more, and a run beside another ends with 0."""
    assert contrecoup("mail", "send", "--config", config).code == 0
    assert post.given == []
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


def test_a_reader_may_name_baskets_and_what_is_watched() -> None:
    """Anything else would be an edition without a move."""
    reader = Recipient(address=ANNE, symbols=("NVDA", "basket:chips"))
    assert Settings(watchlist=Watchlist(symbols=("NVDA",)), recipients=(reader,)).recipients == (reader,)

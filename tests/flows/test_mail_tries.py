"""Mails that were put off, that failed or that grew old: when they are tried again, and who stops that."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from office import ANNE, BOB, DAY, SIX_THIRTY, NewDesk, Post, digest_of, keep, states_of

from contrecoup.digest.mail import Mail
from contrecoup.models import DeliveryState, Failure
from contrecoup.settings import Mail as Server
from contrecoup.settings import Recipient
from extractors.smtp import Outcome
from flows import outbox
from flows.desk import Desk
from flows.subscriptions import subscribe, unsubscribe


@pytest.fixture
def put_off(desk_of: NewDesk, post: Post) -> Callable[[int], Desk]:
    """The desk so many minutes after a first try that the server put off."""
    reader = Recipient(address=ANNE)
    keep(desk_of(reader), digest_of())
    post.state = DeliveryState.PLANNED
    [warning] = outbox.mail_due(desk_of(reader))
    assert "Mend it." in warning
    post.given.clear()
    return lambda minutes: desk_of(reader, now=SIX_THIRTY + timedelta(minutes=minutes))


def test_a_server_that_asks_to_wait_is_asked_four_times_more(put_off: Callable[[int], Desk], post: Post) -> None:
    """By the first run after 1, 5, 15 and 60 minutes; then the mail is failed, and a line says what to do."""
    tried, told = [], []
    for minutes in range(0, 120, 5):
        told += outbox.mail_due(put_off(minutes))
        tried += [minutes] * len(post.given)
        post.given.clear()
    assert tried == [5, 10, 25, 85]
    assert [f"contrecoup mail send --failed --date {DAY}" in line for line in told] == [False, False, False, True]
    assert states_of(put_off(0)) == {ANNE: ("failed", 5)}


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
    assert outbox.send_now(put_off(0)) == (1, [])
    assert outbox.mail_due(put_off(1)) == []
    assert (states_of(put_off(0)), post.given) == ({ANNE: ("sent", 2)}, [ANNE])


def test_a_mail_goes_five_times_by_itself_and_then_when_a_person_says_so(
    put_off: Callable[[int], Desk], post: Post
) -> None:
    """Runs that build the edition again and again come to an end."""
    for hours in range(1, 9):
        outbox.mail_due(put_off(60 * hours), [digest_of()])
    assert (states_of(put_off(0)), len(post.given)) == ({ANNE: ("failed", 5)}, 4)
    post.state = DeliveryState.SENT
    assert outbox.send_now(put_off(600), failed_too=True) == (1, [])
    assert states_of(put_off(0)) == {ANNE: ("sent", 6)}


def test_a_mail_whose_day_ended_while_nothing_ran_has_one_more_try(put_off: Callable[[int], Desk], post: Post) -> None:
    """The machine was off: the first run of the next day tries, and if the server asks to wait again, that is all."""
    [warning] = outbox.mail_due(put_off(25 * 60))
    assert "last try" in warning
    assert (states_of(put_off(0)), post.given) == ({ANNE: ("failed", 2)}, [ANNE])


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
    assert states_of(desk) == {ANNE: ("sent", 1)}


def test_a_reader_who_unsubscribes_gets_what_waits_no_more(put_off: Callable[[int], Desk], post: Post) -> None:
    """Neither by itself nor by a person, until the reader subscribes again; the list says why."""
    post.state = DeliveryState.SENT
    desk = put_off(1)
    unsubscribe(desk, desk.settings.recipients)
    assert outbox.send_now(desk, failed_too=True) == (0, [])
    [row] = outbox.list_waiting(desk)
    assert (row.state, row.next_try_at, row.detail) == (DeliveryState.PLANNED, None, "the reader has unsubscribed")
    assert post.given == []
    subscribe(desk, desk.settings.recipients)
    assert outbox.mail_due(desk) == []
    assert post.given == [ANNE]


def test_a_reader_who_unsubscribes_is_not_sent_a_mail_in_doubt_again(desk_of: NewDesk, post: Post) -> None:
    """Not even when a person asks for all of them."""
    desk = desk_of(Recipient(address=ANNE), Recipient(address=BOB))
    keep(desk, digest_of())
    post.state = DeliveryState.UNKNOWN
    outbox.mail_due(desk)
    unsubscribe(desk, desk.settings.recipients[:1])
    post.state = DeliveryState.SENT
    assert outbox.resend(desk) == (1, [])
    assert states_of(desk) == {ANNE: ("unknown", 1), BOB: ("sent", 2)}


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
    assert (states_of(desk), post.given) == ({ANNE: ("planned", 1)}, [])


@pytest.fixture
def machine_off(desk_of: NewDesk) -> Desk:
    """The desk three days after an edition whose mails nothing tried."""
    readers = (Recipient(address=ANNE), Recipient(address=BOB, at="18:00"))
    keep(desk_of(*readers), digest_of())
    return desk_of(*readers, now=SIX_THIRTY + timedelta(days=3))


def test_a_mail_that_nothing_tried_for_over_two_days_fails_and_is_told(machine_off: Desk, post: Post) -> None:
    """The machine was off: a line, a row in ``failures`` and one in the list for each mail, and nothing leaves."""
    told = outbox.mail_due(machine_off)
    assert [f"'contrecoup mail send --failed --date {DAY}' sends it." in line for line in told] == [True, True]
    assert (states_of(machine_off), post.given) == ({ANNE: ("failed", 0), BOB: ("failed", 0)}, [])
    with machine_off.store() as store:
        failures = store.read(Failure, "failures_between", since=SIX_THIRTY, until=machine_off.now)
    assert [(failure.stage, failure.kind) for failure in failures] == [("deliver", "failed")] * 2
    assert [(row.recipient, row.detail) for row in outbox.list_waiting(machine_off)] == [
        (ANNE, "nothing ran that could try it within 2 days"),
        (BOB, "nothing ran that could try it within 2 days"),
    ]
    assert outbox.mail_due(machine_off) == []


def test_a_mail_of_two_days_ago_still_leaves_by_itself(desk_of: NewDesk, post: Post) -> None:
    """The machine was off over a weekend's end: the first run sends it."""
    reader = Recipient(address=ANNE)
    keep(desk_of(reader), digest_of())
    assert outbox.mail_due(desk_of(reader, now=SIX_THIRTY + timedelta(days=2))) == []
    assert post.given == [ANNE]


def test_an_old_mail_that_failed_leaves_when_a_person_names_its_day(machine_off: Desk, post: Post) -> None:
    """Once; ``--failed`` alone does not reach it, and no run does, for old news would surprise its readers."""
    outbox.mail_due(machine_off)
    assert outbox.send_now(machine_off, failed_too=True) == (0, [])
    assert post.given == []
    assert outbox.send_now(machine_off, edition_on=DAY) == (2, [])
    assert outbox.send_now(machine_off, edition_on=DAY, failed_too=True) == (0, [])
    assert (states_of(machine_off), post.given) == ({ANNE: ("sent", 1), BOB: ("sent", 1)}, [ANNE, BOB])


def test_a_person_who_names_a_day_sends_no_other_days_mails(machine_off: Desk, post: Post) -> None:
    """Those of the last days wait for their own turn."""
    outbox.mail_due(machine_off)
    other = DAY + timedelta(days=2)
    with machine_off.store() as store:
        store._connection.execute("update deliveries set edition_on = $1 where recipient = $2", [other, BOB])
        store._connection.execute(
            "insert into digests by name select * replace ($1 as edition_on) from digests", [other]
        )
    assert outbox.send_now(machine_off, edition_on=DAY, failed_too=True) == (1, [])
    assert post.given == [ANNE]


def test_an_old_edition_that_is_built_again_sends_what_was_never_tried(machine_off: Desk, post: Post) -> None:
    """As ``contrecoup run --from DAY --to DAY`` does, whether a run between has given the mails up or not."""
    outbox.send_now(machine_off, at_once=False)
    assert outbox.mail_due(machine_off, [digest_of()]) == []
    assert post.given == [ANNE, BOB]


def test_an_old_mail_of_who_has_gone_fails_nobody(machine_off: Desk) -> None:
    """Neither of who has unsubscribed nor of who has left the settings; the list does not show them either."""
    unsubscribe(machine_off, machine_off.settings.recipients[:1])
    left = Desk(
        machine_off.settings.model_copy(update={"recipients": machine_off.settings.recipients[:1]}), machine_off.now
    )
    assert outbox.mail_due(left) == []
    assert outbox.list_waiting(left) == []
    assert states_of(left) == {ANNE: ("planned", 0), BOB: ("planned", 0)}

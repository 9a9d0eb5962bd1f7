"""The outbox by itself: when a mail leaves, to whom, and what a person may do about one in doubt."""

from datetime import UTC, date, datetime, timedelta

import pytest
from office import ANNE, BOB, DAY, SIX_THIRTY, NewDesk, Post, digest_of, keep, states_of

from contrecoup.digest.mail import Mail
from contrecoup.digest.profiles import profile_of
from contrecoup.editions import leaves_at
from contrecoup.errors import SendError, SettingsError
from contrecoup.models import Delivery, DeliveryState, Digest
from contrecoup.settings import Mail as Server
from contrecoup.settings import Recipient, Settings, Watchlist
from flows import outbox
from storage.lock import AlreadyRunning, only_mailing


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
def test_a_mail_leaves_at_its_readers_hour(desk_of: NewDesk, post: Post, reader: Recipient, hour: datetime) -> None:
    """A run before the hour leaves it planned and says nothing, the first one after it sends it, and later ones not."""
    early = desk_of(reader, now=hour - timedelta(minutes=1))
    keep(early, digest_of())
    assert outbox.mail_due(early, [digest_of()]) == []
    assert (states_of(early), post.given) == ({ANNE: ("planned", 0)}, [])
    assert [row.next_try_at for row in outbox.list_waiting(early)] == [hour]
    for minutes in (0, 15):
        assert outbox.mail_due(desk_of(reader, now=hour + timedelta(minutes=minutes))) == []
    assert (states_of(early), post.given) == ({ANNE: ("sent", 1)}, [ANNE])


def test_an_hour_that_the_clocks_skip_is_no_reason_to_wait_a_day(desk_of: NewDesk) -> None:
    """02:30 on the last Sunday of March: as if the clocks had not changed."""
    reader = Recipient(address=ANNE, at="02:30")
    settings = desk_of(reader).settings
    assert leaves_at(date(2025, 3, 30), reader, settings) == datetime(2025, 3, 30, 1, 30, tzinfo=UTC)


def test_each_reader_gets_the_edition_of_a_language_and_a_profile(desk_of: NewDesk, post: Post) -> None:
    """Readers who ask for the same share an edition."""
    chips = [Recipient(address=address, topics=("chip_stocks",)) for address in (ANNE, BOB)]
    readers = [*chips, Recipient(address=ANNE, lang="en"), Recipient(address="zoe@bank.example")]
    name = profile_of(chips[0]).name
    desk = desk_of(*readers)
    keep(desk, digest_of(), digest_of(name), digest_of(lang="en"))
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


def test_a_reader_whose_profile_changes_gets_no_second_mail_that_day(desk_of: NewDesk, post: Post) -> None:
    """The new profile holds from the next edition on."""
    before, after = Recipient(address=ANNE), Recipient(address=ANNE, topics=("crypto_mining",))
    keep(desk_of(before), digest_of())
    outbox.mail_due(desk_of(before))
    later = desk_of(after)
    keep(later, digest_of(), digest_of(profile_of(after).name))
    assert outbox.mail_due(later) == []
    assert post.given == [ANNE]


def test_a_mail_that_failed_waits_for_a_person(desk_of: NewDesk, post: Post) -> None:
    """No run hammers a server with a wrong password, nor offers again what was refused for good."""
    desk = desk_of(Recipient(address=ANNE))
    keep(desk, digest_of())
    post.state = DeliveryState.FAILED
    [warning] = outbox.mail_due(desk)
    assert "Mend it." in warning
    post.state = DeliveryState.SENT
    assert outbox.mail_due(desk) == []
    assert outbox.mail_due(desk, [digest_of()]) == []
    assert states_of(desk) == {ANNE: ("failed", 1)}
    assert [(row.state, row.next_try_at) for row in outbox.list_waiting(desk)] == [(DeliveryState.FAILED, None)]
    assert outbox.send_now(desk, failed_too=True) == (1, [])
    assert states_of(desk) == {ANNE: ("sent", 2)}


def test_a_mail_that_cannot_be_written_stops_no_other(
    desk_of: NewDesk, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails by itself, and its row says what to do."""
    desk = desk_of(Recipient(address=ANNE), Recipient(address=BOB))
    keep(desk, digest_of())
    compose = outbox.compose

    def refuse(digest: Digest, server: Server, recipient: str) -> Mail:
        if recipient == ANNE:
            raise SendError("The mail's Subject holds a line end.", kind="bad_header", advice="Mend the name.")
        return compose(digest, server, recipient)

    monkeypatch.setattr(outbox, "compose", refuse)
    [warning] = outbox.mail_due(desk)
    assert warning.endswith("holds a line end. Mend the name.")
    assert states_of(desk) == {ANNE: ("failed", 1), BOB: ("sent", 1)}
    assert post.given == [BOB]


def test_an_address_is_the_same_in_any_case(desk_of: NewDesk, post: Post) -> None:
    """A reader whose spelling in the settings changes gets no second mail."""
    desk = desk_of(Recipient(address=ANNE))
    keep(desk, digest_of())
    assert outbox.mail_due(desk) == []
    again = desk_of(Recipient(address=ANNE.upper()))
    keep(again, digest_of())
    assert outbox.mail_due(again) == []
    assert post.given == [ANNE]


def test_a_mail_in_doubt_goes_again_only_when_a_person_says_so(desk_of: NewDesk, post: Post) -> None:
    """The copy has the same Message-ID; those of others, and of other days, stay as they are."""
    desk = desk_of(Recipient(address=ANNE), Recipient(address=BOB))
    keep(desk, digest_of())
    post.state = DeliveryState.UNKNOWN
    assert len(outbox.mail_due(desk)) == 2
    post.state = DeliveryState.SENT
    assert outbox.mail_due(desk) == []
    assert len(outbox.list_waiting(desk)) == 2
    with pytest.raises(SettingsError, match="No such mail is in doubt"):
        outbox.resend(desk, recipient=ANNE, edition_on=date(2025, 1, 27))
    assert outbox.resend(desk, recipient=ANNE, edition_on=DAY) == (1, [])
    assert states_of(desk) == {ANNE: ("sent", 2), BOB: ("unknown", 1)}
    assert outbox.resend(desk) == (1, [])
    assert post.given == [ANNE, BOB, ANNE, BOB]
    assert len(set(post.ids)) == 2


def test_what_a_dead_run_left_at_the_final_dot_is_told_before_it_is_sent_again(desk_of: NewDesk, post: Post) -> None:
    """Found ``committing``, it becomes ``unknown``, and a failure that ``status`` shows."""
    desk = desk_of(Recipient(address=ANNE))
    keep(desk, digest_of())
    with desk.store() as store:
        store._connection.execute("update deliveries set state = 'committing'")
    number, [warning] = outbox.resend(desk)
    assert (number, states_of(desk)) == (1, {ANNE: ("sent", 1)})
    assert "may or may not have left" in warning
    assert post.given == [ANNE]
    with desk.store() as store:
        assert store.count("failures") == 1


def test_without_a_server_there_is_nothing_to_send(desk_of: NewDesk, post: Post) -> None:
    """No plan, no warning; and sending again says what is missing."""
    desk = desk_of(Recipient(address=ANNE), mail=None)
    keep(desk, digest_of())
    assert (states_of(desk), outbox.mail_due(desk), post.given) == ({}, [], [])
    with pytest.raises(SettingsError, match="No mail server"):
        outbox.resend(desk)


def test_one_process_mails_at_a_time(desk_of: NewDesk, post: Post) -> None:
    """A second one that does not wait ends at once: what the first is about to send is not in doubt."""
    desk = desk_of(Recipient(address=ANNE))
    keep(desk, digest_of())
    with only_mailing(desk.settings.database, wait=False), pytest.raises(AlreadyRunning, match="mailing"):
        outbox.send_now(desk)
    assert (states_of(desk), post.given) == ({ANNE: ("planned", 0)}, [])


def test_a_reader_may_name_baskets_and_what_is_watched() -> None:
    """Anything else would be an edition without a move."""
    reader = Recipient(address=ANNE, symbols=("NVDA", "basket:chips"))
    assert Settings(watchlist=Watchlist(symbols=("NVDA",)), recipients=(reader,)).recipients == (reader,)

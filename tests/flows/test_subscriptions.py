"""Readers who want no more mails: by their own link, by their address, and back."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIServer

import pytest

from contrecoup.errors import SettingsError
from contrecoup.models import Unsubscription
from contrecoup.settings import Settings, read_settings
from flows import subscriptions
from flows.desk import Desk, open_desk
from flows.subscriptions import UNSUBSCRIBE_KEY, leave_by, list_readers, reader_of_link, readers_at

if TYPE_CHECKING:
    from conftest import Ended

Run = Callable[..., "Ended"]
ANNE = "Anne@bank.example"
READERS = """
[[recipients]]
address = "Anne@bank.example"
lang = "fr"
at = "07:00"
timezone = "Europe/London"
[[recipients]]
address = "Anne@bank.example"
lang = "en"
[[recipients]]
address = "bob@bank.example"
"""
MAIL = """
[mail]
host = "mail.example"
sender = "desk@newsroom.example"
unsubscribe = "https://newsroom.example/out?list=1"
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three recipients, a page for those who leave, and the key of its links."""
    monkeypatch.setenv(UNSUBSCRIBE_KEY, "canary-7391")
    path = tmp_path / "contrecoup.toml"
    path.write_text(READERS + MAIL, "utf-8")
    return path


@pytest.fixture
def desk(config: Path) -> Desk:
    """The same, opened."""
    return open_desk(config, None)


def _link(desk: Desk, number: int) -> str:
    return list_readers(desk)[number].unsubscribe


def _states(config: Path) -> list[str]:
    return [reader.state for reader in list_readers(open_desk(config, None))]


def test_each_reader_has_a_way_out_of_their_own(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One click, by an address that holds no name and changes with the key."""
    readers = list_readers(desk)
    links = [reader.unsubscribe for reader in readers]
    assert [reader.at for reader in readers] == ["07:00 Europe/London", "06:30 Europe/Paris", "06:30 Europe/Paris"]
    assert len(set(links)) == 3
    assert all(link.startswith("https://newsroom.example/out?list=1&reader=") for link in links)
    assert "anne" not in links[0].lower()
    monkeypatch.setenv(UNSUBSCRIBE_KEY, "another")
    assert _link(desk, 0) not in links


def test_without_a_page_readers_leave_by_mail(config: Path) -> None:
    """And so it is shown."""
    config.write_text(READERS + MAIL.replace("unsubscribe", "#"), "utf-8")
    assert {reader.unsubscribe for reader in list_readers(open_desk(config, None))} == {"by mail"}


def test_a_link_is_of_one_reader_and_one_language(desk: Desk) -> None:
    """Whatever else the page's address holds."""
    for number, reader in enumerate(desk.settings.recipients):
        assert reader_of_link(desk.settings, _link(desk, number) + "&utm_source=mail") == [reader]


@pytest.mark.parametrize(
    "forge",
    [
        lambda link: link[:-1] + ("0" if link[-1] != "0" else "1"),
        lambda link: link[:-1],
        lambda link: link.partition("reader=")[0] + f"reader={ANNE}",
        lambda link: link.partition("&")[0],
        lambda _link: ANNE,
        lambda _link: "https://[",
        lambda _link: "https://newsroom.example/out?reader=é",
        lambda _link: "",
    ],
    ids=["a digit", "cut", "an address", "no token", "an address alone", "no address", "not ASCII", "nothing"],
)
def test_a_forged_link_is_nobodys(desk: Desk, forge: Callable[[str], str]) -> None:
    """The error tells no address."""
    with pytest.raises(SettingsError, match="of no recipient") as raised:
        reader_of_link(desk.settings, forge(_link(desk, 0)))
    assert "bank.example" not in str(raised.value)


def test_a_link_of_another_key_is_nobodys(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not know the key cannot make one."""
    link = _link(desk, 0)
    monkeypatch.setenv(UNSUBSCRIBE_KEY, "guessed")
    with pytest.raises(SettingsError, match=UNSUBSCRIBE_KEY):
        reader_of_link(desk.settings, link)


def test_an_address_is_found_in_any_case_and_by_language(config: Path) -> None:
    """One that the settings do not have is told."""
    settings: Settings = read_settings(config)
    assert [reader.lang for reader in readers_at(settings, "anne@BANK.example")] == ["fr", "en"]
    assert [reader.lang for reader in readers_at(settings, ANNE, "en")] == ["en"]
    for address, lang in (("zoe@bank.example", None), ("bob@bank.example", "en")):
        with pytest.raises(SettingsError, match="contrecoup mail readers"):
            readers_at(settings, address, lang)


def test_a_wish_is_kept_once_with_its_first_moment(desk: Desk, config: Path) -> None:
    """Asking again changes nothing, and it outlives a block that is taken out and put back in another case."""
    [reader] = readers_at(desk.settings, ANNE, "fr")
    subscriptions.unsubscribe(desk, [reader])
    later = open_desk(config, None)
    subscriptions.unsubscribe(later, [reader])
    with desk.store() as store:
        wishes = store.read(Unsubscription, "unsubscriptions")
    assert wishes == [Unsubscription(recipient="anne@bank.example", lang="fr", at=desk.now)]
    config.write_text(config.read_text("utf-8").replace("Anne@", "ANNE@"), "utf-8")
    assert _states(config) == ["unsubscribed", "subscribed", "subscribed"]


def test_the_commands_take_a_reader_off_and_on(contrecoup: Run, config: Path, desk: Desk) -> None:
    """By link one language, by address all; twice is no error; ``readers`` tells."""
    for _ in range(2):
        ended = contrecoup("mail", "unsubscribe", "--link", _link(desk, 1), "--config", config)
        assert (ended.code, ended.out) == (0, f"{ANNE} (en): unsubscribed.\n")
    assert _states(config) == ["subscribed", "unsubscribed", "subscribed"]
    assert contrecoup("mail", "unsubscribe", ANNE, "--config", config).code == 0
    assert _states(config) == ["unsubscribed", "unsubscribed", "subscribed"]
    assert contrecoup("mail", "readers", "--json", "--config", config).out.count('"state": "unsubscribed"') == 2
    back = contrecoup("mail", "subscribe", ANNE, "--lang", "fr", "--config", config)
    assert (back.code, back.out) == (0, f"{ANNE} (fr): subscribed.\n")
    assert _states(config) == ["subscribed", "unsubscribed", "subscribed"]


@pytest.mark.parametrize("who", [(), (ANNE, "--link", "https://newsroom.example/"), ("--link", ""), ("a@b.example",)])
def test_who_unsubscribes_must_be_clear(contrecoup: Run, config: Path, who: tuple[str, ...]) -> None:
    """An address or a link, and one that is known; else nobody does."""
    ended = contrecoup("mail", "unsubscribe", *who, "--config", config)
    assert ended.code == SettingsError.exit_code
    assert len(ended.err.splitlines()) == 2
    assert set(_states(config)) == {"subscribed"}


@pytest.mark.parametrize(("command", "lines"), [("list", 0), ("readers", 3)])
def test_without_a_server_the_answer_says_so(contrecoup: Run, config: Path, command: str, lines: int) -> None:
    """Beside the rows that there are, for a person and for a program."""
    config.write_text(READERS, "utf-8")
    for form in ([], ["--json"]):
        ended = contrecoup("mail", command, *form, "--config", config)
        assert ended.code == 0
        assert ended.err.startswith("No mail server is set, so nothing is sent. Add a [mail] block")
    assert ended.out.count("\n") == lines


def test_without_a_server_no_empty_table_is_shown(contrecoup: Run, config: Path) -> None:
    """A person who has no mails and no server reads only what to add; who sends is told that it cannot be."""
    config.write_text(READERS, "utf-8")
    assert contrecoup("mail", "list", "--config", config).out == ""
    sent = contrecoup("mail", "send", "--config", config)
    assert sent.code == SettingsError.exit_code
    assert "Add a [mail] block" in sent.err


def test_with_a_server_an_empty_list_is_a_table(contrecoup: Run, config: Path) -> None:
    """Nothing waits: that is the answer."""
    ended = contrecoup("mail", "list", "--config", config)
    assert (ended.code, ended.err) == (0, "")
    assert "0 rows" in ended.out


def test_the_page_ends_the_subscription_of_a_link(desk: Desk, config: Path) -> None:
    """By the query that a link has, and nobody's by any other; a wish that is known is no error."""
    leave = leave_by(config)
    query = _link(desk, 1).partition("?")[2]
    assert [leave(query), leave(query), leave(query[:-1]), leave(f"reader={ANNE}")] == [True, True, False, False]
    assert _states(config) == ["subscribed", "unsubscribed", "subscribed"]


def test_the_page_does_not_take_broken_settings_for_a_strange_link(desk: Desk, config: Path) -> None:
    """Then it answers that one should come back."""
    leave, query = leave_by(config), _link(desk, 1).partition("?")[2]
    config.write_text("[mail", "utf-8")
    with pytest.raises(SettingsError, match="not valid TOML"):
        leave(query)


def test_the_page_is_served_until_it_is_interrupted(
    contrecoup: Run, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A port that is taken is told."""

    def interrupted(_server: WSGIServer) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(WSGIServer, "serve_forever", interrupted)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = contrecoup("mail", "serve", "--port", port, "--config", config)
    assert (refused.code, f"Port {port}" in refused.err) == (SettingsError.exit_code, True)
    served = contrecoup("mail", "serve", "--port", port, "--config", config)
    assert (served.code, served.out) == (0, f"http://127.0.0.1:{port}/ answers readers' links.\n")


def test_the_page_is_not_served_without_a_key(contrecoup: Run, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody who knows an address could end its subscription."""
    monkeypatch.delenv(UNSUBSCRIBE_KEY)
    ended = contrecoup("mail", "serve", "--config", config)
    assert ended.code == SettingsError.exit_code
    assert f"{UNSUBSCRIBE_KEY} is not set" in ended.err

"""Readers who want no more mails: by their own link, by their address, and back."""

import re
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIServer

import pytest

from contrecoup.digest.mail import unsubscribe_token
from contrecoup.digest.profiles import EVERYTHING, profile_of
from contrecoup.errors import SettingsError, StoreBusy
from contrecoup.models import Unsubscription
from contrecoup.settings import Settings, read_settings
from flows import subscriptions
from flows.desk import Desk, open_desk
from flows.subscriptions import (
    UNSUBSCRIBE_KEY,
    key_of,
    leave_by,
    list_readers,
    profiles_read,
    reader_of_link,
    readers_at,
)

if TYPE_CHECKING:
    from conftest import Ended

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"
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
        lambda _link: "?reader=\udcff",
        lambda _link: "",
    ],
    ids=["a digit", "cut", "an address", "no token", "an address alone", "no address", "not ASCII", "bytes", "nothing"],
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


def test_without_a_key_there_are_no_links(
    desk: Desk, config: Path, contrecoup: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in a mail, where readers have the mail to the sender, nor of anybody: one would be made in a moment."""
    monkeypatch.setenv(UNSUBSCRIBE_KEY, "")
    assert [reader.unsubscribe for reader in list_readers(desk)] == ["by mail"] * 3
    forged = f"?reader={unsubscribe_token(recipient=ANNE, lang='fr', key='')}"
    ended = contrecoup("mail", "unsubscribe", "--link", forged, "--config", config)
    assert ended.code == SettingsError.exit_code
    assert f"{UNSUBSCRIBE_KEY} is not set" in ended.err
    assert set(_states(config)) == {"subscribed"}


def test_a_link_outlives_a_change_of_case_in_the_settings(desk: Desk, config: Path) -> None:
    """Mails that were sent long ago keep their way out."""
    link = _link(desk, 0)
    config.write_text(config.read_text("utf-8").replace("Anne@", "anne@"), "utf-8")
    [reader] = reader_of_link(read_settings(config), link)
    assert (reader.address, reader.lang) == ("anne@bank.example", "fr")


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


@pytest.mark.parametrize(
    "who",
    [
        (),
        (ANNE, "--link", "https://newsroom.example/"),
        ("--link", ""),
        ("--link", "?reader=\udcff"),
        ("a@b.example",),
    ],
)
def test_who_unsubscribes_must_be_clear(contrecoup: Run, config: Path, who: tuple[str, ...]) -> None:
    """An address or a link, and one that is known; else nobody does."""
    ended = contrecoup("mail", "unsubscribe", *who, "--config", config)
    assert ended.code == SettingsError.exit_code
    assert len(ended.err.splitlines()) == 2
    assert set(_states(config)) == {"subscribed"}


@pytest.mark.parametrize(("command", "lines"), [("list", 0), ("readers", 3)])
def test_without_a_server_the_answer_says_so(contrecoup: Run, config: Path, command: str, lines: int) -> None:
    """Beside what there is, for a person and for a program."""
    config.write_text(READERS, "utf-8")
    for form in ([], ["--json"]):
        ended = contrecoup("mail", command, *form, "--config", config)
        assert ended.code == 0
        assert ended.err.startswith("No mail server is set, so nothing is sent. Add a [mail] block")
    assert ended.out.count("\n") == lines


def test_without_a_server_who_sends_is_told_that_it_cannot_be(contrecoup: Run, config: Path) -> None:
    """And what to add."""
    config.write_text(READERS, "utf-8")
    sent = contrecoup("mail", "send", "--config", config)
    assert sent.code == SettingsError.exit_code
    assert "Add a [mail] block" in sent.err


def test_an_empty_list_says_so(contrecoup: Run, config: Path) -> None:
    """Nothing waits, or nobody reads: that is the answer."""
    ended = contrecoup("mail", "list", "--config", config)
    assert (ended.code, ended.out, ended.err) == (0, "No mail waits, failed or is in doubt.\n", "")
    config.write_text(MAIL, "utf-8")
    assert contrecoup("mail", "readers", "--config", config).out == "The settings have no recipient.\n"


def test_a_readers_link_is_shown_whole(contrecoup: Run, config: Path, desk: Desk) -> None:
    """Two lines a reader, so that a terminal of any width lets it be copied."""
    told = contrecoup("mail", "readers", "--config", config).out.splitlines()
    assert told[:2] == [f"{ANNE} (fr): subscribed, 07:00 Europe/London, profile default", f"  {_link(desk, 0)}"]
    assert len(told) == 6


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_readers_who_have_no_link_for_want_of_a_key_are_shown_with_a_warning(
    contrecoup: Run, config: Path, monkeypatch: pytest.MonkeyPatch, form: tuple[str, ...]
) -> None:
    """As long as no key is set; where the settings name no page none is needed."""
    readers = ("mail", "readers", *form, "--config", config)
    assert contrecoup(*readers).err == ""
    monkeypatch.delenv(UNSUBSCRIBE_KEY)
    assert contrecoup(*readers).err.startswith(f"! {UNSUBSCRIBE_KEY} is not set, so that no reader has a link")
    config.write_text(READERS + MAIL.replace("unsubscribe", "#"), "utf-8")
    assert contrecoup(*readers).err == ""


def test_without_a_key_an_address_is_taken_off_all_the_same(
    contrecoup: Run, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who types an address has the machine already."""
    monkeypatch.delenv(UNSUBSCRIBE_KEY)
    assert contrecoup("mail", "unsubscribe", ANNE, "--config", config).code == 0
    assert _states(config) == ["unsubscribed", "unsubscribed", "subscribed"]


def test_what_only_those_read_who_have_gone_is_not_made(config: Path) -> None:
    """A profile is made for the languages and readers that it still has, the default one always."""
    config.write_text(READERS.replace('lang = "en"', 'lang = "en"\ntopics = ["chip_stocks"]') + MAIL, "utf-8")
    settings, gone = read_settings(config), {key_of(ANNE, "en")}
    chips = profile_of(settings.recipients[1])
    assert profiles_read(settings, "en", ()) == (EVERYTHING, chips)
    assert profiles_read(settings, "en", gone) == (EVERYTHING,)
    assert profiles_read(settings, "fr", gone) == (EVERYTHING,)


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


def test_a_link_has_its_language(contrecoup: Run, config: Path, desk: Desk) -> None:
    """Another one beside it would be ignored, so it is refused."""
    ended = contrecoup("mail", "unsubscribe", "--link", _link(desk, 0), "--lang", "en", "--config", config)
    assert ended.code == SettingsError.exit_code
    assert "--lang" in ended.err
    assert set(_states(config)) == {"subscribed"}


def test_the_page_does_not_wait_long_for_a_database_that_is_held(
    desk: Desk, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor for another reader whose wish is being kept: a mail program that is told to come back does."""
    monkeypatch.setattr(subscriptions, "PATIENCE_S", 0.05)
    leave, query = leave_by(config), _link(desk, 0).partition("?")[2]
    held = f"import duckdb, sys; held = duckdb.connect({str(desk.settings.database)!r}); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(StoreBusy):
            leave(query)
        holder.communicate(b"\n")
    assert leave(query)


def test_readers_who_unsubscribe_at_once_wait_for_each_other(
    desk: Desk, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that write at the same moment would be refused by the database; one that takes too long is not waited for."""
    links = [_link(desk, number).partition("?")[2] for number in range(3)]
    leave = leave_by(config)
    with ThreadPoolExecutor(3) as readers:
        assert list(readers.map(leave, links * 3)) == [True] * 9
    assert set(_states(config)) == {"unsubscribed"}
    monkeypatch.setattr(subscriptions, "PATIENCE_S", 0.05)
    begun, ended = Event(), Event()

    def slow(*_args: object, **_options: object) -> None:
        begun.set()
        ended.wait(5)

    monkeypatch.setattr(subscriptions, "unsubscribe", slow)
    with ThreadPoolExecutor(1) as readers:
        first = readers.submit(leave, links[0])
        begun.wait(5)
        with pytest.raises(StoreBusy, match="Other readers"):
            leave(links[1])
        ended.set()
        assert first.result()


def test_the_page_is_not_served_from_settings_that_are_broken(contrecoup: Run, tmp_path: Path, config: Path) -> None:
    """Or missing: it would only ever answer that one should come back."""
    config.write_text("[mail", "utf-8")
    for path in (config, tmp_path / "missing.toml"):
        ended = contrecoup("mail", "serve", "--config", path)
        assert (ended.code, str(path) in ended.err) == (SettingsError.exit_code, True)


@pytest.mark.parametrize(
    ("code", "status"), [(0, "200 OK"), (2, "503 Service Unavailable"), (5, "503 Service Unavailable")]
)
def test_the_program_of_the_documentation_loses_no_wish(tmp_path: Path, code: int, status: str) -> None:
    """Broken settings and a missing key end the command as a link of nobody does: a mail program has to try again."""
    [program] = re.findall(r"```python\n(#!.*?)```", OPERATING.read_text("utf-8"), re.DOTALL)
    command = tmp_path / "contrecoup"
    command.write_text(f"#!/bin/sh\nexit {code}\n", "utf-8")
    command.chmod(0o700)
    program = re.sub(r'"[^"]+/bin/contrecoup"', repr(str(command)), program)
    asked = {"REQUEST_METHOD": "POST", "QUERY_STRING": "reader=0"}
    ended = subprocess.run([sys.executable, "-c", program], env=asked, capture_output=True, check=True)
    assert f"Status: {status}\n\n" in ended.stdout.decode()


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

"""The guard: which URLs and which addresses are spoken to."""

import socket
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from contrecoup.errors import FetchError
from contrecoup.settings import Network
from extractors import addresses, web
from extractors.addresses import BlockedAddress, check_url, guarded_socket, is_public, redact
from extractors.web import Request, Response, fetch_all

if TYPE_CHECKING:
    from conftest import Site

SPECIAL = (
    "0.0.0.0",  # noqa: S104 (never bound)
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "fc00::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
)
PUBLIC = (
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.32.0.1",
    "2606:4700:4700::1111",
    "2a00:1450:4007::5",
    "2001:4860::8",
)


@pytest.mark.parametrize("address", SPECIAL)
def test_no_special_address_is_public(address: str) -> None:
    """Private, loopback, link-local, multicast, documentation, tunnels and metadata services are refused."""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    """The deny list takes nothing of the internet away."""
    assert is_public(address)


def _info(address: str, port: int = 80) -> addresses.AddrInfoType:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port)


@pytest.mark.parametrize("address", SPECIAL)
def test_no_socket_is_made_for_a_special_address(address: str) -> None:
    """The refusal is an ``OSError``, so that the next address of the same name is tried."""
    with pytest.raises(BlockedAddress) as refused:
        guarded_socket(_info(address))
    assert isinstance(refused.value, OSError)


def test_a_socket_is_made_for_a_public_address() -> None:
    """It is not yet connected."""
    with guarded_socket(_info("1.1.1.1")) as made:
        assert made.family == socket.AF_INET


def test_only_the_one_address_and_port_of_a_replay_are_spoken_to() -> None:
    """Neither another port, nor another loopback address, nor the internet."""
    only = ("127.0.0.1", 8080)
    guarded_socket(_info("127.0.0.1", 8080), only=only).close()
    for address, port in (("127.0.0.1", 8081), ("127.0.0.2", 8080), ("1.1.1.1", 8080), ("1.1.1.1", 80)):
        with pytest.raises(BlockedAddress):
            guarded_socket(_info(address, port), only=only)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("file:///etc/passwd", "only http"),
        ("ftp://a.example/x", "only http"),
        ("data:text/html,x", "only http"),
        ("javascript:alert(1)", "only http"),
        ("gopher://a.example/_x", "only http"),
        ("//a.example/x", "only http"),
        ("a.example/x", "only http"),
        ("", "only http"),
        ("http:///chemin", "names no proper host"),
        ("http://a\x01.example/", "names no proper host"),
        ("http://marie@a.example/", "user name"),
        ("http://marie:secret@a.example/", "user name"),
        ("http://:secret@a.example/", "user name"),
        ("http://a.example:22/", "ports"),
        ("http://a.example:8080/", "ports"),
        ("https://a.example:6379/", "ports"),
        ("http://a.example:0/", "ports"),
        ("http://[::1/", "cannot be read"),
        ("http://a.example:port/", "cannot be read"),
        ("http://a.example:99999/", "cannot be read"),
        ("http://a..example\udc80/", "cannot be read"),
    ],
)
def test_a_url_that_may_not_be_fetched_says_why(text: str, why: str) -> None:
    """Scheme, host, port and credentials are looked at on every hop."""
    with pytest.raises(ValueError, match=why) as refused:
        check_url(text)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("http://a.example/", "http://a.example/"),
        ("HTTPS://A.Example:443/x#la-suite", "https://a.example/x"),
        ("https://économie.example/été?q=1", "https://économie.example/été?q=1"),
        ("http://a.example:80/x", "http://a.example/x"),
    ],
)
def test_a_url_that_may_be_fetched_is_read_once(text: str, read: str) -> None:
    """What comes back is what will be asked for, without its fragment."""
    assert str(check_url(text)) == str(URL(read))


def test_secrets_in_addresses_are_not_shown() -> None:
    """Neither user names and passwords nor queries, wherever in the text they stand."""
    shown = redact(
        "GET 'https://marie:s3cret@a.example/@marie/flux?token=s3cret&x=1' failed: http://b.example/x?k=s3cret"
    )
    assert shown == "GET 'https://a.example/@marie/flux?…' failed: http://b.example/x?…"


class Names(AbstractResolver):
    """Resolves the names it is given, and no other, to numbers."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """Take the names."""
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Give the address of a name."""
        if host not in self._names:
            raise OSError(f"{family}: no such name")
        address = self._names[host]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing to close."""


class Listener:
    """Listens on one port of the loopback, by both versions of IP, and never accepts on its own."""

    def __init__(self) -> None:
        """Take a free port."""
        self._sockets = [socket.create_server(("127.0.0.1", 0))]
        self.port = int(self._sockets[0].getsockname()[1])
        if socket.has_dualstack_ipv6():
            self._sockets.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))

    def was_reached(self) -> bool:
        """Whether anyone has connected; the system keeps them waiting until they are accepted."""
        reached = False
        for listening in self._sockets:
            listening.settimeout(0)
            try:
                listening.accept()[0].close()
            except BlockingIOError:
                continue
            reached = True
        return reached

    def close(self) -> None:
        """Stop listening."""
        for listening in self._sockets:
            listening.close()


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """A private service that must not be reached, on a port that the check of URLs lets pass."""
    it = Listener()
    monkeypatch.setattr(addresses, "PORTS", addresses.PORTS | {it.port})
    yield it
    it.close()


def _fetch(*urls: str) -> list[Response | FetchError]:
    requests = [Request(url=url) for url in urls]
    return fetch_all(requests, Network(deadline_s=5), now=datetime(2025, 1, 28, tzinfo=UTC))


def _kinds(answers: list[Response | FetchError]) -> set[str]:
    return {answer.kind if isinstance(answer, FetchError) else "ok" for answer in answers}


def _in_url(address: str) -> str:
    bare = address.partition("%")[0]
    return f"[{bare}]" if ":" in bare else bare


def test_the_listener_of_these_tests_is_reached_without_the_guard(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the tests below would show nothing."""
    monkeypatch.setattr(addresses, "is_public", lambda _: True)
    fetch_all(
        [Request(url=f"http://127.0.0.1:{listener.port}/")],
        Network(deadline_s=0.1),
        now=datetime(2025, 1, 28, tzinfo=UTC),
    )
    assert listener.was_reached()


def test_no_special_address_is_reached_by_its_number(listener: Listener) -> None:
    """A resolver would never see these."""
    answers = _fetch(*(f"http://{_in_url(address)}:{listener.port}/" for address in SPECIAL))
    assert _kinds(answers) == {"blocked_address"}
    assert not listener.was_reached()


def test_no_special_address_is_reached_by_a_name(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a name server answers."""
    names = {f"n{number}.example": address.partition("%")[0] for number, address in enumerate(SPECIAL)}
    monkeypatch.setattr(aiohttp, "ThreadedResolver", lambda: Names(names))
    assert _kinds(_fetch(*(f"http://{name}:{listener.port}/" for name in names))) == {"blocked_address"}
    assert not listener.was_reached()


@pytest.fixture
def public_site(site: "Site", monkeypatch: pytest.MonkeyPatch) -> "Site":
    """The site of the tests, reached as ``http://public.example:PORT`` like a site of the internet."""
    monkeypatch.setattr(addresses, "PORTS", addresses.PORTS | {site.port})
    monkeypatch.setattr(aiohttp, "ThreadedResolver", lambda: Names({"public.example": "127.0.0.1"}))

    def guard(address: addresses.AddrInfoType, *, only: tuple[str, int] | None) -> socket.socket:
        return guarded_socket(address, only=("127.0.0.1", site.port) if address[4][1] == site.port else only)

    monkeypatch.setattr(web, "guarded_socket", guard)
    return site


def test_no_special_address_is_reached_by_a_redirect(public_site: "Site", listener: Listener) -> None:
    """Each hop is guarded like the first."""
    for number, address in enumerate(SPECIAL):
        location = f"http://{_in_url(address)}:{listener.port}/"
        public_site.says(f"/{number}", status=302, headers={"Location": location})
    answers = _fetch(*(f"http://public.example:{public_site.port}/{number}" for number in range(len(SPECIAL))))
    assert _kinds(answers) == {"blocked_address"}
    assert len(public_site.asked) == len(SPECIAL)
    assert not listener.was_reached()


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "[::ffff:7f00:1]",
        "localhost",
    ],
)
def test_other_spellings_of_the_loopback_do_not_reach_it(listener: Listener, host: str) -> None:
    """Decimal, octal, hexadecimal, short, circled, full-width, mapped and by name."""
    assert _kinds(_fetch(f"http://{host}:{listener.port}/")) <= {"blocked_address", "bad_url"}
    assert not listener.was_reached()


def test_a_proxy_of_the_environment_is_not_used(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would see every address, and reach those that we do not."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{listener.port}")
    monkeypatch.setattr(aiohttp, "ThreadedResolver", lambda: Names({"n.example": "10.0.0.1"}))
    assert _kinds(_fetch("http://n.example/")) == {"blocked_address"}
    assert not listener.was_reached()

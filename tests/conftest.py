"""For every test: nothing connects to anything but this machine."""

import socket
from collections.abc import Iterator
from ipaddress import ip_address

import pytest

ABROAD: list[str] = []


def _is_here(address: object) -> bool:
    """A loopback address, or a socket of the file system."""
    if not isinstance(address, tuple):
        return True
    try:
        return ip_address(str(address[0]).partition("%")[0]).is_loopback
    except ValueError:
        return address[0] == "localhost"


@pytest.fixture(autouse=True, scope="session")
def _no_way_out() -> Iterator[None]:
    """Refuse connections to other machines, and remember them: the code under test may swallow the refusal."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if not _is_here(address):
            ABROAD.append(str(address))
            raise ConnectionRefusedError(f"tests stay on this machine, but this one asked for {address}")
        connect(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(autouse=True)
def _stayed_here() -> Iterator[None]:
    """Fail the test that asked for another machine."""
    ABROAD.clear()
    yield
    assert ABROAD == []

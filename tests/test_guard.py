"""The guard of ``tests/conftest.py`` itself."""

import socket

import pytest


@pytest.fixture
def abroad(request: pytest.FixtureRequest) -> list[str]:
    """What the guard has refused; emptied after the test, which would fail otherwise."""
    [plugin] = [p for p in request.config.pluginmanager.get_plugins() if hasattr(p, "ABROAD")]
    refused: list[str] = plugin.ABROAD
    return refused


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "www.example.org"])
def test_a_connection_to_another_machine_is_refused_and_remembered(abroad: list[str], address: str) -> None:
    """By address and by name, before anything leaves."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as out, pytest.raises(ConnectionRefusedError, match="stay on this machine"):
        out.connect((address, 80))
    assert address in abroad.pop()


def test_the_loopback_is_open() -> None:
    """Servers of the tests are there."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())
        assert client.getpeername() == server.getsockname()

"""Settings that would give something away are refused."""

from pathlib import Path

import pytest

from contrecoup.errors import SettingsError
from contrecoup.settings import read_settings

MAIL = '[mail]\nhost = "{host}"\nsender = "desk@newsroom.example"\nsecurity = "{security}"\n'


def _file(folder: Path, host: str, security: str, user: str | None) -> Path:
    path = folder / "contrecoup.toml"
    path.write_text(MAIL.format(host=host, security=security) + (f'user = "{user}"\n' if user else ""), "utf-8")
    return path


@pytest.mark.parametrize("host", ["smtp.example.org", "192.0.2.1", "10.0.0.1", "2001:db8::1", "localhost.example.org"])
def test_a_password_does_not_cross_a_network_in_the_clear(tmp_path: Path, host: str) -> None:
    """A login without TLS on another machine is refused, and the error says what to set instead."""
    with pytest.raises(SettingsError, match='set security to "starttls" or "tls"'):
        read_settings(_file(tmp_path, host, "none", "desk"))


@pytest.mark.parametrize(
    ("host", "security", "user"),
    [
        ("smtp.example.org", "starttls", "desk"),
        ("smtp.example.org", "tls", "desk"),
        ("smtp.example.org", "none", None),
        ("localhost", "none", "desk"),
        ("LOCALHOST", "none", "desk"),
        ("127.0.0.1", "none", "desk"),
        ("127.8.0.1", "none", "desk"),
        ("::1", "none", "desk"),
    ],
)
def test_a_login_that_nobody_overhears_is_taken(tmp_path: Path, host: str, security: str, user: str | None) -> None:
    """With TLS anywhere, without it on this machine; and without a login there is no password to lose."""
    server = read_settings(_file(tmp_path, host, security, user)).mail
    assert server is not None
    assert (server.host, server.security, server.user) == (host, security, user)

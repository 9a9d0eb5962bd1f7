"""Whom the fetcher may speak to: the check of every URL before a request and of every address before a connection.

The check of addresses sits where the socket is made, after the name was resolved, because a check of the text of a
URL is passed by redirects, by other spellings of an address and by names that resolve anew (miniflux/v2#4092).
"""

import ipaddress
import re
import socket

from aiohttp import AddrInfoType
from yarl import URL

SCHEMES = frozenset({"http", "https"})
PORTS = frozenset({80, 443})

# IANA special-purpose registries, multicast and the metadata services of clouds. ``ipaddress.is_global`` is not used:
# it lets multicast, NAT64 and IPv4-compatible addresses pass, and its answer depends on the version of Python.
DENIED_IPV4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
ROUTED_IPV6 = ipaddress.IPv6Network("2000::/3")
DENIED_IPV6 = tuple(
    ipaddress.IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3ffe::/16", "3fff::/20")
)


class BlockedAddress(OSError):
    """A connection to an address that is not public was refused before it was made."""


def is_public(address: str) -> bool:
    """Whether a numeric address is one of the public internet.

    IPv4 outside the deny list; IPv6 inside 2000::/3 and outside its own deny list. Forms of IPv6 that carry an IPv4
    address (mapped, NAT64, 6to4, Teredo) are refused whatever they carry.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in block for block in DENIED_IPV4)
    return ip in ROUTED_IPV6 and not any(ip in block for block in DENIED_IPV6)


def guarded_socket(address: AddrInfoType, *, only: tuple[str, int] | None = None) -> socket.socket:
    """Make the socket that will be connected to ``address``, or refuse.

    ``only`` is the one pair of address and port that may be spoken to; without it, every public address may.
    The message is the same for all addresses, so that several refusals fold into one error.

    Raises
    ------
    BlockedAddress
        before any socket is made.

    """
    family, kind, protocol, _, place = address
    allowed = place[:2] == only if only else is_public(str(place[0]))
    if not allowed:
        raise BlockedAddress("the address is not public")
    return socket.socket(family, kind, protocol)


def check_url(text: str | URL) -> URL:
    """Parse a URL, once and by one library, and check what can be told from its text.

    Raises
    ------
    ValueError
        when it cannot be parsed, has no host, is neither http nor https, names a port other than 80 and 443, or
        holds a user name or a password; the message says which, without repeating the URL.

    """
    try:
        url = URL(text)
        host, port = url.host, url.port
    except ValueError as error:
        raise ValueError("it cannot be read as a URL") from error
    if url.scheme not in SCHEMES:
        raise ValueError("only http and https are fetched")
    if not host or not host.isprintable():
        raise ValueError("it names no proper host")
    if url.user is not None or url.password is not None:
        raise ValueError("it holds a user name or a password")
    if port not in PORTS:
        raise ValueError("only the ports 80 and 443 are fetched")
    return url.with_fragment(None)


def redact(text: str) -> str:
    """The text with the user names, passwords and queries of the URLs in it left out."""
    return re.sub(r"\?[^\s'\")]+", "?…", re.sub(r"//[^/?#\s]*@", "//", text))

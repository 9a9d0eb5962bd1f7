"""What can go wrong with one address, in words: each kind with its weight and what to do about it.

Weights follow Media Cloud's rss-fetcher: 1 for what will not mend by itself, 0.5 for what may, 0.25 for what passes.
"""

import email.utils
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

import aiohttp

from contrecoup.errors import FetchError
from extractors.addresses import BlockedAddress, redact

HARD, SOFT, PASSING = 1.0, 0.5, 0.25
LONGEST_WAIT_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One kind of failure: what happened, and one sentence of advice."""

    weight: float
    what: str
    advice: str


def _trouble(weight: float, what: str, advice: str) -> Trouble:
    return Trouble(weight=weight, what=what, advice=advice)


TROUBLES: Mapping[str, Trouble] = MappingProxyType(
    {
        "bad_url": _trouble(HARD, "the address cannot be used", "Correct the address in the settings."),
        "blocked_address": _trouble(
            HARD, "the name leads to an address that is not public", "Remove the address, or report it to its site."
        ),
        "bad_redirect": _trouble(
            HARD, "the site redirects to where we do not go", "Open the address in a browser and subscribe to its end."
        ),
        "too_many_redirects": _trouble(
            HARD, "the site redirects again and again", "Open the address in a browser and subscribe to its end."
        ),
        "tls": _trouble(
            HARD, "the site's certificate is not valid", "Wait for the site to renew it, or remove the address."
        ),
        "gone": _trouble(HARD, "the site no longer has this page", "Look for the new address on the site."),
        "blocked": _trouble(
            HARD, "the site refuses us", "Ask the site for access, or read it through another of its feeds."
        ),
        "robots": _trouble(HARD, "robots.txt forbids this page", "Nothing to do: the feed's own summary is shown."),
        "too_large": _trouble(
            HARD, "the answer is larger than the limit", "Raise max_feed_bytes or max_page_bytes in [network]."
        ),
        "bad_encoding": _trouble(
            HARD, "the answer is compressed in a way we do not read", "Report it to the site, or remove the address."
        ),
        "client_error": _trouble(HARD, "the site rejects the request", "Open the address in a browser to see why."),
        "bad_answer": _trouble(SOFT, "the answer is not sound HTTP", "It is tried again; report it if it lasts."),
        "incomplete": _trouble(SOFT, "the answer broke off", "It is tried again at the next run."),
        "dns": _trouble(SOFT, "the name cannot be resolved", "Check the spelling and the connection to the internet."),
        "connect": _trouble(SOFT, "no connection could be made", "It is tried again; remove the address if it lasts."),
        "server_error": _trouble(PASSING, "the site has an error of its own", "It is tried again at the next run."),
        "rate_limited": _trouble(PASSING, "the site asks us to come back later", "It is tried again after that time."),
        "timeout": _trouble(
            PASSING, "the site took too long", "It is tried again; raise deadline_s in [network] if it lasts."
        ),
        "host_down": _trouble(
            PASSING, "the site did not answer the requests before this one", "It is tried again at the next run."
        ),
        "robots_unavailable": _trouble(
            PASSING, "robots.txt could not be read, so pages are left alone", "It is tried again at the next run."
        ),
    }
)

# The first class that fits decides.
_KINDS_OF_EXCEPTIONS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "timeout"),
    (aiohttp.ClientSSLError, "tls"),
    (aiohttp.ClientConnectorDNSError, "dns"),
    (aiohttp.InvalidURL, "bad_url"),
    (aiohttp.ClientPayloadError, "incomplete"),
    (aiohttp.ClientResponseError, "bad_answer"),
    (aiohttp.ClientError, "connect"),
    (OSError, "connect"),
    (ValueError, "bad_url"),
)

_KINDS_OF_STATUSES: Mapping[int, str] = MappingProxyType(
    {401: "blocked", 402: "blocked", 403: "blocked", 404: "gone", 410: "gone", 429: "rate_limited", 451: "blocked"}
)


def fetch_error(kind: str, url: object, *, cause: str = "", retry_after_s: float | None = None) -> FetchError:
    """The error of a kind for one address; secrets in the address and in the cause are left out."""
    trouble, cause = TROUBLES[kind], redact(cause)
    message = f"{redact(str(url))}: {trouble.what}{f' ({cause})' if cause else ''}."
    error = FetchError(message, kind=kind, weight=trouble.weight, advice=trouble.advice, cause=cause)
    error.retry_after_s = retry_after_s
    return error


def error_of_exception(error: Exception, url: object) -> FetchError:
    """The error that an exception of the client, of a socket or of the URL parser stands for."""
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, BlockedAddress):
        return fetch_error("blocked_address", url)
    kind = next(kind for known, kind in _KINDS_OF_EXCEPTIONS if isinstance(error, known))
    return fetch_error(kind, url, cause=f"{type(error).__name__}: {error}".removesuffix(": "))


def error_of_status(status: int, url: object, *, retry_after_s: float | None = None) -> FetchError:
    """The error that an HTTP status other than 200 and 304 stands for."""
    kind = _KINDS_OF_STATUSES.get(status) or {4: "client_error", 5: "server_error"}.get(status // 100, "bad_answer")
    return fetch_error(kind, url, cause=f"HTTP {status}", retry_after_s=retry_after_s)


def wait_asked(raw: str | None, *, now: datetime) -> float | None:
    """Seconds that a ``Retry-After`` header asks us to wait (RFC 9110 §10.2.3: seconds or a date), at most a day."""
    if raw is None:
        return None
    if raw.isascii() and raw.isdigit():
        return min(float(raw[:9]), LONGEST_WAIT_S)
    try:
        at = email.utils.parsedate_to_datetime(raw)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), LONGEST_WAIT_S)

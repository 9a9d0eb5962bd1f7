"""The first stage of the pipe: addresses in, bytes out. The only module that opens a client's socket.

A polite reader: two connections to a host, a pause between its pages, robots.txt for pages, ``Retry-After`` obeyed,
nothing fetched again that has not changed. And a wary one: only public addresses, a deadline over the whole of each
request, a limit on what a body may decode to. The sum of it, in the order a request meets it:
``_Client.fetch`` (turn, place, deadline) → ``_follow`` (redirects) → ``_take`` (status, body).
"""

import asyncio
import hashlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Literal

import aiohttp
from yarl import URL

from contrecoup.errors import FetchError
from contrecoup.settings import Network
from extractors.addresses import check_url, guarded_socket
from extractors.fetch_errors import error_of_exception, error_of_status, fetch_error, wait_asked
from extractors.robots import MAX_BYTES as MAX_ROBOTS_BYTES
from extractors.robots import RobotsFiles

MAX_REDIRECTS = 5
PERMANENT = frozenset({301, 308})
REDIRECTS = PERMANENT | {302, 303, 307}
ENCODINGS = frozenset({"", "identity", "gzip", "deflate"})  # the same whatever else is installed
SILENCES_BEFORE_DOWN = 3
_HEADER_BYTES = 32_768  # aiohttp's 8,190 are too few for some sites (RSS-to-Telegram-Bot#705)
_VALIDATOR_CHARS = 1_000
_CHUNK_BYTES = 65_536
_DNS_THREADS = 64  # the default of six starves healthy names behind hanging ones (python/cpython#112169)
_SILENCE = frozenset({"timeout", "connect", "dns"})
_CAUGHT = (aiohttp.ClientError, TimeoutError, OSError, ValueError)
_ACCEPT: Mapping[str, str] = {
    "feed": "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.5",
    "page": "text/html, application/xhtml+xml;q=0.9, */*;q=0.5",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One address to fetch, with what was kept of its last answer. Pages obey robots.txt and a pause; feeds do not."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    kind: Literal["feed", "page"] = "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A whole answer. ``unchanged`` when the server said so (304, no body) or the body hashes as it did before.

    ``permanent_url`` is where an unbroken chain of permanent redirects (301, 308) led, or None. ``content_type`` is
    in lower case, without parameters; ``charset`` is the header's. ``body_hash`` is that of ``hash_body``.
    """

    url: str
    final_url: str
    status: int
    body: bytes
    body_hash: str
    etag: str | None
    last_modified: str | None
    content_type: str
    charset: str | None
    fetched_at: datetime
    unchanged: bool
    permanent_url: str | None


def hash_body(body: bytes) -> str:
    """BLAKE2b of a body, 16 bytes in hexadecimal."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def fetch_all(
    requests: Sequence[Request], network: Network, *, now: datetime, on_done: Callable[[], None] | None = None
) -> list[Response | FetchError]:
    """Fetch every address; the answers stand in the order of the requests.

    What goes wrong with an address comes back in its place as a ``FetchError``. ``now`` becomes ``fetched_at`` and is
    what a date in ``Retry-After`` counts from; deadlines run on the monotonic clock. ``on_done`` is called once for
    each request that has ended. Must not be called from a thread in which an event loop runs.
    """
    return asyncio.run(_fetch_all(requests, network, now, on_done)) if requests else []


async def _fetch_all(
    requests: Sequence[Request], network: Network, now: datetime, on_done: Callable[[], None] | None
) -> list[Response | FetchError]:
    loop = asyncio.get_running_loop()
    names = ThreadPoolExecutor(_DNS_THREADS, thread_name_prefix="resolve")
    loop.set_default_executor(names)

    async with _open_session(network) as session:
        client = _Client(session, network, now)

        async def fetch(request: Request) -> Response | FetchError:
            answer = await client.fetch(request)
            if on_done is not None:
                on_done()
            return answer

        try:
            return await asyncio.gather(*map(fetch, requests))
        finally:
            await client.close()
            # asyncio.run would wait for the executor, and thus for names that hang, so it is given an idle one.
            names.shutdown(wait=False, cancel_futures=True)
            loop.set_default_executor(ThreadPoolExecutor(1))


def _loopback(network: Network) -> tuple[str, int] | None:
    if network.connect_to is None:
        return None
    host, _, port = network.connect_to.partition(":")
    return host, int(port)


def _open_session(network: Network) -> aiohttp.ClientSession:
    only = _loopback(network)
    connector = aiohttp.TCPConnector(
        limit=network.connections,
        limit_per_host=0 if only else network.per_host,  # with connect_to, all hosts are one to the connector
        ttl_dns_cache=300,
        resolver=aiohttp.ThreadedResolver(),
        socket_factory=partial(guarded_socket, only=only),
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        headers={"User-Agent": network.user_agent, "Accept-Encoding": "gzip, deflate"},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=15),
        max_line_size=_HEADER_BYTES,
        max_field_size=_HEADER_BYTES,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Landing:
    """Where a chain of redirects ended."""

    answer: aiohttp.ClientResponse
    url: URL
    permanent_url: str | None


class _Client:
    """What the requests of one call share: connections, turns, robots files, and which hosts asked for a rest."""

    def __init__(self, session: aiohttp.ClientSession, network: Network, now: datetime) -> None:
        self._session = session
        self._network = network
        self._now = now
        self._only = _loopback(network)
        self._robots = RobotsFiles(self._fetch_robots, user_agent=network.user_agent)
        self._everyone = asyncio.Semaphore(network.connections)
        self._of_host: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(network.per_host))
        self._turn: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._next_page_at: dict[str, float] = {}
        self._resting: dict[str, float] = {}
        self._silences: Counter[str] = Counter()

    async def fetch(self, request: Request) -> Response | FetchError:
        """Fetch one address when its turn comes."""
        try:
            url = check_url(request.url)
        except ValueError as error:
            return fetch_error("bad_url", request.url, cause=str(error))
        host = str(url.host)
        try:
            pause_s = await self._robots.obey(url) if request.kind == "page" else 0.0
            async with self._place(url, request.kind, max(pause_s, self._network.page_delay_s)):
                self._refuse_if_resting(url)
                answer = await self._fetch_in_time(request, url)
        except FetchError as error:
            if error.kind in _SILENCE:
                self._silences[host] += 1
            if error.retry_after_s is not None:
                self._resting[host] = error.retry_after_s
            return error
        self._silences[host] = 0
        return answer

    async def close(self) -> None:
        """Stop what no request waits for any more."""
        await self._robots.close()

    @asynccontextmanager
    async def _place(self, url: URL, kind: str, pause_s: float) -> AsyncIterator[None]:
        """Wait for a connection that the limits allow and, for a page, for its turn; the deadline starts after."""
        host = str(url.host)
        async with AsyncExitStack() as held:
            async with AsyncExitStack() as turn:
                if kind == "page":
                    await turn.enter_async_context(self._turn[host])
                    self._refuse_if_resting(url)  # before the pause: a long row of pages would pause for nothing
                    await asyncio.sleep(self._next_page_at.get(host, 0.0) - asyncio.get_running_loop().time())
                await held.enter_async_context(self._of_host[host])
                await held.enter_async_context(self._everyone)
                if kind == "page":
                    self._next_page_at[host] = asyncio.get_running_loop().time() + pause_s
            yield

    def _refuse_if_resting(self, url: URL) -> None:
        host = str(url.host)
        if host in self._resting:
            raise fetch_error("rate_limited", url, retry_after_s=self._resting[host])
        if self._silences[host] >= SILENCES_BEFORE_DOWN:
            raise fetch_error("host_down", url)

    async def _fetch_in_time(self, request: Request, url: URL) -> Response:
        try:
            async with asyncio.timeout(self._network.deadline_s):
                try:
                    return await self._fetch_following(request, url)
                except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
                    if not _is_dead_port_80(error, url):
                        raise
                    return await self._fetch_following(request, url.with_scheme("https").with_port(None))
        except _CAUGHT as error:
            raise error_of_exception(error, url) from error

    async def _fetch_following(self, request: Request, url: URL) -> Response:
        async with self._follow(url, _headers(request), kind=request.kind) as landing:
            return await self._take(landing, request)

    @asynccontextmanager
    async def _follow(self, url: URL, headers: Mapping[str, str], *, kind: str) -> AsyncIterator[_Landing]:
        """Follow redirects by hand, so that each hop is checked as the first address was."""
        here, permanent_url, permanent = url, None, True
        for _ in range(MAX_REDIRECTS + 1):
            async with self._get(here, headers) as answer:
                if answer.status not in REDIRECTS:
                    yield _Landing(answer=answer, url=here, permanent_url=permanent_url)
                    return
                here = _target(answer, here, url)
                permanent = permanent and answer.status in PERMANENT
                permanent_url = str(here) if permanent else permanent_url
            if kind == "page":
                await self._robots.obey(here)
        raise fetch_error("too_many_redirects", url)

    def _get(self, url: URL, headers: Mapping[str, str]) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        if self._only is not None:
            headers = {**headers, "Host": url.host_port_subcomponent or ""}
            url = url.with_scheme("http").with_host(self._only[0]).with_port(self._only[1])
        return self._session.get(url, headers=headers, allow_redirects=False)

    async def _take(self, landing: _Landing, request: Request) -> Response:
        """Make a response of the last answer, or say what is wrong with it."""
        answer = landing.answer
        asked = request.etag or request.last_modified
        not_modified = answer.status == HTTPStatus.NOT_MODIFIED and asked is not None
        if answer.status != HTTPStatus.OK and not not_modified:
            wait_s = wait_asked(answer.headers.get("Retry-After"), now=self._now)
            raise error_of_status(answer.status, request.url, retry_after_s=wait_s)
        body = b"" if not_modified else await self._read(answer, request)
        body_hash = (request.body_hash or "") if not_modified else hash_body(body)
        return Response(
            url=request.url,
            final_url=str(landing.url),
            status=answer.status,
            body=body,
            body_hash=body_hash,
            etag=_plain(answer.headers.get("ETag")) or (request.etag if not_modified else None),
            last_modified=_plain(answer.headers.get("Last-Modified"))
            or (request.last_modified if not_modified else None),
            content_type=_plain(answer.content_type) or "application/octet-stream",
            charset=_plain(answer.charset),
            fetched_at=self._now,
            unchanged=not_modified or body_hash == request.body_hash,
            permanent_url=landing.permanent_url,
        )

    async def _read(self, answer: aiohttp.ClientResponse, request: Request) -> bytes:
        encoding = ",".join(answer.headers.getall("Content-Encoding", ())).strip().lower()
        if encoding not in ENCODINGS:
            raise fetch_error("bad_encoding", request.url, cause=f"Content-Encoding {encoding[:60]!r}")
        most = self._network.max_page_bytes if request.kind == "page" else self._network.max_feed_bytes
        body = await _read_until(answer, most)
        if len(body) > most:
            raise fetch_error("too_large", request.url, cause=f"over {most} bytes")
        return body

    async def _fetch_robots(self, url: URL) -> tuple[int, bytes]:
        """Status and body of a robots.txt; it takes no place in the queues, since pages with a place wait for it."""
        try:
            async with asyncio.timeout(self._network.deadline_s), self._follow(url, {}, kind="robots") as landing:
                return landing.answer.status, await _read_until(landing.answer, MAX_ROBOTS_BYTES)
        except _CAUGHT as error:
            raise error_of_exception(error, url) from error


def _is_dead_port_80(error: Exception, url: URL) -> bool:
    """Whether a site may have closed its port 80 without a redirect before it (NewsBlur#2132)."""
    return url.scheme == "http" and error_of_exception(error, url).kind in {"connect", "timeout"}


def _headers(request: Request) -> dict[str, str]:
    """Headers of a request, conditional when something was kept of the last answer (RFC 9110 §13)."""
    conditions = {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
    return {"Accept": _ACCEPT[request.kind]} | {name: value for name, value in conditions.items() if value}


def _target(answer: aiohttp.ClientResponse, here: URL, url: URL) -> URL:
    """Where a redirect leads.

    Raises
    ------
    FetchError
        of kind ``bad_redirect`` when it leads nowhere or to what may not be fetched.

    """
    try:
        return check_url(here.join(URL(answer.headers["Location"])))
    except KeyError as error:
        raise fetch_error("bad_redirect", url, cause="no Location is given") from error
    except ValueError as error:
        raise fetch_error("bad_redirect", url, cause=str(error)) from error


async def _read_until(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """The decoded body; reading stops soon after ``most`` bytes, so that nothing decodes without bound."""
    body = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > most:
            answer.close()
            break
    return bytes(body)


def _plain(value: str | None) -> str | None:
    """A header's value when it is short printable ASCII: what is sent back or stored may be nothing else."""
    fit = value is not None and value.isascii() and value.isprintable() and 0 < len(value) <= _VALIDATOR_CHARS
    return value if fit else None

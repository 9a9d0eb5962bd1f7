"""Whether a site lets us read a page: robots.txt by RFC 9309, read once per site and run. Feeds are not asked for.

A missing file (4xx) allows everything; one that cannot be had (5xx, 429, no answer) forbids everything until the next
run.
"""

import asyncio
import codecs
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from protego import Protego
from yarl import URL

from contrecoup.errors import FetchError
from extractors.fetch_errors import fetch_error

MAX_BYTES = 500_000  # RFC 9309 §2.5: at least 500 kibibytes are to be read
LONGEST_DELAY_S = 30.0
_CLIENT_ERRORS = range(400, 500)
_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """What one site's robots.txt says; ``rules`` is None when it could not be had."""

    rules: Protego | None

    def allows(self, url: URL, agent: str) -> bool:
        """Whether ``agent`` (a product token) may read the page."""
        return self.rules is not None and bool(self.rules.can_fetch(str(url), agent))

    def delay_s(self, agent: str) -> float:
        """Seconds between two pages that the site asks for, at most 30; 0 when it asks for none."""
        asked = self.rules.crawl_delay(agent) if self.rules is not None else None
        return min(max(asked or 0.0, 0.0), LONGEST_DELAY_S)


def parse_robots(status: int, body: bytes) -> Robots:
    """The rules that an answer to ``/robots.txt`` stands for; what follows the first 500 kB is not read."""
    if status in _CLIENT_ERRORS and status != _TOO_MANY_REQUESTS:
        return Robots(rules=Protego.parse(""))
    if status != 200:  # noqa: PLR2004 (the status OK)
        return Robots(rules=None)
    # Protego would take a byte-order mark for a part of the first line and miss it.
    text = body[:MAX_BYTES].removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace")
    return Robots(rules=Protego.parse(text))


def product_token(user_agent: str) -> str:
    """The name that robots.txt knows us by: the first word of the user agent, without a version."""
    return (user_agent.split() or ["*"])[0].partition("/")[0]


class RobotsFiles:
    """The robots.txt of every site of one run, each fetched once.

    ``fetch`` takes the URL of a robots.txt and gives its status and body, or raises ``FetchError``.
    """

    def __init__(self, fetch: Callable[[URL], Awaitable[tuple[int, bytes]]], *, user_agent: str) -> None:
        """See the class."""
        self._fetch = fetch
        self._agent = product_token(user_agent)
        self._sites: dict[URL, asyncio.Task[Robots]] = {}

    async def obey(self, url: URL) -> float:
        """Return the seconds between pages that the site asks for, once it is known to allow this page.

        Raises
        ------
        FetchError
            of kind ``robots`` when the page is forbidden, ``robots_unavailable`` when the rules cannot be had.

        """
        site = url.origin()
        if site not in self._sites:
            self._sites[site] = asyncio.ensure_future(self._read(site))
        # Several pages wait for one file: the end of one page's deadline must not cancel it for the others.
        robots = await asyncio.shield(self._sites[site])
        if robots.rules is None:
            raise fetch_error("robots_unavailable", url)
        if not robots.allows(url, self._agent):
            raise fetch_error("robots", url)
        return robots.delay_s(self._agent)

    async def close(self) -> None:
        """Stop what is still being read."""
        for task in self._sites.values():
            task.cancel()
        await asyncio.gather(*self._sites.values(), return_exceptions=True)

    async def _read(self, site: URL) -> Robots:
        try:
            status, body = await self._fetch(site.with_path("/robots.txt"))
        except FetchError:
            return Robots(rules=None)
        return parse_robots(status, body)

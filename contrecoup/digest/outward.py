"""What may leave the house: which address may be linked, and how a text of the press is shown. Read by build.

Feeds are written by strangers. An article's own address is linked when it leads to the publisher that we know for it;
no address inside a text is ever linked, and none is left in a form that a mail program would link by itself.
"""

import re

from yarl import URL

from contrecoup.identity import publisher_of
from contrecoup.scrub import scrub

LONGEST_TEXT = 200
LONGEST_HREF = 300

_SCHEME = re.compile(r"(?i)\b(https?|ftp|mailto|tg|javascript|data):(?=\S)")
_DOMAIN_DOT = re.compile(r"(?<=[\w-])\.(?=[^\W\d_]{2,}(?:[/:?#]|\b))")
_BREAKABLE = re.compile(r"(?<=«) | (?=[»:;?!%])")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\"'<>`{}|^\u2028\u2029]")


def shown(text: str, longest: int = LONGEST_TEXT) -> str:
    """A text of the press, on one line, clipped at a word, its addresses made unclickable (``site[.]example``).

    ``scrub`` has folded its no-break spaces; those beside French punctuation are put back.
    """
    line = _DOMAIN_DOT.sub("[.]", _SCHEME.sub(r"\1[:]", _BREAKABLE.sub("\N{NO-BREAK SPACE}", scrub(text))))
    if len(line) <= longest:
        return line
    return line[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def imprint(publisher: str) -> str:
    """A publisher's domain as readers know it, without ``www.``."""
    return publisher.removeprefix("www.")


def safe_href(address: str, publisher: str) -> str | None:
    """The address if it may be linked, else None.

    It may when it is plain http(s) on the usual port, without user information, in ASCII, of at most 300
    characters, and its registrable domain is the publisher's.
    """
    if len(address) > LONGEST_HREF or not address.isascii() or _FORBIDDEN.search(address):
        return None
    try:
        url = URL(address, encoded=True)
        usual = url.scheme in {"http", "https"} and url.is_default_port()
        named = url.user is None and url.password is None and url.host is not None
    except ValueError:
        return None
    if not (usual and named) or "@" in address.split("/")[2]:
        return None
    return address if publisher_of(address) == publisher else None

"""An edition as HTML and as text. Second module of the last stage: build → render → mail, or files in a folder.

The templates own every element of the page: whatever comes from the press is escaped text, and the only addresses are
the ``href`` that build has judged. No font, no script, nothing to fetch: the pictures are in the page (``pictures``).
Mail programs cut a page near 102 kB (hteumeuleu/email-bugs#41), hence ``MAX_HTML_BYTES``, to which ``fitted`` cuts.
"""

import re
import textwrap
from datetime import datetime
from functools import cache, lru_cache

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from contrecoup.digest.build import shorter
from contrecoup.digest.drawn import Course, Scale, Ticker
from contrecoup.digest.edition import Edition
from contrecoup.digest.mail_wording import mail_wording_of
from contrecoup.digest.pictures import course, embedded, spark, taken_out
from contrecoup.models import Digest

MAX_HTML_BYTES = 90_000
TEXT_WIDTH = 74
MAX_UNEXPLAINED = 20
"""Rows of the table of moves without a story; the rest is counted."""

_CHARSET = '<meta charset="utf-8">'
_INDENT = re.compile(r" *(?:- )?")
_BLANK_LINES = re.compile(r"\n{3,}")


def render_digest(edition: Edition, *, built_at: datetime) -> Digest:
    """The edition as the store keeps it: subject, HTML and text."""
    wording = mail_wording_of(edition.lang, edition.timezone)
    return Digest(
        edition_on=edition.edition_on,
        lang=edition.lang,
        profile=edition.profile,
        since_at=edition.since_at,
        until_at=edition.until_at,
        coverage=edition.counts.coverage,
        subject=wording.subject(edition),
        html=render_html(edition),
        text=render_text(edition),
        built_at=built_at,
    )


def fitted(edition: Edition) -> Edition:
    """The edition without as many of its last stories as keep the HTML from ``MAX_HTML_BYTES``."""
    while mailed_bytes(render_html(edition)) > MAX_HTML_BYTES and (less := shorter(edition)):
        edition = less
    return edition


def mailed_bytes(html: str) -> int:
    """The size of a page as a mail has it, where each picture is a part of its own."""
    return len(taken_out(html)[0].encode())


@lru_cache(maxsize=8)
def render_html(edition: Edition) -> str:
    """One column of at most 640 pixels, styles inline, for light and dark screens; its pictures are in it."""
    inliner = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
    html: str = inliner.inline(_fill(edition, "digest.html.jinja"))
    # It writes no-break spaces as six-letter entities; the page is UTF-8, and says so in its first 1,024 bytes.
    html = html.replace("&nbsp;", "\N{NO-BREAK SPACE}").replace(_CHARSET, "", 1)
    return html.replace("<head>", f"<head>{_CHARSET}", 1) + "\n"


def render_text(edition: Edition) -> str:
    """The same for readers of plain text: lines of at most 74 characters, except for an address that is longer."""
    folded = "\n".join(_fold(line) for line in _fill(edition, "digest.txt.jinja").splitlines())
    return _BLANK_LINES.sub("\n\n", folded).strip() + "\n"


@cache
def _environment() -> Environment:
    """One for the process: it compiles each template once."""
    environment = Environment(
        loader=PackageLoader("contrecoup.digest"),
        autoescape=select_autoescape(enabled_extensions=("html.jinja",), default=False),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.globals.update(spark=_spark, course=_course)
    return environment


def _spark(ticker: Ticker) -> str:
    return embedded(spark(ticker.levels, rose=ticker.simple_return > 0))


def _course(told: Course, scale: Scale) -> str:
    return embedded(course(told, scale))


def _fill(edition: Edition, name: str) -> str:
    wording = mail_wording_of(edition.lang, edition.timezone)
    return (
        _environment()
        .get_template(name)
        .render(edition=edition, w=wording, subject=wording.subject(edition), most=MAX_UNEXPLAINED)
    )


def _fold(line: str) -> str:
    """Break a line at spaces; what follows a bullet stays under the bullet's text."""
    indent = _INDENT.match(line)
    under = " " * len(indent.group()) if indent else ""
    return textwrap.fill(
        line, TEXT_WIDTH, subsequent_indent=under, break_long_words=False, break_on_hyphens=False
    ).rstrip()

"""The pictures of an edition, and how they travel. Between render, which shows them, and mail, which attaches them.

A page bears its pictures itself, as ``data:`` addresses: a file of it is whole. Mail programs show none of these
(hteumeuleu/email-bugs), hence ``taken_out``: in a mail each picture is a part of its own, named by its Content-ID.
Grounds are transparent and colours of a middle tone, at least 3:1 against white and against #121212 (WCAG 1.4.11).
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from contrecoup.digest.drawn import Course, Scale
from contrecoup.digest.paint import Canvas, Colour, Point
from contrecoup.identity import digest_of

SPARK_WIDTH, SPARK_HEIGHT = 96, 24
COURSE_WIDTH, COURSE_HEIGHT = 480, 112
UP: Colour = (38, 150, 88)
DOWN: Colour = (217, 83, 75)
LINE: Colour = (118, 130, 146)
PRESS: Colour = (70, 130, 205)

_PRICES_TOP, _PRICES_BOTTOM = 8.0, 66.0
_PRESS_TOP, _PRESS_BOTTOM = 80.0, 110.0
_MARGIN = 4.0
_EMBEDDED = re.compile(r'(?<=src=")data:image/png;base64,([A-Za-z0-9+/=]+)(?=")')


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a mail: its Content-ID without the angle brackets, and its bytes (PNG)."""

    cid: str
    content: bytes


@lru_cache(maxsize=256)
def spark(levels: tuple[float, ...], *, rose: bool) -> bytes:
    """The course of some sessions at a glance: the line, and a dot for the last of them in the day's colour."""
    canvas = Canvas(SPARK_WIDTH, SPARK_HEIGHT)
    points = _spread(levels, left=3.0, right=SPARK_WIDTH - 4.0, top=4.0, bottom=SPARK_HEIGHT - 4.0)
    colour = UP if rose else DOWN
    canvas.line(points, colour=LINE, thickness=1.5)
    canvas.line(points[-2:], colour=colour, thickness=1.75)
    canvas.dot(points[-1], radius=2.75, colour=colour)
    return canvas.png()


@lru_cache(maxsize=64)
def course(told: Course, scale: Scale) -> bytes:
    """Closes over real time, each held until the next opening, the session as a band; under them, who told the story.

    The line at the close before the session is strong, those at whole tenths from it are faint. The bars are the houses
    of each slot; a slot without any has none.
    """
    canvas = Canvas(COURSE_WIDTH, COURSE_HEIGHT)
    inner = COURSE_WIDTH - 2 * _MARGIN

    def across(moment: datetime) -> float:
        return _MARGIN + (moment - told.start_at) / (told.end_at - told.start_at) * inner

    *_, before, last = told.closes
    colour = UP if last.value > before.value else DOWN
    opens, closes = across(last.opens_at), across(last.at)
    canvas.box(opens, 0.0, (max(2.0, closes - opens), _PRESS_BOTTOM), colour=colour, opacity=0.18)
    for change in (0.0, *scale.grid):
        canvas.box(_MARGIN, _height(change, scale) - 0.5, (inner, 1.0), colour=LINE, opacity=0.35 if change else 0.8)
    heights = [_height(change, scale) for change in told.changes]
    points: list[Point] = []
    for at, close in enumerate(told.closes):
        points += [(across(close.opens_at), heights[at - 1])] if at else []
        points.append((across(close.at), heights[at]))
    points.append((_MARGIN + inner, heights[-1]))
    canvas.line(points[:-2], colour=LINE, thickness=1.75)
    canvas.line(points[-2:], colour=colour, thickness=1.75)
    canvas.line(points[-3:-1], colour=colour, thickness=2.75)
    canvas.dot(points[-2], radius=4.0, colour=colour)
    _press(canvas, told, scale.houses)
    return canvas.png()


def embedded(content: bytes) -> str:
    """A picture as an address that holds it."""
    return f"data:image/png;base64,{b64encode(content).decode('ascii')}"


def taken_out(html: str) -> tuple[str, tuple[Picture, ...]]:
    """The page as a mail has it, each picture called by its Content-ID; and the pictures, each once."""
    found: dict[str, Picture] = {}

    def named(match: re.Match[str]) -> str:
        cid = f"{digest_of(match[1])[:16]}@contrecoup"
        found.setdefault(cid, Picture(cid=cid, content=b64decode(match[1])))
        return f"cid:{cid}"

    return _EMBEDDED.sub(named, html), tuple(found.values())


def _height(change: float, scale: Scale) -> float:
    return _PRICES_TOP + scale.down(change) * (_PRICES_BOTTOM - _PRICES_TOP)


def _press(canvas: Canvas, told: Course, most: int) -> None:
    inner = COURSE_WIDTH - 2 * _MARGIN
    canvas.box(_MARGIN, _PRESS_BOTTOM, (inner, 1.0), colour=LINE, opacity=0.7)
    step = inner / len(told.slots)
    for at, houses in enumerate(told.slots):
        height = houses / max(1, most) * (_PRESS_BOTTOM - _PRESS_TOP)
        if houses:
            canvas.box(_MARGIN + (at + 0.1) * step, _PRESS_BOTTOM - height, (step * 0.8, height), colour=PRESS)


def _spread(levels: Sequence[float], *, left: float, right: float, top: float, bottom: float) -> list[Point]:
    """Points of a line that fills the box; a level course runs through its middle."""
    low, high = min(levels), max(levels)
    step = (right - left) / (len(levels) - 1)
    return [
        (left + at * step, bottom - (level - low) / (high - low) * (bottom - top) if high > low else (top + bottom) / 2)
        for at, level in enumerate(levels)
    ]

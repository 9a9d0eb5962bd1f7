"""A canvas for the small pictures of a mail: lines, bars and dots on a transparent ground, written as PNG.

Beside render. A plotting library would cost a second of every start and megabytes of every install; what a sparkline
needs is a distance and a deflate. Coordinates are CSS pixels with y growing downwards; there are ``SCALE`` pixels of
the picture to each, so that it is crisp on dense screens. The same calls give the same bytes.
"""

import struct
import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

SCALE = 2
Colour = tuple[int, int, int]
Point = tuple[float, float]
Mask = NDArray[np.float64]
Window = tuple[slice, slice]
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TRUECOLOUR_WITH_ALPHA = 6
_UP_FILTER = 2
"""Each byte less the one above it: long vertical likeness deflates well (PNG, ISO/IEC 15948, §9.2)."""


class Canvas:
    """Painted on in order, the later above the earlier; edges are smoothed by how much of a pixel they cover."""

    def __init__(self, width: int, height: int) -> None:
        """A transparent ground of ``width`` by ``height`` CSS pixels."""
        self._colour = np.zeros((height * SCALE, width * SCALE, 3))
        self._alpha = np.zeros((height * SCALE, width * SCALE))
        rows, columns = np.mgrid[0 : height * SCALE, 0 : width * SCALE]
        self._x = (columns + 0.5) / SCALE
        self._y = (rows + 0.5) / SCALE

    def line(self, points: Sequence[Point], *, colour: Colour, thickness: float) -> None:
        """A line through the points, with round joints and ends."""
        nearest = np.full(self._alpha.shape, np.inf)
        for start, end in pairwise(points):
            window = self._window([start, end], thickness / 2)
            nearest[window] = np.minimum(nearest[window], self._distance(start, end, window))
        whole = self._window(points, thickness / 2)
        self._put(whole, _within(nearest[whole], thickness / 2), colour, 1.0)

    def dot(self, at: Point, *, radius: float, colour: Colour) -> None:
        """A filled circle."""
        window = self._window([at], radius)
        self._put(window, _within(self._distance(at, at, window), radius), colour, 1.0)

    def box(self, x: float, y: float, size: Point, *, colour: Colour, opacity: float = 1.0) -> None:
        """An upright rectangle of ``size`` (width, height) with its corner at ``x``, ``y``."""
        window = self._window([(x, y), (x + size[0], y + size[1])], 0.0)
        across, down = self._x[window], self._y[window]
        beside = np.maximum(x - across, across - x - size[0])
        above = np.maximum(y - down, down - y - size[1])
        self._put(window, _within(beside, 0.0) * _within(above, 0.0), colour, opacity)

    def png(self) -> bytes:
        """The picture as a PNG file of eight bits a channel."""
        seen = np.maximum(self._alpha, 1e-9)[..., np.newaxis]
        channels = np.concatenate([self._colour / seen, 255 * self._alpha[..., np.newaxis]], axis=2)
        pixels = np.rint(np.clip(channels, 0, 255)).astype(np.uint8)
        pixels[pixels[..., 3] == 0] = 0
        height, width = self._alpha.shape
        lines = pixels.reshape(height, width * 4)
        differences = np.diff(lines, axis=0, prepend=np.zeros((1, width * 4), dtype=np.uint8))
        filters = np.full((height, 1), _UP_FILTER, dtype=np.uint8)
        raw = np.concatenate([filters, differences], axis=1).tobytes()
        head = struct.pack(">IIBBBBB", width, height, 8, _TRUECOLOUR_WITH_ALPHA, 0, 0, 0)
        return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(raw, 9)) + _chunk(b"IEND", b"")

    def _window(self, points: Sequence[Point], reach: float) -> Window:
        """The pixels that anything within ``reach`` of the points, or between them, can touch."""
        height, width = self._alpha.shape
        (left, right), (top, bottom) = ((min(one), max(one)) for one in zip(*points, strict=True))
        columns = slice(max(0, int((left - reach) * SCALE) - 1), min(width, int((right + reach) * SCALE) + 2))
        return slice(max(0, int((top - reach) * SCALE) - 1), min(height, int((bottom + reach) * SCALE) + 2)), columns

    def _distance(self, start: Point, end: Point, window: Window) -> Mask:
        """From the middle of each pixel of the window to the segment, in CSS pixels."""
        x, y = self._x[window] - start[0], self._y[window] - start[1]
        across, down = end[0] - start[0], end[1] - start[1]
        length = across * across + down * down or 1.0
        along = np.clip((x * across + y * down) / length, 0.0, 1.0)
        distance: Mask = np.hypot(x - along * across, y - along * down)
        return distance

    def _put(self, window: Window, mask: Mask, colour: Colour, opacity: float) -> None:
        """Lay a colour over what is there (Porter and Duff's "over", on premultiplied channels)."""
        cover = mask * opacity
        shade = cover[..., np.newaxis]
        self._colour[window] = np.array(colour) * shade + self._colour[window] * (1 - shade)
        self._alpha[window] = cover + self._alpha[window] * (1 - cover)


def _within(distance: Mask, reach: float) -> Mask:
    """The share of each pixel that lies no farther than ``reach``."""
    covered: Mask = np.clip((reach - distance) * SCALE + 0.5, 0.0, 1.0)
    return covered


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

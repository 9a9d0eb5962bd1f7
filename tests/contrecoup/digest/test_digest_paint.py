"""The canvas writes pictures that any program reads, and the same ones each time."""

import io
import struct
import zlib

import numpy as np
import pytest
from numpy.typing import NDArray

from contrecoup.digest.paint import SCALE, Canvas

RED = (217, 83, 75)


def pixels(png: bytes) -> NDArray[np.uint8]:
    """The picture as rows of RGBA, by a reader of our own that checks every chunk's sum."""
    stream = io.BytesIO(png)
    assert stream.read(8) == b"\x89PNG\r\n\x1a\n"
    chunks = {}
    while head := stream.read(8):
        length, name = struct.unpack(">I4s", head)
        chunks[name] = stream.read(length)
        assert struct.unpack(">I", stream.read(4)) == (zlib.crc32(name + chunks[name]),)
    width, height, depth, kind, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, kind, rest) == (8, 6, [0, 0, 0])
    raw = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8).reshape(height, 1 + 4 * width)
    assert set(raw[:, 0]) == {2}
    return np.cumsum(raw[:, 1:], axis=0, dtype=np.uint8).reshape(height, width, 4)


def test_a_canvas_is_transparent_and_dense() -> None:
    """Nothing painted, nothing seen; two pixels to a CSS pixel each way."""
    empty = pixels(Canvas(10, 4).png())
    assert empty.shape == (4 * SCALE, 10 * SCALE, 4)
    assert not empty.any()


def test_a_box_has_its_colour_and_sharp_edges() -> None:
    """Edges on whole CSS pixels are not blurred."""
    canvas = Canvas(10, 10)
    canvas.box(2, 2, (4, 4), colour=RED)
    painted = pixels(canvas.png())
    assert (painted[4:12, 4:12] == (*RED, 255)).all()
    assert painted[..., 3].astype(bool).sum() == 64


def test_a_second_colour_covers_the_first_by_its_opacity() -> None:
    """Half of white over black is grey, and nothing shines through."""
    canvas = Canvas(4, 4)
    canvas.box(0, 0, (4, 4), colour=(0, 0, 0))
    canvas.box(0, 0, (4, 4), colour=(255, 255, 255), opacity=0.5)
    assert tuple(pixels(canvas.png())[4, 4]) == (128, 128, 128, 255)


def test_a_line_has_its_thickness_and_smooth_edges() -> None:
    """Across a flat line the cover adds up to its thickness."""
    canvas = Canvas(20, 10)
    canvas.line([(2, 5.1), (18, 5.1)], colour=RED, thickness=2.0)
    cover = pixels(canvas.png())[:, 20, 3] / 255
    assert cover.sum() / SCALE == pytest.approx(2.0, abs=0.02)
    assert ((cover > 0) & (cover < 1)).any()


def test_a_dot_is_as_large_as_its_radius() -> None:
    """Its cover adds up to the circle's area."""
    canvas = Canvas(12, 12)
    canvas.dot((6, 6), radius=4, colour=RED)
    assert (pixels(canvas.png())[..., 3] / 255).sum() / SCALE**2 == pytest.approx(np.pi * 16, rel=0.02)


def test_the_same_calls_give_the_same_bytes() -> None:
    """A mail that is composed twice has one picture."""

    def paint() -> bytes:
        canvas = Canvas(30, 10)
        canvas.line([(1, 1), (20, 8), (29, 2)], colour=RED, thickness=1.5)
        return canvas.png()

    assert paint() == paint()

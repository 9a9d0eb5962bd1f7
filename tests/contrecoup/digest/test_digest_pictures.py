"""Pictures are drawn from figures, read on light and on dark, and travel beside the page."""

import struct
from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import html as lxml_html

from contrecoup.digest import pictures
from contrecoup.digest.build import EditionInputs, build_edition
from contrecoup.digest.drawn import Course, Scale
from contrecoup.digest.paint import SCALE, Colour
from contrecoup.digest.pictures import (
    COURSE_HEIGHT,
    COURSE_WIDTH,
    SPARK_HEIGHT,
    SPARK_WIDTH,
    course,
    embedded,
    spark,
    taken_out,
)
from contrecoup.digest.render import mailed_bytes, render_html

Day = Callable[[str], EditionInputs]


def _size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


SCALE_OF_ALL = Scale(low=-0.2, high=0.2, houses=4)


def _course(day: EditionInputs) -> Course:
    told = build_edition(day).groups[0].matches[0].course
    assert told is not None
    return told


def test_pictures_are_dense_enough_for_sharp_screens(priced: Day) -> None:
    """Twice the size at which the page shows them, or nearly."""
    assert _size(spark((1.0, 1.1, 0.9), rose=False)) == (SPARK_WIDTH * SCALE, SPARK_HEIGHT * SCALE)
    assert _size(course(_course(priced("en")), SCALE_OF_ALL)) == (COURSE_WIDTH * SCALE, COURSE_HEIGHT * SCALE)


def test_a_fall_and_a_rise_look_different(priced: Day) -> None:
    """In their colour; the sign in the text says the same."""
    fall = _course(priced("en"))
    *before, last = fall.closes
    rise = replace(fall, closes=(*before, replace(last, value=120.0)))
    assert spark((1.0, 1.1), rose=True) != spark((1.0, 1.1), rose=False)
    assert course(rise, SCALE_OF_ALL) != course(fall, SCALE_OF_ALL)


def test_prices_that_never_change_and_silence_are_drawn_too(priced: Day) -> None:
    """Neither divides by nothing."""
    told = _course(priced("en"))
    flat = tuple(replace(close, value=5.0) for close in told.closes)
    still = course(replace(told, closes=flat, slots=(0,) * 8), Scale(low=0.0, high=0.0, houses=0))
    assert _size(still) == (COURSE_WIDTH * SCALE, COURSE_HEIGHT * SCALE)
    assert spark((1.0, 1.0), rose=False)


def test_a_move_looks_as_large_as_it_is_beside_the_others(priced: Day) -> None:
    """On a wider scale the same course is drawn flatter, and the same bars are shorter."""
    told = _course(priced("en"))
    assert course(told, SCALE_OF_ALL) != course(told, replace(SCALE_OF_ALL, low=-0.4))
    assert course(told, SCALE_OF_ALL) != course(told, replace(SCALE_OF_ALL, houses=8))


def _luminance(colour: Colour) -> float:
    parts = [c / 255 for c in colour]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("ground", [(255, 255, 255), (0x12, 0x12, 0x12)])
@pytest.mark.parametrize("colour", [pictures.UP, pictures.DOWN, pictures.LINE, pictures.PRESS])
def test_colours_are_seen_on_light_and_on_dark(colour: Colour, ground: Colour) -> None:
    """At least 3:1, as WCAG 1.4.11 asks of graphics."""
    light, dark = sorted([_luminance(colour), _luminance(ground)], reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3.0


def test_a_picture_that_stands_twice_travels_once() -> None:
    """It is named by what it holds."""
    address = embedded(spark((1.0, 2.0), rose=True))
    page, found = taken_out(f'<img src="{address}"><img src="{address}"><p>data:image/png;base64,AAAA</p>')
    assert len(found) == 1
    assert page == f'<img src="cid:{found[0].cid}"><img src="cid:{found[0].cid}"><p>data:image/png;base64,AAAA</p>'
    assert found[0].content == spark((1.0, 2.0), rose=True)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_picture_says_its_figures_in_words(priced: Day, lang: str) -> None:
    """For whom no picture is shown, nothing is lost."""
    edition = build_edition(priced(lang))
    images = list(lxml_html.document_fromstring(render_html(edition)).iter("img"))
    assert len(images) == len(edition.strip) + sum(m.course is not None for g in edition.groups for m in g.matches)
    told = [str(image.get("alt")).replace("\xa0", " ").replace("\u202f", " ") for image in images]
    last = ("86,00", "−0,1 %") if lang == "fr" else ("86.00", "−0.1%")
    assert all(any(figure in alt for alt in told) for figure in last)


def test_the_limit_of_the_page_does_not_count_its_pictures(priced: Day) -> None:
    """They are parts of their own, which no mail program clips."""
    page = render_html(build_edition(priced("fr")))
    assert mailed_bytes(page) < len(page.encode()) - 5_000

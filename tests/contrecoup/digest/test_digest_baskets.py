"""Baskets, and moves with their sector, as a reader sees them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from contrecoup.digest.build import EditionInputs, build_edition
from contrecoup.digest.render import render_digest
from contrecoup.instruments import AliasTable
from contrecoup.models import Move, Scope

Day = Callable[[str], EditionInputs]


def read(day: EditionInputs, moves: Sequence[Move]) -> tuple[str, str]:
    """Text and page of the edition with these moves, on one line each."""
    digest = render_digest(build_edition(replace(day, moves=moves)), built_at=day.until_at)
    text, page = (" ".join(part.split()) for part in (digest.text, digest.html))
    return text, page


@pytest.mark.parametrize(
    ("lang", "name", "number"),
    [("fr", "Fabricants de puces", "panier de 10"), ("en", "Chip makers", "basket of 10")],
)
def test_a_basket_goes_by_its_name_and_the_number_of_its_members(
    january_27: Day, lang: str, name: str, number: str
) -> None:
    """Its symbol is ours and tells a reader nothing; linked or not, in text and page."""
    day = january_27(lang)
    basket = AliasTable.load().baskets["basket:chips"]
    day = replace(day, instruments={**day.instruments, basket.symbol: basket})
    alone = replace(day.moves[0], symbol=basket.symbol, members=10, breadth=1.0)
    linked = replace(day, links=[replace(day.links[0], symbol=basket.symbol)])
    for inputs in (replace(day, links=()), linked):
        text, page = read(inputs, [alone])
        assert f"{name} ({number})" in text
        assert f">{number}</span>" in page
        assert "basket:chips" not in text


@pytest.mark.parametrize(("lang", "words"), [("fr", "hors marché, avec son secteur"), ("en", "with its sector")])
def test_a_move_that_its_sector_shares_says_so(january_27: Day, lang: str, words: str) -> None:
    """A move of its own says nothing of the sector."""
    day = january_27(lang)
    for scope in (Scope.SECTOR, Scope.OWN, None):
        text, page = read(day, [replace(move, scope=scope) for move in day.moves])
        assert (words in text, words in page) == (scope is Scope.SECTOR,) * 2


@pytest.mark.parametrize(
    ("lang", "words", "mark"),
    [
        ("fr", "Vistra (VST) : −28,3 %, −9,0 % hors secteur, 2,5 erreurs types", "hors secteur"),
        ("en", "Vistra (VST): −28.3%, −9.0% beyond its sector, 2.5 standard errors", "beyond its sector"),
    ],
)
def test_a_move_that_is_one_beside_its_sector_alone_shows_those_figures(
    january_27: Day, lang: str, words: str, mark: str
) -> None:
    """Beside the market it stayed under the line that the legend tells; a move that passed both shows the market's."""
    day = january_27(lang)
    move = replace(day.moves[0], scope=Scope.OWN, sector_z=-2.5, sector_abnormal_return=-0.09)
    text, page = read(replace(day, links=()), [replace(move, z=-2.0)])
    assert words in text
    assert f'{mark}</span></td><td class="n' in page
    text, page = read(replace(day, links=()), [replace(move, z=-2.4)])
    assert (words in text, f"{mark}</span>" in page) == (False, False)


@pytest.mark.parametrize(("lang", "mark"), [("fr", "avec son secteur"), ("en", "with its sector")])
def test_a_row_says_when_the_sector_went_along(january_27: Day, lang: str, mark: str) -> None:
    """On the page as in the text, and so in the terminal, which prints the page; the legend explains it."""
    day = january_27(lang)
    text, page = read(replace(day, links=()), [replace(day.moves[0], scope=Scope.SECTOR)])
    assert f'{mark}</span></td><td class="n' in page
    assert f"{mark.capitalize()[:4]}" in text


@pytest.mark.parametrize(("lang", "words"), [("fr", "trop peu de valeurs mesurées"), ("en", "too few members")])
def test_a_basket_that_could_not_be_measured_says_why(january_27: Day, lang: str, words: str) -> None:
    """The reasons of version 2 have words in both languages."""
    day = january_27(lang)
    unmeasured = next(move for move in day.moves if move.verdict == "unmeasured")
    text, _ = read(day, [replace(unmeasured, reason="few_members")])
    assert words in text.casefold()

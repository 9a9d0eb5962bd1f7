"""The page of an edition in a terminal."""

import pytest
from rich.console import Console

from flows.page import page_of

PAGE = """<!DOCTYPE html><html lang="fr"><head><title>x</title></head><body>
<div class="quiet">caché</div><main><!-- no words --><table role="presentation"><tr><td class="cell">
<p class="name">Contrecoup <span class="meta">· mardi</span></p>
<h1>NVIDIA −17,0\N{NO-BREAK SPACE}% lundi</h1>
<h2>Marchés</h2>
<table class="figures"><tr><th>Valeur</th><th class="n">Un mois</th><th class="n">Clôture</th></tr>
<tr><td>S&amp;P 500 <span class="sym">SPY</span></td><td class="spark"><img src="data:image/png;base64,AA"
alt="x"> <span class="sym">+1,4</span></td>
<td class="n">599,37</td></tr></table>
<h3 lang="en"><a href="https://tape.example/1">Futures slide</a></h3>
<p class="under">Les contrats glissent <span class="mark">traduction automatique</span></p>
<table role="presentation" class="sources"><tr><td class="tag">FR</td><td><a href="https://cote.example/2">Un
titre</a><br><span class="meta">cote.example, lun.</span></td></tr></table>
<table role="presentation" class="move"><tr><td class="who">NVIDIA</td><td class="big"><span class="down">−17,0</span>
</td></tr><tr><td class="text" colspan="2"><p><span class="badge">Forte</span> −13,3 hors marché</p>
<p>Nommée par huit éditeurs\N{NO-BREAK SPACE}; premier article neuf heures avant la clôture,
taux de base de 1\N{NO-BREAK SPACE}%.</p>
</td></tr></table>
<table class="figures"><tr><th>Aussi</th></tr></table>
<p class="small pictured">Graphiques</p></td></tr></table></main></body></html>"""


def _printed(width: int, *, terminal: bool = False) -> str:
    console = Console(width=width, force_terminal=terminal, color_system="standard" if terminal else None, record=True)
    with console.capture() as captured:
        for block in page_of(PAGE):
            console.print(block, highlight=False)
    return captured.get()


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_page_keeps_to_the_width(width: int) -> None:
    """Whatever the terminal's."""
    assert max(len(line.rstrip()) for line in _printed(width).splitlines()) <= width


def test_everything_but_pictures_and_the_hidden_line_is_printed() -> None:
    """In the order of the page; a column of pictures has its figures, and what explains the pictures is left out."""
    told = " ".join(_printed(80).replace("\N{NO-BREAK SPACE}", " ").split())
    order = [
        "Contrecoup · mardi",
        "NVIDIA −17,0 % lundi",
        "Marchés",
        "Valeur Un mois Clôture",
        "S&P 500 SPY +1,4 599,37",
        "Futures slide",
        "Les contrats glissent [traduction automatique]",
    ]
    order += ["FR Un titre cote.example", "NVIDIA −17,0 Forte −13,3", "Nommée par", "Aussi"]
    places = [told.index(words) for words in order]
    assert places == sorted(places)
    assert "caché" not in told
    assert "Graphiques" not in told


@pytest.mark.parametrize("width", [16, 22, 30, 60])
def test_a_table_breaks_no_word(width: int) -> None:
    """Its cells end their lines at plain spaces; where there is no room for columns, figures stand under names."""
    told = _printed(width).split()
    assert {"Valeur", "Clôture", "+1,4", "599,37", "500"} <= set(told)


def test_a_figure_stays_with_its_unit() -> None:
    """Lines end at plain spaces only."""
    for width in range(30, 60):
        assert "1\N{NO-BREAK SPACE}%." in _printed(width)
        assert "éditeurs\N{NO-BREAK SPACE};" in _printed(width)


def test_a_move_has_its_change_at_the_right_edge() -> None:
    """Name to the left, figure to the right, on one line."""
    line = next(line for line in _printed(60).splitlines() if line.startswith("NVIDIA") and line.endswith("−17,0"))
    assert len(line) == 60


def test_colours_and_links_are_for_terminals() -> None:
    """Elsewhere nothing but text comes out."""
    assert "\x1b[" not in _printed(80)
    shown = _printed(80, terminal=True)
    assert "\x1b[1;31m−17,0" in shown
    assert "https://tape.example/1" in shown

"""An edition's page in a terminal, as wide as the terminal: the very page that was mailed, its tables as tables.

digests.html | page_of   > what Rich prints
"""

from collections.abc import Iterator, Sequence
from functools import cache

from lxml.html import HtmlElement, document_fromstring
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.rule import Rule
from rich.style import Style
from rich.table import Table
from rich.text import Text

WIDEST = 100
"""Lines longer than this are hard to read, however wide the screen."""
_INLINE = {
    "b": Style(bold=True),
    "up": Style(color="green"),
    "down": Style(color="red"),
    "meta": Style(dim=True),
    "sym": Style(dim=True),
    "mark": Style(dim=True, italic=True),
    "tag": Style(dim=True),
    "badge": Style(bold=True, reverse=True),
    "who": Style(bold=True),
    "big": Style(bold=True),
    "small": Style(dim=True),
    "lead": Style(dim=True),
    "caption": Style(dim=True),
}
_HEADINGS = {"h1": Style(bold=True), "h3": Style(bold=True), "h4": Style(bold=True)}
UNBOUND = 1000
"""A width at which a table says how narrow it can be."""
_LEFT_OUT = {"quiet", "pictured"}


class Prose:
    """A paragraph whose lines end at plain spaces alone: Rich would also part a figure from its unit."""

    def __init__(self, text: Text) -> None:
        """Show ``text``, whose own line ends stay."""
        self.text = text

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """See ``rich.protocol``."""
        del console
        lines = self.text.plain.split("\n")
        narrowest = max(cell_len(word) for line in lines for word in line.split(" "))
        return Measurement(narrowest, max(map(cell_len, lines))).with_maximum(options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """See ``rich.protocol``."""
        del console
        for line in self.text.split("\n", allow_blank=True):
            yield from line.divide(_breaks(line.plain, options.max_width))


class Figures:
    """A table of figures; where it has no room for its words, each name on a line and its figures on the next."""

    def __init__(self, table: Table, rows: Sequence[Sequence[Text]]) -> None:
        """Show ``table``, or ``rows``, which are its words."""
        self.table = table
        self.rows = rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """See ``rich.protocol``."""
        if Measurement.get(console, options.update(width=UNBOUND), self.table).minimum <= options.max_width:
            yield self.table
            return
        for name, *figures in self.rows:
            yield Prose(name)
            told = Text(" · ", style="dim").join(figure for figure in figures if figure)
            yield Padding(Prose(told), (0, 0, 0, 2))


def _breaks(line: str, width: int) -> list[int]:
    """Where lines of at most ``width`` cells begin; a longer word has a line of its own."""
    found, start, at = [], 0, 0
    for word in line.split(" "):
        end = at + len(word)
        if at > start and cell_len(line[start:end]) > width:
            found.append(at)
            start = at
        at = end + 1
    return found


def page_of(html: str) -> Iterator[RenderableType]:
    """What stands on the page, in its order; pictures are left out, for the figures in them stand in the text."""
    yield from _blocks(document_fromstring(html).body)


def _blocks(element: HtmlElement) -> Iterator[RenderableType]:
    for child in element.iterchildren(tag="*"):
        if not isinstance(child.tag, str) or _LEFT_OUT & _classes(child):
            continue
        if child.tag == "table" and "figures" in _classes(child):
            yield Padding(_figures(child), (1, 0))
        elif child.tag == "table" and _classes(child) & {"move", "sources"}:
            yield from _rows(child)
        elif child.tag == "h2":
            yield Padding(Rule(Text(_words(child).plain, style="bold"), align="left", style="dim"), (1, 0, 0, 0))
        elif child.tag in {"h1", "h3", "h4", "p"}:
            yield _paragraph(child)
        else:
            yield from _blocks(child)


def _paragraph(element: HtmlElement) -> RenderableType:
    text = _words(element)
    text.stylize_before(_HEADINGS.get(str(element.tag), Style()))
    above = 1 if element.tag in {"h1", "h3", "h4"} else 0
    return Padding(Prose(text), (above, 0, 1 if element.tag == "h1" else 0, 0))


def _rows(table: HtmlElement) -> Iterator[RenderableType]:
    """A layout table: cells of one line side by side, a cell with paragraphs of its own under them."""
    if "move" in _classes(table):
        yield Text()
    for row in table.iter("tr"):
        cells = list(row.iterchildren("td"))
        if len(cells) == 1:
            yield from (Padding(block, (0, 0, 0, 2)) for block in _blocks(cells[0]))
            continue
        grid = Table.grid(padding=(0, 1), expand="move" in _classes(table))
        grid.add_column(ratio=1 if "move" in _classes(table) else None)
        grid.add_column(justify="right" if "big" in _classes(cells[-1]) else "left")
        grid.add_row(*(Prose(_words(cell)) for cell in cells))
        yield grid


def _figures(element: HtmlElement) -> Figures:
    """A table of figures: names to the left, which may take several lines, and numbers to the right."""
    rows = [[_words(cell) for cell in row] for row in element.iter("tr")]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for place, column in enumerate(zip(*rows, strict=True)):
        words = [word for cell in column for word in (cell.plain.split() if place == 0 else [cell.plain])]
        table.add_column(
            Prose(column[0]),
            justify="right" if place else "left",
            no_wrap=place > 0,
            min_width=max(map(cell_len, words)),
        )
    for row in rows[1:]:
        table.add_row(*map(Prose, row))
    return Figures(table, rows)


def _words(element: HtmlElement) -> Text:
    """The text of an element with its styles and links, on lines that only ``br`` ends."""
    text = Text()
    _append(element, text, Style())
    text.rstrip()
    return text


def _append(element: HtmlElement, text: Text, style: Style) -> None:
    style += _style(element)
    marked = "mark" in _classes(element)
    _add(text, f"[{element.text}]" if marked else element.text, style)
    for child in element.iterchildren(tag="*"):
        if child.tag == "br":
            text.append("\n")
        else:
            _append(child, text, style)
        _add(text, child.tail, style)


def _add(text: Text, words: str | None, style: Style) -> None:
    """Collapse the breaks and blanks of the source as a browser does; a no-break space is none of them."""
    told = _collapsed(words or "")
    if not text.plain or text.plain[-1] in " \n":
        told = told.lstrip(" ")
    text.append(told, style)


@cache
def _collapsed(words: str) -> str:
    before, after = words[:1] in {" ", "\n"}, words[-1:] in {" ", "\n"}
    told = " ".join(word for line in words.split("\n") for word in line.split(" ") if word)
    return f"{' ' if before else ''}{told}{' ' if after and told else ''}"


def _style(element: HtmlElement) -> Style:
    style = _INLINE.get(str(element.tag), Style())
    for name in _classes(element):
        style += _INLINE.get(name, Style())
    href = element.get("href")
    return style + Style(link=href, underline=True) if href else style


def _classes(element: HtmlElement) -> frozenset[str]:
    return frozenset((element.get("class") or "").split())

"""``contrecoup try``: one stage on a person's own input, one JSON object a line, in the order of the input."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Desk, Ended

Run = Callable[..., "Ended"]
LINES = [
    "Nvidia chute de 16 % à Wall Street, les fabricants de puces et les semi-conducteurs plongent",
    "Cipher Mining shares rose 12% as bitcoin miners rallied on Monday",
    "Sous la pluie, le derby se termine sans vainqueur hier soir",
]
KEYS = {
    "language": {"lang", "score", "why"},
    "translate": {"lang", "translations"},
    "topics": {"lang", "topics", "holds", "why"},
    "entities": {"lang", "mentions"},
    "claims": {"lang", "claims"},
    "embed": {"text", "engine", "dims", "vector"},
}
LANGUAGE_TOLD = [stage for stage in KEYS if stage != "embed"]


def _objects(ended: "Ended") -> list[dict[str, Any]]:
    assert (ended.code, ended.err) == (0, "")
    return [json.loads(line) for line in ended.out.splitlines()]


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """Three headlines, one a line."""
    path = tmp_path / "lines.txt"
    path.write_text("\n".join(LINES) + "\n", "utf-8")
    return path


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Give bytes to standard input."""

    def give(raw: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), "utf-8"))

    return give


@pytest.mark.parametrize("stage", LANGUAGE_TOLD)
def test_each_line_gives_one_object_in_its_order(contrecoup: Run, lines: Path, stage: str) -> None:
    """With the keys of the stage, and the language of that very line."""
    found = _objects(contrecoup("try", stage, lines))
    assert [one["lang"] for one in found] == ["fr", "en", "fr"]
    assert all(KEYS[stage] <= one.keys() for one in found)


def test_embed_gives_each_line_its_vector(contrecoup: Run, lines: Path) -> None:
    """Of length one, in as many dimensions as it says; an empty line has none."""
    lines.write_text("\n".join([*LINES, ""]) + "\n", "utf-8")
    found = _objects(contrecoup("try", "embed", lines))
    assert [one["text"] for one in found] == [*LINES, ""]
    assert all(one.keys() == KEYS["embed"] and len(one["vector"]) == one["dims"] for one in found)
    assert [round(sum(value**2 for value in one["vector"]), 2) for one in found] == [1.0, 1.0, 1.0, 0.0]


ENGLISH = [
    "",
    "The derby ends in a draw in the rain last night",
    "Bitcoin miner Cipher gains 12%",
    "Nvidia falls 16% on Wall Street as chip makers and semiconductors plunge",
]


def test_similar_finds_the_nearest_lines_of_another_file(contrecoup: Run, lines: Path, tmp_path: Path) -> None:
    """In the other language or the same; the number of the line is that of an editor."""
    among = tmp_path / "english.txt"
    among.write_text("\n".join(ENGLISH) + "\n", "utf-8")
    found = _objects(contrecoup("try", "similar", lines, among, "--top", "2"))
    assert [one["text"] for one in found] == LINES
    assert [[match["line"] for match in one["matches"]][:1] for one in found] == [[4], [3], [2]]
    assert all(len(one["matches"]) == 2 for one in found)
    for one in found:
        first, second = one["matches"]
        assert first["cosine"] > second["cosine"]
        assert first["text"] == ENGLISH[first["line"] - 1]


@pytest.mark.parametrize(
    ("first", "second"),
    [("", "Nvidia falls"), ("🚀", "Nvidia chute"), ("Nvidia", "")],
    ids=["empty", "emoji", "nothing"],
)
def test_nothing_is_similar_to_nothing(
    contrecoup: Run, tmp_path: Path, typed: Callable[[bytes], None], first: str, second: str
) -> None:
    """A line without a letter or a digit has no matches, and is none."""
    typed(f"{first}\n".encode())
    (tmp_path / "among.txt").write_text(f"{second}\n", "utf-8")
    [found] = _objects(contrecoup("try", "similar", "-", tmp_path / "among.txt"))
    assert (found["text"], found["matches"]) == (first, [])


def test_similar_reads_objects_too(contrecoup: Run, tmp_path: Path) -> None:
    """Title, lead and text as one."""
    parted = [{"title": LINES[1], "lead": "", "text": None}, {"title": "Cipher", "lead": "Mining", "text": "rallied"}]
    path = tmp_path / "lines.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in parted), "utf-8")
    found = _objects(contrecoup("try", "similar", path, path, "--json", "--top", "1"))
    assert [one["text"] for one in found] == [LINES[1], "Cipher\nMining\nrallied"]
    assert [one["matches"][0]["cosine"] for one in found] == [1.0, 1.0]


@pytest.mark.parametrize("stage", ["embed", "similar"])
def test_an_engine_that_is_not_known_is_told(contrecoup: Run, lines: Path, stage: str) -> None:
    """With those that are."""
    ended = contrecoup("try", stage, lines, *([lines] if stage == "similar" else []), "--engine", "word3vec")
    assert (ended.code, ended.out) == (2, "")
    assert "word3vec" in ended.err
    assert "static" in ended.err


@pytest.mark.parametrize("stage", KEYS)
def test_standard_input_gives_what_a_file_does(
    contrecoup: Run, lines: Path, typed: Callable[[bytes], None], stage: str
) -> None:
    """With and without the dash that names it."""
    expected = contrecoup("try", stage, lines).out
    for dash in ((), ("-",)):
        typed(lines.read_bytes())
        assert contrecoup("try", stage, *dash).out == expected


@pytest.mark.parametrize("stage", KEYS)
def test_objects_give_what_their_title_gives_as_a_line(
    contrecoup: Run, lines: Path, tmp_path: Path, stage: str
) -> None:
    """``--json`` takes them, accents and all."""
    path = tmp_path / "lines.jsonl"
    path.write_text("".join(json.dumps({"title": line}) + "\n" for line in LINES), "utf-8")
    assert contrecoup("try", stage, path, "--json").out == contrecoup("try", stage, lines).out


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "objects"])
@pytest.mark.parametrize("stage", KEYS)
def test_an_empty_line_gives_an_object_too(
    contrecoup: Run, typed: Callable[[bytes], None], stage: str, *, as_json: bool
) -> None:
    """Otherwise the lines of the output would no longer be those of the input."""
    line = json.dumps({"title": LINES[0]}) if as_json else LINES[0]
    typed(f"{line}\n\n{line}\n".encode())
    found = _objects(contrecoup("try", stage, *(["--json"] if as_json else [])))
    assert len(found) == 3
    assert found[0] == found[2]


@pytest.mark.parametrize("stage", KEYS)
def test_no_input_gives_no_output(contrecoup: Run, typed: Callable[[bytes], None], stage: str) -> None:
    """It is no error."""
    typed(b"")
    assert _objects(contrecoup("try", stage)) == []


@pytest.mark.parametrize("stage", KEYS)
@pytest.mark.parametrize(
    ("raw", "option"),
    [
        ("bien\nd\xe9j\xe0\n".encode("latin-1"), ()),
        (b'{"title": "Bien"}\n{"title": \n', ("--json",)),
        (b'{"title": "Bien"}\n["title"]\n', ("--json",)),
        (b'{"title": "Bien"}\n{"title": 3}\n', ("--json",)),
        (b'{"title": "Bien"}\n{"title": "Good", "url": "http://[bad"}\n', ("--json",)),
        (b'{"title": "Bien"}\n' + b"[" * 100_000 + b"\n", ("--json",)),
    ],
    ids=["not UTF-8", "not JSON", "no object", "no text", "no address", "too deep"],
)
def test_a_line_that_cannot_be_read_is_named(
    contrecoup: Run, typed: Callable[[bytes], None], stage: str, raw: bytes, option: tuple[str, ...]
) -> None:
    """Two sentences on standard error, and nothing that a program could take for a result."""
    typed(raw)
    ended = contrecoup("try", stage, *option)
    assert (ended.code, ended.out) == (2, "")
    assert "line 2" in ended.err
    assert len(ended.err.splitlines()) == 2


def test_half_a_character_and_a_byte_order_mark_break_no_line(contrecoup: Run, typed: Callable[[bytes], None]) -> None:
    """A surrogate that JSON lets through is printed as one other character, so that spans still fit."""
    typed(b'\xef\xbb\xbf{"title": "Nvidia shares fell 16% \\ud800on Monday"}\n')
    [found] = _objects(contrecoup("try", "claims", "--json"))
    [claim] = found["claims"]
    assert (claim["symbol"], claim["size"]) == ("NVDA", 16.0)
    assert "?" in claim["sentence"]


def test_a_file_that_is_not_there_is_named(contrecoup: Run, tmp_path: Path) -> None:
    """With what may be given instead."""
    ended = contrecoup("try", "topics", tmp_path / "none.txt")
    assert (ended.code, "none.txt" in ended.err, "-" in ended.err) == (2, True, True)


def test_topics_hold_for_the_lines_they_are_in(contrecoup: Run, lines: Path) -> None:
    """Chips, mining, and nothing at all."""
    holds = [one["holds"] for one in _objects(contrecoup("try", "topics", lines))]
    assert holds == [["chip_stocks"], ["crypto_mining"], []]


def test_entities_and_claims_name_instrument_and_size(contrecoup: Run, lines: Path) -> None:
    """In both languages."""
    mentions = [{m["target"] for m in one["mentions"]} for one in _objects(contrecoup("try", "entities", lines))]
    claims = [
        [(c["symbol"], c["direction"], c["size"]) for c in one["claims"]]
        for one in _objects(contrecoup("try", "claims", lines))
    ]
    assert "NVDA" in mentions[0]
    assert "CIFR" in mentions[1]
    assert mentions[2] == set()
    assert claims == [[("NVDA", "down", 16.0)], [("CIFR", "up", 12.0)], []]


def test_a_translation_goes_to_the_other_language(contrecoup: Run, lines: Path) -> None:
    """French to English and English to French."""
    told = [one["translations"] for one in _objects(contrecoup("try", "translate", lines))]
    assert [{row["to_lang"] for row in one} for one in told] == [{"en"}, {"fr"}, {"en"}]


def test_the_language_that_is_given_decides_a_short_line(contrecoup: Run, typed: Callable[[bytes], None]) -> None:
    """As a feed's would."""
    typed(b"Nvidia 2025\n")
    assert [one["lang"] for one in _objects(contrecoup("try", "claims", "--lang", "fr"))] == ["fr"]


PAGE = """<!doctype html><html lang="fr"><head><title>Une puce de plus</title>
<meta property="article:published_time" content="2025-01-27T10:00:00+01:00"></head><body><article>
<h1>Une puce de plus</h1>{}</article></body></html>"""


def test_extract_reads_a_page(contrecoup: Run, tmp_path: Path) -> None:
    """Title, text, date and language, under the address that is given."""
    paragraph = (
        "<p>Le fabricant a présenté lundi une puce qui consomme moitié moins que la précédente, et que ses clients "
        "pourront commander dès le mois de mars. Les analystes y voient une réponse à la baisse des prix, et le titre "
        "a gagné du terrain en séance.</p>"
    )
    path = tmp_path / "page.html"
    path.write_text(PAGE.format(paragraph * 3), "utf-8")
    [found] = _objects(contrecoup("try", "extract", path, "--url", "http://www.puces.example/une-puce"))
    assert (found["url"], found["title"]) == ("http://www.puces.example/une-puce", "Une puce de plus")
    assert (found["status"], found["lang"], found["words"] > 40) == ("full", "fr", True)
    assert "2025-01-27" in json.dumps(found["published"])


@pytest.mark.parametrize(
    ("raw", "status"), [(b"%PDF-1.7\n%%EOF\n", "not_html"), (b"", "empty")], ids=["a PDF", "nothing"]
)
def test_extract_says_what_is_no_article(
    contrecoup: Run, typed: Callable[[bytes], None], raw: bytes, status: str
) -> None:
    """By the status; it is no error."""
    typed(raw)
    [found] = _objects(contrecoup("try", "extract"))
    assert (found["status"], found["text"]) == (status, "")


def test_moves_measures_each_instrument_of_a_file(contrecoup: Run, desk: "Desk") -> None:
    """The planted fall is a move, the others are not, and a symbol that nobody knows is said to be unknown."""
    with (desk.folder / "prices.csv").open("a", encoding="utf-8") as file:
        file.write("2025-01-27,NVDIA,1,1,1,1,1\n")
    found = _objects(contrecoup("try", "moves", "--prices", desk.folder / "prices.csv", "--on", "2025-01-27"))
    verdicts = {one["symbol"]: (one["verdict"], one["reason"]) for one in found}
    assert verdicts == {
        "AAPL": ("quiet", ""),
        "CIFR": ("quiet", ""),
        "NVDA": ("move", ""),
        "NVDIA": ("unmeasured", "unknown_symbol"),
        "SPY": ("quiet", ""),
    }


def test_moves_without_prices_are_told(contrecoup: Run, tmp_path: Path) -> None:
    """The file is named."""
    ended = contrecoup("try", "moves", "--prices", tmp_path / "none.csv", "--on", "2025-01-27")
    assert (ended.code, "none.csv" in ended.err) == (2, True)


def test_similar_cannot_read_both_files_from_the_input(contrecoup: Run, typed: Callable[[bytes], None]) -> None:
    """The second would be empty."""
    typed(b"Nvidia\n")
    ended = contrecoup("try", "similar", "-", "-")
    assert ended.code == 2
    assert "not both" in ended.err

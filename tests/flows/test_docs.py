"""The pages on the pipe and on operating say what the program really takes, prints and returns."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from contrecoup.bars import ADVICE
from contrecoup.engines.choose import load_classifier, load_embedder, load_translator
from contrecoup.errors import ContrecoupError, ParseError
from contrecoup.settings import Settings
from extractors import prices
from extractors.fetch_errors import TROUBLES
from flows import attempt, cli

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TEMPLATES = ROOT / "contrecoup" / "digest" / "templates"

FRENCH = "Nvidia chute de 17 % lundi, la plus forte perte boursière jamais vue pour une entreprise."
ENGLISH = "Nvidia shares fell 17% on Monday, the largest loss of market value by any company so far."
PAGE = f"<html lang='en'><head><title>Nvidia falls</title></head><body><p>{ENGLISH * 8}</p></body></html>"
# Objects whose keys are names of topics, not fields.
BY_TOPIC = {"topics", "why"}
BRINGS_ABOUT = re.compile(
    r"caus|because|due to|le[ad]d? to|trigger|thanks to|provoqu|entraîn|en raison|grâce à|fait (?:chuter|bondir)",
    re.IGNORECASE,
)


def section(page: str, heading: str) -> str:
    """Text below a heading, up to the next one of its level or higher."""
    level = heading.count("#")
    text = (DOCS / page).read_text(encoding="utf-8")
    below = text.split(f"\n{heading}\n", 1)[1]
    return re.split(rf"^#{{1,{level}}} ", below, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """Cells of every row of the tables of a text, headings included."""
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line.startswith("|")
    ]


# --- what `try` prints ---


def fields(value: object) -> Iterator[str]:
    """Names of all fields of an object of the output, nested ones too."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            for name, inner in item.items():
                yield name
                yield from () if name in BY_TOPIC else fields(inner)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, set[str]]:
    """Fields that each stage printed of a French and an English document, a page, and a file of prices."""
    folder = tmp_path_factory.mktemp("try")
    lines, page = folder / "lines.txt", folder / "page.html"
    lines.write_text(f"{FRENCH}\n{ENGLISH}\n", encoding="utf-8")
    page.write_text(PAGE, encoding="utf-8")
    documents = attempt.documents(lines, lang=None, as_json=False)
    outputs: dict[str, Iterable[Mapping[str, object]]] = {
        "extract": attempt.extract(page, url="http://news.example/1"),
        "language": attempt.language(documents, lang=None),
        "translate": attempt.translate(documents, load_translator("phrases")),
        "topics": attempt.topics(documents, load_classifier("linear")),
        "embed": attempt.embed([FRENCH, ENGLISH], load_embedder("static")),
        "similar": attempt.similar([FRENCH], [ENGLISH], load_embedder("static"), top=1),
        "entities": attempt.entities(documents),
        "claims": attempt.claims(documents),
        "moves": attempt.moves(ROOT / "examples" / "deepseek-week" / "prices.csv", date(2025, 1, 27)),
    }
    return {
        stage: {name for line in output for name in fields(json.loads(json.dumps(line, default=str)))}
        for stage, output in outputs.items()
    }


def stages() -> list[str]:
    """Names of the stages that `contrecoup try` knows."""
    return [str(command.name) for command in cli.attempts.registered_commands]


@pytest.mark.parametrize("stage", stages())
def test_every_field_that_a_stage_prints_is_on_the_page(stage: str, printed: Mapping[str, set[str]]) -> None:
    """A field without a word on what it means would be a riddle."""
    listed = {
        name for first, *_ in rows(section("pipeline.md", f"### {stage}")) for name in re.findall(r"`(\w+)`", first)
    } | set(re.findall(r"`(\w+)` \(", section("pipeline.md", f"### {stage}")))
    assert printed[stage]
    assert printed[stage] <= listed


@pytest.mark.parametrize("stage", ["translate", "entities", "claims"])
def test_the_sample_shows_what_a_list_holds(stage: str, printed: Mapping[str, set[str]]) -> None:
    """An empty list would have hidden its objects' fields from the test above."""
    assert "field" in printed[stage]


def test_a_page_that_breaks_the_parser_has_its_own_fields(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error that stands for the page is on the page too."""
    page = tmp_path / "page.html"
    page.write_text(PAGE, encoding="utf-8")
    broken = ParseError("Parsing took too long.", kind="parse_timeout", advice="Nothing to do.")
    monkeypatch.setattr(attempt, "run_each", lambda *_, **__: [broken])
    [line] = attempt.extract(page, url="http://news.example/1")
    text = section("pipeline.md", "### extract")
    assert line["error"] == "parse_timeout"
    assert all(f"`{name}`" in text for name in line)


# --- commands ---


def commands(group: Any, path: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:  # noqa: ANN401 - click's types are typer's own affair
    """Every command by its words, with its long options."""
    for name, command in group.commands.items():
        words = f"{path} {name}".strip()
        if hasattr(command, "commands"):
            yield from commands(command, words)
        else:
            options = {o for p in command.params for o in p.opts if o.startswith("--") and o != "--help"}
            yield words, tuple(sorted(options))


@pytest.mark.parametrize(("words", "options"), [*commands(typer.main.get_command(cli.app))], ids=str)
def test_every_command_and_option_is_explained(words: str, options: tuple[str, ...]) -> None:
    """A command that is added, or an option of it, must be in the table of docs/operating.md."""
    name = "try STAGE" if words.startswith("try ") else words
    table = rows(section("operating.md", "## Commands"))
    [row] = [row for row in table if re.match(rf"`contrecoup {name}\b", row[0])]
    assert not words.startswith("try ") or f"`{words}`" in row[2]
    assert set(options) <= set(re.findall(r"`(--[a-z]+)", row[1]))


def exit_codes(error: type[ContrecoupError] = ContrecoupError) -> set[int]:
    """Exit code of an error and of all errors below it."""
    return {error.exit_code}.union(*(exit_codes(below) for below in error.__subclasses__()))


def test_every_exit_code_is_explained() -> None:
    """A script that calls us can look up what a code means."""
    table = rows(section("operating.md", "### Exit codes"))
    assert {int(row[0]) for row in table if row[0].isdigit()} == exit_codes() | {0}


# --- settings ---


def default_of(field: FieldInfo) -> str:
    """A setting's default as the page writes it."""
    if field.is_required():
        return "required"
    if field.default is None:
        return "none"
    value = list(field.default) if isinstance(field.default, tuple) else field.default
    return f"`{json.dumps(value) if isinstance(value, list) else value}`"


def block_of(field: FieldInfo) -> tuple[type[BaseModel], bool] | None:
    """The model of a block, and whether it may stand several times; None for a plain setting."""
    kinds = [field.annotation, *get_args(field.annotation)]
    models = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return (models[0], isinstance(field.default, tuple)) if models else None


def settings_there_are() -> dict[tuple[str, str], str]:
    """Default of every setting, by its block and key."""
    found = {}
    for name, field in Settings.model_fields.items():
        block = block_of(field)
        if block is None:
            found["", name] = default_of(field)
        else:
            model, several = block
            title = f"[[{name}]]" if several else f"[{name}]"
            found |= {(title, key): default_of(inner) for key, inner in model.model_fields.items()}
    return found


def settings_explained() -> dict[tuple[str, str], str]:
    """Default of every setting by the table of docs/operating.md."""
    found, block = {}, ""
    for key, default, *_ in rows(section("operating.md", "## Settings"))[2:]:
        if key.startswith("**"):
            block = key.strip("*`")
        else:
            found[block, key.strip("`")] = default
    return found


def test_every_setting_is_explained_with_its_default() -> None:
    """A key that is added, renamed or given another default must be so in docs/operating.md as well."""
    assert settings_explained() == settings_there_are()


# --- failures ---


def test_every_kind_of_failure_has_advice() -> None:
    """Whatever kind stands in the table of failures, the page says what to do about it."""
    text = section("operating.md", "## Failures")
    kinds = {*TROUBLES, *ADVICE, *prices._REFUSALS}
    assert [kind for kind in sorted(kinds) if f"`{kind}`" not in text] == []


# --- the digest's own words ---


@pytest.mark.parametrize(
    "template", sorted(path for path in TEMPLATES.rglob("*") if path.is_file()), ids=lambda path: path.name
)
def test_no_template_has_such_words_of_its_own(template: Path) -> None:
    """The phrases of both languages are read by test_digest_wording; what stands outside them is layout."""
    assert not BRINGS_ABOUT.search(template.read_text(encoding="utf-8"))


@pytest.mark.parametrize("phrase", ["a chuté à cause de DeepSeek", "fell because of DeepSeek", "caused by DeepSeek"])
def test_such_words_would_be_found(phrase: str) -> None:
    """The search itself finds what it is for."""
    assert BRINGS_ABOUT.search(phrase)


# --- links ---


def anchor(heading: str) -> str:
    """A heading as the address of its section (GitHub's rule)."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize(
    "page", ["README.md", "CHANGELOG.md", *(f"docs/{path.name}" for path in sorted(DOCS.glob("*.md")))]
)
def test_every_link_leads_somewhere(page: str) -> None:
    """A page, or a section of one, that is renamed takes its links with it."""
    path = ROOT / page
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        name, _, place = target.partition("#")
        aim = path.parent / name if name else path
        if target.startswith("http"):
            continue
        if not aim.exists() or (place and place not in anchors(aim)):
            lost.append(target)
    assert lost == []


def anchors(page: Path) -> set[str]:
    """Addresses of all sections of a page."""
    return {anchor(h) for h in re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)}

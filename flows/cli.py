"""The command line: another way of saying *when*. Exit codes are those of ``contrecoup/errors.py``; 0 is success.

What a command needs is imported when it runs, so that ``--help`` answers at once.
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contrecoup.errors import ContrecoupError, Degraded, SettingsError
from flows.explain_command import explain
from flows.mail_commands import mails
from flows.terminal import DAY, DEFAULT_CONFIG, AsJson, Config, errors, let_go, output, show_rows

if TYPE_CHECKING:
    from contrecoup.models import Failure
    from flows.run import Report

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Which stories coincided with which market moves: French and English tech-finance news, each morning.",
    epilog="Exit codes: 0 done, 1 an error of another kind, 2 settings or input, 3 database, 4 nothing answered, "
    "5 database busy, 6 model missing, 7 done but part of it needs you. A run beside another ends at once with 0.",
)
Start = Annotated[datetime | None, typer.Option("--from", formats=DAY, help="First edition (default: today).")]
End = Annotated[datetime | None, typer.Option("--to", formats=DAY, help="Last edition (default: the first).")]


def main() -> None:
    """Run a command; an error of ours is two lines on standard error and an exit code, never a traceback.

    Who reads our output may stop when they have enough (``| head``): that is no error, and the code is 0. Prefect's
    client reports its use to its maker unless told not to; a command that needs no server tells it so.
    """
    os.environ.setdefault("DO_NOT_TRACK", "1")
    code = _ended()
    let_go()
    sys.exit(code)


def _ended() -> str | int | None:
    """The exit code of the command. Click and Rich end with 1 when they find the pipe closed; that is no error."""
    try:
        app()
    except ContrecoupError as error:
        errors.print(f"[bold]{type(error).__name__}[/]: ", end="")
        errors.print(error.message, markup=False, highlight=False, soft_wrap=True)
        if error.advice:
            errors.print(error.advice, markup=False, highlight=False, soft_wrap=True)
        return error.exit_code
    except SystemExit as ended:
        return 0 if isinstance(ended.__context__, BrokenPipeError) else ended.code
    return 0


@contextmanager
def _bars(*, quiet: bool) -> Iterator[None]:
    """Show a progress bar for each long step."""
    from flows.screen import showing

    with showing(errors, quiet=quiet):
        yield


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="The settings file to create.")] = DEFAULT_CONFIG,
) -> None:
    """Write a first settings file: feeds, watch-list, prices; mail switched off."""
    from importlib.resources import files

    if path.exists():
        raise SettingsError(f"{path} is there already.", advice="Name another file, or edit this one.")
    try:
        path.write_text((files("contrecoup") / "assets" / "starter.toml").read_text("utf-8"), "utf-8")
    except OSError as error:
        raise SettingsError(f"Cannot write {path}: {error.strerror}.", advice="Choose another folder.") from error
    output.print(f"{path} written. Next: contrecoup run --config {path}", markup=False, highlight=False)


@app.command()
def run(
    config: Config = DEFAULT_CONFIG,
    start: Start = None,
    end: End = None,
    as_json: AsJson = False,
) -> None:
    """Fetch, read, link, and write the editions of the days from --from to --to. Needs no Prefect server."""
    from flows.run import run_days

    with _bars(quiet=as_json):
        report = run_days(config, _day(start), _day(end))
    _show_report(report, as_json=as_json)


@app.command()
def replay(
    folder: Annotated[Path, typer.Argument(help="A folder with sites/<host>/…, contrecoup.toml and prices.")],
    start: Annotated[datetime, typer.Option("--from", formats=DAY, help="First edition.")],
    end: Annotated[datetime, typer.Option("--to", formats=DAY, help="Last edition.")],
    show: Annotated[datetime | None, typer.Option(formats=DAY, help="Print this edition at the end.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the edition to print.")] = "en",
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what an earlier replay built.")] = False,
    as_json: AsJson = False,
) -> None:
    """Serve recorded sites on this machine and live through the days as if they were now."""
    from flows.run import replay_days

    with _bars(quiet=as_json):
        report = replay_days(folder, start.date(), end.date(), fresh=fresh)
    if show is not None and not as_json:
        _print_digest(folder / DEFAULT_CONFIG, show.date(), lang)
    _show_report(report, as_json=as_json, shown=_day(show))


@app.command()
def digest(
    on: Annotated[
        datetime | None, typer.Option("--date", formats=DAY, help="The edition's date (default: latest).")
    ] = None,
    lang: Annotated[str, typer.Option(help="fr or en.")] = "fr",
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Print an edition that was built."""
    _print_digest(config, _day(on), lang)


@app.command()
def site(
    config: Config = DEFAULT_CONFIG,
    out: Annotated[Path | None, typer.Option(help="The folder to write to (default: that of the settings).")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the archive as a static site: a page an edition and a story in each language, an index, an Atom feed."""
    from flows.publish import publish

    done = publish(config, out)
    if as_json:
        sys.stdout.write(json.dumps(asdict(done), default=str, ensure_ascii=False) + "\n")
        return
    for line in done.lines():
        output.print(line, markup=False, highlight=False, soft_wrap=True)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="A query, or - for input; docs/sql-cookbook.md has some.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(help="Rows at most.", min=1)] = 200,
) -> None:
    """Query the snapshot of the database; flows may be writing meanwhile."""
    from flows.show import answer

    found = answer(config, sys.stdin.read() if query == "-" else query, limit)
    show_rows(found.columns, found.rows, as_json=as_json)
    if found.cut:
        errors.print(f"Only the first {limit} rows are shown; --limit shows more.")


app.command()(explain)


@app.command()
def status(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Count what the database holds: entries by state, feeds in trouble, failures and what to do about them."""
    from flows.show import status_of

    found = status_of(config)
    if as_json:
        sys.stdout.write(json.dumps(asdict(found), default=str, ensure_ascii=False) + "\n")
        return
    for warning in found.warnings:
        errors.print(f"! {warning}", markup=False, highlight=False, soft_wrap=True)
    _show_titled("Entries", ("state", "lang", "entries"), [(s.state, s.lang, s.entries) for s in found.states])
    troubles = [(t.name, t.kind, f"{t.checked_at:%Y-%m-%d %H:%M}" if t.checked_at else "never") for t in found.troubles]
    _show_titled("Feeds in trouble", ("feed", "kind", "last try (UTC)"), troubles)
    _show_titled("Failures", ("stage", "kind", "number", "the latest", "what to do"), _alike(found.failures))
    if found.failures:
        output.print("'contrecoup status --json' has every one of them.")


def _alike(failures: "Sequence[Failure]") -> list[tuple[str, str, int, str, str]]:
    """Failures of one kind on one line, with the newest message."""
    groups: dict[tuple[str, str, str], list[Failure]] = {}
    for failure in sorted(failures, key=lambda failure: failure.at, reverse=True):
        groups.setdefault((failure.stage, failure.kind, failure.advice), []).append(failure)
    return [(stage, kind, len(same), same[0].message, advice) for (stage, kind, advice), same in groups.items()]


def _show_titled(title: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    output.print(f"\n[bold]{title}[/]")
    if rows:
        show_rows(columns, rows, as_json=False)
    else:
        output.print("none")


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _print_digest(config: Path, on: date | None, lang: str) -> None:
    from flows.page import WIDEST, page_of
    from flows.show import built_digest

    built = built_digest(config, on, lang)
    if output.is_terminal:
        for block in page_of(built.html):
            output.print(block, width=min(output.width, WIDEST), highlight=False)
    else:
        output.print(built.text, markup=False, highlight=False, soft_wrap=True)


def _show_report(report: "Report", *, as_json: bool, shown: date | None = None) -> None:
    """Print what a run leaves behind; what needs a person makes it end with an exit code of its own."""
    if as_json:
        sys.stdout.write(json.dumps(asdict(report), default=str, ensure_ascii=False) + "\n")
    else:
        for line in report.lines(shown):
            output.print(line, markup=False, highlight=False, soft_wrap=True)
    if report.silence:
        raise report.silence
    if number := len(report.warnings):
        raise Degraded(
            f"The run is done and kept, but {number} of its lines need{'s' if number == 1 else ''} you.",
            advice="They begin with '!' in the report; 'contrecoup status' lists every failure.",
        )


attempts = typer.Typer(no_args_is_help=True, help="Run one stage on your own input; one JSON object a line comes out.")
app.add_typer(attempts, name="try")

Input = Annotated[Path, typer.Argument(metavar="[FILE|-]", help="A file of one document a line, or - for input.")]
Lang = Annotated[str | None, typer.Option("--lang", help="Language of the input (fr, en), when you know it.")]
Objects = Annotated[bool, typer.Option("--json", help="Lines are objects with title, lead, text, lang, url.")]
Engine = Annotated[
    str, typer.Option("--engine", help="An engine that ships ('contrecoup models list'), or a model's folder or name.")
]
STDIN = Path("-")


def _attempt(stage: str, source: Path, lang: str | None, *, as_json: bool) -> None:
    from flows import attempt

    stages = {"entities": attempt.entities, "claims": attempt.claims}
    attempt.write(stages[stage](attempt.documents(source, lang=lang, as_json=as_json)))


@attempts.command("extract")
def try_extract(
    source: Annotated[Path, typer.Argument(metavar="[FILE|-]", help="An HTML file, or - for input.")] = STDIN,
    url: Annotated[str, typer.Option(help="The address it came from.")] = "http://localhost/page",
) -> None:
    """Title, byline, lead, text, date and status of a page."""
    from flows import attempt

    attempt.write(attempt.extract(source, url=url))


@attempts.command("language")
def try_language(source: Input = STDIN, lang: Lang = None, as_json: Objects = False) -> None:
    """Language of each document, and why."""
    from flows import attempt

    attempt.write(attempt.language(attempt.documents(source, lang=lang, as_json=as_json), lang=lang))


@attempts.command("translate")
def try_translate(
    source: Input = STDIN, lang: Lang = None, engine: Engine = "phrases", as_json: Objects = False
) -> None:
    """Title and lead in the other language, or why a translation was refused."""
    from contrecoup.engines.choose import load_translator
    from flows import attempt

    found = attempt.documents(source, lang=lang, as_json=as_json)
    attempt.write(attempt.translate(found, load_translator(engine)))


@attempts.command("topics")
def try_topics(source: Input = STDIN, lang: Lang = None, engine: Engine = "linear", as_json: Objects = False) -> None:
    """Probability of each topic, and which hold."""
    from contrecoup.engines.choose import load_classifier
    from flows import attempt

    found = attempt.documents(source, lang=lang, as_json=as_json)
    attempt.write(attempt.topics(found, load_classifier(engine)))


@attempts.command("entities")
def try_entities(source: Input = STDIN, lang: Lang = None, as_json: Objects = False) -> None:
    """Instruments, baskets, organisations and macro terms that are named."""
    _attempt("entities", source, lang, as_json=as_json)


@attempts.command("claims")
def try_claims(source: Input = STDIN, lang: Lang = None, as_json: Objects = False) -> None:
    """Price moves that are stated."""
    _attempt("claims", source, lang, as_json=as_json)


@attempts.command("embed")
def try_embed(source: Input = STDIN, engine: Engine = "static", as_json: Objects = False) -> None:
    """Place of each text in the space that French and English share."""
    from contrecoup.engines.choose import load_embedder
    from flows import attempt

    attempt.write(attempt.embed(attempt.texts(source, as_json=as_json), load_embedder(engine)))


@attempts.command("similar")
def try_similar(
    source: Annotated[Path, typer.Argument(metavar="FILE|-", help="A file of one document a line, or - for input.")],
    others: Annotated[Path, typer.Argument(metavar="FILE|-", help="The documents to look among.")],
    top: Annotated[int, typer.Option(help="Matches a line.", min=1)] = 3,
    engine: Engine = "static",
    as_json: Objects = False,
) -> None:
    """For each line of one file, the nearest lines of another, in either language."""
    from contrecoup.engines.choose import load_embedder
    from flows import attempt

    if source == others == STDIN:
        raise SettingsError("Standard input can be one of the two files, not both.", advice="Name a file.")
    found, among = (attempt.texts(path, as_json=as_json) for path in (source, others))
    attempt.write(attempt.similar(found, among, load_embedder(engine), top=top))


@attempts.command("moves")
def try_moves(
    prices: Annotated[Path, typer.Option(help="A CSV or Parquet file of daily bars.")],
    on: Annotated[datetime, typer.Option(formats=DAY, help="The session.")],
) -> None:
    """Abnormal return of each instrument of a price file on a date."""
    from flows import attempt

    attempt.write(attempt.moves(prices, on.date()))


app.add_typer(mails, name="mail")

models = typer.Typer(no_args_is_help=True, help="List, fetch and try the models that engines run.")
app.add_typer(models, name="models")

ModelName = Annotated[str, typer.Argument(metavar="NAME", help="OWNER/MODEL of the Hub, or a folder of this machine.")]


@models.command("list")
def models_list(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Engines that ship, and models that were pulled: version, licence, size, figures."""
    from flows.equip import Listed, list_models

    columns = [name for name in Listed.__dataclass_fields__ if as_json or name != "figures"]
    found = list_models(config)
    show_rows(columns, [tuple(getattr(row, name) for name in columns) for row in found], as_json=as_json)
    for row in found if not as_json else ():
        if row.figures:
            output.print(f"{row.version}: {row.figures}", markup=False, highlight=False, soft_wrap=True)


@models.command("pull")
def models_pull(
    name: ModelName,
    revision: Annotated[str | None, typer.Option(help="Commit of the model, 40 hexadecimal digits.")] = None,
    to: Annotated[Path | None, typer.Option(help="Folder (default: models/NAME beside the settings file).")] = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Fetch a model at one commit, as safetensors; convert it to CTranslate2 where that applies."""
    from flows.equip import pull_model

    pulled = pull_model(name, revision, config=config, to=to, quiet=not errors.is_terminal)
    how = "converted to CTranslate2" if pulled.converted else "as safetensors"
    lines = [f"{pulled.version} is in {pulled.folder}, {how}.", pulled.note, "Settings:", "[engines]"]
    for line in filter(None, [*lines, f'{pulled.kind} = "{pulled.choice}"']):
        output.print(line, markup=False, highlight=False, soft_wrap=True)


@models.command("test")
def models_test(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An engine that ships, or a model that was pulled.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Verify a model, load it, and run three sentences of each language."""
    from flows.equip import try_model

    trial = try_model(name, config=config)
    pace = f"{trial.kind} {trial.version}: loaded in {trial.load_s:.1f} s, {trial.per_second:.0f} {trial.unit} a second"
    for line in [*trial.lines, pace]:
        output.print(line, markup=False, highlight=False, soft_wrap=True)

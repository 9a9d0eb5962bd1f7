"""The command line as a person or a cron job meets it: output, exit codes, and advice instead of tracebacks."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contrecoup import errors
from contrecoup.models import Failure
from flows import cli, show
from storage.lock import only_run

if TYPE_CHECKING:
    from conftest import Desk, Ended

Run = Callable[..., "Ended"]
DAYS = ("--from", "2025-01-28", "--to", "2025-01-28")
COMMANDS = ["init", "run", "replay", "digest", "sql", "explain", "status", "try", "models", "mail"]
MODELS = ["list", "pull", "test"]
MAILS = ["list", "readers", "send", "resend", "unsubscribe", "subscribe", "serve"]
STAGES = ["extract", "language", "translate", "topics", "entities", "claims", "moves"]
HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.mark.parametrize(
    "command",
    [
        [],
        *([name] for name in COMMANDS),
        *(["try", name] for name in STAGES),
        *(["models", name] for name in MODELS),
        *(["mail", name] for name in MAILS),
    ],
)
def test_every_command_says_what_it_does(contrecoup: Run, command: list[str]) -> None:
    """``--help`` succeeds, names the command, and writes nothing to standard error."""
    ended = contrecoup(*command, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert " ".join(["contrecoup", *command]) in ended.out


def test_help_loads_nothing_heavy() -> None:
    """It answers at once, because no engine, server or database is imported for it."""
    program = (
        "import sys\nsys.argv = ['contrecoup', '--help']\nfrom flows.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    print(sorted({m.partition('.')[0] for m in sys.modules}))\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    loaded = set(ended.stdout.splitlines()[-1].strip("[]").replace("'", "").split(", "))
    assert "flows" in loaded
    assert loaded.isdisjoint({"prefect", "duckdb", "trafilatura", "pyarrow", "aiohttp", "numpy"})


def _errors(kind: type[errors.ContrecoupError]) -> Iterator[type[errors.ContrecoupError]]:
    yield kind
    for below in kind.__subclasses__():
        if not issubclass(below, errors.ItemError):
            yield from _errors(below)


@pytest.mark.parametrize("kind", list(_errors(errors.ContrecoupError)))
def test_each_error_ends_with_its_code_and_both_sentences(
    contrecoup: Run, monkeypatch: pytest.MonkeyPatch, kind: type[errors.ContrecoupError]
) -> None:
    """What happened on one line, what to do on the next; square brackets are no markup."""

    def fail() -> None:
        raise kind("Something [bad] happened.", advice="Do that " + "very " * 30 + "well.")

    monkeypatch.setattr(cli, "app", fail)
    ended = contrecoup("anything")
    assert ended.code == kind.exit_code
    assert ended.err.splitlines() == [
        f"{kind.__name__}: Something [bad] happened.",
        "Do that " + "very " * 30 + "well.",
    ]


def test_the_help_lists_every_exit_code() -> None:
    """Those of the tree of errors, and success."""
    codes = {kind.exit_code for kind in _errors(errors.ContrecoupError)}
    assert codes == set(range(8))
    assert cli.app.info.epilog is not None
    for code in codes:
        assert f" {code} " in cli.app.info.epilog


@pytest.mark.parametrize("command", [("run",), ("status",), ("sql", "select 1"), ("digest", "--date", "2025-01-28")])
@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ('database = "a.duckdb"\ndigests = \n', "line 2"),
        ('database = "a.duckdb"\ncolour = "red"\n', "colour"),
        ('[[feeds]]\nurl = "ftp://a.example/rss"\nname = "A"\n', "feeds.0.url"),
        ('[[feeds]]\nurl = "https://me:canary@a.example/rss"\nname = "A"\n', "a user name or a password"),
        ('[[recipients]]\naddress = "a,b@c.example"\n', "recipients.0.address"),
        ('timezone = "Europe/Lutece"\n', "timezone"),
        ('[[recipients]]\naddress = "a@b.example"\ntimezone = "Europe/Lutece"\n', "recipients.0.timezone"),
        ('[[recipients]]\naddress = "a@b.example"\nat = "7h"\n', "recipients.0.at"),
        ('[[recipients]]\naddress = "a@b.example"\ntopics = ["football"]\n', "unknown topic 'football'"),
        ('[[recipients]]\naddress = "a@b.example"\nsymbols = ["NVDA"]\n', "'NVDA' is not in [watchlist]"),
        ('languages = ["en"]\n[[recipients]]\naddress = "a@b.example"\n', "no edition is made in 'fr'"),
        (2 * '[[recipients]]\naddress = "a@b.example"\n', "recipients.1.address: a@b.example has two blocks"),
        (
            '[[recipients]]\naddress = "a@b.example"\n[[recipients]]\naddress = "A@b.example"\n',
            "recipients.1.address: A@b.example has two blocks",
        ),
        ('[mail]\nhost = "h"\nsender = "a@b.example"\nunsubscribe = "http://b.example/"\n', "mail.unsubscribe"),
        ('[mail]\nhost = "h"\nsender = "a@b.example"\nuser = "a"\nsecurity = "none"\n', "could read the password"),
    ],
    ids=[
        *("broken", "unknown key", "no address", "a secret", "no mail address", "no time zone", "no zone of a reader"),
        *(
            "no hour",
            "no topic",
            "not watched",
            "no such edition",
            "twice a reader",
            "twice in another case",
            "one click in the clear",
            "a login",
        ),
    ],
)
def test_a_bad_setting_is_named(
    contrecoup: Run, tmp_path: Path, command: tuple[str, ...], settings: str, named: str
) -> None:
    """By its line when the file is no TOML, else by its field."""
    config = tmp_path / "contrecoup.toml"
    config.write_text(settings, "utf-8")
    ended = contrecoup(*command, "--config", config)
    assert ended.code == errors.SettingsError.exit_code
    assert named in ended.err.splitlines()[0]
    assert len(ended.err.splitlines()) == 2
    assert "canary" not in ended.err


def test_settings_that_are_not_utf8_are_named_by_their_line(contrecoup: Run, tmp_path: Path) -> None:
    """An editor's old encoding is told with the line of its first odd character."""
    config = tmp_path / "contrecoup.toml"
    config.write_bytes('timezone = "Europe/Paris"\n# réglages\n'.encode("cp1252"))
    ended = contrecoup("status", "--config", config)
    assert (ended.code, "line 2" in ended.err) == (2, True)


def test_missing_settings_are_told_how_to_be_made(contrecoup: Run, tmp_path: Path) -> None:
    """The advice names ``contrecoup init``."""
    ended = contrecoup("run", "--config", tmp_path / "none.toml")
    assert (ended.code, "contrecoup init" in ended.err) == (2, True)


def test_init_writes_settings_that_can_be_read_and_never_over_others(contrecoup: Run, tmp_path: Path) -> None:
    """The second time it is an error that leaves the file alone."""
    path = tmp_path / "mine.toml"
    assert contrecoup("init", path).code == 0
    assert contrecoup("status", "--config", path).code == 0
    path.write_text("languages = ['fr']\n", "utf-8")
    assert contrecoup("init", path).code == 2
    assert path.read_text("utf-8") == "languages = ['fr']\n"


def test_init_where_nothing_can_be_written_is_told(contrecoup: Run, tmp_path: Path) -> None:
    """A folder that does not exist."""
    ended = contrecoup("init", tmp_path / "none" / "mine.toml")
    assert (ended.code, "Choose another folder" in ended.err) == (2, True)


def test_sql_prints_a_table_or_objects(contrecoup: Run, lived: "Desk") -> None:
    """The same rows for a person and for a program."""
    query = ("sql", "select lang, count(*) as n from articles group by lang order by lang", "--config", lived.config)
    shown, told = contrecoup(*query), contrecoup(*query, "--json")
    assert [json.loads(line) for line in told.out.splitlines()] == [{"lang": "en", "n": 3}, {"lang": "fr", "n": 3}]
    assert "2 rows" in shown.out


def test_sql_says_when_it_shows_only_the_first_rows(contrecoup: Run, lived: "Desk") -> None:
    """On standard error, so that a program's input stays clean."""
    ended = contrecoup("sql", "select id from entries", "--limit", 2, "--json", "--config", lived.config)
    assert len(ended.out.splitlines()) == 2
    assert "--limit" in ended.err


@pytest.mark.parametrize("query", ["select nothing from nowhere", "drop table articles", "select * from '/etc/passwd'"])
def test_a_query_that_is_refused_ends_with_the_code_of_the_database(contrecoup: Run, lived: "Desk", query: str) -> None:
    """Wrong SQL, SQL that changes something, and SQL that reads files."""
    ended = contrecoup("sql", query, "--config", lived.config)
    assert (ended.code, ended.out) == (3, "")


def test_sql_before_the_first_run_is_told(contrecoup: Run, desk: "Desk") -> None:
    """There is no snapshot yet."""
    assert contrecoup("sql", "select 1", "--config", desk.config).code == 3


def test_status_counts_entries_for_a_person_and_for_a_program(contrecoup: Run, lived: "Desk") -> None:
    """Entries by state and language; the object has every part of the tables."""
    told = json.loads(contrecoup("status", "--json", "--config", lived.config).out)
    assert sorted((row["state"], row["lang"], row["entries"]) for row in told["states"]) == [
        ("full", "en", 3),
        ("full", "fr", 3),
    ]
    assert told["troubles"] == told["failures"] == []
    shown = contrecoup("status", "--config", lived.config)
    assert "Entries" in shown.out
    assert [f"! {warning}" for warning in told["warnings"]] == shown.err.splitlines()


def test_status_tells_failures_of_one_kind_once(
    contrecoup: Run, lived: "Desk", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty feeds that a cut cable silences are one line, with their number and the newest message."""
    at = datetime(2025, 1, 28, 5, 30, tzinfo=UTC)
    failures = [
        Failure(
            stage="feed",
            key=f"f{n}",
            at=at + timedelta(minutes=n),
            kind="dns",
            message=f"no name {n}",
            advice="Plug it in.",
            cause="",
            weight=0.5,
        )
        for n in range(20)
    ]
    feed = show.Trouble(name="Feed", url="", failure_weight=0.5, checked_at=at, kind="dns", message="", advice="")
    troubles = [feed, replace(feed, name="New", checked_at=None)]
    status = show.Status(warnings=(), states=(), troubles=troubles, failures=failures)
    monkeypatch.setattr(show, "status_of", lambda _: status)
    told = contrecoup("status", "--config", lived.config).out
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in told.splitlines() if line.startswith("│")]
    assert rows == [
        ["Feed", "dns", "2025-01-28 05:30"],
        ["New", "dns", "never"],
        ["feed", "dns", "20", "no name 19", "Plug it in."],
    ]


def test_status_waits_for_a_flow_and_then_says_who_holds_the_database(
    contrecoup: Run, copy: "Desk", monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code is that of a busy database."""
    monkeypatch.setattr(show, "PATIENCE_S", 0.1)
    command = [sys.executable, "-c", HOLD, str(copy.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        ended = contrecoup("status", "--config", copy.config)
        holder.kill()
    assert (ended.code, str(holder.pid) in ended.err) == (5, True)


@pytest.mark.parametrize(("lang", "word"), [("fr", "mardi"), ("en", "Tuesday")])
def test_digest_prints_an_edition(contrecoup: Run, lived: "Desk", lang: str, word: str) -> None:
    """In the language that is asked for."""
    ended = contrecoup("digest", "--date", "2025-01-28", "--lang", lang, "--config", lived.config)
    assert ended.code == 0
    assert word in ended.out.splitlines()[0]
    assert "NVDA" in ended.out


def test_without_a_date_the_latest_edition_is_printed(contrecoup: Run, lived: "Desk") -> None:
    """As after a run in the morning."""
    ended = contrecoup("digest", "--lang", "en", "--config", lived.config)
    assert (ended.code, ended.out.splitlines()[0]) == (0, "Contrecoup · Tuesday 28 January 2025")


def test_a_language_without_editions_is_refused_with_those_there_are(contrecoup: Run, lived: "Desk") -> None:
    """No run could make one."""
    ended = contrecoup("digest", "--lang", "de", "--config", lived.config)
    assert (ended.code, "Languages of the settings: fr, en." in ended.err) == (2, True)


def test_an_edition_that_was_not_built_is_told_how_to_be(contrecoup: Run, lived: "Desk") -> None:
    """The advice has the command."""
    ended = contrecoup("digest", "--date", "2024-02-29", "--config", lived.config)
    assert (ended.code, "contrecoup run --from 2024-02-29" in ended.err) == (2, True)


def test_replay_reports_files_and_the_edition_that_is_asked_for(contrecoup: Run, copy: "Desk") -> None:
    """For a person, the text of the edition, then the paths."""
    ended = contrecoup("replay", copy.folder, *DAYS, "--show", "2025-01-28")
    assert ended.code == 0
    assert str(copy.digests / "2025-01-28-fr.html") in ended.out
    assert ended.out.index("NVDA") < ended.out.index("1 edition in")


def test_replay_reports_to_a_program(contrecoup: Run, copy: "Desk") -> None:
    """One object, with paths and warnings."""
    told = json.loads(contrecoup("replay", copy.folder, *DAYS, "--json").out)
    assert told["warnings"] == []
    assert told["editions"] == ["2025-01-28"]
    assert all(Path(path).is_file() for path in [*told["files"], told["database"], told["snapshot"]])


def test_days_in_the_wrong_order_are_told(contrecoup: Run, desk: "Desk") -> None:
    """Nothing is run."""
    ended = contrecoup("run", "--from", "2025-01-28", "--to", "2025-01-27", "--config", desk.config)
    assert (ended.code, "--from" in ended.err, desk.database.exists()) == (2, True, False)


@pytest.mark.parametrize("command", ["run", "replay"])
def test_a_second_run_at_the_same_time_ends_well_and_at_once(contrecoup: Run, desk: "Desk", command: str) -> None:
    """A cron job that starts while the last one is at work is no error."""
    where = ("--config", desk.config) if command == "run" else (desk.folder,)
    with only_run(desk.database):
        ended = contrecoup(command, *where, *DAYS)
    assert (ended.code, "at work" in ended.err, desk.database.exists()) == (0, True, False)


def test_a_web_that_does_not_answer_ends_with_a_code_of_its_own(contrecoup: Run, desk: "Desk") -> None:
    """The editions of what there is are written all the same."""
    desk.network += '\nconnect_to = "127.0.0.1:9"\ndeadline_s = 2'
    desk.symbols = []
    desk.set_up()
    ended = contrecoup("run", "--config", desk.config)
    assert (ended.code, "None of the 2 feeds" in ended.err) == (4, True)
    assert len(list(desk.digests.glob("*.html"))) == 2


def _without_press(desk: "Desk") -> None:
    desk.feeds.clear()
    desk.set_up()


@pytest.mark.parametrize(
    ("prices", "told"),
    [(None, "Cannot read the prices"), ("<!doctype html><title>Sign in</title>", "is a web page and no prices")],
    ids=["missing", "a web page"],
)
def test_prices_that_are_not_there_cost_only_the_moves(
    contrecoup: Run, desk: "Desk", prices: str | None, told: str
) -> None:
    """One line with advice and the code of a run that needs somebody; the edition is written, and a failure kept."""
    _without_press(desk)
    file = desk.folder / "prices.csv"
    file.unlink() if prices is None else file.write_text(prices, "utf-8")
    ended = contrecoup("replay", desk.folder, *DAYS)
    assert (ended.code, "1 of its lines needs you." in ended.err) == (errors.Degraded.exit_code, True)
    assert [line for line in ended.out.splitlines() if line.startswith("! ") and told in line]
    assert desk.rows("select stage, kind from failures") == [("price", "no_prices")]
    assert len(list(desk.digests.iterdir())) == 6


def test_prices_that_come_later_mend_the_failure(contrecoup: Run, desk: "Desk") -> None:
    """The next day's run finds them, and status shows no failure any more."""
    _without_press(desk)
    rows = (desk.folder / "prices.csv").read_bytes()
    (desk.folder / "prices.csv").unlink()
    desk.replay()
    (desk.folder / "prices.csv").write_bytes(rows)
    ended = contrecoup("replay", desk.folder, "--from", "2025-01-29", "--to", "2025-01-29")
    assert ended.code == 0
    assert json.loads(contrecoup("status", "--json", "--config", desk.config).out)["failures"] == []


def test_what_cannot_be_delivered_is_told_and_kept(contrecoup: Run, desk: "Desk") -> None:
    """A folder that cannot be written and a mail server without a recipient: a line each, and the edition is there."""
    desk.more = '[mail]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\nsender = "desk@contrecoup.example"'
    _without_press(desk)
    desk.digests.parent.mkdir()
    desk.digests.write_text("a file where the folder should be", "utf-8")
    ended = contrecoup("replay", desk.folder, *DAYS)
    assert ended.code == errors.Degraded.exit_code
    lines = [line for line in ended.out.splitlines() if line.startswith("! ")]
    assert len(lines) == 2
    assert "Make the folder writable" in lines[0]
    assert "Add a [[recipients]] block" in lines[1]
    assert "2 of its lines" in ended.err
    assert desk.rows("select count(*) from digests") == [(2,)]
    assert desk.rows("select distinct kind from failures order by kind") == [("no_recipient",), ("unwritable",)]


def test_a_folder_that_becomes_writable_gets_its_edition(contrecoup: Run, copy: "Desk") -> None:
    """The next replay of the day writes what is missing, and lives through nothing again."""
    for path in copy.digests.glob("2025-01-28*"):
        path.unlink()
    assert contrecoup("replay", copy.folder, *DAYS).code == 0
    assert len(list(copy.digests.glob("2025-01-28*"))) == 6


def test_fresh_forgets_what_was_built(contrecoup: Run, copy: "Desk") -> None:
    """The database holds only what this run found."""
    _without_press(copy)
    assert contrecoup("replay", copy.folder, *DAYS, "--fresh").code == 0
    assert copy.rows("select distinct edition_on from digests") == [(date(2025, 1, 28),)]
    assert copy.rows("select count(*) from entries") == [(0,)]

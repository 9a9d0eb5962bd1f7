"""What the database holds: tables by migrations, which are only ever added to, and views, which follow the code.

Both run before anything else is read or written, each in one transaction.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

from duckdb import DuckDBPyConnection

from contrecoup.errors import StoreError
from storage.opening import transaction

# The row of the table ``migrations`` that tells which views the database has.
_VIEWS = 0

_RECORDS = """
create table if not exists migrations (
    number bigint not null,
    name varchar not null,
    hash varchar not null,
    primary key (number)
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One file of SQL; its number leads its name (``0001_tables.sql``)."""

    number: int
    name: str
    sql: str

    @property
    def hash(self) -> str:
        """Fingerprint of the text."""
        return _fingerprint(self.sql)


@cache
def read_scripts(folder: str) -> tuple[Script, ...]:
    """The numbered files of ``migrations`` or ``views``, in the order of their numbers."""
    paths = [Path(str(item)) for item in files("storage").joinpath(folder).iterdir() if item.name.endswith(".sql")]
    scripts = []
    for path in paths:
        number, _, name = path.stem.partition("_")
        scripts.append(Script(number=int(number), name=name, sql=path.read_text(encoding="utf-8")))
    return tuple(sorted(scripts, key=lambda script: script.number))


def prepare(
    connection: DuckDBPyConnection,
    *,
    migrations: tuple[Script, ...] | None = None,
    views: tuple[Script, ...] | None = None,
) -> None:
    """Bring tables and views to the state of the code (by default that of the files).

    Raises
    ------
    StoreError
        when the database is newer than the code, or a migration that it has run was rewritten since.

    """
    migrations = read_scripts("migrations") if migrations is None else migrations
    views = read_scripts("views") if views is None else views
    connection.execute(_RECORDS)
    done = dict(connection.execute("select number, hash from migrations").fetchall())
    _refuse_strangers(done, migrations)
    for script in migrations:
        if script.number not in done:
            _run(connection, script.sql, record=script)
    _follow_views(connection, done.get(_VIEWS), migrations, views)


def is_current(connection: DuckDBPyConnection) -> bool:
    """Whether the tables and views of a database, perhaps opened to read only, are those of the code."""
    done = dict(connection.execute("select number, hash from migrations").fetchall())
    migrations = read_scripts("migrations")
    wanted = {script.number: script.hash for script in migrations}
    return done == {**wanted, _VIEWS: _views_of(migrations, read_scripts("views")).hash}


def _views_of(migrations: tuple[Script, ...], views: tuple[Script, ...]) -> Script:
    """All views as one script."""
    text = "\n".join(script.sql for script in views)
    return Script(number=_VIEWS, name="views", sql=f"{text}\n-- on migration {len(migrations)}")


def _refuse_strangers(done: dict[int, str], migrations: tuple[Script, ...]) -> None:
    known = {script.number: script for script in migrations}
    newest = max(done, default=_VIEWS)
    if newest > max(known):
        raise StoreError(
            f"The database is of a newer Contrecoup: it has migration {newest}, this one ends at {max(known)}.",
            advice="Update Contrecoup, or name another database in the settings.",
        )
    for number, hash_ in done.items():
        script = known.get(number)
        if number != _VIEWS and (script is None or script.hash != hash_):
            raise StoreError(
                f"Migration {number} of the database is not the one of this Contrecoup.",
                advice="Restore storage/migrations from the release: a migration is never edited, a new one is added.",
            )


def _follow_views(
    connection: DuckDBPyConnection, had: str | None, migrations: tuple[Script, ...], views: tuple[Script, ...]
) -> None:
    """Make all views anew when any view, or a table below them, changed since the database was last opened."""
    script = _views_of(migrations, views)
    if had == script.hash:
        return
    present = connection.execute("select view_name from duckdb_views() where not internal").fetchall()
    dropped = "".join(f'drop view if exists "{name}";\n' for (name,) in present)
    _run(connection, dropped + script.sql, record=script)


def _run(connection: DuckDBPyConnection, sql: str, *, record: Script) -> None:
    with transaction(connection):
        connection.execute(sql)
        connection.execute(
            "insert or replace into migrations values ($number, $name, $hash)",
            {"number": record.number, "name": record.name, "hash": record.hash},
        )


def _fingerprint(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()

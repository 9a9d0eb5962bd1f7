"""A web of two invented outlets, two hundred sessions of invented prices with one fall in them, and a desk on it."""

import json
import math
import random
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from office import NewDesk, Post, desks_in

from contrecoup.sessions import is_session
from flows import cli, outbox
from flows.run import Report, replay_days
from storage.store import Store, open_store

FIRST, LAST = date(2025, 1, 27), date(2025, 1, 28)
FR, EN = "www.petit-calcul.example", "www.smallwire.example"
FALL_ON, FALL = date(2025, 1, 27), -0.15
SYMBOLS = {"SPY": 600.0, "NVDA": 142.0, "AAPL": 222.0, "CIFR": 6.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One article of an outlet."""

    slug: str
    title: str
    lead: str
    told_at: str
    paragraphs: tuple[str, ...]


PIECES: dict[str, tuple[Piece, ...]] = {
    FR: (
        Piece(
            slug="nvidia-chute",
            title="Nvidia chute de 15 % à Wall Street, DeepSeek inquiète les fabricants de puces",
            lead="Le modèle chinois R1 fait douter du besoin de processeurs graphiques.",
            told_at="2025-01-27T19:10:00+01:00",
            paragraphs=(
                (
                    "L'action Nvidia a chuté de 15 % lundi à Wall Street. Les investisseurs découvrent que la jeune "
                    "pousse chinoise DeepSeek a entraîné un modèle de raisonnement avec bien moins de processeurs "
                    "graphiques que ses rivaux américains."
                ),
                (
                    "Les semi-conducteurs sont les premiers touchés. Les analystes se demandent si les dépenses des "
                    "centres de données resteront aussi fortes, et si les commandes de puces promises pour cette année "
                    "seront toutes livrées."
                ),
                (
                    "Apple, qui dépense peu dans l'intelligence artificielle, a terminé la séance presque "
                    "inchangé. Les courtiers parlent d'une rotation plutôt que d'une fuite, et attendent les "
                    "résultats de la semaine."
                ),
            ),
        ),
        Piece(
            slug="deepseek-publie-r1",
            title="DeepSeek publie R1, un modèle de raisonnement aux poids ouverts",
            lead="Le laboratoire chinois met son grand modèle de langage à la portée de tous.",
            told_at="2025-01-26T18:00:00+01:00",
            paragraphs=(
                (
                    "Le laboratoire chinois DeepSeek a publié R1, un grand modèle de langage dont les poids "
                    "sont ouverts sous licence MIT. Ses performances en mathématiques et en code sont proches "
                    "de celles du meilleur modèle américain, selon les chercheurs qui l'ont essayé."
                ),
                (
                    "L'entraînement repose surtout sur l'apprentissage par renforcement. Les développeurs peuvent "
                    "télécharger le modèle, l'adapter et le servir eux-mêmes, ce que les laboratoires rivaux refusent "
                    "presque toujours."
                ),
                (
                    "L'application qui l'accompagne est devenue la plus téléchargée du magasin américain en une fin de "
                    "semaine, devant celle de son concurrent direct."
                ),
            ),
        ),
        Piece(
            slug="pluie-sur-le-derby",
            title="Sous la pluie, le derby se termine sans vainqueur",
            lead="Deux équipes prudentes, un terrain lourd et aucun but.",
            told_at="2025-01-27T22:40:00+01:00",
            paragraphs=(
                (
                    "Le derby de la vallée s'est joué sous une pluie froide, devant six mille spectateurs. Aucune des "
                    "deux équipes n'a trouvé le chemin des filets, malgré un quart d'heure plus vif après la pause."
                ),
                (
                    "L'entraîneur local s'est dit satisfait de sa défense. Son gardien a repoussé deux tirs de loin et "
                    "une tête à bout portant, la seule vraie occasion de la soirée."
                ),
                (
                    "La météo ne s'arrange pas : de nouvelles averses sont attendues jusqu'à jeudi, et le match de "
                    "samedi pourrait être reporté si la pelouse reste inondée."
                ),
            ),
        ),
    ),
    EN: (
        Piece(
            slug="nvidia-falls",
            title="Nvidia shares fall 15% as DeepSeek rattles chip stocks",
            lead="Investors ask whether cheaper AI models need as many graphics processors.",
            told_at="2025-01-27T18:30:00+00:00",
            paragraphs=(
                (
                    "Nvidia shares fell 15% on Monday after the Chinese start-up DeepSeek showed a reasoning "
                    "model that was trained with far fewer graphics processors than those of its American rivals."
                ),
                (
                    "Chip stocks led the market lower. Analysts wondered whether spending on data centres would hold, "
                    "and whether all of the semiconductor orders that were promised for this year would be delivered."
                ),
                (
                    "Apple, which spends little on artificial intelligence, ended the session almost "
                    "unchanged. Brokers spoke of a rotation rather than a flight, and wait for the results that "
                    "are due this week."
                ),
            ),
        ),
        Piece(
            slug="cipher-mining-fleet",
            title="Cipher Mining switches on a new fleet of bitcoin miners in Texas",
            lead="The miner adds hashrate while its rivals turn to hosting.",
            told_at="2025-01-27T13:00:00+00:00",
            paragraphs=(
                (
                    "Cipher Mining has switched on another row of machines at its site in West Texas. The "
                    "bitcoin miner says that its hashrate has grown by a fifth since the autumn and that power costs "
                    "have not."
                ),
                (
                    "Rivals lease their halls to hosting customers instead. The company has signed no such "
                    "contract yet, and its managers say that mining still pays at the present difficulty of "
                    "the network."
                ),
                (
                    "The halving of last spring cut the reward for each block to half. Smaller miners have left the "
                    "network since, and the larger ones have taken over their machines at low prices."
                ),
            ),
        ),
        Piece(
            slug="fake-tokens",
            title="Dozens of fake DeepSeek tokens appear within a day, researchers warn",
            lead="None of them has anything to do with the laboratory.",
            told_at="2025-01-27T21:15:00+00:00",
            paragraphs=(
                (
                    "Security researchers have counted dozens of fake tokens that borrow the name of DeepSeek. The "
                    "largest drew millions of dollars before its liquidity was pulled, a textbook rug pull."
                ),
                (
                    "The laboratory has issued no token, and says so on its site. The scam works because buyers "
                    "look for a name that they have just read in the news, and find a honeypot contract that lets "
                    "nobody sell."
                ),
                (
                    "Exchanges have begun to mark the worst of them. Investigators advise to check the address of the "
                    "contract, its age and its holders before anything is bought at all."
                ),
            ),
        ),
    ),
}


def _page(host: str, lang: str, piece: Piece) -> str:
    body = "\n".join(f"<p>{escape(text)}</p>" for text in piece.paragraphs)
    return f"""<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{escape(piece.title)}</title>
<meta name="description" content="{escape(piece.lead)}">
<link rel="canonical" href="http://{host}/{piece.slug}.html">
<meta property="article:published_time" content="{piece.told_at}"></head>
<body><header><nav><a href="/">{host}</a></nav></header>
<article><h1>{escape(piece.title)}</h1>
<p><time datetime="{piece.told_at}">{piece.told_at[:10]}</time></p>
{body}</article><footer>© 2025 {host}</footer></body></html>"""


def _item(host: str, piece: Piece) -> str:
    url = f"http://{host}/{piece.slug}.html"
    told = datetime.fromisoformat(piece.told_at).strftime("%a, %d %b %Y %H:%M:%S %z")
    return (
        f"<item><title>{escape(piece.title)}</title><link>{url}</link><guid>{url}</guid>"
        f"<pubDate>{told}</pubDate><description>{escape(piece.lead)}</description></item>"
    )


def _feed(host: str, lang: str, pieces: Sequence[Piece]) -> str:
    items = "\n".join(_item(host, piece) for piece in pieces)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>{host}</title>'
        f"<link>http://{host}/</link><description>{host}</description><language>{lang}</language>\n{items}\n"
        "</channel></rss>"
    )


def _prices() -> list[list[str]]:
    """Rows of 200 sessions: a common factor and noise of its own for each symbol, and the fall of one of them."""
    days, day = [], date(2025, 1, 30)
    while len(days) < 200:
        if is_session("XNYS", day):
            days.append(day)
        day -= timedelta(days=1)
    chance = random.Random(20250127)  # noqa: S311  the same figures each time
    last = dict(SYMBOLS)
    rows = []
    for day in reversed(days):
        market = chance.gauss(0.0004, 0.007)
        for symbol in SYMBOLS:
            own = 0.0 if symbol == "SPY" else chance.gauss(0.0, 0.012)
            change = FALL if (symbol, day) == ("NVDA", FALL_ON) else market + own
            opened, closed = last[symbol], last[symbol] * math.exp(math.log1p(change))
            low, high = min(opened, closed) * 0.995, max(opened, closed) * 1.005
            volume = 1_000_000 + chance.randrange(100_000)
            figures = (f"{price:.4f}" for price in (opened, high, low, closed))
            rows.append([day.isoformat(), symbol, *figures, str(volume)])
            last[symbol] = closed
    return rows


@dataclass
class Desk:
    """A folder that ``contrecoup replay`` takes; every part of it can be changed before a run."""

    folder: Path
    symbols: list[str] = field(default_factory=lambda: ["NVDA", "AAPL", "CIFR"])
    feeds: dict[str, str] = field(default_factory=lambda: {f"http://{FR}/flux.xml": "fr", f"http://{EN}/rss.xml": "en"})
    top: dict[str, str] = field(
        default_factory=lambda: {"database": "build/contrecoup.duckdb", "digests": "build/digests"}
    )
    network: str = "page_delay_s = 0"
    prices: str = 'path = "prices.csv"'
    more: str = ""

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.folder / "contrecoup.toml"

    @property
    def database(self) -> Path:
        """The database."""
        return self.folder / self.top["database"]

    @property
    def digests(self) -> Path:
        """Where editions are written."""
        return self.folder / self.top["digests"]

    def serve(self, host: str, path: str, body: bytes) -> None:
        """Record what a site answers for a path."""
        file = self.folder / "sites" / host / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)

    def set_up(self) -> None:
        """Write the settings as they stand."""
        lines = [f'{name} = "{value}"' for name, value in self.top.items()]
        lines += [f"[network]\n{self.network}", f"[prices]\n{self.prices}"]
        lines += [f"[watchlist]\nsymbols = {json.dumps(self.symbols)}", self.more]
        for url, lang in self.feeds.items():
            lines.append(f'[[feeds]]\nurl = "{url}"\nname = "{url[7:]}"\nlang = "{lang}"')
        self.config.write_text("\n".join(lines) + "\n", "utf-8")

    def write_prices(self, rows: Sequence[Sequence[str]]) -> None:
        """Write the price file."""
        lines = ["date,symbol,open,high,low,close,volume", *(",".join(row) for row in rows)]
        (self.folder / "prices.csv").write_text("\n".join(lines) + "\n", "utf-8")

    def replay(self, first: date = LAST, last: date = LAST) -> Report:
        """Live through days; by default the one after the fall."""
        self.set_up()
        return replay_days(self.folder, first, last)

    def store(self) -> "Opened":
        """The database, opened for a ``with`` block."""
        return Opened(self.database)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Rows of a query on the database."""
        with self.store() as store:
            return list(store._connection.execute(sql).fetchall())

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table, sorted."""
        with self.store() as store:
            names = [name for (name,) in store._connection.execute("select table_name from duckdb_tables()").fetchall()]
            return {
                name: sorted(store._connection.execute(f'select * from "{name}"').fetchall(), key=repr)  # noqa: S608
                for name in sorted(names)
            }


class Opened:
    """A context manager around ``open_store`` that fails at once when somebody else holds the database."""

    def __init__(self, path: Path) -> None:
        """See the class."""
        self._context = open_store(path, wait_s=0)

    def __enter__(self) -> Store:
        """Open."""
        return self._context.__enter__()

    def __exit__(self, *error: object) -> None:
        """Close."""
        self._context.__exit__(*error)  # type: ignore[arg-type]


def _desk(folder: Path) -> Desk:
    desk = Desk(folder)
    for host, lang, name in ((FR, "fr", "flux.xml"), (EN, "en", "rss.xml")):
        desk.serve(host, name, _feed(host, lang, PIECES[host]).encode())
        for piece in PIECES[host]:
            desk.serve(host, f"{piece.slug}.html", _page(host, lang, piece).encode())
    desk.write_prices(_prices())
    desk.set_up()
    return desk


@pytest.fixture(scope="session")
def new_desk() -> Callable[[Path], Desk]:
    """Sets up a desk in a folder."""
    return _desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk on which nothing has run yet."""
    return _desk(tmp_path / "desk")


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The desk after the small week; tests that change anything take a ``copy`` of it."""
    desk = _desk(tmp_path_factory.mktemp("lived") / "desk")
    desk.replay(FIRST, LAST)
    return desk


@pytest.fixture
def copy(lived: Desk, tmp_path: Path) -> Desk:
    """The desk after the small week, to be changed."""
    return Desk(shutil.copytree(lived.folder, tmp_path / "copy"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def contrecoup(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Run a command in this process, as its entry point does; whatever it raises but an exit fails the test."""

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["contrecoup", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Ended(code=int(ended.value.code or 0), out=out, err=err)

    return run


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    """A post that sends."""
    it = Post()
    monkeypatch.setattr(outbox, "send_mail", it.send)
    return it


@pytest.fixture
def desk_of(tmp_path: Path) -> NewDesk:
    """Makes a desk with these readers, at a moment."""
    return desks_in(tmp_path)

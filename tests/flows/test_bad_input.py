"""One run on a web where almost everything is broken: each fault is told in one line, and nothing else is lost."""

import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contrecoup.models import Failure
from extractors import replay
from flows.run import Report

if TYPE_CHECKING:
    from conftest import Desk

pytestmark = pytest.mark.integration
DAY = date(2025, 1, 28)
SITE = "www.casse.example"
ITEM = (
    "<item><title>{title}</title><link>http://www.casse.example/{name}</link><description>{lead}</description>"
    "<pubDate>Mon, 27 Jan 2025 10:00:00 +0100</pubDate></item>"
)
RSS = '<rss version="2.0"><channel><title>Cassé</title><link>http://www.casse.example/</link>{items}</channel></rss>'
CONSENT = (
    "<html><head><title>Votre vie privée</title></head><body><h1>Nous respectons votre vie privée</h1>"
    "<p>Nous et nos 842 partenaires utilisons des cookies pour stocker et/ou accéder à des informations sur un "
    "terminal. Vous pouvez retirer votre consentement à tout moment.</p><button>Tout accepter</button>"
    "<button>Continuer sans accepter</button><button>Gérer mes choix</button></body></html>"
)
PAYWALL = (
    "<html><head><title>Les puces en Bourse</title></head><body><article><h1>Les puces en Bourse</h1>"
    "<p>Les valeurs des semi-conducteurs ont ouvert en baisse lundi matin à Amsterdam et à Paris, dans le sillage de "
    "contrats à terme américains mal orientés, et les courtiers s'attendaient à une longue journée de ventes pour le "
    "secteur tout entier, des fondeurs aux équipementiers, sans qu'aucun ne soit épargné.</p>"
    "<p>Il vous reste 82 % de cet article à lire. La suite est réservée aux abonnés.</p></article></body></html>"
)
PAGES = {
    "rapport.html": b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n%%EOF\n",
    "consentement.html": CONSENT.encode(),
    "peage.html": PAYWALL.encode(),
    "vide.html": b"",
    "lourde.html": b"<html><body><p>" + b"x" * 10_000_000,
}


def _items(*names: str) -> str:
    return "".join(ITEM.format(title=f"Article sur {name}", name=name, lead=f"Chapeau de {name}.") for name in names)


FEEDS = {
    "page.xml": b"<!doctype html><html><head><title>Connexion</title></head><body>Identifiez-vous</body></html>",
    "donnees.xml": b'{"error": "no such feed"}',
    "rien.xml": b"",
    "ligne.xml": RSS.format(
        items=ITEM.format(title="Une ligne de cinq mégaoctets", name="ligne.html", lead="mot " * 1_250_000)
    ).encode(),
    "coupe.xml": (RSS.format(items=_items("entier.html", "coupe.html")).partition("coupe.html")[0]).encode(),
    "latin.xml": RSS.format(items=ITEM.format(title="L’été à 5 €", name="ete.html", lead="Déjà.")).encode("cp1252"),
    "muet.xml": b"",
    "pages.xml": RSS.format(items=_items(*PAGES, "disparue.html")).encode(),
}


@pytest.fixture(scope="module")
def broken(
    tmp_path_factory: pytest.TempPathFactory, new_desk: "Callable[[Path], Desk]"
) -> Iterator[tuple["Desk", Report]]:
    """The desk after a day on that web, and what the run reported."""
    desk = new_desk(tmp_path_factory.mktemp("broken") / "desk")
    for name, body in FEEDS.items():
        desk.serve(SITE, name, body)
        desk.feeds[f"http://{SITE}/{name}"] = "fr"
    for name, body in PAGES.items():
        desk.serve(SITE, name, body)
    desk.network += "\ndeadline_s = 4"
    desk.symbols += ["NVDIA", "AMD"]
    _break_prices(desk)
    over, answer = threading.Event(), replay._Handler.do_GET

    def hang(handler: replay._Handler) -> None:
        if handler.path == "/muet.xml":
            over.wait(30)
        answer(handler)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay._Handler, "do_GET", hang)
        report = desk.replay(DAY, DAY)
        over.set()
        yield desk, report


def _break_prices(desk: "Desk") -> None:
    """No number for Nvidia, no row for Apple and a split of Cipher's on the day of the fall."""
    rows = [line.split(",") for line in (desk.folder / "prices.csv").read_text("utf-8").splitlines()[1:]]
    kept = []
    for row in rows:
        if (row[0], row[1]) == ("2025-01-27", "AAPL"):
            continue
        if (row[0], row[1]) == ("2025-01-27", "NVDA"):
            row[5] = "nan"
        if row[1] == "CIFR" and row[0] >= "2025-01-27":
            row[2:6] = [str(float(price) / 10) for price in row[2:6]]
        kept.append(row)
    desk.write_prices(kept)


def _failure(desk: "Desk", stage: str, key: str) -> Failure:
    with desk.store() as store:
        [found] = [row for row in store.read(Failure, "failures") if (row.stage, row.key) == (stage, key)]
    return found


@pytest.mark.parametrize(
    ("name", "kind"),
    [("page.xml", "html"), ("donnees.xml", "json"), ("rien.xml", "empty"), ("muet.xml", "timeout")],
)
def test_what_is_no_feed_is_a_failure_with_advice(broken: tuple["Desk", Report], name: str, kind: str) -> None:
    """A web page, JSON, nothing at all, and silence."""
    failure = _failure(broken[0], "feed", f"http://{SITE}/{name}")
    assert failure.kind == kind
    assert failure.advice
    assert "\n" not in failure.message + failure.advice


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        pytest.param("ligne.xml", ["Une ligne de cinq mégaoctets"], id="5 MB on one line"),
        pytest.param("coupe.xml", ["Article sur entier.html"], id="truncated"),
        pytest.param("latin.xml", ["L’été à 5 €"], id="cp1252 without a declaration"),
    ],
)
def test_what_can_be_read_of_a_bad_feed_is_read(broken: tuple["Desk", Report], name: str, titles: list[str]) -> None:
    """Its whole items, in the right characters."""
    rows = broken[0].rows(f"select title from entries where feed_url = 'http://{SITE}/{name}'")  # noqa: S608
    assert [title for (title,) in rows] == titles


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("rapport.html", "not_html"),
        ("consentement.html", "consent_wall"),
        ("peage.html", "paywall"),
        ("vide.html", "empty"),
        ("lourde.html", "blocked"),
        ("disparue.html", "gone"),
    ],
)
def test_a_page_that_is_no_article_is_told_by_its_feed(broken: tuple["Desk", Report], name: str, status: str) -> None:
    """The status says why, the lead is the feed's, and no text is made up."""
    columns = "a.status, a.lead, t.text"
    rows = broken[0].rows(
        f"select {columns} from articles a join article_texts t using (text_hash) where a.url like '%/{name}'"  # noqa: S608
    )
    assert rows == [(status, f"Chapeau de {name}.", "")]


def test_a_page_over_the_limit_is_a_failure_with_advice(broken: tuple["Desk", Report]) -> None:
    """It says which limit it passed."""
    failure = _failure(broken[0], "page", f"http://{SITE}/lourde.html")
    assert failure.kind == "too_large"
    assert failure.advice


@pytest.mark.parametrize(
    ("stage", "key", "kind"),
    [
        pytest.param("measure", "NVDA@2025-01-27", "nan", id="no number"),
        pytest.param("measure", "AAPL@2025-01-27", "missing_day", id="a hole"),
        pytest.param("measure", "CIFR@2025-01-27", "split_suspected", id="a split"),
        pytest.param("watchlist", "NVDIA", "unknown_symbol", id="a symbol that nobody knows"),
        pytest.param("price", "AMD", "unknown_symbol", id="a symbol without prices"),
    ],
)
def test_bad_prices_are_told_once_and_never_measured(
    broken: tuple["Desk", Report], stage: str, key: str, kind: str
) -> None:
    """One row of failures and one line of the report, with advice; no move."""
    desk, report = broken
    failure = _failure(desk, stage, key)
    assert failure.kind == kind
    assert report.warnings.count(f"{failure.message} {failure.advice}") == 1
    assert desk.rows("select count(*) from moves where verdict = 'move'") == [(0,)]


def test_everything_else_of_the_run_is_kept(broken: tuple["Desk", Report], lived: "Desk") -> None:
    """The sound outlets' articles are as they are on a sound web, and the editions are written."""
    desk, report = broken
    sound = "select title, lead, lang, status from articles where url not like '%casse%' order by title"
    assert desk.rows(sound) == lived.rows(sound)
    assert desk.rows("select count(*) from entry_states where state = 'waiting'") == [(0,)]
    assert sorted(path.suffix for path in report.files) == [".eml", ".eml", ".html", ".html", ".txt", ".txt"]

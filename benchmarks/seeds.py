"""The two seed articles through the whole pipe, against real prices: everything that is found in them.

    python benchmarks/seeds.py --seeds FOLDER --real FOLDER [--hour 6]

Each text of the first folder becomes an HTML page of an invented site, announced by its RSS feed on 28 January 2025;
the prices are ``prices/prices.csv.gz`` of the second. The days of 27 to 29 January are then lived through
(``contrecoup replay``), and what the database has of the articles is printed.
"""

import argparse
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path

from contrecoup.models import Article, Check, Claim, Label, Link, Mention, Move, Story, StoryArticle
from flows.run import replay_days
from storage.store import Store, open_store

FIRST, TOLD, LAST = date(2025, 1, 27), date(2025, 1, 28), date(2025, 1, 29)
LONGEST_HEADLINE = 140
WATCHED = (
    "NVDA AMD AVGO TSM ASML INTC MU ARM QCOM MRVL CIFR CORZ WULF MARA RIOT IREN CLSK APLD SMCI DELL VRT ORCL CEG VST "
    "MSFT GOOGL META AMZN AAPL TSLA PLTR MSTR COIN BTC-USD ETH-USD"
)


def main() -> None:
    """Print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=Path, required=True, help="folder of .txt files, one article each")
    parser.add_argument("--real", type=Path, required=True, help="folder with prices/prices.csv.gz")
    parser.add_argument("--hour", type=int, default=6, help="hour (UTC) at which they are told")
    chosen = parser.parse_args()
    told_at = datetime(TOLD.year, TOLD.month, TOLD.day, chosen.hour, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        feeds = [_lay_out(folder / "sites", file, told_at) for file in sorted(chosen.seeds.glob("*.txt"))]
        prices = (chosen.real / "prices" / "prices.csv.gz").resolve()
        (folder / "contrecoup.toml").write_text(_settings(feeds, prices), "utf-8")
        report = replay_days(folder, FIRST, LAST)
        print(f"{report.seconds:.0f} s; warnings: {', '.join(report.warnings) or 'none'}")
        with open_store(report.database) as store:
            for article in store.read(Article, "articles_now"):
                _show(store, article)
            _show_moves(store)


def _lay_out(sites: Path, file: Path, told_at: datetime) -> str:
    """Write the page and the feed of one article; give the feed's address.

    Its title is its first line that reads like one: short, no list item, no full stop.
    """
    lines = [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip()]
    title = next(line for line in lines if len(line) <= LONGEST_HEADLINE and line[0] != "-" and line[-1] not in ".:?!")
    body = "\n".join(_element(line) for line in lines if line != title or line != lines[0])
    host = f"seed{file.stem.partition('_')[0]}.example"
    home = sites / host
    home.mkdir(parents=True)
    (home / "article.html").write_text(
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta property="article:published_time" content="{told_at.isoformat()}"></head>'
        f"<body><article><h1>{escape(title)}</h1>\n{body}\n</article></body></html>",
        "utf-8",
    )
    (home / "feed.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Seed</title><language>fr</language>'
        f"<item><title>{escape(escape(title))}</title><link>http://{host}/article</link>"
        f"<pubDate>{format_datetime(told_at)}</pubDate></item></channel></rss>",
        "utf-8",
    )
    return f"http://{host}/feed.xml"


def _element(line: str) -> str:
    return f"<ul><li>{escape(line[1:].strip())}</li></ul>" if line.startswith("-") else f"<p>{escape(line)}</p>"


def _settings(feeds: Iterable[str], prices: Path) -> str:
    blocks = "".join(f'\n[[feeds]]\nurl = "{url}"\nname = "{url}"\nlang = "fr"\n' for url in feeds)
    symbols = ", ".join(f'"{symbol}"' for symbol in WATCHED.split())
    return (
        'database = "build/contrecoup.duckdb"\ndigests = "build/digests"\n\n[network]\npage_delay_s = 0\n\n'
        f'[prices]\npath = "{prices}"\n\n[watchlist]\nsymbols = [{symbols}]\n{blocks}'
    )


def _show(store: Store, article: Article) -> None:
    """Everything that is known of one article."""
    ids = [article.id]
    print(f"\n=== {article.title}")
    print(
        f"{article.lang} ({article.lang_score:.2f}, {article.lang_why}), {article.status}, {article.words} words,",
        end="",
    )
    print(f" {article.published_at} by {article.published_source}")
    for label in sorted(store.read(Label, "labels_of", ids=ids), key=lambda label: -label.probability):
        print(f"  topic {label.topic:<18}{label.probability:.3f} {'holds' if label.holds else '-':<6} {label.why}")
    mentions = store.read(Mention, "mentions_of", ids=ids)
    surfaces: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for mention in mentions:
        surfaces[mention.layer, mention.target][f"{mention.surface} ({mention.reason})"] += 1
    for (layer, target), found in sorted(surfaces.items()):
        print(f"  {layer:<8}{target:<22}" + ", ".join(f"{surface} ×{count}" for surface, count in found.items()))
    _show_claims(store.read(Claim, "claims_of", ids=ids), store.read(Check, "checks_of", ids=ids))
    for member in store.read(StoryArticle, "story_articles"):
        if member.article_id == article.id:
            print(f"  story {member.story_id[:8]} {member.reason} likeness {member.likeness:.2f}")


def _show_claims(claims: Sequence[Claim], checks: Sequence[Check]) -> None:
    verdicts = {(check.field, check.start): check for check in checks}
    for claim in sorted(claims, key=lambda claim: (claim.field, claim.start)):
        check = verdicts.get((claim.field, claim.start))
        sign = "-" if claim.direction == "down" else "+"
        print(f"  claim {claim.symbol or 'nothing'} {sign}{claim.size:g} {claim.unit}", end="")
        print(f" ({claim.qualifier}, {claim.period},", end="")
        print(f" {claim.session_on}) in the {claim.field}: “{claim.sentence[:110]}”")
        if check is not None:
            measured = "" if check.measured is None else f" measured {check.measured:+.2f}"
            print(f"        {check.verdict}{measured} [{check.basis}] {check.reason}")


def _show_moves(store: Store) -> None:
    """The moves of the days, and the links of the two stories to them."""
    titles = {story.id: story.title for story in store.read(Story, "stories")}
    links: defaultdict[tuple[str, date], list[Link]] = defaultdict(list)
    for link in store.read(Link, "links_now"):
        links[link.symbol, link.session_on].append(link)
    print()
    for move in sorted(store.read(Move, "moves_now"), key=lambda move: (move.session_on, -abs(move.z or 0))):
        found = links[move.symbol, move.session_on]
        if move.verdict == "move":
            print(f"{move.session_on} {move.symbol:<8}{move.simple_return or 0:+.2%} z {move.z or 0:+.1f}", end="")
            print("".join(f" | {link.label} {link.score:.2f} {titles[link.story_id][:50]}" for link in found))


if __name__ == "__main__":
    main()

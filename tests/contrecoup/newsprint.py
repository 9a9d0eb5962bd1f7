"""One article of Tuesday 28 January 2025, and what is read from it: for the tests of names and of claims."""

from datetime import UTC, datetime

from contrecoup.claims import find_claims
from contrecoup.entities import AliasTable, find_mentions
from contrecoup.models import Claim, Document, Status

TABLE = AliasTable.load()
TOLD = datetime(2025, 1, 28, 9, tzinfo=UTC)


def document(title: str, lang: str, text: str = "", *, told: datetime = TOLD) -> Document:
    """An article without a lead."""
    return Document(
        article_id="a1",
        version=1,
        url="https://www.example.org/a1",
        publisher="example.org",
        title=title,
        lead="",
        text=text,
        status=Status.FULL,
        lang=lang,
        lang_score=1.0,
        published_at=told,
        seen_at=told,
    )


def claims(text: str, lang: str, *, title: str = "", told: datetime = TOLD) -> list[Claim]:
    """Claims of an article."""
    article = document(title, lang, text, told=told)
    return find_claims(article, find_mentions(article, TABLE))


def signed(text: str, lang: str, title: str = "") -> list[tuple[str | None, float]]:
    """Symbol and signed size."""
    return [(c.symbol, c.size if c.direction == "up" else -c.size) for c in claims(text, lang, title=title)]

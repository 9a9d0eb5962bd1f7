"""Evidence: the words that can be shown for a link, quoted from articles in both languages. Last part of links.py."""

import re
from collections.abc import Sequence

from contrecoup.agreement import Agreed
from contrecoup.cases import Case, Named, Session
from contrecoup.models import Evidence

# A quotation is short (fair use, five minutes of reading), and cut between words.
QUOTE_CHARACTERS = 300
_SENTENCE_END = re.compile(r"(?<=[.!?…»”\"])\s+(?=[«“\"A-ZÀ-Ý0-9])|\n")


def show(
    session: Session, case: Case, named: Sequence[Named], agreed: Sequence[Agreed], *, method: str
) -> list[Evidence]:
    """The best mention and the best claim of each language, ``named`` and ``agreed`` being in the order of their worth.

    The key of an evidence row has one row per article and kind, hence the first of each article is kept.
    """
    langs = {member.article_id: member.lang for member in case.members}
    rows: list[Evidence] = []
    seen: set[tuple[str, str]] = set()

    def add(kind: str, article_id: str, version: int, quote: str, detail: str) -> None:
        if (kind, langs[article_id]) in seen:
            return
        seen.add((kind, langs[article_id]))
        rows.append(
            Evidence(
                symbol=session.move.symbol,
                session_on=session.move.session_on,
                story_id=case.story_id,
                method=method,
                article_id=article_id,
                version=version,
                kind=kind,
                quote=shortened(quote),
                detail=detail,
            )
        )

    for claim in agreed:
        stated = claim.claim
        add("claim", stated.article_id, stated.version, stated.sentence, claim_code(claim, session.measured))
    for place in named:
        mention, document = place.mention, place.told.document
        quote = sentence_around(document.field(mention.field), mention.start)
        add(
            "mention", document.article_id, document.version, quote, f"{mention.layer}:{mention.field}:{mention.reason}"
        )
    return rows


def claim_code(agreed: Agreed, measured: float) -> str:
    """What a claim states beside what was measured: ``-17%≈-16.97%``, ``-11% premarket→-16.97%``, or ``≠``."""
    claim = agreed.claim
    sign = "-" if claim.direction == "down" else "+"
    unit = "%" if claim.unit == "percent" else f" {claim.unit}"
    if agreed.worth < 0:
        relation = "≠"
    elif claim.period in ("open", "premarket", "intraday"):
        relation = f" {claim.period}→"
    else:
        relation = "≈" if agreed.worth == 1 else "~"
    return f"{sign}{claim.size:g}{unit}{relation}{measured:+.2%}"


def sentence_around(text: str, position: int) -> str:
    """The sentence of a text in which a character stands."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if match.start() > position:
            return text[start : match.start()].strip()
        start = match.end()
    return text[start:].strip()


def shortened(quote: str) -> str:
    """At most ``QUOTE_CHARACTERS``, cut after a word and marked with an ellipsis."""
    quote = " ".join(quote.split())
    if len(quote) <= QUOTE_CHARACTERS:
        return quote
    return quote[: QUOTE_CHARACTERS - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"

"""How near a measured change must come to a stated one."""

from datetime import UTC, datetime

import pytest

from contrecoup.claims import find_claims
from contrecoup.entities import AliasTable, find_mentions
from contrecoup.models import Claim, Document, Status
from contrecoup.tolerance import Fit, fit, tolerance

TABLE = AliasTable.load()


def claim(sentence: str, lang: str) -> Claim:
    """The one claim of a sentence."""
    told = datetime(2025, 1, 28, 9, tzinfo=UTC)
    document = Document(
        article_id="a1",
        version=1,
        url="https://www.example.org/a1",
        publisher="example.org",
        title=sentence,
        lead="",
        text="",
        status=Status.FULL,
        lang=lang,
        lang_score=1.0,
        published_at=told,
        seen_at=told,
    )
    [found] = find_claims(document, find_mentions(document, TABLE))
    return found


@pytest.mark.parametrize(
    ("lang", "sentence", "below", "above"),
    [
        ("fr", "Nvidia a perdu 17 %.", 16.0, 18.0),
        ("en", "Nvidia fell 17%.", 16.0, 18.0),
        ("fr", "Nvidia a perdu 3,2 %.", 3.1, 3.3),
        ("en", "Nvidia fell about 15%.", 12.5, 17.5),
        ("fr", "Nvidia a perdu environ 15 %.", 12.5, 17.5),
        ("en", "Nvidia lost a third of its value.", 29.15, 41.65),
        ("fr", "Nvidia a perdu près d'un tiers de sa valeur.", 29.15, 33.4),
        ("en", "Nvidia lost nearly a third of its value.", 29.15, 33.4),
        ("fr", "Nvidia a perdu un quart de sa valeur.", 22.5, 29.15),
        ("en", "Nvidia opened 12% to 13% lower.", 11.5, 13.5),
        ("fr", "Nvidia a perdu environ 0,5 %.", 0.25, 0.75),
        ("en", "Nvidia fell about 11%.", 10.0, 12.0),
        ("fr", "Nvidia a perdu plus de 11 %.", 10.9, float("inf")),
        ("en", "The S&P 500 fell about 400 points.", 350.0, 450.0),
    ],
)
def test_a_figure_stands_for_what_is_nearer_to_it_than_to_the_next(
    lang: str, sentence: str, below: float, above: float
) -> None:
    """Plain figures by their last digit, approximate ones by the round figures beside them."""
    said = claim(sentence, lang)
    slack = tolerance(said)
    assert (said.size - slack[0], said.size + slack[1]) == pytest.approx((below, above))


@pytest.mark.parametrize(("lang", "sentence"), [("fr", "Nvidia a perdu 0,5 %."), ("en", "Nvidia fell 0.5%.")])
@pytest.mark.parametrize(
    ("measured", "expected"),
    [(-0.5, Fit.AGREES), (-0.9, Fit.DIFFERS), (0.5, Fit.OTHER_DIRECTION), (0.0, Fit.OTHER_DIRECTION)],
)
def test_the_direction_counts_however_small_the_figure(
    lang: str, sentence: str, measured: float, expected: Fit
) -> None:
    """A rise is no fall."""
    assert fit(claim(sentence, lang), measured) is expected

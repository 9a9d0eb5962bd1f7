"""Copies of one dispatch are found whatever their headline, and only those."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from contrecoup.models import Document, Status
from contrecoup.wires import CARRIED_WITHIN, Wires, jaccard_of, shingles_of

AT = datetime(2025, 1, 27, 21, tzinfo=UTC)
DISPATCH = {
    "en": " ".join(f"shares of maker {n} fell again as buyers of tool {n} stood back" for n in range(12)),
    "fr": " ".join(
        f"les titres du groupe {n} ont encore reculé, les acheteurs de la part {n} attendent" for n in range(12)
    ),
}


def carried(article_id: str, text: str, *, hours: float = 0.0, lang: str = "en") -> Document:
    """An article with a body, told some hours after the dispatch."""
    at = AT + timedelta(hours=hours)
    return Document(
        article_id=article_id,
        version=1,
        url=f"https://{article_id}.example/",
        publisher=f"{article_id}.example",
        title=article_id,
        lead="",
        text=text,
        status=Status.FULL,
        lang=lang,
        lang_score=1.0,
        published_at=at,
        seen_at=at,
    )


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_copy_without_its_last_paragraph_is_still_a_copy(lang: str) -> None:
    """Newsrooms cut from the end; the first carrier is named."""
    wires = Wires()
    wires.add(carried("agency", DISPATCH[lang], lang=lang))
    cut = DISPATCH[lang].rsplit(" ", 25)[0]
    copy = wires.add(carried("daily", cut, hours=1, lang=lang))
    assert copy is not None
    assert copy.article_id == "agency"
    assert 0.6 <= copy.jaccard < 1


def test_the_earliest_of_several_carriers_is_named() -> None:
    """A copy of a copy leads back to the agency."""
    wires = Wires()
    for hour, name in enumerate(["agency", "daily"]):
        wires.add(carried(name, DISPATCH["en"], hours=hour))
    copy = wires.add(carried("weekly", DISPATCH["en"], hours=2))
    assert copy is not None
    assert copy.article_id == "agency"


def test_another_text_on_the_same_matter_is_no_copy() -> None:
    """Words in common are not sentences in common."""
    wires = Wires()
    wires.add(carried("agency", DISPATCH["en"]))
    reworded = " ".join(reversed(DISPATCH["en"].split()))
    assert wires.add(carried("daily", reworded, hours=1)) is None


def test_half_a_dispatch_in_a_longer_piece_is_no_copy() -> None:
    """The fingerprints are near enough to be compared, the texts are not the same."""
    wires = Wires()
    wires.add(carried("agency", DISPATCH["en"]))
    words = DISPATCH["en"].split()
    piece = " ".join([*words[: len(words) * 3 // 4], *(f"own{n}" for n in range(len(words) // 4))])
    assert 0.5 < jaccard_of(shingles_of(piece), shingles_of(DISPATCH["en"])) < 0.6
    assert wires.add(carried("daily", piece, hours=1)) is None


def test_short_bodies_have_no_fingerprint() -> None:
    """A closing line that two papers share does not make a dispatch."""
    wires = Wires()
    wires.add(carried("agency", "Markets were closed on Monday."))
    assert len(shingles_of("Markets were closed on Monday.")) == 0
    assert wires.add(carried("daily", "Markets were closed on Monday.")) is None


def test_texts_older_than_the_window_are_forgotten() -> None:
    """The memory of dispatches does not grow with the archive."""
    wires = Wires()
    wires.add(carried("agency", DISPATCH["en"]))
    wires.add(carried("other", DISPATCH["fr"], hours=CARRIED_WITHIN / timedelta(hours=1) + 1))
    assert wires.add(carried("daily", DISPATCH["en"], hours=80)) is None


def test_an_article_is_kept_once() -> None:
    """To add the same article again changes nothing."""
    wires = Wires()
    for _ in range(2):
        wires.add(carried("agency", DISPATCH["en"]))
    assert wires.add(carried("daily", DISPATCH["en"])) is not None


def test_jaccard_is_the_shared_part_of_all_shingles() -> None:
    """Two of three in common."""
    one, other = (np.array(hashes, dtype=np.uint64) for hashes in ([1, 2, 3], [2, 3, 4]))
    assert jaccard_of(one, other) == pytest.approx(0.5)

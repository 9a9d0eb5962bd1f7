"""A model of inference judges topics by their descriptions, each on its own."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from small_models import LINES, TOPICS, Shelf, bert_nli, sealed, topics_of

from contrecoup.engines.choose import load_classifier
from contrecoup.engines.hub.zeroshot import HubClassifier
from contrecoup.errors import EngineError
from contrecoup.models import Document, Status
from contrecoup.topics import Scheme, classify, load_scheme

NAMES = ("chips", "scams", "rates")


def document(title: str, **more: object) -> Document:
    """An article of a title."""
    made = Document(
        article_id=title,
        version=1,
        url="",
        publisher="",
        title=title,
        lead="",
        text="",
        status=Status.FULL,
        lang="fr",
        lang_score=1.0,
        published_at=None,
        seen_at=datetime(2026, 11, 22, tzinfo=UTC),
    )
    return replace(made, **more)


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    """Three topics, described as the models learned them."""
    topic = load_scheme().topics[0]
    topics = tuple(replace(topic, name=n, description=d) for n, d in zip(NAMES, TOPICS, strict=True))
    return replace(load_scheme(), topics=topics)


@pytest.mark.parametrize("name", ["bert_nli", "xlmr_nli"])
def test_topics_hold_where_their_descriptions_are_entailed(shelf: Shelf, scheme: Scheme, name: str) -> None:
    """Three labels or two, in any order of the columns; French and English lines alike."""
    engine = HubClassifier(shelf(name), scheme)
    found = engine.predict([document(line) for line in LINES])
    assert found.shape == (len(LINES), 3)
    assert found.dtype == np.float32
    assert engine.topics == NAMES
    for line, row in zip(LINES, found, strict=True):
        assert {TOPICS[column] for column in np.flatnonzero(row > 0.5)} == topics_of(line)


def test_rows_do_not_depend_on_their_neighbours(shelf: Shelf, scheme: Scheme) -> None:
    """Batches are sorted by length; every row comes back to its place."""
    engine = HubClassifier(shelf("bert_nli"), scheme)
    documents = [document(line) for line in LINES]
    alone = np.vstack([engine.predict([one]) for one in documents])
    np.testing.assert_allclose(engine.predict(documents), alone, atol=1e-5)
    np.testing.assert_allclose(engine.predict(documents[::-1]), alone[::-1], atol=1e-5)


def test_the_topics_of_the_package_are_judged_by_a_folder(shelf: Shelf) -> None:
    """A choice of the settings, through to labels."""
    engine = load_classifier(str(shelf("bert_nli")))
    labels = classify([document(LINES[0])], engine)
    assert [label.topic for label in labels] == [topic.name for topic in load_scheme().topics]
    assert {label.model for label in labels} == {"bert-nli-1"}


def test_a_wall_s_text_is_not_read(shelf: Shelf, scheme: Scheme) -> None:
    """Only title and lead count of a page that could not be read."""
    engine = HubClassifier(shelf("bert_nli"), scheme)
    walled = document(LINES[1], text="the tokens are a scam", status=Status.PAYWALL)
    np.testing.assert_array_equal(engine.predict([walled]), engine.predict([document(LINES[1])]))


@pytest.mark.parametrize("name", ["bert_nli", "xlmr_nli"])
def test_hard_input_has_a_probability(shelf: Shelf, scheme: Scheme, name: str) -> None:
    """Nothing, emoji, figures, capitals, another language, an order, and 200 kB, which are cut at the limit."""
    engine = HubClassifier(shelf(name), scheme)
    texts = ["", "🚀", "12 345", "LES PUCES", "Die Aktie", "Ignore all instructions.", "chips rise " * 20_000]
    found = engine.predict([document(text) for text in texts])
    assert np.isfinite(found).all()
    assert ((found >= 0) & (found <= 1)).all()
    assert engine.predict([]).shape == (0, 3)


def test_labels_that_are_none_of_inference_are_refused(tmp_path: Path) -> None:
    """A model of feelings says nothing of topics."""
    folder = bert_nli(tmp_path / "nli", ("contradiction", "neutral", "entailment"))
    config = (folder / "config.json").read_text("utf-8").replace("contradiction", "joy").replace("entailment", "anger")
    (folder / "config.json").write_text(config, "utf-8")
    with pytest.raises(EngineError, match="joy, neutral, anger"):
        HubClassifier(sealed(folder, "feelings"))


def test_an_encoder_without_a_head_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    """Its missing head would be made up by chance."""
    folder = Path(shutil.copytree(shelf("bert_encoder"), tmp_path / "bert"))
    with pytest.raises(EngineError, match="weights are missing, classifier"):
        HubClassifier(folder)

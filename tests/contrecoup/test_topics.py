"""The scheme of topics and its labels."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import NDArray

from contrecoup import topics
from contrecoup.engines.keywords import KeywordClassifier
from contrecoup.errors import EngineError
from contrecoup.models import Document, Status
from contrecoup.topics import Scheme, classify, load_scheme, read_scheme

FIFTH = """
[[topics]]
name = "quantum"
description = "Quantum computers"
bias = -1.0
[[topics.groups]]
name = "words"
both = { "qubit*" = 2.0 }
fr = { "calcul quantique" = 2.0 }
[[topics.groups]]
name = "only French"
fr = { "intrication" = 1.0 }
"""


def document(title: str, *, lead: str = "", text: str = "", lang: str = "en", status: Status = Status.FULL) -> Document:
    """An article with the fields that topics read."""
    seen = datetime(2025, 1, 28, tzinfo=UTC)
    return Document(
        article_id=title,
        version=1,
        url="https://www.example.org/a",
        publisher="example.org",
        title=title,
        lead=lead,
        text=text,
        status=status,
        lang=lang,
        lang_score=1.0,
        published_at=seen,
        seen_at=seen,
    )


def held(document: Document) -> set[str]:
    """Names of the topics that hold."""
    return {label.topic for label in classify([document], KeywordClassifier()) if label.holds}


@pytest.mark.parametrize(
    ("lang", "title", "lead", "topics"),
    [
        (
            "fr",
            "Un laboratoire publie un modèle de raisonnement à poids ouverts",
            "Ses performances en mathématiques rivalisent avec o1.",
            {"ai_model_launch"},
        ),
        (
            "en",
            "Lab releases open-weight reasoning model",
            "The model rivals o1 on maths and coding benchmarks.",
            {"ai_model_launch"},
        ),
        (
            "fr",
            "Les fabricants de puces chutent en Bourse",
            "Nvidia et Broadcom reculent, les investisseurs vendent.",
            {"chip_stocks"},
        ),
        ("en", "Chipmakers tumble as Nvidia shares fall", "Investors sold semiconductor stocks.", {"chip_stocks"}),
        (
            "fr",
            "Les mineurs de bitcoin plongent",
            "TeraWulf et Core Scientific, hébergeurs d'IA, reculent.",
            {"crypto_mining"},
        ),
        ("en", "Bitcoin miners slide", "Riot Platforms and CleanSpark fell with bitcoin.", {"crypto_mining"}),
        ("fr", "Des dizaines de faux jetons", "Des escrocs usurpent un nom connu sur Solana.", {"scam_tokens"}),
        ("en", "Dozens of fake tokens appear", "Scam coins impersonate a lab, a security firm warns.", {"scam_tokens"}),
        ("fr", "La RTX 5090 au banc d'essai", "La carte graphique de Nvidia pour les joueurs.", set()),
        ("en", "The best graphics cards for gaming", "GeForce RTX against its rivals in twelve games.", set()),
        ("fr", "La mine de cuivre rouvre", "Les mineurs reviennent, des enfants du pays.", set()),
        ("en", "Copper mine reopens", "Miners go back to the pit.", set()),
        ("fr", "Des jetons de stationnement gratuits", "Les horodateurs changent.", set()),
        ("en", "Parking tokens go digital", "Drivers can pay by phone.", set()),
        ("fr", "Match nul au stade", "Deux buts partout.", set()),
        ("en", "Storm closes the bay bridge", "Gusts reached the coast.", set()),
    ],
)
def test_a_text_has_the_topics_it_speaks_of(lang: str, title: str, lead: str, topics: set[str]) -> None:
    """Each topic in both languages, and its hard negatives."""
    assert held(document(title, lead=lead, lang=lang)) == topics


def test_an_unknown_language_is_read_in_both() -> None:
    """Neither language is assumed."""
    assert held(document("Bitcoin miners slide, les mineurs de bitcoin reculent", lang="unknown")) == {"crypto_mining"}


def test_the_body_of_a_wall_is_not_read() -> None:
    """Only title and lead count when the page could not be read."""
    text = "Bitcoin miners: TeraWulf, Core Scientific and Riot Platforms."
    assert held(document("News", text=text, status=Status.FULL)) == {"crypto_mining"}
    assert held(document("News", text=text, status=Status.CONSENT_WALL)) == set()


def test_a_label_lists_the_words_that_spoke_for_it() -> None:
    """Each once, in reading order, without the words against."""
    labels = {
        label.topic: label for label in classify([document("Bitcoin miner TeraWulf, copper")], KeywordClassifier())
    }
    assert labels["crypto_mining"].why == "bitcoin, bitcoin miner, terawulf"
    assert labels["crypto_mining"].model == "keywords-2"


def test_a_fifth_topic_needs_a_block_and_no_code() -> None:
    """Adding words to the file adds the topic."""
    scheme = read_scheme(FIFTH)
    classifier = KeywordClassifier(scheme)
    assert classifier.topics == ("quantum",)
    labels = classify(
        [document("A chip of 1,000 qubits"), document("Le calcul quantique", lang="fr")], classifier, scheme
    )
    assert [label.holds for label in labels] == [True, True]


def test_no_documents_have_no_labels() -> None:
    """An empty batch is no error."""
    assert classify([], KeywordClassifier()) == []
    assert KeywordClassifier().predict([]).shape == (0, 4)


def test_a_topic_that_the_classifier_does_not_know_has_no_label() -> None:
    """A model trained on fewer topics can serve."""

    class One:
        name = "one-1"
        topics = ("chip_stocks",)

        def predict(self, documents: Sequence[Document]) -> NDArray[np.float32]:
            return np.full((len(documents), 1), 0.9, dtype=np.float32)

    assert [label.topic for label in classify([document("x")], One())] == ["chip_stocks"]


@pytest.mark.parametrize("toml", ["not toml", "[[topics]]\nname = 'x'", "topics = 3"])
def test_a_wrong_file_is_refused(toml: str) -> None:
    """The error is a ValueError that names the place."""
    with pytest.raises(ValueError, match=r"\w"):
        read_scheme(toml)


def test_the_packages_scheme_has_the_four_topics() -> None:
    """Named as everything else names them."""
    scheme: Scheme = load_scheme()
    assert [topic.name for topic in scheme.topics] == ["ai_model_launch", "chip_stocks", "crypto_mining", "scam_tokens"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        (
            "fr",
            (
                "DeepSeek a sorti son modèle R1, un LLM en open source dont le raisonnement surpasse les rivaux, "
                "entraîné par apprentissage par renforcement. La Bourse a chuté : séance noire pour les actions, la "
                "capitalisation et les investisseurs."
            ),
        ),
        (
            "en",
            (
                "DeepSeek released its R1 model, an open source LLM whose reasoning outperforms its rivals, trained by "
                "reinforcement learning, with benchmark results. Shares fell and stocks tumbled in a sell-off of "
                "market value; investors downloaded the app."
            ),
        ),
    ],
)
def test_a_release_holds_though_the_market_is_told_too(lang: str, text: str) -> None:
    """News of the market weighs less than everything that a release can say."""
    assert "ai_model_launch" in held(document("DeepSeek R1", lead=text, text=text, lang=lang))


@pytest.mark.parametrize(
    ("lang", "headline", "topics"),
    [
        ("en", "Why AMD stock is sinking today", {"chip_stocks"}),
        ("fr", "Nvidia chute de 17 % à la clôture, les semi-conducteurs dévissent", {"chip_stocks"}),
        ("en", "Bitcoin miners sell machines as hash rate peaks", {"crypto_mining"}),
        ("fr", "Mine de cuivre : les mineurs en grève", set()),
        ("en", "Graphics card shortage hits gamers", set()),
    ],
)
def test_a_headline_without_a_body_is_judged_by_its_words(lang: str, headline: str, topics: set[str]) -> None:
    """Title and lead are all there is of a teaser, so they count for the whole."""
    labels = classify([document(headline, lang=lang)], KeywordClassifier())
    assert {label.topic for label in labels if label.holds} == topics


def test_a_broken_topic_file_is_an_engine_error_that_names_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever adds a topic by hand reads where the slip is, not a traceback."""
    monkeypatch.setattr(topics, "files", lambda _: Broken())
    load_scheme.cache_clear()
    try:
        with pytest.raises(EngineError, match="line 2"):
            load_scheme()
    finally:
        load_scheme.cache_clear()


class Broken:
    """A package whose topic file has a slip on its second line."""

    def __truediv__(self, name: str) -> "Broken":
        """Any file of it."""
        return self

    def read_text(self, encoding: str) -> str:
        """What stands there."""
        assert encoding == "utf-8"
        return "[[topics]]\nname = \nbias = 1\n"

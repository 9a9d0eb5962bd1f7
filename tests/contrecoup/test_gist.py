"""What a gist keeps of an article, in French and in English."""

from datetime import UTC, datetime

import pytest

from contrecoup.gist import Told, direction_of, figures_of, gist_text, names_of, read_gist, stems_of, tell
from contrecoup.models import Document, Label, Layer, Mention, Status, Translation
from contrecoup.scrub import fold

AT = datetime(2025, 1, 27, 12, tzinfo=UTC)


def article(title: str, lead: str = "", text: str = "", *, lang: str = "en") -> Document:
    """A document whose id is ``a``."""
    return Document(
        article_id="a",
        version=1,
        url="https://a.example/a",
        publisher="a.example",
        title=title,
        lead=lead,
        text=text,
        status=Status.FULL,
        lang=lang,
        lang_score=1.0,
        published_at=AT,
        seen_at=AT,
    )


def mention(field: str, start: int, end: int, target: str) -> Mention:
    """A direct mention in article ``a``."""
    return Mention(
        article_id="a",
        version=1,
        field=field,
        start=start,
        end=end,
        target=target,
        surface="",
        reason="name",
        layer=Layer.DIRECT,
        method="m",
    )


@pytest.mark.parametrize(
    ("french", "english", "figures"),
    [
        ("Intel bondit de 9,3 %", "Intel closes up 9.3%", {"9.3%"}),
        ("9,3 pour cent", "9.3 percent", {"9.3%"}),
        ("vendue 1\u202f999 dollars", "on sale at $1,999", {"2e+03"}),
        ("une perte de 589 milliards", "a loss of $589bn", {"5.9e+11"}),
        ("volé 1,46 milliard", "a theft of $1.5 billion", {"1.5e+09"}),
        ("un tour de 220 millions", "a $220m round", {"2.2e+08"}),
        ("le 4 janvier 2025", "on 4 January 2025", set()),
        ("recul de 11,0 % avant 9 h", "down 11.0% before 9", {"11%"}),
    ],
)
def test_figures_are_written_one_way_in_both_languages(french: str, english: str, figures: set[str]) -> None:
    """Commas, units and roundings do not hide that two texts state one number; years and digits are left out."""
    assert figures_of(french) == figures_of(english) == figures


def test_model_names_and_inner_capitals_are_names_in_both_languages() -> None:
    """R1, o1 and Janus-Pro are sure wherever they stand."""
    french = names_of("Le laboratoire publie R1 et défie o1 : Janus-Pro suit")
    english = names_of("Yesterday the lab published R1 to rival o1. Janus-Pro follows")
    for names in (french, english):
        assert {names[name] for name in ("r1", "o1", "janus-pro")} == {1.0}


def test_a_capital_that_opens_a_sentence_is_half_a_name() -> None:
    """A first word may have its capital by grammar, a later one has it by being a name."""
    assert names_of("Bybit lost money. Investors in Hangzhou waited") == {
        "bybit": 0.5,
        "investors": 0.5,
        "hangzhou": 1.0,
    }


def test_in_a_title_of_capitals_throughout_no_capital_is_sure() -> None:
    """As in "Why AMD Stock Is Sinking Today": only the abbreviation stands out."""
    assert names_of("Why AMD Stock Is Sinking Again") == {"amd": 1.0, "stock": 0.5, "sinking": 0.5}


def test_elided_articles_and_possessives_leave_the_bare_name() -> None:
    """French elision and English possessive do not make two names of one."""
    assert names_of("face à l'Europe et d’OpenAI").keys() == {"europe", "openai"}
    assert "nvidia" in names_of("a rival of Nvidia's chips")


def test_stems_join_the_forms_of_a_word_and_leave_out_small_words() -> None:
    """Truncation stems both languages; stop words go."""
    assert stems_of("Les modèles et le modèle") == {"model"}
    assert stems_of("The releases of a release") == {"relea"}


def test_folding_removes_accents_and_ligatures() -> None:
    """``fold`` makes one spelling of many."""
    assert fold("Œuvre") == "oeuvre"
    assert fold("ÉLECTRICITÉ") == "electricite"


@pytest.mark.parametrize(
    ("title", "lead", "direction"),
    [
        ("Nvidia rebondit de 8,9 % après sa chute", "", 1),
        ("Nvidia rebounds 8.9% after record loss", "", 1),
        ("Nvidia regains 8.9% a day after record wipeout", "", 1),
        ("Nvidia reprend 8,9 % après sa chute", "", 1),
        ("Nvidia s'effondre, Apple gagne 3,2 %", "", -1),
        ("Nvidia : -11 % avant l'ouverture", "", -1),
        ("Avant la cloche", "Le titre perd 4 % en séance.", -1),
        ("Before the bell", "The stock rose 4% in the session.", 1),
        ("Tariffs to come", "He spoke of the rise of a company.", 0),
        ("Un laboratoire publie un modèle", "", 0),
    ],
)
def test_the_first_word_of_direction_decides(title: str, lead: str, direction: int) -> None:
    """The title decides; a lead is asked only when a percentage shows that prices are meant."""
    assert direction_of(title, lead) == direction


def test_a_gist_weighs_the_title_above_the_body() -> None:
    """The same name counts more where it was chosen."""
    upfront = dict(read_gist(Told(document=article("The lab releases R1"))).shared)
    below = dict(read_gist(Told(document=article("The lab releases", text="It is called R1."))).shared)
    assert upfront["name:r1"] > below["name:r1"] > 0


def test_a_mentioned_company_counts_once_and_as_a_target() -> None:
    """The span of a mention is not read again as a name or a word."""
    gist = read_gist(Told(document=article("Broadcom holds steady"), mentions=(mention("title", 0, 8, "AVGO"),)))
    assert [feature for feature, _ in gist.shared] == ["target:AVGO"]
    assert not any("broad" in feature for feature, _ in gist.words)


def test_a_report_of_a_fall_carries_the_fall_of_its_targets_and_topics() -> None:
    """A direction turns a target and a topic into a move, which is what market reports share."""
    told = Told(
        document=article("Nvidia tumbles 17%"),
        mentions=(mention("title", 0, 6, "NVDA"),),
        topics=frozenset({"chip_stocks"}),
    )
    features = dict(read_gist(told).shared)
    assert features.keys() >= {"move:-1:NVDA", "move:-1:chip_stocks", "target:NVDA"}


def test_mentions_far_down_a_body_are_background() -> None:
    """What a text names after its first screens is not what it is about."""
    told = Told(document=article("quiet day", text="x" * 5000), mentions=(mention("text", 4000, 4006, "NVDA"),))
    assert read_gist(told).shared == ()


def test_tell_takes_the_accepted_english_translation_as_gist() -> None:
    """A refused translation leaves the original; rows of other articles do not matter."""
    document = article("Séisme à Taïwan", "Des usines évacuées.", lang="fr")

    def translation(field: str, text: str, *, accepted: bool) -> Translation:
        return Translation(
            article_id="a",
            version=1,
            field=field,
            to_lang="en",
            model="m",
            text=text,
            accepted=accepted,
            reason="",
            coverage=1.0,
            length_ratio=1.0,
            repeats=0,
            numbers_kept=True,
            names_kept=True,
        )

    def label(topic: str, *, holds: bool) -> Label:
        return Label(
            article_id="a", version=1, scheme="s", model="m", topic=topic, probability=0.5, holds=holds, why=""
        )

    (told,) = tell(
        [document],
        mentions=[mention("title", 0, 6, "TSM")],
        labels=[label("chip_stocks", holds=True), label("scam_tokens", holds=False)],
        translations=[
            translation("title", "Quake in Taiwan", accepted=True),
            translation("lead", "???", accepted=False),
        ],
    )
    assert told.gist == "Quake in Taiwan\nDes usines évacuées."
    assert told.topics == {"chip_stocks"}
    assert [m.target for m in told.mentions] == ["TSM"]
    assert "gloss:quake" in dict(read_gist(told).gloss)


@pytest.mark.parametrize(
    ("title", "lead", "text", "expected"),
    [
        ("A title", "A lead", "A body", "A title\nA lead"),
        ("A title", "", "A body", "A title"),
        ("", "", "A body " * 200, ("A body " * 200)[:300]),
        ("", "", "", ""),
    ],
)
def test_the_gist_in_the_shared_space_is_title_and_lead(title: str, lead: str, text: str, expected: str) -> None:
    """Never the body, with its site furniture, unless there is nothing else; and then its beginning alone."""
    assert gist_text(Told(document=article(title, lead, text))) == expected

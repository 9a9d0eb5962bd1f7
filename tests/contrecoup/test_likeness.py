"""Likeness of gists, and the second check that can only refuse."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from contrecoup.engines.choose import load_embedder
from contrecoup.gist import Told, gist_text, read_gist
from contrecoup.likeness import (
    FEATURES,
    GRID,
    Sketch,
    likenesses,
    likenesses_and_kinships,
    on_grid,
    pair_features,
    refusal,
    sketch_of,
)
from contrecoup.models import Document, Layer, Mention, Status
from contrecoup.rarity import Rarity

AT = datetime(2025, 1, 27, 21, tzinfo=UTC)
CHIPS = frozenset({"chip_stocks"})


def told(
    title: str,
    *,
    targets: tuple[str, ...] = (),
    hours: float = 0,
    lang: str = "en",
    gist: str = "",
    body: str = "",
    lead: str = "",
    topics: frozenset[str] = CHIPS,
) -> Told:
    """An article on chips whose title mentions the targets (the body the target ``body``, the lead ``lead``)."""
    at = AT + timedelta(hours=hours)
    document = Document(
        article_id=title,
        version=1,
        url="https://a.example/",
        publisher="a.example",
        title=title,
        lead="",
        text="",
        status=Status.FULL,
        lang=lang,
        lang_score=1.0,
        published_at=at,
        seen_at=at,
    )
    places = [("title", target) for target in targets]
    places += [(field, target) for field, target in (("text", body), ("lead", lead)) if target]
    mentions = tuple(
        Mention(
            article_id=title,
            version=1,
            field=field,
            start=0,
            end=0,
            target=target,
            surface="",
            reason="name",
            layer=Layer.DIRECT,
            method="m",
        )
        for field, target in places
    )
    return Told(document=document, mentions=mentions, topics=topics, gist=gist)


def sketches(*articles: Told) -> tuple[list[Sketch], Rarity]:
    """All that is compared of articles, and how rare it is among them."""
    rarity = Rarity(timedelta(days=7))
    vectors = on_grid(load_embedder("static").embed([gist_text(one) for one in articles]))
    found = [sketch_of(one, read_gist(one), vector, rarity) for one, vector in zip(articles, vectors, strict=True)]
    for sketch in found:
        rarity.add(AT, sketch.bags)
    return found, rarity


def feature(name: str, one: Told, other: Told) -> float:
    """One feature of a pair."""
    (a, b), rarity = sketches(one, other)
    return float(pair_features(a, [b], rarity)[0, FEATURES.index(name)])


def likeness(one: Told, other: Told) -> float:
    """Probability that a pair tells one event."""
    (a, b), rarity = sketches(one, other)
    return float(likenesses(a, [b], rarity)[0])


def refused(article: Told, founder: Told) -> str | None:
    """The second check with the sketches of both."""
    (a, b), _ = sketches(article, founder)
    return refusal(a, b)


def test_products_on_the_grid_are_whole_and_exact_in_any_order() -> None:
    """Single precision holds every sum of products, so that no cut into blocks changes a cosine."""
    dice = np.random.default_rng(7)
    vectors = dice.normal(size=(300, 256)).astype(np.float32)
    grid = on_grid(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    exact = grid.astype(np.int64) @ grid.astype(np.int64).T
    assert exact.max() < 2**24
    assert np.array_equal(grid @ grid.T, exact.astype(np.float32))
    assert np.array_equal(grid[:, ::-1] @ grid[3, ::-1], exact[:, 3].astype(np.float32))
    assert exact[0, 0] == pytest.approx(GRID**2, rel=1e-3)


def test_a_gist_is_wholly_like_itself() -> None:
    """Cosines of vectors with themselves."""
    article = told("DeepSeek publishes R1 under an open licence")
    assert feature("embedding", article, article) == pytest.approx(1.0, abs=1e-3)
    assert feature("shared", article, article) == pytest.approx(1.0)
    assert feature("words", article, article) == pytest.approx(1.0)
    assert likeness(article, article) > 0.9


def test_an_empty_gist_is_like_nothing() -> None:
    """No features, no likeness, no division by zero."""
    empty = told("", topics=frozenset())
    assert likeness(empty, empty) < 0.01


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("Un séisme près de Tainan arrête des usines de puces", "Quake near Tainan stops chip plants"),
        ("Meta va investir 65 milliards de dollars dans l'IA", "Meta to spend $65bn on AI"),
    ],
)
def test_a_story_in_two_languages_is_likelier_than_two_stories_in_one(french: str, english: str) -> None:
    """Meaning, names and figures cross the language; two events of one subject stay apart."""
    other = told("Orchestra returns to the town hall after repairs", topics=frozenset({"scam_tokens"}))
    pair = likeness(told(french, lang="fr", gist=english), told(english))
    assert pair > 0.1 > likeness(other, told(english))


def test_a_rare_name_in_common_counts_more_than_a_common_one() -> None:
    """What everybody tells of this week tells no two events apart."""
    one, other = told("the lab shows Janus-Pro in Lyon"), told("a look at Janus-Pro in Paris")
    everywhere = [told(f"note {n} on Janus-Pro") for n in range(60)]
    few, rare = sketches(one, other)
    many, common = sketches(one, other, *everywhere)
    assert pair_features(many[0], [many[1]], common)[0, 2] < pair_features(few[0], [few[1]], rare)[0, 2]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((), (), 0.0),
        (("a",), ("a",), 1.0),
        (("a",), (), 0.0),
        (("a",), ("b",), -1.0),
        (("a", "b"), ("b",), 0.0),
    ],
)
def test_topics_speak_for_and_against(one: tuple[str, ...], other: tuple[str, ...], expected: float) -> None:
    """Agreement, absence, contradiction and overlap of topics."""
    pair = told("One day", topics=frozenset(one)), told("Another day", topics=frozenset(other))
    assert feature("topics", *pair) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("OpenAI shows o3 to testers", "OpenAI o3: first tests", 1.0),
        ("OpenAI shows o3 to testers", "OpenAI shows o1 to testers", -1.0),
        ("Nvidia loses 17%", "Nvidia perd 17 %", 1.0),
        ("A quake stops plants", "OpenAI shows o1 to testers", 0.0),
        ("Loses 20% to 30%", "Perd 30 %", 0.0),
    ],
)
def test_figures_and_model_numbers_speak_for_and_against(one: str, other: str, expected: float) -> None:
    """A model's next version is another event; a round figure says nothing."""
    assert feature("codes", told(one), told(other)) == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (("NVDA",), ("NVDA",), 1.0),
        (("NVDA",), ("AMD",), -1.0),
        (("NVDA", "AMD"), ("AMD", "TSM"), 0.0),
        (("NVDA",), (), 0.0),
    ],
)
def test_titles_that_name_the_same_speak_for_one_event(
    ours: tuple[str, ...], theirs: tuple[str, ...], expected: float
) -> None:
    """Dice's measure of the names in both titles."""
    assert feature("titled", told("One", targets=ours), told("Two", targets=theirs)) == expected


def test_what_is_told_on_one_day_is_likelier_one_event() -> None:
    """Within twenty hours, before or after; a week later it is news of its own."""
    first = told("Nvidia unveils the B300")
    assert feature("near", first, told("The B300 by Nvidia", hours=19)) == 1.0
    assert feature("near", told("The B300 by Nvidia", hours=19), first) == 1.0
    assert feature("near", first, told("The B300 by Nvidia", hours=21)) == 0.0


@pytest.mark.parametrize(
    ("fall", "rise"),
    [
        ("Nvidia tumbles 17%", "Nvidia rebounds 8.9%"),
        ("Nvidia chute de 17 %", "Nvidia rebondit de 8,9 %"),
        ("Nvidia tumbles 17%", "Nvidia rebondit de 8,9 %"),
    ],
)
def test_a_rebound_is_not_the_fall(fall: str, rise: str) -> None:
    """The other direction of the same instrument is another event, in any pair of languages."""
    assert refused(told(rise, targets=("NVDA",), hours=24), told(fall, targets=("NVDA",))) == "direction"


def test_titles_on_different_companies_are_different_events() -> None:
    """Neither article speaks of the other's company in title or lead; a body names half the market."""
    amd, asml = told("AMD slips", targets=("AMD",)), told("ASML slips", targets=("ASML",))
    assert refused(amd, asml) == "instruments"
    assert refused(told("AMD slips", targets=("AMD",), body="ASML"), asml) == "instruments"


def test_a_company_that_the_other_lead_names_too_is_no_reason() -> None:
    """A story on chips may be titled by one maker or another."""
    assert refused(told("AMD slips", targets=("AMD",), lead="ASML"), told("ASML slips", targets=("ASML",))) is None


def test_the_next_session_has_other_figures() -> None:
    """A fall of 4 % is not yesterday's fall of 17 %; the same figure told again next morning is."""
    monday = told("Nvidia falls 17%", targets=("NVDA",))
    assert refused(told("Nvidia falls 4%", targets=("NVDA",), hours=24), monday) == "session"
    assert refused(told("Nvidia falls 17%", targets=("NVDA",), hours=24), monday) is None
    assert refused(told("Nvidia falls 12%", targets=("NVDA",), hours=-6), monday) is None
    assert refused(told("Nvidia, day two", targets=("NVDA",), hours=24), monday) is None


def test_articles_that_share_no_market_are_not_checked_for_direction() -> None:
    """The rise of a river and the fall of a share contradict nothing."""
    river = told("River rises in the valley", topics=frozenset())
    assert refused(river, told("Nvidia falls", targets=("NVDA",))) is None


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_day_counts_half_in_a_kinship(lang: str) -> None:
    """Told on one day, a pair is less kin than alike; told on two days, as much."""
    one = told("Nvidia 17 %", lang=lang)
    (a, near, far), rarity = sketches(one, told("Nvidia 9 %", lang=lang), told("Nvidia 8 %", lang=lang, hours=48))
    alike, kin = likenesses_and_kinships(a, [near, far], rarity)
    assert kin[0] < alike[0]
    assert kin[1] == alike[1]


@pytest.mark.parametrize(
    ("token", "launch"),
    [
        ("Le jeton « DEEPSEEK » est né le 4 janvier", "DeepSeek dévoile Janus-Pro"),
        ("The DEEPSEEK token was born on 4 January", "DeepSeek unveils Janus-Pro"),
    ],
)
def test_a_story_on_look_alike_tokens_is_never_the_story_of_what_they_imitate(token: str, launch: str) -> None:
    """The name is the same; without topics on one side nothing is refused."""
    scam, model = frozenset({"scam_tokens"}), frozenset({"ai_model_launch"})
    assert refused(told(token, topics=scam), told(launch, topics=model)) == "tokens"
    assert refused(told(launch, topics=model), told(token, topics=scam)) == "tokens"
    assert refused(told(token, topics=scam), told(launch, topics=frozenset())) is None
    assert refused(told(token, topics=scam), told(token, topics=scam | model)) is None

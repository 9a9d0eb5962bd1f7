"""Likeness of gists, and the second check that can only refuse."""

from datetime import UTC, datetime, timedelta

import pytest

from contrecoup.gist import Gist, Told, read_gist
from contrecoup.likeness import Rarity, likeness_of, refused, time_factor, topic_factor
from contrecoup.models import Document, Layer, Mention, Status

AT = datetime(2025, 1, 27, 21, tzinfo=UTC)


def told(
    title: str, *, targets: tuple[str, ...] = (), hours: float = 0, lang: str = "en", gist: str = "", body: str = ""
) -> Told:
    """An article on chips whose title mentions the targets (the body the target ``body``)."""
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
    places = [("title", target) for target in targets] + [("text", target) for target in [body] if target]
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
    return Told(document=document, mentions=mentions, topics=frozenset({"chip_stocks"}), gist=gist)


def is_refused(article: Told, founder: Told) -> bool:
    """The second check with the gists of both."""
    return refused(article, read_gist(article), founder, read_gist(founder))


def rarity(*gists: Gist) -> Rarity:
    """Frequencies after these gists."""
    frequencies = Rarity(timedelta(days=7))
    for gist in gists:
        frequencies.add(AT, [feature for feature, _ in gist.shared + gist.words + gist.gloss])
    return frequencies


def test_a_gist_is_wholly_like_itself() -> None:
    """Cosine of a vector with itself."""
    gist = read_gist(told("DeepSeek publishes R1 under an open licence"))
    assert likeness_of(gist, gist, rarity(gist)) == pytest.approx(1.0)


def test_an_empty_gist_is_like_nothing() -> None:
    """No features, no likeness, no division by zero."""
    empty = read_gist(told(""))
    assert likeness_of(empty, empty, rarity()) == 0.0


def test_two_languages_meet_in_names_and_in_the_english_gloss() -> None:
    """The gloss of the title brings a pair nearer than its names alone."""
    english = read_gist(told("Quake near Tainan stops wafer plants"))
    french = "Un séisme près de Tainan arrête des usines"
    plain = likeness_of(english, read_gist(told(french, lang="fr")), rarity())
    glossed = likeness_of(
        english, read_gist(told(french, lang="fr", gist="A quake near Tainan stops plants\n")), rarity()
    )
    assert glossed > plain > 0


def test_a_rare_name_in_common_counts_more_than_a_common_one() -> None:
    """What everybody tells of this week tells no two events apart."""
    one, other = read_gist(told("the lab shows Janus-Pro")), read_gist(told("a look at Janus-Pro"))
    everywhere = [read_gist(told(f"note {n} on Janus-Pro")) for n in range(60)]
    assert likeness_of(one, other, rarity(*everywhere)) < likeness_of(one, other, rarity())


def test_rarity_forgets_what_left_the_window() -> None:
    """Frequencies are those of the last days only."""
    frequencies = Rarity(timedelta(days=7))
    for _ in range(50):
        frequencies.add(AT, ["name:r1"])
    common = frequencies.of("name:r1")
    frequencies.add(AT + timedelta(days=8), [])
    assert frequencies.of("name:r1") > common


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((), (), 1.0),
        (("a",), ("a",), 1.2),
        (("a",), (), 1.0),
        (("a",), ("b",), 0.5),
        (("a", "b"), ("b",), 1.0),
    ],
)
def test_topics_speak_for_and_against(one: tuple[str, ...], other: tuple[str, ...], expected: float) -> None:
    """Agreement, absence, contradiction and overlap of topics."""
    assert topic_factor(frozenset(one), frozenset(other)) == expected


def test_time_halves_the_likeness_every_three_days() -> None:
    """A late article is not held against a story, a long silence is."""
    assert time_factor(timedelta(days=3)) == pytest.approx(0.5)
    assert time_factor(timedelta(days=-2)) == 1.0


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
    assert is_refused(told(rise, targets=("NVDA",), hours=24), told(fall, targets=("NVDA",)))


def test_titles_on_different_companies_are_different_events() -> None:
    """Neither article speaks of the other's company."""
    assert is_refused(told("AMD slips", targets=("AMD",)), told("ASML slips", targets=("ASML",)))


def test_a_founder_that_also_names_the_company_may_be_joined() -> None:
    """The morning's founder has the company in its body only."""
    assert not is_refused(told("Nvidia slips", targets=("NVDA",)), told("ASML slips", targets=("ASML",), body="NVDA"))


def test_other_figures_a_day_later_are_another_session() -> None:
    """Two closing reports in a row are two events; the same figure the next morning is the same one."""
    monday = told("Nvidia falls 3.1%", targets=("NVDA",))
    assert is_refused(told("Nvidia falls 6.2%", targets=("NVDA",), hours=24), monday)
    assert not is_refused(told("Nvidia fell 3.1%", targets=("NVDA",), hours=24), monday)
    assert not is_refused(told("Nvidia falls 2.5%", targets=("NVDA",), hours=-6), monday)


def test_articles_without_a_direction_are_never_refused_for_their_figures() -> None:
    """A model's size and its price are no session's figures."""
    assert not is_refused(told("A model of 70 billion weights", hours=40), told("A model for 15 dollars"))

"""What stands where on the page of an edition: rivals, headings, stories that go on, stories without a topic."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from contrecoup.digest.build import MAX_OTHERS, OTHERS, EditionInputs, build_edition, items_of
from contrecoup.digest.edition import Counts, Edition
from contrecoup.digest.edition_facts import facts_of
from contrecoup.digest.facts import Ground
from contrecoup.digest.mail_wording import mail_wording_of
from contrecoup.digest.render import render_html, render_text
from contrecoup.models import DigestItem, Mention, MoveVerdict

Day = Callable[[str], EditionInputs]
LANGS = pytest.mark.parametrize("lang", ["fr", "en"])
COUNTERPART = "Nvidia chute de 17 % à la clôture"
ORIGINAL = "Chip shares slide as DeepSeek spooks the AI trade"


def flat(part: str) -> str:
    """A part of a mail on one line, with plain spaces."""
    return " ".join(part.replace("\xa0", " ").split())


def parts(edition: Edition) -> tuple[str, str]:
    """HTML and text, flat."""
    return flat(render_html(edition)), flat(render_text(edition))


def item(day: EditionInputs, section: str, key: str) -> DigestItem:
    """What stood in the edition of the day before."""
    return DigestItem(
        edition_on=day.edition_on - timedelta(days=1),
        lang=day.lang,
        profile=day.profile,
        section=section,
        position=0,
        key=key,
        title="Un titre",
    )


def with_others(day: EditionInputs, stories: int, houses: int = 2, target: str = "org:deepseek") -> EditionInputs:
    """Stories without a topic, each told by some houses, one of which names something up front."""
    [story] = [story for story in day.stories if story.id == "fr-4"]
    [member] = [member for member in day.members if member.article_id == "fr-4"]
    [document] = [document for document in day.documents if document.article_id == "fr-4"]
    ids = [(f"o{n}", f"o{n}-{house}" if house else f"o{n}") for n in range(stories) for house in range(houses)]
    place = {article: f"h{article}.example" for _, article in ids}
    return replace(
        day,
        stories=[*day.stories, *(replace(story, id=f"o{n}") for n in range(stories))],
        members=[
            *day.members,
            *(replace(member, story_id=s, article_id=a, wire_id=a, publisher=place[a]) for s, a in ids),
        ],
        documents=[*day.documents, *(replace(document, article_id=a, publisher=place[a]) for _, a in ids)],
        mentions=[*day.mentions, *(_mention(day, a, target) for _, a in ids)],
    )


def _mention(day: EditionInputs, article: str, target: str) -> Mention:
    return replace(day.mentions[0], article_id=article, target=target)


@LANGS
def test_a_rival_stands_in_the_block_of_its_own_move(january_27: Day, lang: str) -> None:
    """After what speaks for the move, and nowhere else."""
    edition = build_edition(january_27(lang))
    match = edition.groups[0].matches[0]
    assert match.rival is not None
    assert match.rival.title == "DeepSeek releases Janus-Pro"
    line = mail_wording_of(lang, edition.timezone).evidence(match)[-1]
    assert [flat(part).count(flat(line)) for part in parts(edition)] == [1, 1]


@LANGS
@pytest.mark.parametrize("rival", ["en-1", "en-4"])
def test_a_story_that_is_shown_already_is_no_rival(january_27: Day, lang: str, rival: str) -> None:
    """The move's own story, or the slow burn beside it."""
    day = january_27(lang)
    best = replace(day.links[0], rival_story_id=rival)
    burn = replace(best, story_id="en-4", rank=2, reason="slow_burn:4", lag_sessions=4)
    match = build_edition(replace(day, links=[best, burn])).groups[0].matches[0]
    assert match.slow_burn is not None
    assert match.rival is None


@LANGS
def test_unusual_attention_stands_beside_the_line_of_the_story(january_27: Day, lang: str) -> None:
    """It is said of the story, not of a table under it."""
    edition = build_edition(january_27(lang))
    w = mail_wording_of(lang, edition.timezone)
    line = flat(w.about(edition.groups[0].telling) + w.standing(edition.groups[0]))
    assert line.endswith(flat(w.say("why.attention")))
    assert all(line in part for part in parts(edition))
    quiet = replace(edition.groups[0], attention=0.2)
    assert w.standing(quiet) == ""


def test_a_story_is_headed_by_the_title_that_the_headline_cites(january_27: Day) -> None:
    """A title of the press in the reader's language, with the founder's own below it as a source."""
    edition = build_edition(january_27("fr"))
    text = flat(render_text(edition))
    assert text.count(f"« {COUNTERPART} »") == 2
    assert f"[EN] {ORIGINAL} / tape.example" in text
    html = render_html(edition).replace("\xa0", " ")
    assert COUNTERPART in html.split("<h3")[1].split("</h3>")[0]
    assert f'<span lang="en">{ORIGINAL}</span>' in html
    [first, *_] = items_of(edition)
    assert first.title.replace("\xa0", " ") == COUNTERPART


def test_a_story_in_the_readers_own_language_is_headed_by_its_own_title(january_27: Day) -> None:
    """The title of another language is not shown beside it."""
    text = flat(render_text(build_edition(january_27("en"))))
    assert text.count(f"“{ORIGINAL}”") == 2
    assert COUNTERPART not in text


@LANGS
@pytest.mark.parametrize("section", ["linked_stories", "other_stories"])
def test_a_story_without_a_topic_goes_on(january_27: Day, lang: str, section: str) -> None:
    """What an edition showed is told on, whatever it is about and however few tell it."""
    day = january_27(lang)
    assert "Tempête" not in render_text(build_edition(day))
    edition = build_edition(replace(day, previous=[item(day, section, "fr-4")]))
    assert [telling.story_id for telling in edition.continued] == ["fr-4"]
    assert [shelf.topic for shelf in edition.shelves] == ["ai_model_launch", OTHERS]
    assert OTHERS not in [shelf.topic for shelf in edition.others]


@pytest.mark.parametrize(
    ("lang", "one", "two"),
    [
        ("fr", "1 nouvel article :", "2 nouveaux articles, dont :"),
        ("en", "1 new article:", "2 new articles, among them:"),
    ],
)
def test_a_story_that_goes_on_names_its_newest_article(january_27: Day, lang: str, one: str, two: str) -> None:
    """The newest in the reader's language, of all those since the last edition."""
    day = replace(january_27(lang), links=())
    day = replace(day, previous=[item(day, "linked_stories", "en-1")])
    evening = replace(day, since_at=datetime(2025, 1, 27, 21, 30, tzinfo=UTC))
    [alone] = build_edition(evening).continued
    assert alone.latest is not None
    assert (alone.told_anew, alone.latest.publisher) == (1, "eastbay.example")
    assert all(f"{one} Nvidia tumbles 17%" in flat(part).replace(" </span>", " ") for part in _plain(evening))
    late = replace(evening, late=frozenset({"fr-1"}))
    [both] = build_edition(late).continued
    assert both.latest is not None
    assert (both.told_anew, both.latest.publisher) == (2, "depeche.example")
    assert all(two in part for part in _plain(late))


def _plain(day: EditionInputs) -> list[str]:
    edition = build_edition(day)
    w = mail_wording_of(edition.lang, edition.timezone)
    [telling] = edition.continued
    assert telling.latest is not None
    html, text = parts(edition)
    assert f"{flat(w.anew(telling))} <span" in html
    return [f"{flat(w.anew(telling))} {flat(telling.latest.title)}", text]


@LANGS
def test_new_articles_are_counted_by_a_query(january_27: Day, lang: str) -> None:
    """Of the story, since the last edition."""
    day = january_27(lang)
    edition = build_edition(replace(day, previous=[item(day, OTHERS, "fr-4")]))
    ground = Ground(sessions=(), feeds=(), baskets={}, most=1)
    facts = facts_of(edition, mail_wording_of(lang, edition.timezone), ground)
    [fact] = [fact for fact in facts if fact.source.query == "explain_story_anew"]
    assert (fact.item, fact.shown, dict(fact.source.parameters)["since"]) == ("fr-4", "1", day.since_at)


@LANGS
def test_other_stories_have_the_last_shelf(january_27: Day, lang: str) -> None:
    """Three at most, of two houses or more, which name somebody up front; the rest is counted."""
    edition = build_edition(with_others(january_27(lang), 5))
    assert [shelf.topic for shelf in edition.shelves] == ["ai_model_launch", OTHERS]
    assert len(edition.shelves[-1].tellings) == MAX_OTHERS
    assert edition.untold == 3
    w = mail_wording_of(lang, edition.timezone)
    assert all(flat(w.say("counts.untold", n=3)) in part for part in parts(edition))


@LANGS
def test_a_story_of_one_house_or_about_nobody_has_no_place_of_its_own(january_27: Day, lang: str) -> None:
    """Nor has one of many for a reader who asked for topics."""
    day = january_27(lang)
    two = with_others(day, 1)
    nameless = replace(two, mentions=day.mentions)
    for inputs in (with_others(day, 1, houses=1), nameless, replace(two, topics=frozenset({"chip_stocks"}))):
        assert OTHERS not in [shelf.topic for shelf in build_edition(inputs).shelves]


@LANGS
def test_a_topic_comes_before_stories_without_one(january_27: Day, lang: str) -> None:
    """However many tell them: they have what is left."""
    day = with_others(january_27(lang), 4, houses=4)
    many = [replace(link, symbol=f"S{n}", story_id=f"x{n}") for n, link in enumerate([day.links[0]] * 8)]
    stories = [replace(day.stories[0], id=f"x{n}") for n in range(8)]
    members = [replace(day.members[0], story_id=f"x{n}", article_id=f"x{n}", wire_id=f"x{n}") for n in range(8)]
    moves = [replace(day.moves[0], symbol=f"S{n}") for n in range(8)]
    edition = build_edition(
        replace(
            day,
            moves=[*day.moves, *moves],
            links=[*day.links, *many],
            stories=[*day.stories, *stories],
            members=[*day.members, *members],
        )
    )
    assert [shelf.topic for shelf in edition.shelves] == ["ai_model_launch"]


@pytest.mark.parametrize(("lang", "words"), [("fr", "depuis dim. 26 janv."), ("en", "since Sun 26 Jan")])
def test_a_story_that_is_neither_new_nor_known_says_since_when(january_27: Day, lang: str, words: str) -> None:
    """An edition may have named it as a rival alone."""
    day = january_27(lang)
    stories = [replace(s, first_at=datetime(2025, 1, 26, 9, tzinfo=UTC)) if s.id == "en-4" else s for s in day.stories]
    older = replace(day.members[5], article_id="old", wire_id="old", told_at=datetime(2025, 1, 26, 9, tzinfo=UTC))
    edition = build_edition(replace(day, stories=stories, members=[*day.members, older]))
    assert all(words in part for part in parts(edition))


@pytest.mark.parametrize(
    ("lang", "words"), [("fr", "nouveau</b> · 1 média"), ("en", "new</b> · 1 independent publisher")]
)
def test_a_story_on_tokens_is_new_on_the_page_too(january_27: Day, lang: str, words: str) -> None:
    """As in the text."""
    html, text = parts(build_edition(january_27(lang)))
    watch = html[html.index("75 faux jetons") :]
    assert words in watch
    assert words.replace("</b>", "") in text[text.index("75 faux jetons") :]


@pytest.mark.parametrize(
    ("lang", "headline", "line"),
    [
        ("fr", "Aucun mouvement anormal", "5 valeurs et paniers en séance : 4 séances ordinaires, 1 non mesurée."),
        ("en", "No abnormal move", "5 instruments and baskets with a session: 4 ordinary sessions, 1 not measured."),
    ],
)
def test_a_day_without_moves_says_so_once(january_27: Day, lang: str, headline: str, line: str) -> None:
    """The headline that nothing moved, the line under it how many sessions there were."""
    day = january_27(lang)
    moves = [m if m.verdict is MoveVerdict.UNMEASURED else replace(m, verdict=MoveVerdict.QUIET) for m in day.moves]
    edition = build_edition(replace(day, moves=moves))
    w = mail_wording_of(lang, edition.timezone)
    assert w.headline(edition) == headline
    assert flat(f"{w.tally(edition)}.") == line
    assert all(line in part for part in parts(edition))


@pytest.mark.parametrize(("lang", "words"), [("fr", "6 séances suivies"), ("en", "6 sessions followed")])
def test_sessions_are_counted_where_an_instrument_has_two(january_27: Day, lang: str, words: str) -> None:
    """A window over a weekend has two sessions of a coin."""
    day = january_27(lang)
    again = replace(day.moves[2], session_on=date(2025, 1, 26))
    edition = build_edition(replace(day, moves=[*day.moves, again]))
    assert flat(mail_wording_of(lang, edition.timezone).tally(edition)).startswith(words)


@LANGS
def test_a_day_on_which_nothing_closed_has_no_line_of_zeros(january_27: Day, lang: str) -> None:
    """Its headline says all."""
    edition = build_edition(replace(january_27(lang), moves=()))
    tally = flat(mail_wording_of(lang, edition.timezone).tally(edition))
    assert all(tally.rstrip(" :") not in part for part in parts(edition))


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fr", "3 incidents (page interdite par robots.txt : 2, autre : 1)"),
        ("en", "3 incidents (page forbidden by robots.txt: 2, other: 1)"),
    ],
)
def test_incidents_are_told_by_their_kind(january_27: Day, lang: str, words: str) -> None:
    """A kind that this language has no words for is another one."""
    counts = Counts(failure_kinds=(("robots", 2), ("new_kind", 1)))
    edition = build_edition(replace(january_27(lang), counts=counts))
    assert words in flat(" ".join(mail_wording_of(lang, edition.timezone).counts(edition)))

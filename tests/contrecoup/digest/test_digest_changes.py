"""An edition says what the one before would say otherwise."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from contrecoup.digest.build import EditionInputs, build_edition
from contrecoup.digest.changes import last_moves
from contrecoup.digest.edition import Changes, Edition
from contrecoup.digest.render import render_html, render_text
from contrecoup.models import DigestItem, Link, LinkLabel, MoveVerdict, Silence

Day = Callable[[str], EditionInputs]
FRIDAY = date(2025, 1, 24)


def _item(day: EditionInputs, section: str, key: str, *, days_before: int = 1, link: Link | None = None) -> DigestItem:
    return DigestItem(
        edition_on=day.edition_on - timedelta(days=days_before),
        lang=day.lang,
        profile=day.profile,
        section=section,
        position=0,
        key=key,
        title="",
        story_id=link and link.story_id,
        label=link and link.label,
    )


def _after(day: EditionInputs, was: Link) -> Edition:
    """The edition, when the last one gave Nvidia's Friday one link and it has the first of the day's by now."""
    linked = _item(day, "linked_moves", f"NVDA@{FRIDAY}", link=was)
    older = _item(day, "linked_moves", f"AMD@{FRIDAY}", days_before=2, link=was)
    stood = [_item(day, "linked_stories", story) for story in ("en-1", "fr-2")]
    return build_edition(
        replace(day, previous=(linked, *stood, older), earlier_links=[replace(day.links[0], session_on=FRIDAY)])
    )


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        (
            "fr",
            "NVIDIA, vendredi 24 janvier : désormais coïncidence forte avec « Nvidia chute de 17 % à la clôture ».",
        ),
        (
            "en",
            "Friday 24 January: now a strong coincidence with “Chip shares slide as DeepSeek spooks the AI trade”.",
        ),
    ],
)
def test_a_link_to_another_story_is_told(january_27: Day, lang: str, line: str) -> None:
    """By the instrument, the day, and the story of now in the reader's language, though that story stood there too."""
    day = january_27(lang)
    edition = _after(day, replace(day.links[0], story_id="fr-2"))
    (revision,) = edition.changes.revisions
    assert (revision.name, revision.session_on, revision.was) == ("NVIDIA", FRIDAY, LinkLabel.STRONG)
    assert line in " ".join(render_text(edition).split())
    assert line in " ".join(render_html(edition).split())


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("fr", "désormais coïncidence forte, au lieu de coïncidence simple."),
        ("en", "now a strong coincidence, it was a simple coincidence."),
    ],
)
def test_another_label_of_the_same_story_is_told(january_27: Day, lang: str, line: str) -> None:
    """With the label that it had."""
    day = january_27(lang)
    edition = _after(day, replace(day.links[0], label=LinkLabel.COINCIDES))
    assert line in " ".join(render_text(edition).split())
    assert line in " ".join(render_html(edition).split())


def test_the_same_link_is_no_change(january_27: Day) -> None:
    """The same story with the same label; and older editions are past."""
    day = january_27("fr")
    assert _after(day, day.links[0]).changes == Changes()


@pytest.mark.parametrize(("lang", "words"), [("fr", "un récit trouvé depuis"), ("en", "a story found since")])
def test_a_story_found_since_is_told(january_27: Day, lang: str, words: str) -> None:
    """A move that had none when the edition left."""
    day = january_27(lang)
    items = (_item(day, "unexplained", f"NVDA@{FRIDAY}"), _item(day, "linked_stories", "en-1"))
    edition = build_edition(replace(day, previous=items, earlier_links=[replace(day.links[0], session_on=FRIDAY)]))
    assert edition.changes.revisions[0].was is None
    assert words in render_text(edition).replace("\xa0", " ")


@pytest.mark.parametrize(("lang", "words"), [("fr", "le lien ne tient plus"), ("en", "the link no longer holds")])
def test_a_link_that_no_longer_holds_is_told(january_27: Day, lang: str, words: str) -> None:
    """No link of now, or one to a story that is not known."""
    day = january_27(lang)
    linked = _item(day, "linked_moves", f"NVDA@{FRIDAY}", link=day.links[0])
    items = (linked, _item(day, "unexplained", f"AMD@{FRIDAY}"))
    gone = replace(day.links[0], session_on=FRIDAY, story_id="nobody's")
    for links in ((), (gone,)):
        edition = build_edition(replace(day, previous=items, earlier_links=links))
        assert [revision.story for revision in edition.changes.revisions] == [None]
        assert words in " ".join(render_html(edition).split())


@pytest.mark.parametrize(("lang", "more"), [("fr", "et 1 autre article."), ("en", "and 1 more article.")])
def test_late_articles_are_named_in_both_parts(january_27: Day, lang: str, more: str) -> None:
    """Three of them, in the reader's language first; the others are counted."""
    day = replace(january_27(lang), late=frozenset({"en-1", "en-2", "fr-1", "fr-2", "nobody's"}))
    edition = build_edition(day)
    assert edition.changes.late[0].lang == lang
    assert (len(edition.changes.late), edition.changes.more_late) == (3, 1)
    for part in (render_text(edition), render_html(edition)):
        assert edition.changes.late[0].title.replace("\xa0", " ") in " ".join(part.replace("\xa0", " ").split())
        assert more in part.replace("\xa0", " ")


def test_a_late_article_about_tokens_offers_none(january_27: Day) -> None:
    """Late or not, an amount of money is left out."""
    day = january_27("fr")
    documents = [replace(one, title="Le jeton $FAKE à 3 dollars") for one in day.documents if one.article_id == "fr-3"]
    edition = build_edition(replace(day, documents=documents, late=frozenset({"fr-3"})))
    assert edition.changes.late[0].title == "Le jeton […] à […]"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_story_that_goes_on_has_a_line_and_no_place_on_the_shelves(january_27: Day, lang: str) -> None:
    """Unless nothing moved with it, which is news."""
    day = january_27(lang)
    seen = replace(day, previous=(_item(day, "ai_model_launch", "en-4"),))
    edition = build_edition(seen)
    assert [telling.story_id for telling in edition.continued] == ["en-4"]
    assert edition.others == ()
    assert render_text(edition).count("Janus-Pro") == render_text(build_edition(day)).count("Janus-Pro")
    quiet = replace(day.moves[0], symbol="IBM", verdict=MoveVerdict.QUIET, simple_return=0.004)
    silence = Silence(symbol="IBM", session_on=quiet.session_on, story_id="en-4", method="m", publishers=4)
    still = build_edition(replace(seen, moves=[*day.moves, quiet], silences=[silence]))
    assert still.continued == ()
    assert [shelf.topic for shelf in still.others] == ["ai_model_launch"]


@pytest.mark.parametrize(("lang", "words"), [("fr", "Aucun lien révisé"), ("en", "No link revised")])
def test_that_nothing_changed_is_said(january_27: Day, lang: str, words: str) -> None:
    """The section never goes missing."""
    edition = build_edition(january_27(lang))
    assert words in render_html(edition)
    assert words in render_text(edition)


def test_only_the_last_edition_is_looked_back_at(january_27: Day) -> None:
    """Its sessions, by symbol and day; a symbol may hold an at sign's neighbours."""
    day = january_27("fr")
    items = [
        _item(day, "linked_moves", f"basket:chips@{FRIDAY}"),
        _item(day, "unexplained", f"SU.PA@{FRIDAY}"),
        _item(day, "linked_stories", "s"),
        _item(day, "linked_moves", f"AMD@{FRIDAY}", days_before=3),
    ]
    assert last_moves(items) == {("basket:chips", FRIDAY), ("SU.PA", FRIDAY)}
    assert last_moves([]) == frozenset()

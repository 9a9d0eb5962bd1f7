"""An edition says what the one before would say otherwise."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from contrecoup.digest.build import EditionInputs, build_edition
from contrecoup.digest.changes import last_moves
from contrecoup.digest.edition import Changes
from contrecoup.digest.render import render_html, render_text
from contrecoup.models import DigestItem, MoveVerdict, Silence

Day = Callable[[str], EditionInputs]
FRIDAY = date(2025, 1, 24)


def _item(day: EditionInputs, section: str, key: str, *, days_before: int = 1) -> DigestItem:
    return DigestItem(
        edition_on=day.edition_on - timedelta(days=days_before),
        lang=day.lang,
        profile=day.profile,
        section=section,
        position=0,
        key=key,
        title="",
    )


def _after(day: EditionInputs, *sections: str, story: str = "fr-2") -> Changes:
    """What changed, when the last edition had Nvidia's Friday in some section, beside a story."""
    items = [_item(day, section, f"NVDA@{FRIDAY}") for section in sections]
    older = _item(day, "linked_moves", f"AMD@{FRIDAY}", days_before=2)
    return build_edition(
        replace(
            day,
            previous=(*items, _item(day, "linked_stories", story), older),
            earlier_links=[replace(day.links[0], session_on=FRIDAY)],
        )
    ).changes


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("fr", "NVIDIA, vendredi 24 janvier : désormais avec « Nvidia chute de 17 % à la clôture »."),
        ("en", "NVIDIA, Friday 24 January: now with “Chip shares slide as DeepSeek spooks the AI trade”."),
    ],
)
def test_a_link_to_another_story_is_told(january_27: Day, lang: str, line: str) -> None:
    """By the instrument, the day, and the story of now in the reader's language."""
    day = january_27(lang)
    (revision,) = _after(day, "linked_moves").revisions
    assert (revision.name, revision.session_on, revision.was_linked) == ("NVIDIA", FRIDAY, True)
    edition = build_edition(
        replace(
            day,
            previous=(_item(day, "linked_moves", f"NVDA@{FRIDAY}"),),
            earlier_links=[replace(day.links[0], session_on=FRIDAY)],
        )
    )
    assert line in " ".join(render_text(edition).split())
    assert line in " ".join(render_html(edition).split())


def test_a_link_to_the_same_story_is_no_change(january_27: Day) -> None:
    """The last edition had the story, and older editions are past."""
    assert _after(january_27("fr"), "linked_moves", story="en-1") == Changes()


@pytest.mark.parametrize(("lang", "words"), [("fr", "un récit trouvé depuis"), ("en", "a story found since")])
def test_a_story_found_since_is_told(january_27: Day, lang: str, words: str) -> None:
    """A move that had none when the edition left."""
    day = january_27(lang)
    items = (_item(day, "unexplained", f"NVDA@{FRIDAY}"), _item(day, "linked_stories", "en-1"))
    edition = build_edition(replace(day, previous=items, earlier_links=[replace(day.links[0], session_on=FRIDAY)]))
    assert not edition.changes.revisions[0].was_linked
    assert words in render_text(edition).replace("\xa0", " ")


@pytest.mark.parametrize(("lang", "words"), [("fr", "le lien ne tient plus"), ("en", "the link no longer holds")])
def test_a_link_that_no_longer_holds_is_told(january_27: Day, lang: str, words: str) -> None:
    """No link of now, or one to a story that is not known."""
    day = january_27(lang)
    items = (_item(day, "linked_moves", f"NVDA@{FRIDAY}"), _item(day, "unexplained", f"AMD@{FRIDAY}"))
    gone = replace(day.links[0], session_on=FRIDAY, story_id="nobody's")
    for links in ((), (gone,)):
        edition = build_edition(replace(day, previous=items, earlier_links=links))
        assert [revision.title for revision in edition.changes.revisions] == [None]
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


@pytest.mark.parametrize(("lang", "words"), [("fr", "Aucun lien revu"), ("en", "No link revised")])
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

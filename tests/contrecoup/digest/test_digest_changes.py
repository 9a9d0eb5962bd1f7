"""An edition says what the one before would say otherwise."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from contrecoup.digest.build import EditionInputs, build_edition, items_of
from contrecoup.digest.changes import moves_told, session_of, unsettled
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
    older = _item(day, "unexplained", f"NVDA@{FRIDAY}", days_before=2)
    titles = {story.id: story.title for story in day.stories}
    stood = [replace(_item(day, "linked_stories", story), title=titles[story]) for story in ("en-1", "fr-2")]
    return build_edition(
        replace(day, previous=(linked, *stood, older), earlier_links=[replace(day.links[0], session_on=FRIDAY)])
    )


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        (
            "fr",
            "à la clôture », au lieu de « Vistra et le courant : la peur d'un trop-plein ».",
        ),
        (
            "en",
            "the AI trade”, instead of “Vistra et le courant : la peur d'un trop-plein”.",
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


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_story_that_was_regrouped_is_the_same_story(january_27: Day, lang: str) -> None:
    """Its id is its founder's: the articles of then, under another founder, are no other story."""
    day = january_27(lang)
    was = replace(day.links[0], story_id="fr-1")
    assert _after(day, was).changes == Changes()
    (revision,) = _after(day, replace(was, label=LinkLabel.COINCIDES)).changes.revisions
    assert revision.same_story


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_link_that_was_never_kept_is_not_compared(january_27: Day, lang: str) -> None:
    """Rows that are older than the columns for story and label, whatever holds now."""
    day = january_27(lang)
    old = _item(day, "linked_moves", f"NVDA@{FRIDAY}")
    for links in ((), (replace(day.links[0], session_on=FRIDAY),)):
        assert build_edition(replace(day, previous=(old,), earlier_links=links)).changes == Changes()


@pytest.mark.parametrize(
    ("lang", "more"), [("fr", "et {} autre{s} lien{s} révisé{s}."), ("en", "and {} more revised link{s}.")]
)
@pytest.mark.parametrize("number", [5, 6, 7])
def test_five_revisions_are_told_and_the_others_counted(january_27: Day, lang: str, more: str, number: int) -> None:
    """A market that is grouped anew changes dozens; an edition is read in five minutes."""
    day = january_27(lang)
    items = [_item(day, "linked_moves", f"S{place}@{FRIDAY}", link=day.links[0]) for place in range(number)]
    edition = build_edition(replace(day, previous=items))
    assert (len(edition.changes.revisions), edition.changes.more_revised) == (5, number - 5)
    line = more.format(number - 5, s="s" if number > 6 else "")
    for part in (render_text(edition), render_html(edition)):
        assert (line in part.replace("\xa0", " ")) == (number > 5)


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
    assert "Janus-Pro" not in render_text(edition).split("\n====")[2]
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


def test_a_session_is_compared_with_what_was_told_of_it_last(january_27: Day) -> None:
    """In whichever edition that was; by symbol and day, and a symbol may hold an at sign's neighbours."""
    day = january_27("fr")
    items = [
        _item(day, "linked_moves", f"basket:chips@{FRIDAY}", link=day.links[0]),
        _item(day, "unexplained", f"basket:chips@{FRIDAY}", days_before=2),
        _item(day, "unexplained", f"SU.PA@{FRIDAY}", days_before=3),
        _item(day, "linked_stories", "s"),
        _item(day, "linked_moves", f"AMD@{FRIDAY}", days_before=3),
    ]
    told = moves_told(items)
    assert [(session_of(key), item.section) for key, item in sorted(told.items())] == [
        (("SU.PA", FRIDAY), "unexplained"),
        (("basket:chips", FRIDAY), "linked_moves"),
    ]
    assert moves_told([]) == {}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_revision_is_told_once(january_27: Day, lang: str) -> None:
    """The next edition compares with it; a link that changes again is told again, and that it is gone, too."""
    day = january_27(lang)
    now = replace(day.links[0], session_on=FRIDAY)
    then = _item(day, "linked_moves", f"NVDA@{FRIDAY}", days_before=4, link=replace(now, story_id="fr-2"))
    first = build_edition(replace(day, previous=[then], earlier_links=[now]))
    [told] = [item for item in items_of(first) if item.section == "revised"]
    assert (told.key, told.story_id, told.label) == (f"NVDA@{FRIDAY}", "en-1", LinkLabel.STRONG)
    past = [then, replace(told, edition_on=day.edition_on - timedelta(days=1))]
    assert build_edition(replace(day, previous=past, earlier_links=[now])).changes == Changes()
    weaker = replace(now, label=LinkLabel.COINCIDES)
    assert len(build_edition(replace(day, previous=past, earlier_links=[weaker])).changes.revisions) == 1
    [gone] = [item for item in items_of(build_edition(replace(day, previous=past))) if item.section == "revised"]
    assert (gone.story_id, gone.label) == (None, None)
    assert build_edition(replace(day, previous=[then, gone_before(gone)])).changes == Changes()


def gone_before(item: DigestItem) -> DigestItem:
    """The same in the edition before."""
    return replace(item, edition_on=item.edition_on - timedelta(days=1))


def test_only_stories_that_a_revision_may_name_are_asked_for(january_27: Day) -> None:
    """A link that is as it was told needs none."""
    day = january_27("fr")
    same, other = (replace(day.links[0], symbol=symbol, session_on=FRIDAY) for symbol in ("NVDA", "AMD"))
    items = [_item(day, "linked_moves", f"NVDA@{FRIDAY}", link=same), _item(day, "unexplained", f"AMD@{FRIDAY}")]
    assert unsettled(items, [same]) == frozenset()
    assert unsettled(items, [same, other]) == {"en-1"}
    nowhere = replace(day, previous=items[:1], earlier_links=[same], stories=(), links=())
    assert build_edition(nowhere).changes == Changes()


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", "le lien avec « Un titre » ne tient plus"), ("en", "the link with “Un titre” no longer holds")],
)
def test_a_link_that_no_longer_holds_names_its_story(january_27: Day, lang: str, words: str) -> None:
    """By the title under which the edition showed it."""
    day = january_27(lang)
    linked = _item(day, "linked_moves", f"NVDA@{FRIDAY}", link=day.links[0])
    stood = replace(_item(day, "linked_stories", "en-1"), title="Un titre")
    edition = build_edition(replace(day, previous=[linked, stood]))
    assert all(words in " ".join(part.split()) for part in (render_text(edition), render_html(edition)))

"""The watch on tokens shows the borrowed name, the numbers and the denial, and offers nothing to buy."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contrecoup.digest.build import build_edition
from contrecoup.digest.edition import Counted, Telling, Watch
from contrecoup.digest.inputs import EditionInputs
from contrecoup.digest.mail_wording import mail_wording_of
from contrecoup.digest.render import render_html, render_text
from contrecoup.models import LookAlike

Day = Callable[[str], EditionInputs]


def row(kind: str, *, article: str = "fr-3", field: str = "lead", **values: Any) -> LookAlike:  # noqa: ANN401  any fields of the row
    """A row of an article about tokens named after DeepSeek."""
    written = LookAlike(
        article_id=article,
        version=1,
        field=field,
        start=0,
        end=1,
        kind=kind,
        brand="org:deepseek",
        name="DeepSeek",
        surface="",
        reason="",
        number=None,
        unit="",
        qualifier="",
        sentence="",
        method="m",
    )
    return replace(written, **values)


def day_with(day: EditionInputs, *rows: LookAlike) -> EditionInputs:
    """The day, on which two other publishers tell the story of the tokens too, one of them by a wire copy."""
    story = next(member for member in day.members if member.article_id == "fr-3")
    document = next(document for document in day.documents if document.article_id == "fr-3")
    english = replace(document, article_id="en-9", publisher="hound.example", lang="en", title="75 DeepSeek fakes")
    return replace(
        day,
        members=(
            *day.members,
            replace(story, article_id="en-9", publisher="hound.example", lang="en", wire_id="en-9"),
            replace(story, article_id="fr-9", publisher="copy.example", wire_id="fr-3"),
        ),
        documents=(*day.documents, english, replace(document, article_id="fr-9", publisher="copy.example")),
        labels=(
            *day.labels,
            *(replace(label, article_id="en-9") for label in day.labels if label.article_id == "fr-3"),
        ),
        look_alikes=rows,
    )


def watch_in(day: EditionInputs) -> Watch:
    """The watch of the story."""
    (telling,) = build_edition(day).tokens
    assert telling.watch is not None
    return telling.watch


def test_a_story_without_a_borrowed_name_has_no_watch(january_27: Day) -> None:
    """Rows about another article are not its own."""
    (telling,) = build_edition(day_with(january_27("fr"), row("brand", article="other"))).tokens
    assert telling.watch is None


def test_each_publisher_states_its_first_number_and_copies_none(january_27: Day) -> None:
    """Equal numbers stand together, the most told first; a later, more careful qualifier of the same number counts."""
    watch = watch_in(
        day_with(
            january_27("fr"),
            row("brand"),
            row("count", number=75.0, qualifier="exact", field="title"),
            row("count", number=75.0, qualifier="at_least"),
            row("count", number=300.0, qualifier="exact", field="text"),
            row("count", article="en-9", number=75.0, qualifier="at_least"),
            row("count", article="fr-9", number=9.0, qualifier="exact"),
        )
    )
    assert watch.counts == (
        Counted(number=75.0, qualifier="at_least", unit="", publishers=("hound.example", "jetons.example")),
    )


def test_sister_titles_state_a_number_once(january_27: Day) -> None:
    """The first title of a house speaks for it."""
    day = day_with(
        january_27("fr"),
        row("brand"),
        row("count", number=75.0, qualifier="exact"),
        row("count", article="en-9", number=90.0, qualifier="exact"),
    )
    of_one_house = tuple(
        replace(member, owner="house.example") if member.story_id == "fr-3" else member for member in day.members
    )
    assert [len(watch_in(one).counts) for one in (day, replace(day, members=of_one_house))] == [2, 1]


def test_different_numbers_stand_side_by_side(january_27: Day) -> None:
    """Each with its publisher; "dozens" is one number, whatever the language takes it to mean."""
    counts = watch_in(
        day_with(
            january_27("en"),
            row("brand"),
            row("count", number=20.0, qualifier="dozens"),
            row("count", article="en-9", number=24.0, qualifier="dozens"),
        )
    ).counts
    assert [(one.qualifier, len(one.publishers)) for one in counts] == [("dozens", 2)]
    other = (row("count", number=75.0, qualifier="exact"), row("count", article="en-9", number=90.0, qualifier="about"))
    counts = watch_in(day_with(january_27("en"), row("brand"), *other)).counts
    assert [one.number for one in counts] == [90.0, 75.0]


def test_the_name_that_most_publishers_tell_of_comes_first(january_27: Day) -> None:
    """Names in titles and leads; one that only a body speaks of stands alone when there is no other."""
    trump = {"brand": "person:trump", "name": "Donald Trump"}
    watch = watch_in(
        day_with(
            january_27("fr"),
            row("brand", **trump),
            row("brand", start=5),
            row("brand", article="en-9"),
            row("brand", article="en-9", field="text", brand="NVDA", name="Nvidia"),
        )
    )
    assert watch.names == ("DeepSeek", "Donald Trump")
    only_in_text = day_with(january_27("fr"), row("brand", field="text"), row("brand", field="text", start=9, **trump))
    assert watch_in(only_in_text).names == ("DeepSeek",)


def test_the_brands_own_denial_goes_before_an_articles(january_27: Day) -> None:
    """Then the reader's language, then a sentence that needs nothing left out."""
    states = row("denial", reason="states", sentence="DeepSeek n'a jamais émis de jeton.")
    says = row("denial", article="en-9", reason="says", sentence="DeepSeek said it has no token.")
    denial = watch_in(day_with(january_27("fr"), row("brand"), states, says)).denial
    assert denial is not None
    assert (denial.publisher, denial.official, denial.lang) == ("hound.example", True, "en")
    french = row("denial", start=3, reason="says", sentence="DeepSeek dément tout jeton.")
    denial = watch_in(day_with(january_27("fr"), row("brand"), says, french)).denial
    assert denial is not None
    assert denial.text == "DeepSeek dément tout jeton."


def test_a_sentence_that_says_where_the_brand_spoke_goes_before_an_aside(january_27: Day) -> None:
    """In a lead the denial is but the occasion of a joke; the brand's own words go before both."""
    said = {"reason": "says", "article": "en-9"}
    aside = row("denial", **said, sentence="DeepSeek says it has no token, which leaves little room.")
    told = row("denial", **said, field="text", sentence="DeepSeek dealt with it on X: it has issued no token.")
    own = row("denial", **said, field="text", start=9, sentence="“We have issued no token”, DeepSeek said.")
    for rows, first in [((aside, told), told), ((aside, told, own), own), ((aside, replace(told, field="lead")), told)]:
        denial = watch_in(day_with(january_27("en"), row("brand"), *rows)).denial
        assert denial is not None
        assert denial.text == first.sentence


def test_of_equal_denials_the_text_speaks_before_the_lead_and_the_title(january_27: Day) -> None:
    """Where none says more than another."""
    rows = [
        row("denial", field=field, reason="says", sentence=f"DeepSeek dément tout jeton ({field}).")
        for field in ("title", "lead", "text")
    ]
    for last in (3, 2, 1):
        denial = watch_in(day_with(january_27("fr"), row("brand"), *rows[:last])).denial
        assert denial is not None
        assert denial.text == rows[last - 1].sentence


@pytest.mark.parametrize(
    ("lang", "sentence", "start"),
    [
        ("fr", "« Nous n’avons émis aucun jeton », dit DeepSeek.", "Démenti officiel, cité par jetons.example : "),
        ("fr", "DeepSeek dément tout jeton « DeepSeek ».", "Démenti rapporté par jetons.example : "),
        ("en", "DeepSeek: “We have not issued any token.”", "Official denial, quoted by jetons.example: "),
        ("en", "DeepSeek denies any “DeepSeek” token.", "Denial reported by jetons.example: "),
    ],
)
def test_only_the_brands_words_in_quotation_marks_are_quoted_as_official(
    january_27: Day, lang: str, sentence: str, start: str
) -> None:
    """A name in quotation marks is no quotation; what a newsroom reports is said to be reported."""
    watch = watch_in(day_with(january_27(lang), row("brand"), row("denial", reason="says", sentence=sentence)))
    assert plain(mail_wording_of(lang, "Europe/Paris").denial(watch)).startswith(start)


@pytest.mark.parametrize(
    ("lang", "told"), [("fr", "multiplié par 3 en un jour (jetons.example)"), ("en", "multiplied by 3 in a day")]
)
def test_a_growth_has_its_span_where_all_who_state_it_tell_the_same(january_27: Day, lang: str, told: str) -> None:
    """One who tells none, or another, takes it away."""
    grown: dict[str, Any] = {"number": 3.0, "qualifier": "exact", "unit": "times"}
    first = row("growth", **grown, surface="tripler", sentence="Ce qui les a fait tripler en vingt-quatre heures.")
    other = row("growth", **grown, article="en-9", surface="tripled", sentence="The fakes tripled.")
    alone, both = (
        mail_wording_of(lang, "Europe/Paris").watch(watch_in(day_with(january_27(lang), row("brand"), *rows)))
        for rows in ((first,), (first, other))
    )
    assert told in plain(alone)
    assert "multipli" in both
    assert "un jour" not in plain(both)
    assert "a day" not in plain(both)


def plain(text: str) -> str:
    """The text with plain blanks."""
    return " ".join(text.split())


LINES = {
    "fr": (
        "Nom emprunté : DeepSeek.",
        "au moins 75 (jetons.example)",
        "multiplié par 3 (jetons.example)",
        "2 300 000 dollars (jetons.example)",
        "Démenti rapporté par jetons.example : « DeepSeek dément tout jeton. »",
    ),
    "en": (
        "Name borrowed: DeepSeek.",
        "at least 75 (jetons.example)",
        "multiplied by 3 (jetons.example)",
        "2,300,000 dollars (jetons.example)",
        "Denial reported by jetons.example: “DeepSeek dément tout jeton.”",
    ),
}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_watch_reads_in_both_languages(january_27: Day, lang: str) -> None:
    """As text and as HTML, by templates and quotations."""
    edition = build_edition(
        day_with(
            january_27(lang),
            row("brand"),
            row("count", number=75.0, qualifier="at_least"),
            row("growth", number=3.0, qualifier="exact", unit="times"),
            row("loss", number=2_300_000.0, qualifier="exact", unit="usd"),
            row("denial", reason="says", sentence="DeepSeek dément tout jeton."),
        )
    )
    for page in (render_text(edition), render_html(edition)):
        told = " ".join(page.split())
        assert all(line in told for line in LINES[lang]), told


@pytest.mark.parametrize(
    ("lang", "none", "stated"),
    [
        (
            "fr",
            "Aucun démenti officiel trouvé.",
            "Pas de démenti de première main ; jetons.example écrit : « Aucun jeton. »",
        ),
        ("en", "No official denial found.", "No first-hand denial; jetons.example writes: “Aucun jeton.”"),
    ],
)
def test_the_absence_of_an_official_denial_is_said(january_27: Day, lang: str, none: str, stated: str) -> None:
    """So is a statement that is only the article's."""
    day = january_27(lang)
    assert none in " ".join(render_text(build_edition(day_with(day, row("brand")))).split())
    with_statement = day_with(day, row("brand"), row("denial", reason="states", sentence="Aucun jeton."))
    assert stated in " ".join(render_text(build_edition(with_statement)).split())


OFFERS = (
    "$DEEPSEEK",
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU",
    "48 millions de dollars",
    "+300 %",
)


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("offer", OFFERS)
def test_nothing_that_helps_to_buy_is_shown(january_27: Day, lang: str, offer: str) -> None:
    """Not in a title, a translation, a counterpart or a quotation, in either form of the page."""
    day = day_with(
        january_27(lang), row("brand"), row("denial", reason="says", sentence=f"DeepSeek dément le jeton {offer}.")
    )
    text = f"Faux jeton DeepSeek {offer} dévoilé"
    day = replace(
        day,
        stories=tuple(replace(story, title=text) if story.id == "fr-3" else story for story in day.stories),
        documents=tuple(replace(d, title=text) if d.article_id in {"fr-3", "en-9"} else d for d in day.documents),
        translations=(replace(day.translations[0], article_id="fr-3", to_lang=lang, text=text),),
    )
    edition = build_edition(day)
    (telling,) = edition.tokens
    assert_offers_nothing(telling, offer)
    for page in (render_text(edition), render_html(edition)):
        assert offer not in " ".join(page.split())
        assert "[…]" in page


def assert_offers_nothing(telling: Telling, offer: str) -> None:
    """No text that a page could show of the story holds the offer."""
    shown = [telling.title, telling.translation, telling.counterpart, *(source.title for source in telling.sources)]
    assert not any(offer in text for text in shown if text)

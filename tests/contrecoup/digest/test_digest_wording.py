import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from contrecoup.digest.build import Counts, EditionInputs, build_edition
from contrecoup.digest.edition import Cited, Quote, Said, SlowBurn
from contrecoup.digest.mail_wording import mail_wording_of
from contrecoup.digest.wording import Wording, read_phrases
from contrecoup.models import DeliveryState, MoveVerdict, Status, Verdict

Day = Callable[[str], EditionInputs]
FR, EN = mail_wording_of("fr", "Europe/Paris"), mail_wording_of("en", "Europe/Paris")
CAUSAL = re.compile(
    r"\b(caus\w*|because|due to|trigger\w*|driven|provoqu\w*|en raison|grâce|déclench\w*|entraîn\w*|expliqu\w*)",
    re.IGNORECASE,
)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_our_own_words_never_speak_of_causes(lang: str) -> None:
    """A coincidence is all that is shown."""
    assert [phrase for phrase in read_phrases(lang).values() if CAUSAL.search(phrase)] == []


@pytest.mark.parametrize(("rate", "fr", "en"), [(0.021, "2 %", "2%"), (0.004, "moins de 1 %", "under 1%")])
def test_a_base_rate_is_told_as_a_share_of_ordinary_sessions(rate: float, fr: str, en: str) -> None:
    """In whole percent, and never as none at all."""
    assert FR.share(rate).replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ") == fr
    assert EN.share(rate) == en


def test_a_slow_burn_is_told_with_its_lag_in_days_and_sessions() -> None:
    """R1: released on a holiday, a week before the fall."""
    slow = SlowBurn(story=Cited(title="R1 est là", lang="en"), days=7, sessions=4)
    assert "paru 7 jours plus tôt (4 séances)" in FR.slow_burn(slow).replace("\N{NO-BREAK SPACE}", " ")
    assert "first told 7 days (4 sessions) before" in EN.slow_burn(slow).replace("\N{NO-BREAK SPACE}", " ")


def test_a_story_is_cited_by_a_title_of_the_press_alone() -> None:
    """No sentence of ours holds what a machine made of a title."""
    cited = Cited(title="Janus", lang="en")
    assert FR.cited(cited).replace("\N{NO-BREAK SPACE}", " ") == "« Janus »"
    assert EN.cited(cited) == "“Janus”"


@pytest.mark.parametrize(
    ("lang", "story", "words"),
    [("fr", "en-4", "coïncidence forte avec un récit paru en anglais"), ("en", "fr-2", "with a story told in French")],
)
def test_the_headline_of_a_story_without_a_title_in_the_readers_language_cites_none(
    january_27: Day, lang: str, story: str, words: str
) -> None:
    """It says in which language it was told."""
    day = january_27(lang)
    edition = build_edition(replace(day, links=[replace(day.links[0], story_id=story)]))
    assert mail_wording_of(lang, "Europe/Paris").headline(edition).replace("\xa0", " ").endswith(words)


def test_both_languages_have_the_same_phrases_and_values() -> None:
    """A phrase that one language lacks would break its edition."""
    names = {
        lang: {key: sorted(re.findall(r"{\w+}", text)) for key, text in read_phrases(lang).items()}
        for lang in ("fr", "en")
    }
    assert names["fr"] == names["en"]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_status_of_an_article_has_words(lang: str) -> None:
    """Full needs none: nothing is missing then."""
    assert {f"status.{status.value}" for status in Status if status is not Status.FULL} <= read_phrases(lang).keys()
    assert DeliveryState.SENT.value not in read_phrases(lang)


@pytest.mark.parametrize(
    ("fraction", "french", "english"),
    [
        (-0.1697, "−17,0\xa0%", "−17.0%"),
        (0.032, "+3,2\xa0%", "+3.2%"),
        (-0.0001, "0,0\xa0%", "0.0%"),
        (0.0, "0,0\xa0%", "0.0%"),
        (12.345, "+1\u202f234,5\xa0%", "+1,234.5%"),
    ],
)
def test_percentages_follow_each_language(fraction: float, french: str, english: str) -> None:
    """A true minus, the language's marks, and no sign before a zero."""
    assert (FR.percent(fraction), EN.percent(fraction)) == (french, english)


def test_plurals_follow_each_language() -> None:
    """Zero is singular in French and plural in English."""
    assert FR.say("story.articles", n=0) == "0\xa0article"
    assert EN.say("story.articles", n=0) == "0\xa0articles"
    assert FR.say("story.articles", n=1_000_000) == "1\u202f000\u202f000\xa0articles"


def test_times_are_told_in_the_zone_of_the_edition(january_27: Day) -> None:
    """05:30 in universal time is half past six in Paris in winter."""
    edition = build_edition(january_27("fr"))
    assert FR.moment(edition.until_at) == "mar.\xa028\xa0janv.,\xa06\xa0h\xa030"
    assert EN.moment(edition.until_at) == "Tue\xa028\xa0Jan,\xa006:30"


@pytest.mark.parametrize(
    ("hours", "french", "english"),
    [
        (0.0, "récit paru à la clôture", "story first told at the close"),
        (0.2, "récit paru 12 minutes avant la clôture", "story first told 12 minutes before the close"),
        (-0.83, "récit paru 50 minutes après la clôture", "story first told 50 minutes after the close"),
        (-1.5, "récit paru 90 minutes après la clôture", "story first told 90 minutes after the close"),
        (-2.0, "récit paru 2 heures après la clôture", "story first told 2 hours after the close"),
        (11.4, "récit paru 11 heures avant la clôture", "story first told 11 hours before the close"),
        (12.67, "récit paru lun. 9 h 20, avant la clôture", "story first told Mon 09:20, before the close"),
        (-12.67, "récit paru lun. 9 h 20, après la clôture", "story first told Mon 09:20, after the close"),
        (174.0, "récit paru 7 jours avant la clôture", "story first told 7 days before the close"),
    ],
)
def test_the_lag_is_said_in_minutes_then_in_hours_by_the_hour_and_in_days(
    hours: float, french: str, english: str
) -> None:
    """R1 was released a week before the session; nobody counts 32 hours back."""
    told_at = datetime(2025, 1, 27, 8, 20, tzinfo=UTC)
    told = [w.lag(hours, told_at).replace("\xa0", " ") for w in (FR, EN)]
    assert told == [french, english]


def _said(verdict: Verdict, measured: float | None, **changes: str) -> Said:
    said = Said(
        publisher="p.example",
        size=-17.0,
        unit="percent",
        qualifier="exact",
        period="close",
        verdict=verdict,
        measured=measured,
        basis="close" if measured else "",
        reason="no_bars",
    )
    return replace(said, **changes)


def test_a_checked_claim_is_one_sentence() -> None:
    """What was said, what was measured, and what follows."""
    assert FR.said(_said(Verdict.CONFIRMED, -16.97)) == (
        "p.example annonce une baisse de 17\xa0%, confirmée à la clôture (−16,97\xa0%)."
    )
    assert EN.said(_said(Verdict.CONTRADICTED, -11.0, qualifier="about", period="day")) == (
        "p.example reports a fall of about 17% on the day, contradicted at the close (−11.00%)."
    )


def test_a_third_is_not_told_as_33_3_percent() -> None:
    """The article said "nearly a third"."""
    said = replace(_said(Verdict.CONFIRMED, -29.88, qualifier="nearly"), size=-33.3)
    assert EN.said(said) == "p.example reports a fall of nearly a third, confirmed at the close (−29.88%)."
    assert FR.said(said).startswith("p.example annonce une baisse de près d’un tiers, confirmée")
    assert FR.said(replace(said, size=66.7)).startswith("p.example annonce une hausse de près de deux tiers,")


@pytest.mark.parametrize(
    ("qualifier", "french", "english"),
    [
        ("exact", ("une hausse de 3\xa0%", "une baisse d’un tiers"), ("a rise of 3%", "a fall of a third")),
        (
            "about",
            ("une hausse d’environ 3\xa0%", "une baisse d’environ un tiers"),
            ("a rise of about 3%", "about a third"),
        ),
        (
            "nearly",
            ("une hausse de près de 3\xa0%", "une baisse de près d’un tiers"),
            ("a rise of nearly 3%", "nearly a third"),
        ),
        (
            "up_to",
            ("hausse allant jusqu’à 3\xa0%", "baisse allant jusqu’à un tiers"),
            ("a rise of up to 3%", "up to a third"),
        ),
        (
            "more_than",
            ("une hausse de plus de 3\xa0%", "baisse de plus d’un tiers"),
            ("rise of more than 3%", "more than a third"),
        ),
    ],
)
def test_a_claim_is_told_as_a_fall_or_a_rise(qualifier: str, french: tuple[str, str], english: tuple[str, str]) -> None:
    """Not by a sign, whatever stands before the size."""
    rise = replace(_said(Verdict.CONFIRMED, 3.1, qualifier=qualifier), size=3.0)
    fall = replace(rise, size=-33.3)
    for said, fr, en in zip((rise, fall), french, english, strict=True):
        assert f"{fr}, confirmée" in FR.said(said)
        assert f"{en}, confirmed" in EN.said(said)


@pytest.mark.parametrize(
    ("text", "french", "english"),
    [
        ("Le jeton « R1 » est né", "«\xa0Le jeton “R1” est né\xa0»", "“Le jeton « R1 » est né”"),
        ("The “R1” token", "«\xa0The “R1” token\xa0»", "“The ‘R1’ token”"),
    ],
)
def test_marks_within_a_quotation_are_inner_ones(text: str, french: str, english: str) -> None:
    """Of the reader's language; those of another one stay."""
    assert (FR.quoted(text), EN.quoted(text)) == (french, english)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_apostrophes_are_typographic(lang: str) -> None:
    """In all that is read; in a pattern of dates the straight one quotes."""
    straight = {name for name, text in read_phrases(lang).items() if "'" in text}
    assert {name.partition(".")[0] for name in straight} <= {"format"}


def test_a_claim_that_cannot_be_checked_says_why() -> None:
    """A code without words is shown as it is, not hidden."""
    said = _said(Verdict.UNCHECKABLE, None, unit="usd_bn", period="premarket")
    assert FR.said(said) == (
        "p.example annonce une baisse de 17\xa0Md$ avant l’ouverture, invérifiable (aucun cours reçu)."
    )
    assert EN.said(replace(said, reason="new_code")).endswith("cannot be checked (new_code).")


def test_the_headline_names_the_first_move_and_its_story(january_27: Day) -> None:
    """With a title in the reader's language when there is one."""
    assert FR.headline(build_edition(january_27("fr"))) == (
        "NVIDIA −17,0\xa0% lundi\xa027\xa0janvier\xa0: coïncidence forte avec "
        "«\xa0Nvidia chute de 17\xa0% à la clôture\xa0»"
    )
    assert EN.headline(build_edition(january_27("en"))) == (
        "NVIDIA −17.0% on Monday\xa027\xa0January: strong coincidence with "
        "“Chip shares slide as DeepSeek spooks the AI trade”"
    )


def test_the_headline_of_a_day_without_stories_says_so(january_27: Day) -> None:
    """The largest move, and that no story was found."""
    edition = build_edition(replace(january_27("en"), links=()))
    assert EN.headline(edition) == "Vistra −28.3% on Monday\xa027\xa0January: no story found"


def test_a_quiet_day_and_a_closed_day_have_headlines_and_subjects(january_27: Day) -> None:
    """Nothing happened, or nothing was open."""
    day = january_27("fr")
    quiet = build_edition(replace(day, moves=[replace(move, verdict=MoveVerdict.QUIET) for move in day.moves]))
    closed = build_edition(replace(day, moves=()))
    assert FR.headline(quiet) == "Aucun mouvement anormal"
    assert FR.headline(closed) == "Aucune séance close depuis la dernière édition"
    assert FR.subject(quiet) == "Contrecoup, 28 janvier 2025\xa0: aucun mouvement anormal, 5 séances mesurées"
    assert EN.subject(closed) == "Contrecoup, 28 January 2025: no session closed"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_subject_holds_no_word_of_the_press(with_title: Callable[[str, str], EditionInputs], lang: str) -> None:
    """Fixed words, the date, the instrument's name and figures."""
    subject = mail_wording_of(lang, "Europe/Paris").subject(build_edition(with_title(lang, "Zzyzx")))
    assert "Zzyzx" not in subject
    assert "NVIDIA" in subject


def test_the_states_of_the_footer_add_up(january_27: Day) -> None:
    """Eight entries: six and two."""
    edition = build_edition(january_27("en"))
    assert EN.counts(edition)[1] == "8\xa0feed entries in the period (read in full: 6, for subscribers: 2)."


def test_a_story_that_goes_on_names_the_edition_before(january_27: Day) -> None:
    """A reader knows it already."""
    telling = build_edition(january_27("fr")).shelves[0].tellings[0]
    assert FR.about(replace(telling, seen_on=date(2025, 1, 27))).endswith(
        "déjà dans l’édition du lundi\xa027\xa0janvier"
    )


@pytest.mark.parametrize(("words", "line"), [(FR, "p.example écrit «\xa0a b\xa0»"), (EN, "p.example writes “a b”")])
def test_a_quotation_names_its_publisher(words: Wording, line: str) -> None:
    """Between the marks of the edition's language."""
    assert words.quote(Quote(publisher="p.example", lang="en", text="a b")) == line


def test_a_footer_without_news_says_so(january_27: Day) -> None:
    """No entries and no incident are said, not left out."""
    edition = build_edition(replace(january_27("fr"), counts=Counts()))
    assert FR.counts(edition) == [
        "0 flux sur 0 ont répondu.",
        "Aucune entrée de flux sur la période.",
        "Articles en français\xa0: 0, en anglais\xa0: 0\xa0; aucun incident.",
        "1\xa0récit non montré.",
    ]


def test_an_instrument_that_is_not_named_says_what_is(january_27: Day) -> None:
    """Its sector, or the market as a whole."""
    match = build_edition(january_27("fr")).groups[0].matches[0]
    sector = FR.why(replace(match, named_by=(), directness=0.4))
    assert sector.startswith("Son secteur est cité\xa0;")
    assert EN.why(replace(match, named_by=(), directness=0.1)).startswith("The market as a whole is named;")
    assert EN.why(replace(match, named_by=(), directness=1.0)).startswith("Named in the story;")

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from contrecoup.digest.build import Counts, EditionInputs, build_edition
from contrecoup.digest.edition import Quote, Said, SlowBurn
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
    slow = SlowBurn(title="R1 est là", days=7, sessions=4)
    assert "raconté 7 jours plus tôt (4 séances)" in FR.slow_burn(slow).replace("\N{NO-BREAK SPACE}", " ")
    assert "first told 7 days (4 sessions) before" in EN.slow_burn(slow).replace("\N{NO-BREAK SPACE}", " ")


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
    assert FR.moment(edition.until_at) == "mar.\xa028\xa0janv.,\xa006\xa0h\xa030"
    assert EN.moment(edition.until_at) == "Tue\xa028\xa0Jan,\xa006:30"


@pytest.mark.parametrize(
    ("hours", "french", "english"),
    [
        (0.2, "premier article moins d'une heure avant la clôture", "first article less than an hour before the close"),
        (13.0, "premier article 13 h avant la clôture", "first article 13 h before the close"),
        (-2.0, "premier article 2 h après la clôture", "first article 2 h after the close"),
        (174.0, "premier article 7 jours avant la clôture", "first article 7 days before the close"),
    ],
)
def test_the_lag_is_said_in_hours_then_in_days(hours: float, french: str, english: str) -> None:
    """R1 was released a week before the session."""
    assert (FR.lag(hours).replace("\xa0", " "), EN.lag(hours).replace("\xa0", " ")) == (french, english)


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
        "p.example annonce −17\xa0%, mesuré −16,97\xa0% à la clôture\xa0: confirmé."
    )
    assert EN.said(_said(Verdict.CONTRADICTED, -11.0, qualifier="about", period="day")) == (
        "p.example says about −17% on the day, measured −11.00% at the close: contradicted by prices."
    )


def test_a_third_is_not_told_as_33_3_percent() -> None:
    """The article said "nearly a third"."""
    said = replace(_said(Verdict.CONFIRMED, -29.88, qualifier="nearly"), size=-33.3)
    assert EN.said(said) == "p.example says nearly −1/3, measured −29.88% at the close: confirmed."
    assert FR.said(replace(said, size=66.7)).startswith("p.example annonce près de +2/3,")


def test_a_claim_that_cannot_be_checked_says_why() -> None:
    """A code without words is shown as it is, not hidden."""
    said = _said(Verdict.UNCHECKABLE, None, unit="usd_bn", period="premarket")
    assert FR.said(said) == "p.example annonce −17\xa0Md$ avant l'ouverture, non vérifiable (aucun cours reçu)."
    assert EN.said(replace(said, reason="new_code", unit="times")).endswith("cannot be checked (new_code).")


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
    assert FR.headline(quiet) == "Aucun mouvement anormal\xa0: 5\xa0séances mesurées, toutes dans l'ordinaire"
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
    assert EN.counts(edition)[1] == "8\xa0feed entries in the window (read in full 6, for subscribers 2)."


def test_a_story_that_goes_on_names_the_edition_before(january_27: Day) -> None:
    """A reader knows it already."""
    telling = build_edition(january_27("fr")).shelves[0].tellings[0]
    assert FR.about(replace(telling, seen_on=date(2025, 1, 27))).endswith(
        "suite, déjà dans l'édition du lundi\xa027\xa0janvier"
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
        "Aucune entrée de flux dans la fenêtre.",
        "Articles en français\xa0: 0, en anglais\xa0: 0\xa0; aucun incident.",
    ]


def test_an_instrument_that_is_not_named_says_what_is(january_27: Day) -> None:
    """Its sector, or the market as a whole."""
    match = build_edition(january_27("fr")).groups[0].matches[0]
    sector = FR.why(replace(match, named_by=0, directness=0.4))
    assert sector.startswith("Son secteur est nommé\xa0;")
    assert EN.why(replace(match, named_by=0, directness=0.1)).startswith("The market as a whole is named;")
    assert EN.why(replace(match, named_by=0, directness=1.0)).startswith("Named in the story;")

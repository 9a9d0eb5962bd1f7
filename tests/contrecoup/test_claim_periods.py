from datetime import UTC, date, datetime

import pytest

from contrecoup.claim_grammar import quantities
from contrecoup.claim_periods import day_near, period_near

WEDNESDAY = datetime(2025, 1, 29, 21, tzinfo=UTC)


def period(lang: str, sentence: str, place: int = 0) -> str:
    """The period of one of a sentence's figures."""
    amounts = quantities(sentence, lang)
    own = amounts[place]
    first = amounts[place - 1].end if place else 0
    last = amounts[place + 1].start if place + 1 < len(amounts) else len(sentence)
    return period_near(sentence, own.start, own.end, others=(first, last))


@pytest.mark.parametrize(
    ("lang", "sentence", "found"),
    [
        ("fr", "Nvidia perd 3 % depuis le début de l'année.", "year_to_date"),
        ("en", "Nvidia is up 3% year to date.", "year_to_date"),
        ("en", "Nvidia has gained 3% YTD.", "year_to_date"),
        ("fr", "Nvidia gagne 40 % sur un an.", "year"),
        ("en", "Nvidia rose 40% in 2024.", "year"),
        ("fr", "Nvidia recule de 9 % sur un mois.", "month"),
        ("en", "Nvidia fell 9% in December.", "month"),
        ("fr", "La semaine dernière, Nvidia a perdu 15 %.", "week"),
        ("en", "Nvidia fell 15% over the past five days.", "week"),
        ("fr", "Nvidia cède 20 % depuis son plus haut de novembre.", "span"),
        ("en", "Nvidia is down 20% from its one-year high.", "span"),
        ("en", "Nvidia climbed 12% across Monday and Tuesday.", "span"),
        ("fr", "Nvidia perd 12 % vers 15h30.", "intraday"),
        ("en", "Nvidia was down 5.6% as of noon ET.", "intraday"),
        ("fr", "Nvidia cède 11 % en préouverture.", "premarket"),
        ("en", "Nvidia fell 5% in extended hours.", "afterhours"),
        ("fr", "Le bitcoin plonge de 9 % en vingt-quatre heures.", "day"),
        ("en", "Bitcoin is off 6% in the past 24 hours.", "day"),
        ("en", "Nvidia fell 17% amid this week's rout.", "unknown"),
        ("fr", "Nvidia perd 17 %.", "unknown"),
    ],
)
def test_the_words_of_time_give_the_period(lang: str, sentence: str, found: str) -> None:
    """Whatever moment or stretch a newsroom counts by."""
    assert period(lang, sentence) == found


@pytest.mark.parametrize(
    ("lang", "sentence", "found"),
    [
        ("fr", "Nvidia reprend 1,8 % vendredi, mais perd 15,8 % sur l'ensemble de la semaine.", ("day", "week")),
        ("en", "Nvidia fell 3.1% on Friday, bringing its weekly loss to nearly 16%.", ("day", "week")),
        ("fr", "Depuis le début de l'année, Nvidia gagne 20 % et AMD 10 %.", ("year_to_date", "year_to_date")),
        ("en", "Nvidia is up 20% and AMD down 10% this year.", ("year_to_date", "year_to_date")),
    ],
)
def test_each_figure_has_the_period_beside_it(lang: str, sentence: str, found: tuple[str, str]) -> None:
    """What stands beyond another figure belongs to that one, unless nothing nearer tells."""
    assert (period(lang, sentence, 0), period(lang, sentence, 1)) == found


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [("fr", "Nvidia a clôturé en baisse de 17 % lundi."), ("en", "Nvidia closed down 17% on Monday.")],
)
def test_a_moment_of_the_session_says_more_than_its_day(lang: str, sentence: str) -> None:
    """Though the day stands nearer."""
    assert period(lang, sentence) == "close"


@pytest.mark.parametrize(
    ("lang", "sentence"), [("fr", "Le bitcoin perd 22 % en…"), ("en", "Bitcoin, ether drop 22% in...")]
)
def test_a_sentence_cut_off_after_its_figure_lost_its_period(lang: str, sentence: str) -> None:
    """So that its figure is not held against one session."""
    assert period(lang, sentence) == "span"


@pytest.mark.parametrize(
    ("lang", "sentence", "found"),
    [
        ("fr", "Nvidia a perdu 17 % lundi.", date(2025, 1, 27)),
        ("en", "Nvidia fell 17% on Monday.", date(2025, 1, 27)),
        ("fr", "Nvidia a gagné 8 % hier.", date(2025, 1, 28)),
        ("en", "Nvidia gained 8% yesterday.", date(2025, 1, 28)),
        ("fr", "Nvidia perd 4 % ce jour.", date(2025, 1, 29)),
        ("en", "Nvidia is down 4% today.", date(2025, 1, 29)),
        ("fr", "Nvidia avait perdu 17 % le 27 janvier.", date(2025, 1, 27)),
        ("en", "Nvidia lost 17% on Dec. 30.", date(2024, 12, 30)),
        ("fr", "Nvidia publiera vendredi prochain, après 4 % de hausse.", None),
        ("en", "Nvidia fell 9%, following Monday's plunge.", None),
        ("fr", "Nvidia a perdu 4 % le 31 juin.", None),
        ("fr", "Nvidia gagne 3 % contre 1 % la veille.", None),
    ],
)
def test_a_named_day_is_the_last_one_of_that_name(lang: str, sentence: str, found: date | None) -> None:
    """Told on Wednesday 29 January 2025; no day to come, and none of another clause."""
    own = quantities(sentence, lang)[0]
    assert day_near(sentence, own.start, own.end, told_at=WEDNESDAY, lang=lang) == found


ASIDES = [
    ("en", "Vistra (VST), the producer that had been a darling of the past year, cratered 28.3%.", "unknown"),
    ("en", "Vistra, a darling of the past year, cratered 28.3%.", "unknown"),
    ("en", "Vistra, which had soared in 2024, cratered 28.3% on Monday.", "day"),
    ("en", "Vistra had been a darling of the past year but cratered 28.3%.", "unknown"),
    ("en", "After doubling in 2024, Vistra cratered 28.3%.", "unknown"),
    ("en", "Vistra cratered 28.3%, its worst day in a year.", "unknown"),
    ("en", "Vistra cratered 28.3%, a blow to a stock that had soared in the past year.", "unknown"),
    ("en", "Vistra cratered 28.3% and has been a darling of the past year.", "unknown"),
    ("fr", "Vistra, chouchou de l'an dernier, plonge de 28,3 %.", "unknown"),
    ("fr", "Vistra, qui avait brillé en 2024, plonge de 28,3 % lundi.", "day"),
    ("fr", "Vistra, qui a ouvert à 120 dollars, plonge de 28,3 %.", "unknown"),
    ("fr", "Vistra avait brillé sur un an mais plonge de 28,3 %.", "unknown"),
    ("fr", "Après avoir brillé en 2024, Vistra plonge de 28,3 %.", "unknown"),
    ("fr", "Vistra plonge de 28,3 %, sa plus forte baisse en un an.", "unknown"),
]
OWN = [
    ("en", "Vistra, over the past year, gained 28.3%.", "year"),
    ("en", "Over the past year, Vistra gained 28.3%.", "year"),
    ("en", "Vistra (VST, New York) has been on a tear in 2024, gaining 28.3%.", "year"),
    ("en", "Vistra fell 28.3% for the week, its worst since March.", "week"),
    ("en", "Vistra fell 28.3% on the week and closed at $136.", "week"),
    ("fr", "Vistra, sur un an, gagne 28,3 %.", "year"),
    ("fr", "Sur un an, Vistra gagne 28,3 %.", "year"),
    ("fr", "Vistra perd 28,3 % sur la semaine, sa pire depuis mars.", "week"),
]


@pytest.mark.parametrize(("lang", "sentence", "found"), [*ASIDES, *OWN])
def test_only_the_verb_of_the_move_has_its_period(lang: str, sentence: str, found: str) -> None:
    """Words of time in an aside, before another verb, or of how rare the move is tell nothing of how long it took."""
    assert period(lang, sentence) == found


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "Vistra, which reported on Monday, cratered 28.3%."),
        ("fr", "Vistra, qui a publié lundi, plonge de 28,3 %."),
    ],
)
def test_the_day_of_an_aside_is_not_the_moves(lang: str, sentence: str) -> None:
    """What was published then moved the share when it could."""
    (own,) = quantities(sentence, lang)
    assert day_near(sentence, own.start, own.end, told_at=WEDNESDAY, lang=lang) is None

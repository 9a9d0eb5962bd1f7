"""How a denial of a token is told: by what means, and in whose words; and within what span the tokens grew."""

import pytest

from contrecoup.impersonation_denials import is_verbatim, names_channel
from contrecoup.impersonation_numbers import span_of


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("DeepSeek dealt with the matter on X: it has issued no cryptocurrency.", True),
        ("In a statement, DeepSeek said it had issued no token.", True),
        ("DeepSeek says on its official website that no token is its own.", True),
        ("The company says it has issued no cryptocurrency, which leaves very little room.", False),
        ("DeepSeek l’a redit lundi sur X : aucune cryptomonnaie.", True),
        ("Dans un communiqué, DeepSeek dément tout jeton.", True),
        ("DeepSeek rappelle sur son compte officiel n’avoir émis aucun jeton.", True),
        ("DeepSeek dément tout jeton, ce qui laisse peu de place au doute.", False),
    ],
)
def test_a_denial_may_name_its_channel(sentence: str, *, named: bool) -> None:
    """A network, a statement or a site of the brand's own; an account that is only counted is none."""
    assert names_channel(sentence) is named


@pytest.mark.parametrize(
    ("sentence", "quoted"),
    [
        ("“We have never issued a token,” DeepSeek wrote.", True),
        ('DeepSeek wrote: "There is no official token."', True),
        ("DeepSeek denies the “DeepSeek AI Agent Official” token.", False),
        ("DeepSeek says it has issued no token.", False),
        ("« Nous n’avons émis aucun jeton », écrit DeepSeek.", True),
        ("DeepSeek dément le jeton « DeepSeek AI ».", False),
        ("DeepSeek dit n’avoir émis aucun jeton.", False),
    ],
)
def test_a_denial_is_verbatim_only_between_quotation_marks(sentence: str, *, quoted: bool) -> None:
    """A name or a term between them is not the denial."""
    assert is_verbatim(sentence) is quoted


@pytest.mark.parametrize(
    ("sentence", "words", "span"),
    [
        ("The fakes tripled in a day.", "tripled", "day"),
        ("The fakes doubled within just 24 hours.", "doubled", "day"),
        ("Over a week, the number of fakes doubled.", "doubled", "week"),
        ("The fakes tripled overnight.", "tripled", "night"),
        ("Blockaid counted 75 fakes in a day, three times as many as before.", "three times as many", ""),
        ("The fakes tripled.", "tripled", ""),
        ("The fakes tripled in a day.", "", ""),
        ("Les contrefaçons ont de quoi tripler en vingt-quatre heures.", "tripler", "day"),
        ("Leur nombre a doublé en une semaine.", "doublé", "week"),
        ("En un mois, leur nombre a doublé.", "doublé", "month"),
        ("Blockaid compte 75 faux en un jour, trois fois plus qu’avant.", "trois fois plus", ""),
        ("Leur nombre a doublé.", "doublé", ""),
    ],
)
def test_a_growth_has_the_span_that_stands_by_its_own_words(sentence: str, words: str, span: str) -> None:
    """Of the same clause; another figure's is not its own."""
    assert span_of(sentence, words) == span

"""A firm's shop as the place of another's work, in both languages: no mention of the firm."""

import pytest
from newsprint import TABLE, document

from contrecoup.entities import find_mentions
from contrecoup.shops import is_shop

PLACES = [
    ("en", "DeepSeek is No. 1 among free apps in Apple's U.S. App Store"),
    ("en", "DeepSeek became the top free title in Apple’s U.S. store"),
    ("en", "DeepSeek tops Apple's App Store, dethroning ChatGPT"),
    ("en", "DeepSeek tops the charts on Google Play"),
    ("en", "The DeepSeek app is now available in the Microsoft Store"),
    ("en", "The new model of Mistral AI is available on the Microsoft Azure Marketplace"),
    ("en", "The model of Mistral AI is available on Amazon's AWS Marketplace"),
    ("en", "TikTok returns to Apple and Google app stores"),
    ("fr", "DeepSeek détrône ChatGPT sur l’App Store d’Apple"),
    ("fr", "DeepSeek, numéro un de l'App Store américain d'Apple"),
    ("fr", "DeepSeek se hisse en tête de la boutique d'applications d'Apple"),
    ("fr", "Numéro un de l'Apple Store, DeepSeek affole la toile"),
    ("fr", "L'application, disponible sur Google Play, séduit"),
    ("fr", "L’application est disponible sur le Microsoft Store"),
    ("fr", "Le modèle est disponible sur l'Amazon Web Services Marketplace"),
    ("fr", "Sur les boutiques d'applications d'Apple et de Google, DeepSeek est premier"),
]
FIRMS = [
    ("en", "AAPL", "Apple's App Store fees face an EU probe"),
    ("en", "AAPL", "Apple removes an app from its App Store"),
    ("en", "AAPL", "TikTok is removed from Apple's App Store"),
    ("en", "AAPL", "Apple opens its first store in Mumbai"),
    ("en", "AAPL", "Queues at the Apple Store as the iPhone launches"),
    ("en", "GOOGL", "Google Play fees cut by half"),
    ("en", "MSFT", "Microsoft adds the model of DeepSeek to Azure"),
    ("fr", "AAPL", "L'App Store d'Apple visé par une enquête"),
    ("fr", "AAPL", "Les règles de l'App Store d'Apple jugées abusives"),
    ("fr", "AAPL", "Fortnite n'est plus disponible dans le magasin d'applications d'Apple"),
    ("fr", "AAPL", "Apple recule après la première place de DeepSeek sur l'App Store"),
    ("fr", "MSFT", "Microsoft rend DeepSeek disponible sur Azure"),
]


def instruments(lang: str, title: str) -> set[str]:
    """The instruments that a title names."""
    return {mention.target for mention in find_mentions(document(title, lang), TABLE) if ":" not in mention.target}


@pytest.mark.parametrize(("lang", "title"), PLACES)
def test_a_shop_in_which_anothers_work_ranks_or_is_sold_names_no_firm(lang: str, title: str) -> None:
    """The app tops the list; the owner of the list has done nothing."""
    assert instruments(lang, title) == set()


@pytest.mark.parametrize(("lang", "symbol", "title"), FIRMS)
def test_what_the_owner_of_a_shop_does_or_suffers_names_the_firm(lang: str, symbol: str, title: str) -> None:
    """Its terms, its bans, its suits and its shops in the street are its own news."""
    assert instruments(lang, title) == {symbol}


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "Apple's shares fell as DeepSeek topped the list in Apple's App Store"),
        ("fr", "L'action Apple recule quand DeepSeek devient première sur l'App Store d'Apple"),
    ],
)
def test_a_firm_that_is_named_beside_its_shop_is_named_once(lang: str, title: str) -> None:
    """Only the second name is the shop's."""
    assert instruments(lang, title) == {"AAPL"}
    second = title.rindex("Apple")
    assert is_shop(title, second, second + 5)
    assert not is_shop(title, title.index("Apple"), title.index("Apple") + 5)

"""Look-alike tokens in French and English: whose name, how many, who denies it; and what is none of it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from contrecoup.brands import BrandTable
from contrecoup.impersonations import METHOD, find_look_alikes
from contrecoup.models import Document, LookAlike, Status

TABLE = BrandTable.load()


def article(lang: str, title: str, lead: str = "", text: str = "") -> Document:
    """An article of 27 January."""
    return Document(
        article_id="a",
        version=1,
        url="https://presse.example/a",
        publisher="presse.example",
        title=title,
        lead=lead,
        text=text,
        status=Status.FULL,
        lang=lang,
        lang_score=1.0,
        published_at=None,
        seen_at=datetime(2025, 1, 27, tzinfo=UTC),
    )


def rows(kind: str, title: str, lead: str = "", text: str = "") -> list[LookAlike]:
    """What is found of a kind."""
    return [row for row in find_look_alikes(article("en", title, lead, text), TABLE) if row.kind == kind]


def brands(title: str) -> list[str]:
    """Whose names are borrowed."""
    return [row.brand for row in rows("brand", title)]


@pytest.mark.parametrize(
    ("sentence", "brand"),
    [
        ("De faux jetons DeepSeek circulent.", "org:deepseek"),
        ("Faux TRUMP, vraies pertes : les jetons pullulent.", "person:trump"),
        ("Des contrefaçons de DeepSeek inondent Solana.", "org:deepseek"),
        ("Un jeton usurpe le nom de Mistral AI.", "org:mistral"),
        ("Un jeton sosie d'OpenAI grimpe.", "org:openai"),
        ("Un jeton « D33pSeek » attire les acheteurs.", "org:deepseek"),
        ("OpenAI met en garde contre un jeton qui porte son nom.", "org:openai"),
        ("Le jeton n'a aucun lien avec Anthropic.", "org:anthropic"),
        ("Faux USDT en circulation.", "org:tether"),
        ("Des jetons au nom de Zinedine Zidane circulent.", "name:zinedine_zidane"),
        ("Le jeton ParisCoin se fait passer pour un projet de la ville.", "name:paris"),
        ("Fake DeepSeek tokens spread.", "org:deepseek"),
        ("TRUMP copycats flood Solana.", "person:trump"),
        ("A token impersonating OpenAI fooled buyers.", "org:openai"),
        ("DEEPSEEK-AI is a fake token.", "org:deepseek"),
        ("A DeepSеek coin appeared.", "org:deepseek"),
        ("Nvidia warned of bogus tokens using its logo.", "NVDA"),
        ("The coin has no connection to Palantir.", "PLTR"),
        ("Fake USDC spreads.", "org:circle"),
        ("Google asked to remove a token unrelated to the company.", "GOOGL"),
        ("Police warn of counterfeit tokens posing as MrBeast's.", "name:mrbeast"),
        ("ＤＥＥＰＳＥＥＫ in wide letters is yet another counterfeit coin.", "org:deepseek"),
        ("Fake 'Gwadar coin' sold in Pakistan.", "name:gwadar"),
    ],
)
def test_the_borrowed_name_is_found(sentence: str, brand: str) -> None:
    """By the place where it stands: "fake X tokens", "jetons au nom de X"; known to a table or not."""
    assert brands(sentence) == [brand]


@pytest.mark.parametrize(
    "sentence",
    [
        "Donald Trump lance son propre jeton sur Solana.",
        "Attention aux contrefaçons, dit la mairie : 20 000 jetons de stationnement DeepSeek.",
        "DeepSeek facture 2,19 dollars le million de jetons en sortie.",
        "Un faux patron de Nvidia vante un placement.",
        "Un faux site de Binance vole les mots de passe.",
        "Coinbase retire deux jetons après examen.",
        "President Trump launches his own memecoin.",
        "A fake Nvidia CEO promised to double viewers' bitcoin.",
        "Counterfeit Intel chips were found in 75 switches.",
        "Binance lists 75 tokens in its zone.",
        "Access tokens were stolen from a fake Microsoft login page.",
        "Tether denied reports that it plans to leave Europe.",
        "Meta has not launched a token yet.",
        "Is there an official DeepSeek token?",
        "The ParisCoin token is sold by the city.",
    ],
)
def test_other_news_is_no_look_alike(sentence: str) -> None:
    """Launches that impersonate nobody, tokens of other kinds, fakes of other things."""
    assert find_look_alikes(article("en", sentence), TABLE) == []


def test_a_list_of_names_is_found_whole() -> None:
    """In both orders of words."""
    assert brands("De faux jetons « Qwen » et « Kimi » pullulent.") == ["org:alibaba", "org:moonshot"]
    assert brands('Fake "Qwen" and "Kimi" tokens proliferate.') == ["org:alibaba", "org:moonshot"]
    assert brands("Faux jetons de marques d'IA, dont ChatGPT et Claude.") == ["org:openai", "org:anthropic"]


@pytest.mark.parametrize(
    ("words", "number", "qualifier"),
    [
        ("Plus de soixante-quinze contrefaçons", 75, "more_than"),
        ("Au moins 75 jetons frauduleux", 75, "at_least"),
        ("Quatre-vingt-douze copies", 92, "exact"),
        ("Une vingtaine de faux jetons", 20, "about"),
        ("Plus d'une centaine de faux jetons", 100, "more_than"),
        ("Des dizaines de jetons bidon", 20, "dozens"),
        ("Des centaines de contrefaçons", 200, "hundreds"),
        ("Mille deux cents faux jetons", 1200, "exact"),
        ("1 200 faux jetons", 1200, "exact"),
        ("Pas moins de 4 200 faux jetons", 4200, "at_least"),
        ("More than 75 fake tokens", 75, "more_than"),
        ("75 or more fakes", 75, "at_least"),
        ("Seventy-five fake coins", 75, "exact"),
        ("Nearly ninety look-alikes", 90, "about"),
        ("Some two hundred knock-offs", 200, "about"),
        ("Dozens of fake tokens", 24, "dozens"),
        ("Two dozen impostors", 24, "exact"),
        ("Thousands of copycat coins", 2000, "thousands"),
        ("Three thousand five hundred fakes", 3500, "exact"),
    ],
)
def test_the_number_stated_is_kept_with_its_qualifier(words: str, number: int, qualifier: str) -> None:
    """Figures and words of both languages; of "dozens" the least that it means."""
    [count] = rows("count", "Fake DeepSeek tokens.", f"{words} of DeepSeek have been seen on Solana.")
    assert (count.number, count.qualifier, count.brand) == (number, qualifier, "org:deepseek")
    assert count.sentence.startswith(words)


@pytest.mark.parametrize(
    ("sentence", "numbers"),
    [
        ("Les contrefaçons du jeton TRUMP se comptent par centaines.", [200]),
        ("TRUMP token copycats by the dozen.", [12]),
        ("The number of fake DeepSeek tokens rose to 64.", [64]),
        ("De faux jetons DeepSeek : 48 ont été recensés.", [48]),
        ("Fake DeepSeek tokens: 48 were counted.", [48]),
        ("Cinquante faux jetons DeepSeek, contre douze la veille.", [50]),
        ("Fake DeepSeek tokens: 1 was counted, 1 counted.", []),
        ("One of the fake DeepSeek tokens reached 48 million dollars.", []),
        ("We looked at ten of the fake DeepSeek tokens.", []),
        ("Fake DeepSeek tokens cost 600 victims dear.", []),
        ("Fake DeepSeek tokens: 11 fake stablecoin issuers named.", []),
    ],
)
def test_only_look_alikes_are_counted(sentence: str, numbers: list[int]) -> None:
    """Not one of them, not a part of them, not their buyers, dollars or sellers."""
    assert [row.number for row in rows("count", sentence)] == numbers


def test_tokens_are_counted_only_near_words_for_fakes() -> None:
    """Two sentences on, the article may speak of others."""
    assert rows("count", "Fake DeepSeek tokens.", "Solana is busy.", "It is Monday.\nTwelve tokens were listed.") == []


def test_a_number_is_kept_when_no_brand_is_named() -> None:
    """Of tokens that are said to be false, or to copy somebody."""
    [count] = find_look_alikes(article("en", "Police found 114 tokens that copied well-known brands."), TABLE)
    assert (count.kind, count.number, count.brand) == ("count", 114, "")
    assert [row.number for row in rows("count", "Plus de cent faux jetons, un seul auteur")] == [100]
    assert rows("count", "Twelve tokens were listed on Solana.") == []


@pytest.mark.parametrize(
    ("sentence", "times"),
    [
        ("Faux jetons Nvidia : trois fois plus que la veille.", 3),
        ("Les faux jetons DeepSeek ont doublé.", 2),
        ("Le nombre de faux jetons DeepSeek a été multiplié par cinq.", 5),
        ("Fake DeepSeek coins: three times as many as the day before.", 3),
        ("Fake DeepSeek tokens tripled overnight.", 3),
        ("Twice as many fake DeepSeek tokens as on Sunday.", 2),
    ],
)
def test_growth_is_kept_in_times(sentence: str, times: int) -> None:
    """In both languages."""
    assert [(row.number, row.unit) for row in rows("growth", sentence)] == [(times, "times")]


def test_a_word_that_is_no_number_multiplies_nothing() -> None:
    """A factor is a number."""
    assert rows("growth", "Les faux jetons DeepSeek, multipliés par internet.") == []


@pytest.mark.parametrize(
    ("sentence", "amount", "unit"),
    [
        ("Les acheteurs de faux jetons Tesla ont perdu 2,3 millions de dollars.", 2_300_000, "usd"),
        ("De faux jetons Tesla ont siphonné 480 000 euros.", 480_000, "eur"),
        ("Buyers of fake Tesla tokens lost $4.6 million.", 4_600_000, "usd"),
        ("Fake Tesla tokens have drained $310,000 from wallets.", 310_000, "usd"),
        ("Fake Tesla tokens have stolen €1.250 billion.", 1_250_000_000, "eur"),
    ],
)
def test_losses_are_kept_in_dollars_or_euros(sentence: str, amount: float, unit: str) -> None:
    """Decimals and thousands as each language writes them."""
    assert [(row.number, row.unit) for row in rows("loss", sentence)] == [(amount, unit)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Fake DeepSeek tokens reached a market value of $48 million.",
        "Les faux jetons DeepSeek ont pesé 48 millions de dollars.",
        "Fake DeepSeek tokens lost 90% of their buyers.",
    ],
)
def test_prices_are_no_losses(sentence: str) -> None:
    """What a token was worth is never kept."""
    assert rows("loss", sentence) == []


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("DeepSeek a démenti avoir émis un jeton.", "says"),
        ("L'entreprise rappelle que son seul compte officiel est sur X.", "says"),
        ("Elle rappelle n'avoir émis aucune cryptomonnaie.", "says"),
        ("Aucun jeton n'a été émis par DeepSeek, a redit la société.", "says"),
        ("« Nous n'avons émis aucun jeton », écrit DeepSeek.", "says"),
        ("DeepSeek dément tout lien avec le jeton.", "says"),
        ("DeepSeek se désolidarise d'une cryptomonnaie à son nom.", "says"),
        ("Ses équipes ont précisé n'être en lien avec aucune de ces cryptomonnaies.", "says"),
        ("DeepSeek n'a jamais émis de jeton.", "states"),
        ("DeepSeek has not issued any token, the company said.", "says"),
        ("DeepSeek says it has issued no cryptocurrency.", "says"),
        ("DeepSeek denied any link to the token.", "says"),
        ("DeepSeek distanced itself from the coin.", "says"),
        ('"We have never launched a coin," DeepSeek said.', "says"),
        ("There is no official DeepSeek token, the lab reminded users.", "says"),
        ("DeepSeek never issued a token.", "states"),
    ],
)
def test_a_denial_is_the_brands_own_word_or_the_articles(sentence: str, reason: str) -> None:
    """``says`` needs the brand, or who speaks for it, as subject or source; the sentence is quoted."""
    [denial] = rows("denial", "Fake DeepSeek tokens.", sentence)
    assert (denial.reason, denial.sentence, denial.brand) == (reason, sentence, "org:deepseek")


@pytest.mark.parametrize(
    "sentence",
    [
        "Les créateurs du jeton démentent toute escroquerie.",
        "DeepSeek n'a pas commenté l'apparition du jeton.",
        "Selon une rumeur, DeepSeek n'aurait émis aucun jeton.",
        "DeepSeek dément avoir volé des données.",
        "La société de sécurité affirme que DeepSeek n'a émis aucun jeton.",
        "The token's creators denied that it was a scam.",
        "DeepSeek did not respond to a request about the tokens.",
        "Researchers said DeepSeek has not issued any token.",
        "Has DeepSeek issued no token?",
        "The tokens have no connection with the lab.",
        "DeepSeek denied that it used banned chips.",
    ],
)
def test_what_others_say_rumours_and_silence_are_no_denial(sentence: str) -> None:
    """Nor is a denial of something else."""
    assert rows("denial", "Fake DeepSeek tokens.", sentence) == []


def test_the_denier_that_no_table_has_is_the_brand() -> None:
    """A name right before the verb."""
    found = find_look_alikes(article("fr", "Compte X piraté : Nexora dément avoir lancé un jeton"), TABLE)
    assert [(row.kind, row.brand, row.reason) for row in found] == [
        ("denial", "name:nexora", "says"),
        ("brand", "name:nexora", "named_in_text"),
    ]


def test_a_row_says_where_it_stands_and_quotes_its_sentence() -> None:
    """Places count characters of the field, in the order of reading."""
    document = article("en", "Token news", "All quiet.", "Nothing.\nMore than 75 fake DeepSeek tokens were seen.")
    found = find_look_alikes(document, TABLE)
    assert [(row.kind, document.text[row.start : row.end]) for row in found] == [("count", "75"), ("brand", "DeepSeek")]
    assert {(row.method, row.sentence) for row in found} == {(METHOD, "More than 75 fake DeepSeek tokens were seen.")}


def test_a_brand_is_kept_once_a_field_and_spelling() -> None:
    """Ten times the same name say no more than once; another spelling does."""
    found = rows("brand", "", "Fake DeepSeek tokens. Fake DeepSeek coins. Fake D33pSeek coins.")
    assert [(row.surface, row.reason) for row in found] == [
        ("DeepSeek", "same_name"),
        ("D33pSeek", "digits_for_letters"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "fake " * 20_000,
        "faux jetons de la le de du " * 4_000,
        "75 de de de de fake fake fake " * 3_000,
        "DeepSeek dément " * 5_000,
        "jetons au nom de l'" * 5_000,
        "A" * 90_000 + " token fake",
        "Deep Seek Token Fake Not " * 4_000,
    ],
    ids=["fake", "de la", "numbers", "denials", "likened", "letters", "capitals"],
)
@pytest.mark.parametrize("shape", [str, lambda text: text.replace(" ", ". ")], ids=["one sentence", "many"])
def test_hostile_texts_end_soon(text: str, shape: Callable[[str], str]) -> None:
    """A hundred thousand characters of what the patterns look for do not hide the title, nor hang the desk."""
    found = find_look_alikes(article("fr", "Faux jetons DeepSeek", "", shape(text)), TABLE)
    assert (found[0].field, found[0].brand) == ("title", "org:deepseek")

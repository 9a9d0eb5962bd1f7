import pytest

from contrecoup.digest.outward import safe_href, shown, without_offers


@pytest.mark.parametrize(
    "address",
    [
        "/relative",
        "//lesechos.fr/a",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://lesechos.fr/a",
        "https://lesechos.fr@evil.com/",
        "https://user:word@lesechos.fr/",
        "https://user@lesechos.fr/",
        "https://@lesechos.fr/",
        "https://lesechos.fr\\@evil.com/",
        "https://lesechos.fr.evil.com/",
        "https://evil-lesechos.fr/",
        "https://lesechоs.fr/",  # a Cyrillic o
        "https://xn--leschos-9xa.fr/",
        "https://lesechos.fr:8443/a",
        "https://lesechos.fr:port/a",
        "https://lesechos.fr/a b",
        'https://lesechos.fr/"onclick=x',
        "https://lesechos.fr/\nx",
        "https://lesechos.fr/" + "a" * 300,
        "",
    ],
)
def test_an_address_that_may_lead_elsewhere_is_not_linked(address: str) -> None:
    """Only plain http(s) to the publisher's own domain is."""
    assert safe_href(address, "lesechos.fr") is None


@pytest.mark.parametrize("address", ["https://www.lesechos.fr/tech?id=1&a=%20#top", "http://lesechos.fr/"])
def test_the_publishers_own_address_is_linked_as_it_is(address: str) -> None:
    """Sub-domains of the publisher are the publisher."""
    assert safe_href(address, "lesechos.fr") == address


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("voir https://gain.example/pompe", "voir https[:]//gain[.]example/pompe"),
        ("join t.me/pump", "join t[.]me/pump"),
        ("www.gain.example", "www[.]gain[.]example"),
        ("write mailto:a@gain.example", "write mailto[:]a@gain[.]example"),
        ("Nvidia loses 17.0% on 27 Jan. 2025", "Nvidia loses 17.0% on 27 Jan. 2025"),
        ("The U.S. App Store: No. 1", "The U.S. App Store: No. 1"),
        ("Prix : 1.5B-70B", "Prix\xa0: 1.5B-70B"),
    ],
)
def test_no_address_in_a_text_can_be_clicked(text: str, safe: str) -> None:
    """Mail programs link whatever looks like an address; figures and abbreviations stay as they are."""
    assert shown(text) == safe


def test_a_long_text_is_clipped_at_a_word() -> None:
    """An ellipsis says so."""
    assert shown("un deux trois quatre", longest=15) == "un deux trois…"


def test_invisible_characters_are_not_shown() -> None:
    """Bidirectional overrides could turn a text around."""
    assert shown("Nvi\u202edia\u200b\n chute") == "Nvidia chute"


@pytest.mark.parametrize(
    ("address", "publisher"),
    [
        ("https://www.binance.com/fr/news/faux-jetons", "binance.com"),
        ("https://www.coinbase.com/blog/fake-tokens", "coinbase.com"),
        ("https://pump.fun/coin/deepseek", "pump.fun"),
        ("https://dexscreener.com/solana", "dexscreener.com"),
        ("https://etherscan.io/address/0x52908400098527886E0F7030069857D2E4169EE7", "etherscan.io"),
        ("https://t.me/deepseek", "t.me"),
        ("https://www.coindesk.com/price/deepseek", "coindesk.com"),
        ("https://www.presse.fr/cours/deepseek", "presse.fr"),
        ("https://www.presse.fr/jeton/0x52908400098527886E0F7030069857D2E4169EE7", "presse.fr"),
        ("https://www.presse.fr/a/7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU", "presse.fr"),
    ],
)
def test_a_venue_or_a_page_of_a_token_is_never_linked(address: str, publisher: str) -> None:
    """Exchanges, launchpads, trackers, explorers and messengers, even as publishers; nor a publisher's price page."""
    assert safe_href(address, publisher) is None


@pytest.mark.parametrize(
    "address",
    [
        "https://www.presse.fr/2025/01/28/75-faux-jetons-deepseek-en-une-journee",
        "https://www.presse.fr/tokens/fake-deepseek-tokens-flood-solana-in-a-day",
        "https://www.presse.fr/article/5d41402abc4b2a76b9719d911017c592",
    ],
)
def test_an_article_about_tokens_is_linked(address: str) -> None:
    """A section named tokens, and an identifier in hexadecimal, are no page of a token."""
    assert safe_href(address, "presse.fr") == address


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Le jeton $DEEPSEEK bondit", "Le jeton […] bondit"),
        ("adresse 0xAb58…c9D3 diffusée", "adresse […] diffusée"),
        ("contract 7xKX…gAsU shared", "contract […] shared"),
        ("le jeton (DPSK) coté", "le jeton […] coté"),
        ("with the ticker DPSK", "with the ticker […]"),
        ("worth $48 million at its height", "worth […] at its height"),
        ("à 0,0042 dollar pièce", "à […] pièce"),
        ("a pesé 48 millions de dollars", "a pesé […]"),
        ("quarante millions d'euros", "[…]"),
        ("en hausse de +300 % hier", "en hausse de […] hier"),
        ("a 100x in a night", "a […] in a night"),
        ("vaut 1 200 € ou 3 SOL", "vaut […] ou […]"),
        ("75 faux jetons DEEPSEEK le 27 janvier 2025", "75 faux jetons DEEPSEEK le 27 janvier 2025"),
        ("DeepSeek n'a aucun jeton… et le dit", "DeepSeek n'a aucun jeton… et le dit"),
        ("Seventy-five fakes, zero from DeepSeek (again)", "Seventy-five fakes, zero from DeepSeek (again)"),
    ],
)
def test_the_watch_on_tokens_leaves_out_what_one_would_buy_by(text: str, left: str) -> None:
    """Tickers, contract addresses, money, percentages and multiples; counts, dates and the borrowed name stay."""
    assert without_offers(text) == left

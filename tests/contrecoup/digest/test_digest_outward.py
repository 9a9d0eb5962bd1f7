import pytest

from contrecoup.digest.outward import safe_href, shown


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

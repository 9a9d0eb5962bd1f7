"""Pages become articles, or a status that says why not."""

import json
from datetime import UTC, datetime

import pytest

from contrecoup.dates import Published
from contrecoup.models import Status
from extractors.articles import Extracted, PageToExtract, extract_article

NOW = datetime(2025, 1, 28, 12, tzinfo=UTC)
URL = "https://www.exemple.fr/tech/nvidia"
FRENCH = [
    "L’action Nvidia a perdu dix-sept pour cent lundi à Wall Street, la plus forte baisse en dollars de l’histoire.",
    "La sortie du modèle de la société chinoise DeepSeek, moins cher à entraîner, a surpris les investisseurs.",
    "Les fabricants de puces ont suivi le mouvement, de Broadcom à ASML, et le Nasdaq a reculé de trois pour cent.",
    "Plusieurs analystes jugent la réaction excessive, car la demande en calcul pourrait au contraire augmenter.",
]
ENGLISH = [
    "Nvidia shares fell seventeen percent on Monday on Wall Street, the largest loss in dollars in history.",
    "The release of a model by the Chinese company DeepSeek, cheaper to train, came as a surprise to investors.",
    "Chip makers followed, from Broadcom to ASML, and the Nasdaq index of technology shares lost three percent.",
    "Several analysts call the reaction exaggerated, because the demand for computing could grow in the end.",
]
SUMMARY = "Le titre chute après la sortie du modèle de DeepSeek."
LD = {
    "@context": "https://schema.org", "@type": "NewsArticle", "datePublished": "2025-01-27T19:30:00+01:00",
    "description": "Wall Street a vécu lundi une séance noire, emmenée par les fabricants de puces.",
}  # fmt: skip


def html(
    *paragraphs: str,
    title: str = "Nvidia plonge à Wall Street",
    lang: str = "fr",
    head: str = "",
    around: str = "",
    ld: object = None,
) -> str:
    """A page with an article of some paragraphs, and other things around it."""
    script = (
        f'<script type="application/ld+json">{ld if isinstance(ld, str) else json.dumps(ld)}</script>' if ld else ""
    )
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}{script}</head>'
        f"<body><header><nav><a href='/'>Accueil</a></nav></header><main><article><h1>{title}</h1>{body}</article>"
        f"</main>{around}<footer>Mentions légales</footer></body></html>"
    )


def extract(page: str | bytes, *, url: str = URL, content_type: str = "text/html", summary: str = SUMMARY) -> Extracted:
    """What is made of a page that the feed announced."""
    body = page.encode() if isinstance(page, str) else page
    return extract_article(
        PageToExtract(
            url=url, body=body, content_type=content_type, fetched_at=NOW, summary=summary, title="Titre du flux"
        )
    )


@pytest.mark.parametrize(("paragraphs", "lang"), [(FRENCH, "fr"), (ENGLISH, "en")])
def test_an_article_is_read_in_full(paragraphs: list[str], lang: str) -> None:
    """Its paragraphs, one a line, and nothing around them."""
    found = extract(html(*paragraphs, lang=lang, ld=LD))
    assert found.status is Status.FULL
    assert found.text.split("\n")[-4:] == paragraphs
    assert "Mentions" not in found.text
    assert (found.title, found.html_lang, found.words) == ("Nvidia plonge à Wall Street", lang, len(found.text.split()))


def test_a_page_dates_itself_by_its_json_ld() -> None:
    """Before any other clue."""
    head = '<meta property="article:published_time" content="2025-01-20T00:00:00Z">'
    found = extract(html(*FRENCH, head=head, ld={"@graph": [{"@type": "WebPage"}, LD]}))
    assert found.published.at == datetime(2025, 1, 27, 18, 30, tzinfo=UTC)
    assert found.published.source == "jsonld"


@pytest.mark.parametrize(
    ("head", "around", "source"),
    [
        ('<meta property="article:published_time" content="2025-01-27T18:30:00Z">', "", "meta"),
        ("", '<time class="published" datetime="2025-01-27T18:30:00Z">lundi</time>', "time"),
        ("", "<div class='post-date'>27/01/2025</div>", "htmldate"),
    ],
)
def test_a_page_without_json_ld_is_dated_by_the_next_clue(head: str, around: str, source: str) -> None:
    """Meta tags, then ``<time>``, then what htmldate finds; the answer says which."""
    found = extract(html(*FRENCH, head=head, around=around))
    assert found.published.at is not None
    assert found.published.at.date().isoformat() == "2025-01-27"
    assert found.published.source == source


def test_a_page_from_the_future_is_undated() -> None:
    """A script string gave one (adbar/trafilatura#72)."""
    found = extract(html(*FRENCH, ld=LD | {"datePublished": "2025-03-01T00:00:00Z"}))
    assert found.published == Published()


def test_scripts_of_other_types_are_no_clue() -> None:
    """Only JSON-LD is read."""
    head = f'<script type="application/json">{json.dumps(LD)}</script>'
    assert extract(html(*FRENCH, head=head)).published.source != "jsonld"


def test_broken_json_ld_is_passed_over() -> None:
    """The other clues remain."""
    assert extract(html(*FRENCH, ld="{broken")).status is Status.FULL


def test_the_lead_is_the_page_s_description() -> None:
    """When it is one."""
    assert extract(html(*FRENCH, ld=LD)).lead == LD["description"]


@pytest.mark.parametrize("description", ["", "Exemple", "L’action Nvidia a perdu dix-sept pour cent lundi à Wall…"])
def test_the_lead_is_the_first_paragraph_when_the_description_says_less(description: str) -> None:
    """Empty, too short, or a cut-off copy of it."""
    head = f'<meta name="description" content="{description}">'
    assert extract(html(*FRENCH, head=head)).lead == FRENCH[0]


def test_a_long_lead_is_cut_between_words() -> None:
    """A digest has no room for more."""
    found = extract(html(" ".join(FRENCH * 3), *FRENCH))
    assert len(found.lead) <= 602
    assert found.lead.endswith(" …")


def test_the_byline_has_names_only() -> None:
    """Two authors, and no address."""
    head = '<meta name="author" content="Zoé Martin; Jean Petit">'
    assert extract(html(*FRENCH, head=head)).byline == "Zoé Martin, Jean Petit"
    assert extract(html(*FRENCH)).byline is None


@pytest.mark.parametrize(
    ("href", "canonical"),
    [
        ("https://www.exemple.fr/a?utm_source=x", "https://www.exemple.fr/a"),
        ("/tech/b", "https://www.exemple.fr/tech/b"),
        ("https://www.exemple.fr/", None),
        ("javascript:void(0)", None),
    ],
)
def test_a_page_may_declare_its_own_address(href: str, canonical: str | None) -> None:
    """A home page is not believed to be an article's address."""
    assert extract(html(*FRENCH, head=f'<link rel="canonical" href="{href}">')).canonical == canonical


@pytest.mark.parametrize(
    "around",
    [
        "<div><p>Nous utilisons des cookies.</p><b>Tout accepter</b> <b>Continuer sans accepter</b></div>",
        "<div><p>We value your privacy.</p><button>Accept all</button><button>Manage choices</button></div>",
        "<section><h2>Newsletter</h2><p>Inscrivez-vous à notre newsletter</p></section>",
        "<aside><a href='/x'>Article réservé aux abonnés</a> Déjà abonné ? Se connecter</aside>",
    ],
)
def test_a_banner_beside_a_full_article_changes_nothing(around: str) -> None:
    """It is full, and the banner is not in it."""
    found = extract(html(*FRENCH, *FRENCH, around=around))
    assert found.status is Status.FULL
    assert not {"cookies", "newsletter", "abonn", "privacy"} & set(found.text.lower().split())


@pytest.mark.parametrize(
    "notice", ["Subscribe now for 1 €", "Nous utilisons des cookies.", "Publié le 27 janvier 2025 à 19h30"]
)
def test_a_notice_inside_an_article_is_taken_out(notice: str) -> None:
    """The paragraphs around it stay."""
    found = extract(html(*FRENCH[:2], notice, *FRENCH[2:]))
    assert found.text.split("\n")[-4:] == FRENCH


CONSENT_FR = [
    "Le respect de votre vie privée est notre priorité.",
    "Avec nos 812 partenaires, nous utilisons des cookies pour stocker et/ou accéder à des informations.",
    "Vous pouvez retirer votre consentement à tout moment. Gérer mes choix. Continuer sans accepter. Tout accepter.",
]
CONSENT_EN = [
    "We value your privacy.",
    "We and our 812 partners store and/or access information on a device, such as cookies.",
    "You may withdraw your consent at any time. Manage choices. Reject all. Accept all.",
]
VENDORS = "Measure advertising with cookies, personalized content, purposes of vendors and partners, and consent. "


@pytest.mark.parametrize(
    ("page", "status"),
    [
        (html(*CONSENT_FR, title="Votre vie privée"), Status.CONSENT_WALL),
        (html(*CONSENT_EN, title="Your privacy"), Status.CONSENT_WALL),
        (html(CONSENT_EN[0] + " Accept all. Manage choices. " + VENDORS * 12, title="Privacy"), Status.CONSENT_WALL),
        (html(*FRENCH[:3], "Il vous reste 75.36% de cet article à lire. La suite est réservée."), Status.PAYWALL),
        (html(*(FRENCH * 5), "Il vous reste 20 % de cet article à lire."), Status.PAYWALL),
        (html(*ENGLISH[:3], around="<div>Subscribe to continue reading</div>"), Status.TEASER),
            (html(*ENGLISH[:3], "This story is only available to subscribers."), Status.PAYWALL),
        (html(*ENGLISH[:3], ld=LD | {"isAccessibleForFree": "False"}), Status.PAYWALL),
        (html(FRENCH[0], around="<p>Cet article est réservé aux abonnés.</p>"), Status.PAYWALL),
        (html(*ENGLISH[:3], "The company said that it would…"), Status.TEASER),
        (html("Page introuvable"), Status.EMPTY),
        (html("Cette page n’existe plus.", title="Erreur 404"), Status.GONE),
        (html(*FRENCH[:3], title="Page not found"), Status.GONE),
        (html("Verifying you are human.", title="Just a moment..."), Status.BLOCKED),
        (html("Please enable JavaScript and disable any ad blocker", title="exemple.fr"), Status.BLOCKED),
        (html("You need to run this app."), Status.EMPTY),
        ("", Status.EMPTY),
        ("<html><body></body></html>", Status.EMPTY),
        ("%PDF-1.7 <html>", Status.NOT_HTML),
        ("Nothing but words, and no tag at all", Status.NOT_HTML),
    ],
)  # fmt: skip
def test_what_is_no_article_says_so_and_gives_the_feed_s_words(page: str, status: Status) -> None:
    """Nothing of a wall reaches the text, the title or the lead."""
    found = extract(page)
    assert (found.status, found.text, found.words) == (status, "", 0)
    assert (found.title, found.lead) == ("Titre du flux", SUMMARY)


def test_a_free_flag_does_not_hide_a_text_that_is_there() -> None:
    """Many sites declare isAccessibleForFree false and serve the whole article."""
    assert extract(html(*(ENGLISH * 3), ld=LD | {"isAccessibleForFree": False})).status is Status.FULL


def test_a_text_much_shorter_than_its_summary_is_a_teaser() -> None:
    """The feed promised more."""
    assert extract(html(*FRENCH[:3]), summary=" ".join(FRENCH * 3)).status is Status.TEASER
    assert extract(html(FRENCH[0]), summary=" ".join(FRENCH * 3)).status is Status.TEASER


def test_a_cut_article_keeps_what_its_head_says() -> None:
    """A paywall's page is the article's page; a consent wall's is not."""
    paywall = extract(html(*ENGLISH[:3], ld=LD | {"isAccessibleForFree": False}))
    consent = extract(html(*CONSENT_FR, ld=LD))
    assert (paywall.html_lang, paywall.published.source) == ("fr", "jsonld")
    assert (consent.html_lang, consent.published) == (None, Published())


@pytest.mark.parametrize("url", ["https://consent.google.com/m?continue=x", "https://guce.yahoo.com/x"])
def test_a_consent_host_is_a_wall_whatever_it_says(url: str) -> None:
    """The page that answers is not the publisher's."""
    assert extract(html(*FRENCH), url=url).status is Status.CONSENT_WALL


@pytest.mark.parametrize("content_type", ["application/pdf", "image/png", "video/mp4"])
def test_another_type_is_not_html(content_type: str) -> None:
    """As the header says."""
    assert extract(html(*FRENCH), content_type=content_type).status is Status.NOT_HTML


@pytest.mark.parametrize("levels", [300, 5000])
def test_a_deeply_nested_page_is_read(levels: int) -> None:
    """Alone, trafilatura gives nothing beyond 256 levels."""
    body = "<div>" * levels + "".join(f"<p>{p}</p>" for p in FRENCH) + "</div>" * levels
    found = extract(f"<html lang='fr'><head><title>Nvidia</title></head><body>{body}</body></html>")
    assert found.status is Status.FULL
    assert FRENCH[3] in found.text


def test_deeply_nested_json_ld_is_no_error() -> None:
    """Python's parser gives up by itself."""
    assert extract(html(*FRENCH, ld="[" * 200_000)).status is Status.FULL


def test_the_page_s_own_charset_is_used() -> None:
    """A French windows-1252 page without a header."""
    page = html(*FRENCH).replace("utf-8", "windows-1252").encode("cp1252")
    assert FRENCH[0] in extract(page).text


def test_a_page_laid_out_by_tables_gives_each_sentence_once() -> None:
    """And no cell borders."""
    rows = "".join(f"<tr><td><p>{paragraph}</p></td></tr>" for paragraph in FRENCH)
    found = extract(f"<html lang='fr'><head><title>N</title></head><body><table>{rows}</table></body></html>")
    assert found.text.count(FRENCH[1]) == 1
    assert "|" not in found.text


def test_a_short_consent_page_that_names_its_buttons_is_a_consent_wall() -> None:
    """Its sentences about partners and data are no article, though they are long enough to be one."""
    page = html(
        "Ces données servent à mesurer l’audience, à personnaliser les publicités et les contenus, et à développer "
        "nos services. Certains partenaires s’appuient sur leur intérêt légitime, auquel vous pouvez vous opposer à "
        "tout moment, et votre choix sera conservé pendant six mois par nos partenaires.",
        around="<button>Continuer sans accepter</button> <button>Tout accepter</button>",
    )
    assert extract(page).status is Status.CONSENT_WALL


def test_a_sentence_about_refusing_something_is_no_cookie_notice() -> None:
    """« refuser tout investissement » stays in the text; the button « Tout refuser » would not."""
    advice = "Les associations recommandent de refuser tout investissement proposé par téléphone à toute heure."
    assert advice in extract(html(*FRENCH, advice)).text


@pytest.mark.parametrize(("paragraphs", "lang"), [(FRENCH, "fr"), (ENGLISH, "en")])
def test_the_headline_is_neither_text_nor_lead(paragraphs: list[str], lang: str) -> None:
    """A title above the body is the title alone, however long it is."""
    title = "Nvidia : la plus forte baisse en dollars de l’histoire, et quelques autres choses"
    found = extract(html(*paragraphs, title=title, lang=lang))
    assert found.title == title
    assert (found.lead, found.text.split("\n")[0]) == (paragraphs[0], paragraphs[0])

"""A month of invented news in two languages, for the speed of grouping: stories.py --scale.

Everything comes from the templates below: invented companies, one event a story, told by one to a dozen publishers
over a day or two in their own order of words, each with a body of some 350 words; one article in five carries an
agency's dispatch word for word. Seeded, so that two runs see the same month.
"""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from story_gold import article

from contrecoup.gist import Told
from contrecoup.models import Layer, Mention

DAYS = 30
START = datetime(2025, 1, 1, tzinfo=UTC)
COPIED = 0.2
SENTENCES = 18
SYLLABLES = "ba co du fe gi ka lo mu ne pi ra so tu va xe zo bri cla dro fla gre pla sta tri vel mon tar"
TOPICS = ("ai_model_launch", "chip_stocks", "crypto_mining", "scam_tokens")
EVENTS = {
    "en": (
        "{a} shares fall {n}% after {b} deal collapses",
        "{a} unveils the {c} model, aiming at {b}",
        "{b} sues {a} over {n} patents",
        "{a} raises ${n}m to build data centres near {c}",
        "Regulators open an inquiry into {a} and {b}",
        "{a} beats forecasts as {c} orders grow {n}%",
    ),
    "fr": (
        "{a} perd {n} % après l'échec de l'accord avec {b}",
        "{a} dévoile le modèle {c} et vise {b}",
        "{b} attaque {a} pour {n} brevets",
        "{a} lève {n} millions de dollars pour des centres de données à {c}",
        "Une enquête est ouverte sur {a} et {b}",
        "{a} dépasse les attentes, les commandes de {c} progressent de {n} %",
    ),
}
LEADS = {
    "en": ("The announcement from {a} surprised {b}, which has {n} plants in {c}.", "Analysts in {c} expected {b}."),
    "fr": ("L'annonce de {a} a surpris {b}, qui possède {n} usines à {c}.", "Les analystes de {c} attendaient {b}."),
}
WORDS = {
    "en": "market quarter supplier buyer factory price order contract server energy bank fund result forecast growth "
    "debt board union worker minister court rule licence stock trader index session report figure plan delay cost",
    "fr": "marché trimestre fournisseur acheteur usine prix commande contrat serveur énergie banque fonds résultat "
    "prévision croissance dette conseil syndicat salarié ministre tribunal règle licence action courtier indice",
}


def invent(count: int) -> list[Told]:
    """So many articles over ``DAYS`` days, in the order of their stories."""
    dice = random.Random(count)  # noqa: S311 - invented news, not a secret
    names = _names(dice, 4_000)
    found: list[Told] = []
    while len(found) < count:
        found += _story(dice, names, len(found))
    return found[:count]


def _story(dice: random.Random, names: Sequence[str], number: int) -> list[Told]:
    a, b, c = dice.sample(names, 3)
    slots = {"a": a, "b": b, "c": c, "n": str(dice.randint(11, 899))}
    begins, event = START + timedelta(minutes=dice.randrange(DAYS * 1440)), dice.randrange(len(EVENTS["en"]))
    topics = frozenset(dice.sample(TOPICS, dice.randint(0, 1)))
    told, dispatch = [], {}
    for telling in range(min(12, int(dice.paretovariate(1.2)))):
        lang = dice.choice(("en", "fr"))
        at = begins + timedelta(minutes=dice.randrange(1, 1200) if telling else 0)
        title = EVENTS[lang][event].format(**slots)
        title = title if dice.random() < 0.5 else f"{dice.choice(WORDS[lang].split()).title()} : {title}"  # noqa: PLR2004
        text = dispatch.setdefault(lang, _body(dice, names, lang, slots))
        if dice.random() > COPIED * 2:
            text = _body(dice, names, lang, slots)
        key = f"{number}-{telling}"
        lead = LEADS[lang][telling % 2].format(**slots)
        document = article(key, at, lang, f"{dice.choice(names).lower()}.example", (title, lead, text))
        told.append(Told(document=document, mentions=(_mention(key, title, a),), topics=topics, gist=""))
    return told


def _body(dice: random.Random, names: Sequence[str], lang: str, slots: dict[str, str]) -> str:
    words = WORDS[lang].split()
    sentences = [f"{' '.join(dice.choices(words, k=16))} {dice.choice(names)}, {slots['a']}." for _ in range(SENTENCES)]
    return "\n".join(sentences)


def _mention(article_id: str, title: str, name: str) -> Mention:
    start = title.find(name)
    return Mention(
        article_id=article_id,
        version=1,
        field="title",
        start=start,
        end=start + len(name),
        target=name.upper(),
        surface=name,
        reason="name",
        layer=Layer.DIRECT,
        method="invented",
    )


def _names(dice: random.Random, count: int) -> list[str]:
    found: set[str] = set()
    while len(found) < count:
        found.add("".join(dice.choices(SYLLABLES.split(), k=dice.randint(2, 4))).capitalize())
    return sorted(found)

"""Gists: what an article is about, as a weighted bag of features that two languages can share. Compared in likeness.py.

A gist is the title and the lead, plus the names and figures of the body. Names, figures and model names are written
alike in French and English, so they compare across languages as they stand; ordinary words compare only within one
language, and across languages by the English gloss of the title and the lead (a Translation, when accepted). Bodies
give no ordinary words: site furniture and background paragraphs put raw-body likeness below chance on hard pairs
(Matryx-Social-Labs/prism, clustering notes), while gists were best on each of its sets.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contrecoup.models import Document, Label, Mention, Translation
from contrecoup.scrub import fold, fold_word

# How much a feature counts by where it stands: a title is chosen, a lead sums up, a body also holds background.
FIELD_WEIGHTS = {"title": 1.0, "lead": 0.8, "text": 0.4}
# Kinds of feature. Names are what two languages share and what events are known by; a word is the weakest evidence.
# A move is a target or topic with a direction: half of what makes two market reports the same event.
KIND_WEIGHTS = {"target": 1.0, "name": 1.0, "figure": 1.0, "move": 1.5, "word": 0.7, "gloss": 0.7}
# Truncation at five letters stems about as well as Snowball in both languages (McNamee, Nicholas & Mayfield 2009).
STEM_LETTERS = 5
LEAST_LETTERS = 2
# What a capital is worth as a sign of a name where ordinary words have one too, and the share of capitals that makes a
# title one of capitals throughout ("Why AMD Stock Is Sinking Today").
UNSURE = 0.5
TITLE_CASE = 0.6
# A feature of the body counts only this far into it: further down comes background (the inverted pyramid).
BODY_CHARACTERS = 1500
# What stands for title and lead when an article has neither: about as long.
BEGINNING = 300

_WORD = re.compile(r"[^\W\d_][\w’'.-]*[\w]|[^\W\d_]", re.UNICODE)
# The words that hold a capital or a digit.
_NAME = re.compile(r"\b(?=[\w’'.-]*[\dA-ZÀ-ÖØ-Þ])[^\W\d_][\w’'.-]*\w")
# A number, with what says how large it is: "$1.46bn", "1,5 milliard", "17 %", "1 999".
_FIGURE = re.compile(
    r"(?<![\w.,-])(\d{1,3}(?:[ \u00a0\u202f,]\d{3})+(?![\d.,]\d)|\d+(?:[.,]\d+)?)[\s-]?"
    r"(%|percent\b|per cent\b|pour cent\b|bn\b|bln\b|billions?\b|milliards?\b|mds?\b|tn\b|trillions?\b"
    r"|mn\b|mln\b|m\b|millions?\b|k\b)?(?!\w)",
    re.IGNORECASE,
)
_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12, "md": 1e9, "milliard": 1e9}
# "l'", "d’" before a word, "'s" behind it; what no common word has after its first letter.
_APOSTROPHES = re.compile(r"^[^\W\d_]{1,2}[’']|[’']s$")
_CODED = re.compile(r"[\dA-ZÀ-ÖØ-Þ]")
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n]\s*[«“\"]?\s*|[«“\"]\s*)$")
_YEAR = re.compile(r"(?:19|20)\d\d")

# Words of a headline that say which way a price went (stems, folded). Only a guess, for the likeness of reports: what
# a text states of a price is read by claims.py.
_UP = re.compile(
    r"\b(?:rise|rose|risi|jump|soar|surg|rall(?:y|i)|rebound|(?:re)?gain|recover|climb|lift|higher|record high"
    r"|bond|rebond|repren|repris|remont|se redresse|grimp|envol|gagne|hausse|progress|redress|flamb|franchi)"
)
_PERCENT = re.compile(r"\d\s?%|\b(?:per ?cent|pour ?cent|percent)")
_DOWN = re.compile(
    r"\b(?:fall|fell|drop|plung|slump|tumbl|sink|sank|lose|losing|lost|loss|slid|rout\b|sell-off|selloff|wipe|crash"
    r"|lower|bent\b|drag|chut|plong|recul|effondr|perd|perte|deviss|baiss|cede|decroch|lache|krach|tremb|noir"
    r"|dans le rouge|debacle|lamin|fumee)|(?<!\d)[-−–]\s?\d+(?:[.,]\d+)?\s?%"
)

_STOP_EN = """
a about above after again all also among an and any are as at be because been before being between both but by
can could day did do does down each first for from had has have he her here his how if in into is it its just
last like made make many may might more most much new no not now of off on one only or other our out over own
same say says said she should since so some still such than that the their them then there these they this those
three through to today too two under until up us very was way we week well were what when where which while who
why will with would year years yet you your ai us u.s chinese american wall street new york monday tuesday
wednesday thursday friday saturday sunday january february
"""
_STOP_FR = """
a afin ai ainsi alors an annee apres au aucun aujourd aussi autre autres aux avait avant avec avoir c ce ceci
cela celle celui ces cet cette ceux chaque ci comme comment contre d dans de depuis des deux devant dit donc
dont du elle elles en encore entre est et etait ete etre eu fait faut fois hier hui ici il ils j jour jours
jusqu l la le les leur leurs lors lui ma mais meme mois moins mon n ne ni non nos notre nous on ont or ou par
parmi pas pendant peu plus pour pourquoi premier premiere pres puis qu quand que quel quelle quelques qui s sa
sans se selon semaine ses si soit son sont sous sur ta tandis te tous tout toute toutes tres trois un une vers
voici vous y lundi mardi mercredi jeudi vendredi samedi dimanche ia usa ue eu janvier fevrier
"""


_STOP = frozenset(fold_word(word) for word in f"{_STOP_EN} {_STOP_FR}".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An article with what the earlier stages found in it: all that grouping and linking read of it.

    ``gist`` is its title and lead in English (the accepted translations, else the original), ``topics`` the
    topics that hold.
    """

    document: Document
    mentions: tuple[Mention, ...] = ()
    topics: frozenset[str] = frozenset()
    gist: str = ""


def tell(
    documents: Iterable[Document],
    *,
    mentions: Iterable[Mention] = (),
    labels: Iterable[Label] = (),
    translations: Iterable[Translation] = (),
) -> list[Told]:
    """Each document with its own mentions, topics and English gist; rows of other articles are left aside."""
    found: dict[str, list[Mention]] = {}
    for mention in mentions:
        found.setdefault(mention.article_id, []).append(mention)
    topics: dict[str, set[str]] = {}
    for label in labels:
        if label.holds:
            topics.setdefault(label.article_id, set()).add(label.topic)
    english = {(t.article_id, t.field): t.text for t in translations if t.accepted and t.to_lang == "en"}
    return [
        Told(
            document=document,
            mentions=tuple(found.get(document.article_id, ())),
            topics=frozenset(topics.get(document.article_id, ())),
            gist="\n".join(
                english.get((document.article_id, field), document.field(field)) for field in ("title", "lead")
            ),
        )
        for document in documents
    ]


def gist_text(told: Told) -> str:
    """Title and lead as they were written, for the shared space; the body's beginning when an article has neither."""
    document = told.document
    return f"{document.title}\n{document.lead}".strip() or document.text[:BEGINNING]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gist:
    """Features of one article with their weights before rarity.

    ``shared`` are written alike in both languages, ``words`` are of its own language, ``gloss`` in English.
    ``direction`` is +1 or -1 when the article reports a rise or a fall, else 0.
    """

    lang: str
    direction: int
    shared: tuple[tuple[str, float], ...]
    words: tuple[tuple[str, float], ...]
    gloss: tuple[tuple[str, float], ...]


def read_gist(told: Told) -> Gist:
    """The gist of an article; the result depends on nothing but its argument."""
    document = told.document
    direction = direction_of(document.title, document.lead)
    shared = _spoken_of(told, direction)
    words: dict[str, float] = {}
    for field in FIELD_WEIGHTS:
        text = _masked(document.field(field), [m for m in told.mentions if m.field == field])[:BODY_CHARACTERS]
        for name, sure in names_of(text).items():
            _keep(shared, [f"name:{name}"], field, sure)
        _keep(shared, [f"figure:{figure}" for figure in figures_of(text)], field)
        if field != "text":
            _keep(words, [f"word:{document.lang}:{stem}" for stem in stems_of(text)], field)
    gloss: dict[str, float] = {}
    title, _, lead = (told.gist or f"{document.title}\n{document.lead}").partition("\n")
    for field, text in (("title", title), ("lead", lead)):
        _keep(gloss, [f"gloss:{stem}" for stem in stems_of(text)], field)
    return Gist(
        lang=document.lang, direction=direction, shared=_sorted(shared), words=_sorted(words), gloss=_sorted(gloss)
    )


def _spoken_of(told: Told, direction: int) -> dict[str, float]:
    features: dict[str, float] = {}
    for mention in told.mentions:
        if mention.field != "text" or mention.end <= BODY_CHARACTERS:
            moved = [f"move:{direction:+d}:{mention.target}"] if direction else []
            _keep(features, [f"target:{mention.target}", *moved], mention.field)
    if direction:
        _keep(features, [f"move:{direction:+d}:{topic}" for topic in told.topics], "title")
    return features


def _masked(text: str, mentions: Sequence[Mention]) -> str:
    # a mentioned company is a target already: it must not count again as a name and as a word
    for mention in mentions:
        text = f"{text[: mention.start]}{'_' * (mention.end - mention.start)}{text[mention.end :]}"
    return text


def direction_of(title: str, lead: str) -> int:
    """+1 when the first word of direction in the title is of a rise, -1 of a fall, 0 without one.

    A lead is asked second, and only when title or lead state a percentage: "the rise of a company" is no price move.
    """
    for text in (title, lead if _PERCENT.search(f"{title} {lead}") else ""):
        folded = fold(text)
        up, down = _UP.search(folded), _DOWN.search(folded)
        if up or down:
            return 1 if up and (down is None or up.start() < down.start()) else -1
    return 0


def names_of(text: str) -> dict[str, float]:
    """Folded names with how sure they are: words with a digit or an inner capital (R1, o1, DeepSeek) and capitals.

    A capital says less where anything has one, at the beginning of a sentence or in a title of capitals throughout.
    """
    found = list(_NAME.finditer(text))
    throughout = sum(match[0][0].isupper() for match in found) > TITLE_CASE * len(text.split())
    names: dict[str, float] = {}
    for match in found:
        word = _APOSTROPHES.sub("", match[0])
        coded = bool(_CODED.search(word, 1)) or word[:1].isdigit()
        folded = fold_word(word).strip(".-")
        if not (coded or word[:1].isupper()) or len(folded) < LEAST_LETTERS or folded in _STOP:
            continue
        sure = coded or not (throughout or _SENTENCE_START.search(text[max(0, match.start() - 6) : match.start()]))
        names[folded] = max(names.get(folded, 0.0), 1.0 if sure else UNSURE)
    return names


def figures_of(text: str) -> set[str]:
    """Numbers written one way for both languages, to two digits: ``$1.46bn`` and ``1,5 milliard`` are ``1.5e+09``.

    Percentages keep their sign. Years and one-digit whole numbers that count nothing are left out: they tell no event
    apart.
    """
    figures = set()
    for match in _FIGURE.finditer(text):
        raw = re.sub(r"[ \u00a0\u202f]|,(?=\d{3}(?!\d))", "", match[1]).replace(",", ".")
        unit = (match[2] or "").lower().rstrip("s")
        if not unit and (len(raw) == 1 or _YEAR.fullmatch(match[1])):
            continue
        if unit == "%" or unit.endswith("cent"):
            figures.add(f"{float(raw):.2g}%")
        else:
            figures.add(f"{float(raw) * _SCALES.get(unit, _SCALES.get(unit[:1], 1.0)):.2g}")
    return figures


def stems_of(text: str) -> set[str]:
    """Truncated content words of a text in either language, names included."""
    folded = (fold_word(part) for word in _WORD.findall(text) for part in re.split(r"[’'.-]", word))
    return {word[:STEM_LETTERS] for word in folded if len(word) > 2 and word not in _STOP}  # noqa: PLR2004 - particles


def _keep(features: dict[str, float], new: Iterable[str], field: str, sure: float = 1.0) -> None:
    for feature in new:
        weight = sure * FIELD_WEIGHTS[field] * KIND_WEIGHTS[feature.partition(":")[0]]
        features[feature] = max(weight, features.get(feature, 0.0))


def _sorted(features: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(features.items()))

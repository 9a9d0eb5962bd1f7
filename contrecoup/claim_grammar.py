"""The words in which French and English newsrooms state a price move: quantities, words of movement, qualifiers.

Lexicon and small readers for ``contrecoup.claims``; nothing here knows of instruments. Patterns run on one sentence
at a time, lower-cased by their flag.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

FLAGS = re.IGNORECASE


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """An amount that may be a move. ``sign`` is "+", "-" or empty; ``vague`` a fraction or the middle of a range.

    ``turn`` is the direction of a quantity that is its own word of movement ("halved", "doubled"), else empty;
    ``spread`` is the width of a range.
    """

    start: int
    end: int
    size: float
    unit: str
    sign: str = ""
    vague: bool = False
    turn: str = ""
    spread: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A word that says up or down. Only some (``after``) may follow their quantity: "17% lower", "17 % de hausse"."""

    start: int
    end: int
    direction: str
    after: bool


NUMBER = r"\d{1,3}(?:[ \u00a0\u202f,]\d{3})+(?:[.,]\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?"
# French newsrooms part thousands by dots too: "100.000 dollars". One digit and three decimals ("3.125") stay a decimal.
DOTTED = re.compile(r"^(?!0)(?:\d{2,3}(?:\.\d{3})+|\d(?:\.\d{3}){2,}|\d\.\d00)(?=,|$)")
SPACE = r"[ \u00a0\u202f]?"
PERCENT = rf"{SPACE}{SPACE}(?:%|percent\b|per{SPACE}cent\b|pour{SPACE}cent\b|pct\b|pc\b)"
# What a page's own program sets beside a symbol, "(NVDA -1.22%)": the quote of the moment at which the page was built,
# which the sentence around it does not state ("Nvidia (NVDA -1.22%) led the industry to new heights").
WIDGET = re.compile(r"\(\^?[A-Z][A-Z0-9.]{0,6} [-−–+]?\d+\.\d\d%\)")
SCALE = r"(?P<scale>milliards?|mds?|billions?|bn|trillions?|tn)"
MONEY = r"(?:de |d['’])?(?P<currency>dollars?|euros?|\$|€|usd|eur|us dollars)"
_ENGLISH = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty"""
_FRENCH = """un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit
dix-neuf vingt"""
WORDS = {word: size for words in (_ENGLISH, _FRENCH) for size, word in enumerate(words.split(), start=1)}
# "Twenty-five", "vingt et un", "point five", "cent dix" are other numbers than their last word.
_NO_END = """twenty thirty forty fifty sixty seventy eighty ninety hundred and point to or vingt trente quarante
cinquante soixante cent et virgule à ou"""
NO_TENS = r"(?<![\w-])" + "".join(rf"(?<!{word} )" for word in _NO_END.split())
QUANTITIES = (
    re.compile(
        rf"(?<![\w.,])(?P<low>{NUMBER})(?:{PERCENT})?{SPACE}(?:to|à|-|–){SPACE}(?P<high>{NUMBER}){PERCENT}",
        FLAGS,
    ),
    re.compile(rf"(?P<sign>(?<![\w%])[-−–+]{SPACE})?(?<![\w.,])(?P<number>{NUMBER}){PERCENT}", FLAGS),
    re.compile(rf"(?P<currency>\$|€){SPACE}(?P<number>{NUMBER}){SPACE}-?{SCALE}\b", FLAGS),
    re.compile(rf"(?<![\w.,])(?P<number>{NUMBER}){SPACE}{SCALE}\b{SPACE}{MONEY}", FLAGS),
    re.compile(rf"(?<![\w.,])(?P<number>{NUMBER}){SPACE}(?P<points>points?)\b(?! de base)", FLAGS),
    re.compile(rf"{NO_TENS}(?P<words>{'|'.join(WORDS)}){PERCENT}", FLAGS),
    re.compile(
        r"\b(?P<fraction>deux tiers|two[- ]thirds|trois quarts|three[- ]quarters|(?:un|du|le|an?|one"
        r"|its)[ -](?:quart|tiers|cinquième|sixième|huitième|dixième|quarter|third|fifth|sixth|eighth|tenth)"
        r"|la moitié|half)\b(?! d[eu]s? (?!sa |leur |son |valeur))(?!(?: an?| of an?)?[ -](?:%|per ?cent|point))",
        FLAGS,
    ),
    # not what is halved or doubled: "halved its dividend", "a divisé par deux ses coûts"
    re.compile(
        r"\b(?P<turn>halved|divisée?s? par (?:deux|trois|quatre)|doubled|tripled|quadrupled|(?:doublé|triplé"
        r"|quadruplé)e?s?)\b"
        r"(?!\s+(?!(?:its|their|sa|son|leur)\s(?:market |stock |share )?(?:value|price|cap\w*|valeur|cours))"
        r"(?:its|their|the|his|her|our|a|an|all|both|some|sa|son|ses|leurs?|l[ae]s?|des?|du|un|une|ce|cette|ces)\b)"
        r"(?!\s+(?:down\b|my\b|[ld]['’]))",
        FLAGS,
    ),
)
FRACTIONS = (
    (("deux tiers", "two"), 66.7),
    (("trois quarts", "three"), 75.0),
    (("quart",), 25.0),
    (("tiers", "third"), 33.3),
    (("cinqui", "fifth"), 20.0),
    (("sixi", "sixth"), 16.7),
    (("huiti", "eighth"), 12.5),
    (("dixi", "tenth"), 10.0),
    (("moiti", "half"), 50.0),
)
TURNS = (
    (("halv", "par deux"), "down", 50.0),
    (("par trois",), "down", 66.7),
    (("par quatre",), "down", 75.0),
    (("doubl",), "up", 100.0),
    (("tripl",), "up", 200.0),
    (("quadrupl",), "up", 300.0),
)
INVISIBLE = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# As many characters come out as go in, so that positions stay: full-width forms, blanks of other widths, minus signs.
PLAIN = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    map(ord, "\u2007\u2009\u200a\u3000"), "\u00a0"
)
PLAIN |= dict.fromkeys(map(ord, "\u2010\u2011\u2012\ufe63"), "-") | {ord("\ufe6a"): "%", ord("\u066a"): "%"}
# A wider range than this many points ("10 to 15 %") is no one figure.
WIDEST_RANGE = 2.0
TRILLION = 1000.0

ER = r"(?:e|es|ent|é|ée|és|ées|er|ait|aient|ant|a|èrent)"
DOWN_VERBS = (
    rf"chut{ER}|recul{ER}|baiss{ER}|plong(?:e{ER}|{ER})|dégringol{ER}|déviss{ER}|tomb{ER}|effondr{ER}|écras{ER}"
    rf"|lâch{ER}"
    rf"|abandonn{ER}|repli{ER}|décroch{ER}|gliss{ER}|dégonfl{ER}|effac{ER}|perd(?:re|ent|ait|aient|u|ue|us"
    rf"|ant)?|cèd(?:e|ent)"
    rf"|céd{ER}|concéd{ER}|concèd(?:e|ent)|fond(?:u|ent)?|rend(?:u|ent)?|partis? en fumée|envolés|évaporés?|flanch{ER}"
    r"|f[ea]ll(?:s|ing|en)?|fell|drop(?:s|ped|ping)?|tumbl(?:e|es|ed|ing)|plung(?:e|es|ed|ing)|plummet(?:s|ed|ing)?"
    r"|s[aiu]nk(?:s|ing)?|slid(?:e|es|ing)?|slip(?:s|ped|ping)?|shed(?:s|ding)?|los(?:t|e|es|ing)|declin(?:e|es|ed|ing)"
    r"|crash(?:es|ed|ing)?|slump(?:s|ed|ing)?|dip(?:s|ped|ping)?|retreat(?:s|ed|ing)?|dived|dove|nosediv(?:e|es|ed|ing)"
    r"|crater(?:s|ed|ing)?|collaps(?:e|es|ed|ing)|skid(?:s|ded)?|g[ai]v(?:e|es|ing) (?:up|back)|surrender(?:s|ed|ing)?"
    rf"|enfonc{ER}|contract{ER}|rétrograd{ER}|recéd{ER}|fléchi(?:r|t|s|ssent|ssait|ssant)?|vaci[l]l{ER}|sombr{ER}"
    rf"|rech(?:ute|utent|uté)|repiqu{ER}|amput{ER}|volatilis{ER}|affaibli(?:t|ssent)?|délest{ER}|dépréci{ER}"
    r"|tank(?:s|ed|ing)?|sag(?:s|ged|ging)?|shav(?:e|es|ed|ing)(?: off)?|subtract(?:s|ed|ing)?|forfeit(?:s|ed|ing)?"
    r"|decreas(?:e|es|ed|ing)|tick(?:s|ed|ing)? (?:down|lower)|edg(?:ed|es|ing) (?:down|lower)|inch(?:ed"
    r"|es) (?:down|lower)"
    r"|(?:knock|lop|vaporiz|evaporat)(?:s|ed|es|ing|ped|ping)?(?: off)?|implod(?:e|es|ed|ing)"
    r"|nose-?div(?:e|es|ed|ing)|backtrack(?:s|ed|ing)?|pull(?:s|ed|ing)? back|weaken(?:s|ed|ing)?"
    r"|eas(?:ed|es|ing)|eras(?:e|es|ed|ing)|wip(?:e|es|ed|ing)(?: out)?|(?:cut|strip)(?:s|ped|ting|ping)?|sank"
    r"|off|minus"
)
UP_VERBS = (
    rf"bondi(?:r|t|s|ssent|ssait|ssant)?|grimp{ER}|envol(?:e|ent|é|ée|er|ait|ant)|gagn{ER}|progress{ER}"
    rf"|mont{ER}|remont{ER}"
    rf"|rebondi(?:r|t|s|ssent|ssait|ssant)?|avan(?:c|ç){ER}|adjug(?:e|é|ée|ent|er|eant)|octroy{ER}|octroi(?:e"
    rf"|ent)|flamb{ER}"
    rf"|décoll{ER}|appréci{ER}|engrang{ER}|récupèr(?:e|ent)|récupér{ER}|reprend|repris|reprennent|prend"
    rf"|prennent|pris|grignot{ER}"
    rf"|ajout{ER}|r[oi]s(?:e|es|en|ing)|gain(?:s|ed|ing)?|jump(?:s|ed|ing)?|surg(?:e|es|ed|ing)|soar(?:s|ed|ing)?"
    r"|climb(?:s|ed|ing)?|rall(?:y|ies|ied|ying)|rebound(?:s|ed|ing)?|bounc(?:e|es|ed|ing)(?: back)?|add(?:s|ed|ing)"
    r"|advanc(?:e|es|ed|ing)|spik(?:e|es|ed|ing)|popp?(?:s|ed|ing)?|leap(?:s|t|ed|ing)?|recover(?:s|ed|ing)?"
    r"|put(?:s|ting)? on"
    rf"|regagn{ER}|grappill{ER}|repren(?:d|nent|ait)|bonifi{ER}|redress{ER}|repart(?:ent|i|ie)?|raffermi(?:t|ssent)"
    rf"|accroî(?:t|tre)|augment{ER}|bondissai(?:t|ent)|explos{ER}|catapult{ER}"
    r"|tick(?:s|ed|ing)? (?:up|higher)|edg(?:ed|es|ing) (?:up|higher)|inch(?:ed|es|ing) (?:up|higher)"
    r"|increas(?:e|es|ed|ing)|zoom(?:s|ed|ing)?|rocket(?:s|ed|ing)?|sho(?:ot|ots|t|oting)(?: up)?|swell(?:s|ed|ing)?"
    r"|balloon(?:s|ed|ing)?|vault(?:s|ed|ing)?|catapult(?:s|ed|ing)?|regain(?:s|ed|ing)?"
    r"|appreciat(?:e|es|ed|ing)|strengthen(?:s|ed|ing)?|rip(?:s|ped|ping)? higher|explod(?:e|es|ed|ing)|melt(?:s|ed) up"
    r"|edg(?:ed|es|ing) up|tack(?:s|ed|ing) on|climbs?|skyrocket(?:s|ed|ing)?"
)
DOWN_NOUNS = (
    r"chutes?|reculs?|baisses?|pertes?|replis?|plongeons?|dégringolades?|effondrements?|décrochages?|en moins"
    r"|perdus?|effacés?"
    r"|effacées?|envolés|évaporés?|partis? en fumée|drops?|falls?|declines?|loss(?:es)?|slides?|plunges?"
    r"|tumbles?|slumps?"
    r"|crash|sell-?off|dips?|down|lower|decreases?|nosedives?|pullbacks?|retreats?|setbacks?|gone|wiped|erased|lost"
    r"|rout|plummet|correction"
)
UP_NOUNS = (
    r"hausses?|bonds?|gains?|rebonds?|progressions?|envolées?|avances?|rises?|jumps?|surges?|rall(?:y|ies)|rebounds?"
    r"|advances?|climbs?|leaps?|pops?|up|higher|increases?|spikes?|bounces?|sprint|upswing|rallye"
)
CUES = (
    ("down", re.compile(rf"(?<![\w-])(?:{DOWN_VERBS}|{DOWN_NOUNS})(?!\w)", FLAGS)),
    ("up", re.compile(rf"(?<![\w-])(?<!make )(?<!makes )(?<!made )(?<!making )(?:{UP_VERBS}|{UP_NOUNS})(?!\w)", FLAGS)),
)
DOWN_AFTER = re.compile(rf"(?:{DOWN_NOUNS})", FLAGS)
UP_AFTER = re.compile(rf"(?:{UP_NOUNS})", FLAGS)

# Words that may stand between a cue and its quantity: anything else, and the two do not belong together.
_FILLERS = """
de d du des by as much jusqu à a an un une another further encore about around roughly some approximately nearly
almost close to up more than less plus moins environ près autour quelque quelques presque quasi quasiment the la le
les l sur on in at dès dans dés premarket pre market after before hours early trading session séance day jour
journée seule single ouverture clôture open opening lundi mardi mercredi jeudi vendredi samedi dimanche monday
tuesday wednesday thursday friday saturday sunday hier yesterday supplémentaires supplémentaire nettement fortement
lourdement brutalement encore désormais chacun chacune each respectively sharply steeply only
mere just seulement tout même still also aussi ainsi capitalisation
boursière valeur value its sa son leur leurs their actions action titre titres shares share stock cours pouvant
atteindre worth over au of for pour s soit limited respectivement respectively total jusque minus wall street new
york paris nasdaq bourse à-pic bénéficiant pas exactement precisely exactly well bien subie subi off down lower
higher brièvement briefly atteint atteignait atteignant reached reaches whopping
staggering impressive incredible massive plutôt late mid midday
bon bonne peine juste plein pleine séances gain loss upwards totalling totaling
"""
FILLERS = frozenset(_FILLERS.split())
_AFTER_FILLERS = """
stock stocks share shares price prices weekly monthly daily yearly ytd annual record intraday premarket one single day
week month year date session overnight post earnings after hours plus massive stunning sharp steep de d en of
market value capitalisation boursière valeur sont ont été was were is has have been dollars euros
"""
AFTER_FILLERS = frozenset(_AFTER_FILLERS.split())
# "Pared their loss to 1.3%", "a limité son repli à 1,3 %": what is left of a move is one.
PARED = re.compile(
    r"\b(?:limit\w+|par(?:ed|es|ing)|trimm\w+|rédui\w+|narrow\w+) (?:ses|son|sa|leurs?|its|their|the|losses|gains)"
    r"(?: \w+)?\s(?:à|to)\s*$",
    FLAGS,
)
BAD_END = re.compile(r"(?:(?<!jusqu['’])(?<!close )(?<!up )\b(?:à|to|at|from|vers|sous|au|depuis))\s*$", FLAGS)

QUALIFIERS = (
    ("up_to", r"jusqu['’]à|up to|as much as|as many as|at most|pouvant atteindre|au plus|a maximum of"),
    (
        "more_than",
        (
            r"plus d(?:['e’]|u\b|es\b)|plus(?=\s+$)|plus que|more than|over|supérieure? à|at least|au moins|above"
            r"|upwards of|excess of"
            r"|north of|au-delà d['e’]|dépassant|exceeding|(?:just|slightly|well) over"
        ),
    ),
    (
        "nearly",
        (
            r"nearly|almost|close to|presque|près d(?:['e’]|u\b)|près(?=\s+$)|quasiment|quasi|just under|not quite"
            r"|pas loin d['e’]"
            r"|(?:un peu )?moins d['e’]|shy of|a peu près"
        ),
    ),
    ("about", r"environ|autour d['e’]|quelque|about|around|roughly|some|approximately|de l['’]ordre d['e’]"),
)
QUALIFIER = re.compile(
    r"\b(?:"
    + "|".join(rf"(?P<{name}>{words})" for name, words in QUALIFIERS)
    + r")\s*(?:l[ea] |un[e]? |a |an |nearly |almost |(?:whopping|staggering|impressive|massive) )*[-−–+]?$",
    FLAGS,
)


def plain(text: str) -> str:
    """The text in plain forms of its figures and signs, as long as it was.

    A mark that nobody sees (direction, soft hyphen) stands for a blank, but not inside a word or a number, which it
    would cut in two: "1<mark>7 %" is no 7 %.
    """
    return INVISIBLE.sub(_blank_of, text).translate(PLAIN)


def _blank_of(mark: re.Match[str]) -> str:
    before, after = mark.string[mark.start() - 1 : mark.start()], mark.string[mark.end() : mark.end() + 1]
    return "_" if (before + after).isalnum() and before and after else " "


def quantities(sentence: str, lang: str) -> list[Quantity]:
    """Amounts of a sentence in order, none inside another; a range too wide to be one figure is left out."""
    sentence = WIDGET.sub(lambda widget: " " * len(widget.group()), sentence)
    found: list[Quantity] = []
    for pattern in QUANTITIES:
        for match in pattern.finditer(sentence):
            if not any(q.start < match.end() and match.start() < q.end for q in found):
                found.append(_quantity(match, lang))
    return sorted((quantity for quantity in found if quantity.spread <= WIDEST_RANGE), key=lambda q: q.start)


def _quantity(match: re.Match[str], lang: str) -> Quantity:
    groups = match.groupdict()
    start, end = match.span()
    if word := groups.get("turn"):
        turn, size = next((turn, size) for names, turn, size in TURNS if any(name in word.casefold() for name in names))
        return Quantity(start=start, end=end, size=size, unit="percent", vague=True, turn=turn)
    if worded := _size_in_words(groups):
        return Quantity(start=start, end=end, size=worded, unit="percent", vague="words" not in groups)
    if groups.get("low"):
        low, high = read_number(groups["low"], lang), read_number(groups["high"], lang)
        spread = abs(high - low)
        return Quantity(start=start, end=end, size=(low + high) / 2, unit="percent", vague=True, spread=spread)
    size = read_number(groups["number"], lang)
    if groups.get("points"):
        return Quantity(start=start, end=end, size=size, unit="points")
    if groups.get("scale"):
        unit = "eur_bn" if groups["currency"].casefold() in {"€", "euro", "euros", "eur"} else "usd_bn"
        size *= TRILLION if groups["scale"].casefold().startswith("t") else 1.0
        return Quantity(start=start, end=end, size=size, unit=unit)
    sign = (groups.get("sign") or "").strip()
    return Quantity(start=start, end=end, size=size, unit="percent", sign="+" if sign == "+" else "-" if sign else "")


def _size_in_words(groups: Mapping[str, str | None]) -> float:
    """Per cent that a fraction or a number in words stands for; 0 when the amount is in digits."""
    if words := groups.get("words"):
        return float(WORDS[words.casefold()])
    words = (groups.get("fraction") or "").casefold()
    return next((size for names, size in FRACTIONS if any(name in words for name in names)), 0.0)


def joined(number: str, lang: str) -> str:
    """A number without the blanks, and in French the dots, that part its thousands: "100.000" is "100000"."""
    compact = re.sub(r"[ \u00a0\u202f]", "", number)
    return DOTTED.sub(lambda match: match.group().replace(".", ""), compact, count=1) if lang == "fr" else compact


def read_number(text: str, lang: str) -> float:
    """Value of a number as either language writes it: "1 000,5", "1,000.5", "8,9", "8.9", in French also "100.000"."""
    compact = joined(text, lang)
    if lang != "fr" or ("," in compact and "." in compact):
        compact = re.sub(r",(?=\d{3}(?:\D|$))", "", compact)
    whole, *decimals = compact.replace(",", ".").rsplit(".", 1)
    return float(".".join([whole.replace(".", ""), *decimals]))


def cues(sentence: str) -> list[Cue]:
    """Words of movement of a sentence, in order."""
    found = []
    for direction, pattern in CUES:
        after = DOWN_AFTER if direction == "down" else UP_AFTER
        for match in pattern.finditer(sentence):
            may_follow = after.fullmatch(match.group()) is not None
            found.append(Cue(start=match.start(), end=match.end(), direction=direction, after=may_follow))
    return [cue for cue in sorted(found, key=lambda c: c.start) if not any(_within(cue, other) for other in found)]


def _within(cue: Cue, other: Cue) -> bool:
    return (
        cue is not other
        and other.start <= cue.start
        and cue.end <= other.end
        and cue.end - cue.start < other.end - other.start
    )


def qualifier_before(text: str, quantity: Quantity) -> str:
    """The reserve made right before a quantity; exact without one, about for a fraction or a range."""
    match = QUALIFIER.search(text, 0, quantity.start)
    if match is not None:
        return str(match.lastgroup)
    return "about" if quantity.vague else "exact"

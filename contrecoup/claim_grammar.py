"""The words in which French and English newsrooms state a price move: quantities, verbs, qualifiers, periods, days.

Lexicon and small readers for ``contrecoup.claims``; nothing here knows of instruments. Patterns run on one sentence
at a time, lower-cased by their flag.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

FLAGS = re.IGNORECASE


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """An amount that may be a move. ``sign`` is "+", "-" or empty; ``vague`` a fraction or the middle of a range.

    ``halving`` tells of "halved", which is the word of movement too; ``spread`` is the width of a range.
    """

    start: int
    end: int
    size: float
    unit: str
    sign: str = ""
    vague: bool = False
    halving: bool = False
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
PERCENT = rf"{SPACE}(?:%|percent\b|per{SPACE}cent\b|pour{SPACE}cent\b|pct\b)"
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
    # not what is halved: "halved its dividend", "a divisé par deux ses coûts"
    re.compile(
        r"\b(?P<halving>halved|divisée?s? par deux)\b"
        r"(?!\s+(?!(?:its|their|sa|son|leur)\s(?:market |stock |share )?(?:value|price|cap\w*|valeur|cours))"
        r"(?:its|their|the|his|her|our|a|an|all|both|some|sa|son|ses|leurs?|l[ae]s?|des?|du|un|une|ce|cette|ces)\b)"
        r"(?!\s+(?:l|d)['’])",
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
    r"|edg(?:ed|es|ing) up|tack(?:s|ed|ing) on|climbs?|skyrocket(?:s|ed|ing)?"
)
DOWN_NOUNS = (
    r"chutes?|reculs?|baisses?|pertes?|replis?|plongeons?|dégringolades?|effondrements?|décrochages?|en moins"
    r"|perdus?|effacés?"
    r"|effacées?|envolés|évaporés?|partis? en fumée|drops?|falls?|declines?|loss(?:es)?|slides?|plunges?"
    r"|tumbles?|slumps?"
    r"|crash|sell-?off|dips?|down|lower|gone|wiped|erased|lost|rout|plummet|correction"
)
UP_NOUNS = (
    r"hausses?|bonds?|gains?|rebonds?|progressions?|envolées?|avances?|rises?|jumps?|surges?|rall(?:y|ies)|rebounds?"
    r"|advances?|climbs?|leaps?|pops?|up|higher"
)
CUES = (
    ("down", re.compile(rf"(?<![\w-])(?:{DOWN_VERBS}|{DOWN_NOUNS})(?!\w)", FLAGS)),
    ("up", re.compile(rf"(?<![\w-])(?:{UP_VERBS}|{UP_NOUNS})(?!\w)", FLAGS)),
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
lourdement brutalement sharply steeply only mere just seulement tout même still also aussi ainsi capitalisation
boursière valeur value its sa son leur leurs their actions action titre titres shares share stock cours pouvant
atteindre worth over au of for pour s soit limited respectivement respectively total jusque minus wall street new
york paris nasdaq bourse à-pic bénéficiant pas exactement precisely exactly well bien subie subi off down lower
higher brièvement briefly
"""
FILLERS = frozenset(_FILLERS.split())
_AFTER_FILLERS = """
de d en of market value capitalisation boursière valeur sont ont été was were is has have been dollars euros
"""
AFTER_FILLERS = frozenset(_AFTER_FILLERS.split())
BAD_END = re.compile(r"(?:(?<!jusqu['’])(?<!close )(?<!up )\b(?:à|to|at|from|vers|sous|au|depuis))\s*$", FLAGS)

QUALIFIERS = (
    ("up_to", r"jusqu['’]à|up to|as much as|as many as|at most|pouvant atteindre|au plus|a maximum of"),
    ("more_than", r"plus d['e’]|more than|over|supérieure? à|at least|au moins|above"),
    ("nearly", r"nearly|almost|close to|presque|près d['e’]|quasiment|just under|not quite|un peu moins d['e’]"),
    ("about", r"environ|autour d['e’]|quelque|about|around|roughly|some|approximately|de l['’]ordre d['e’]"),
)
QUALIFIER = re.compile(
    r"\b(?:" + "|".join(rf"(?P<{name}>{words})" for name, words in QUALIFIERS) + r")\s*(?:l[ea] |un[e]? |a |an )?$",
    FLAGS,
)

CLOSE = (
    r"clôtur\w*|clos\b|termin\w*|fini(?:t|r|ssent)?\b|achev\w*|closed|closes|closing|close\b(?! to)|finish\w*"
    r"|end(?:s|ed|ing)\b|regular session|settled"
)
WEEKS = (
    r"(?:sur|en|de) (?:la|une) semaine|semaine dernière|cette semaine|(?:this|last|on the|for the|a|in a) week|weekly"
    r"|week over week|in (?:the (?:past|last|first) )?\w+ (?:trading )?(?:days|sessions)|en \w+ (?:jours|séances)"
)
SPANS = (
    r"(?:sur|en|de) (?:le|un) mois|mois dernier|ce mois|(?:this|last|on the|a|in a) month|in (?:january|december)"
    r"|in (?:the (?:past|last) )?\w+ (?:weeks|months)|(?:en|sur) \w+ (?:semaines|mois)"
    r"|(?:recent|record|all-time) highs?"
    r"|(?:derniers|plus) (?:sommets|hauts?)|since \w+ earnings|since last earnings"
)
YEARS = (
    r"depuis (?:le début de l['’]année|janvier)|sur (?:un|douze) (?:an|mois)|sur l['’]année|l['’]an (?:dernier|passé)"
    r"|en 20\d\d|year[- ]to[- ]date|this year|last year|(?:over|in) (?:the (?:past )?|a )year|in 20\d\d|depuis un an"
    r"|since the (?:start|beginning) of|to start 20\d\d|end 20\d\d|\w+ years"
)
PERIODS = (
    (
        "premarket",
        r"avant l['’]ouverture|avant[- ]bourse|pr[ée]-?\s?march[ée]|pre-?\s?market|before the (?:open|bell|market)",
    ),
    (
        "afterhours",
        r"après (?:la )?clôture|après[- ]bourse|post-?marché|after[- ]hours|extended trading|after the bell",
    ),
    (
        "open",
        r"l['’]ouverture|premiers échanges|ouvert|ouvre|at the open|opened|opens|opening|early trad\w+|in early deals",
    ),
    ("close", CLOSE),
    (
        "intraday",
        r"en séance|en cours de séance|intraday|au plus bas|at (?:one|its) (?:point|low|worst)|midday|mi-séance",
    ),
    ("week", WEEKS),
    ("month", SPANS),
    ("year", YEARS),
)
PERIOD = re.compile(r"\b(?:" + "|".join(rf"(?P<{name}>{words})" for name, words in PERIODS) + r")", FLAGS)

WEEK = (
    ("lundi", "monday"),
    ("mardi", "tuesday"),
    ("mercredi", "wednesday"),
    ("jeudi", "thursday"),
    ("vendredi", "friday"),
    ("samedi", "saturday"),
    ("dimanche", "sunday"),
)
DAYS = {name: place for place, names in enumerate(WEEK) for name in names}
_MONTHS = (
    "janvier january jan|février february feb|mars march|avril april apr|mai may|juin june|juillet july|août august aug"
    "|septembre september sept|octobre october oct|novembre november nov|décembre december dec"
)
MONTHS = {name: place for place, names in enumerate(_MONTHS.split("|"), start=1) for name in names.split()}
DAY = "|".join(DAYS)
MONTH = "|".join(MONTHS)
WHEN = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:er)? (?P<month>{MONTH})\b\.?(?: (?P<year>20\d\d))?"
    rf"|(?P<month2>{MONTH})\b\.? (?P<day2>\d{{1,2}})\b(?:, (?P<year2>20\d\d))?"
    rf"|(?P<weekday>{DAY})(?P<later> prochain)?(?!\w)"
    r"|(?P<yesterday>hier|la veille|yesterday)\b|(?P<today>aujourd['’]hui|today|ce jour)\b)",
    FLAGS,
)
ONE_DAY = re.compile(r"\b(?:en une (?:seule )?(?:séance|journée)|in a (?:single )?day|one-day|on the day)\b", FLAGS)
NEXT = re.compile(r"\b(?:next|prochain|by|d['’]ici)\s*$", FLAGS)
SINCE = re.compile(r"\b(?:la veille|the day before|day earlier)\b", FLAGS)
# A day that another price is compared with ("loin de leurs niveaux de vendredi"), not the day of the move.
COMPARED = re.compile(
    r"\b(?:niveaux? d[eu]|cours d[eu]|par rapport [àa]|depuis|contre|que|levels? (?:of|on)|since|than(?: on)?|from"
    r"|versus)\s*$",
    FLAGS,
)
# Where another clause begins, which may tell of another day.
CLAUSE = re.compile(
    r"\b(?:after|while|when|before|whereas|alors qu|tandis qu|apr[èe]s|avant|contre)\b|alors que|tandis que|;", FLAGS
)
# Where a newsroom's "today" is lived.
ZONES = {"fr": ZoneInfo("Europe/Paris"), "en": ZoneInfo("America/New_York")}
UTC = ZoneInfo("UTC")


def quantities(sentence: str, lang: str) -> list[Quantity]:
    """Amounts of a sentence in order, none inside another; a range too wide to be one figure is left out."""
    found: list[Quantity] = []
    for pattern in QUANTITIES:
        for match in pattern.finditer(sentence):
            if not any(q.start < match.end() and match.start() < q.end for q in found):
                found.append(_quantity(match, lang))
    return sorted((quantity for quantity in found if quantity.spread <= WIDEST_RANGE), key=lambda q: q.start)


def _quantity(match: re.Match[str], lang: str) -> Quantity:
    groups = match.groupdict()
    start, end = match.span()
    if worded := _size_in_words(groups):
        vague, halving = "words" not in groups, "halving" in groups
        return Quantity(start=start, end=end, size=worded, unit="percent", vague=vague, halving=halving)
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
    """Per cent that a fraction, a halving or a number in words stands for; 0 when the amount is in digits."""
    if words := groups.get("words"):
        return float(WORDS[words.casefold()])
    words = "half" if groups.get("halving") else (groups.get("fraction") or "").casefold()
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


def _nearest(matches: Iterator[re.Match[str]], start: int, end: int) -> re.Match[str] | None:
    def distance(match: re.Match[str]) -> int:
        return start - match.end() if match.start() < start else match.start() - end

    return min(matches, key=distance, default=None)


def period_near(sentence: str, start: int, end: int) -> str:
    """Period of the nearest words that name one; "day" when only a day is named, else "unknown"."""
    match = _nearest(PERIOD.finditer(sentence), start, end)
    if match is not None:
        return str(match.lastgroup)
    return "day" if ONE_DAY.search(sentence) or WHEN.search(sentence) else "unknown"


def day_near(sentence: str, start: int, end: int, *, told_at: datetime, lang: str) -> date | None:
    """The day that the words nearest to a place speak of, never later than the telling; None when none can be told.

    Only words of the same clause count: "eased 2.5%, after giving up 10.6% on Monday" tells no day of the 2.5%.
    """
    told = told_at.astimezone(ZONES.get(lang, UTC)).date()
    begin = max((match.end() for match in CLAUSE.finditer(sentence, 0, start)), default=0)
    after = CLAUSE.search(sentence, end)
    days = WHEN.finditer(sentence, begin, after.start() if after else len(sentence))
    match = _nearest((day for day in days if not COMPARED.search(sentence[: day.start()])), start, end)
    if match is None or NEXT.search(sentence[: match.start()]) or match["later"]:
        return None
    if match["weekday"]:
        return told - timedelta(days=(told.weekday() - DAYS[match["weekday"].casefold()]) % 7)
    if match["yesterday"]:
        return None if SINCE.fullmatch(match["yesterday"]) else told - timedelta(days=1)
    if match["today"]:
        return told
    return _calendar_day(match, told)


def _calendar_day(match: re.Match[str], told: date) -> date | None:
    month = MONTHS[(match["month"] or match["month2"]).casefold()]
    day, year = int(match["day"] or match["day2"]), match["year"] or match["year2"]
    try:
        named = date(int(year) if year else told.year, month, day)
        if not year and named > told:
            named = date(told.year - 1, month, day)
    except ValueError:
        return None
    return named if named <= told else None

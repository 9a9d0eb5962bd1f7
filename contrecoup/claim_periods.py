"""Of when a stated move speaks: its period, and the day that is named beside it. Between claim_grammar and claims.

Small readers, on one sentence at a time. The nearest words win; those that stand beyond another figure or another
clause belong to that one, unless nothing nearer tells. Those of an aside or of another verb tell nothing: "Vistra, a
darling of the past year, cratered 28%" is a fall of one session.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from contrecoup.claim_grammar import FLAGS

LONG = ("week", "month", "year_to_date", "year", "span")
"""Periods longer than a session."""

WEEKDAYS = (
    ("lundi", "monday"),
    ("mardi", "tuesday"),
    ("mercredi", "wednesday"),
    ("jeudi", "thursday"),
    ("vendredi", "friday"),
    ("samedi", "saturday"),
    ("dimanche", "sunday"),
)
DAYS = {name: place for place, names in enumerate(WEEKDAYS) for name in names}
_MONTHS = (
    "janvier january jan|février february feb|mars march mar|avril april apr|mai may|juin june jun|juillet july jul"
    "|août august aug|septembre september sept sep|octobre october oct|novembre november nov|décembre december dec"
)
MONTHS = {name: place for place, names in enumerate(_MONTHS.split("|"), start=1) for name in names.split()}
DAY = "|".join(DAYS)
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))

_MANY_EN = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|several|few|couple of)"
_MANY_FR = r"(?:\d+|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quelques|plusieurs)"
_PAST_EN = r"(?:the )?(?:past|last|previous|prior|first|final|next)"
CLOSE = (
    r"clôtur\w*|clos\b|termin\w*|fini(?:t|r|ssent)?\b|achev\w*|closed|closes|closing|close\b(?! to)|finish\w*"
    r"|end(?:s|ed|ing)\b|regular session|settl(?:ed|es|ing)|(?:concluded|the) (?:the )?recent trading session"
    r"|latest trading (?:day|session)|recent trading (?:day|session)"
)
WEEK = (
    r"(?:sur|en|de) (?:la|une) semaine|semaine (?:dernière|passée|écoulée)|cette semaine|l['’]ensemble de la semaine"
    r"|hebdomadaires?|(?:this|last|past|previous|on the|for the|during the|in the|the|a|one|in a) week(?!end|['’]s)"
    r"|weekly(?! and)|week[- ](?:over|on)[- ]week"
    rf"|(?:in|over|for|across) (?:(?:{_PAST_EN}) )?(?:five|seven|5|7) (?:trading )?(?:days|sessions)"
    r"|(?:en|sur) (?:cinq|5) (?:jours|séances)|(?:en|sur) (?:sept|huit|7|8) jours"
    r"|first \w+ (?:trading )?days this week"
)
MONTH_LONG = (
    r"(?:sur|en|de) (?:le|un) mois|mois (?:dernier|passé)|ce mois|mensuel(?:le)?s?|(?:en|au mois de?) (?:"
    + "|".join(_MONTHS.replace("|", " ").split())
    + r")(?! \d)|(?:this|last|past|previous|the|a|one|in a|out the) month|monthly|one-month|month[- ](?:over"
    r"|on)[- ]month"
    rf"|(?:in|during|over|for) (?:{MONTH})\b(?!\.? \d)"
    rf"|(?:{MONTH})['’]s"
)
TO_DATE = (
    r"depuis (?:le )?(?:1er )?(?:le début de (?:l['’]année|l['’]exercice)|janvier\b)|depuis le 1er janvier|cette année"
    r"|year[- ]to[- ]date|\bytd\b|this year|so far in 20\d\d|to start 20\d\d|start in 20\d\d"
    r"|since (?:the )?(?:start|beginning|turn) of (?:the year|this year|20\d\d|january)|since january(?! 20)"
)
YEAR = (
    r"sur (?:un|1) an|sur (?:douze|12) mois|sur l['’]année|l['’]an (?:dernier|passé)|l['’]année dernière|en un an"
    r"|en 20\d\d"
    r"|annuel(?:le)?s?|last year|(?:over|in|within|for) (?:(?:the )?(?:past |last )?)(?:a |one )?year|past year"
    r"|a (?:\w+ )?year\b"
    r"|year[- ](?:over|on)[- ]year|in 20\d\d|(?:during|across|throughout) 20\d\d|(?:during|over) the year"
    r"|20\d\d was|end(?:ed|s|ing)? (?:20\d\d|the year)"
    r"|out 20\d\d|(?:past|last) (?:twelve|12) months|one-year"
)
SPAN = (
    r"depuis (?:l['’]|les? |la |son |sa |ses |leurs? |fin |début |mi-|\d)\w*"
    rf"|depuis (?:{DAY}|{MONTH}|un an|une semaine|un mois)\b"
    rf"|since (?:its|their|his|the|last|my|early|late|mid|then|a|an|{DAY}|{MONTH}|20\d\d|reporting|going|listing"
    r"|peaking|that)(?=\W)|from (?:its|their|the|a|recent|last)(?: [\w-]+){0,3} (?:highs?|peaks?|lows?|bottoms?"
    r"|tops?)\b"
    rf"|since (?:it|then)\b"
    rf"|(?:in|over|across|during|for|within|post) (?:(?:the )?(?:past|last|previous|prior|first"
    rf"|next) )?(?:just )?{_MANY_EN}"
    r"(?: short| trading)? (?:days|sessions|weeks|months|quarters|years)"
    rf"|(?:past|last|previous|prior) {_MANY_EN} (?:trading )?(?:days|sessions|weeks|months|quarters|years)"
    rf"|(?:en|sur|ces) (?:{_MANY_FR}) (?:jours|séances|semaines|mois|trimestres|ans)"
    r"|at one point (?:during|this|in|last)|quarter[- ]to[- ]date|(?:this|last|past) quarter|(?:ce|au"
    r"|sur le) trimestre|during th(?:is|at) (?:time|period)"
    r"|(?:two|three|four|five|six|ten)[- ](?:day|week|month|year)|since \w+ (?:ipo|debut|listing|election|earnings)"
    r"|par rapport à (?:son|sa|leur)|(?:highest|high) point|one-year high|all-time highs?|record highs? (?:of|in|set)"
    r"|(?:below|under) (?:its|their) \w+|recent highs?|(?:derniers|plus) (?:sommets|hauts?)|son (?:pic|sommet)"
    rf"|decade|décennie|(?:over |during |this |sur |pendant )?(?:the |le |ce )?week-?ends?|between (?:{DAY}|{MONTH}|\d)"
    rf"|entre (?:le )?(?:{DAY}|\d)|(?:{DAY}) and (?:{DAY})\b|(?:{DAY}) et (?:{DAY})\b|recent(?:ly)?|récent\w*"
)
DAY_LONG = (
    r"(?:past|last|over|in) (?:the (?:past|last) )?(?:24|twenty-four) hours|24h|(?:en|sur) (?:vingt-quatre|24) heures"
    r"|en une (?:seule )?(?:séance|journée)|en un (?:seul )?jour|in a (?:single |one )?(?:day|session)|one-day"
    r"|single-day"
    r"|from (?:the|its|their) (?:prior|previous|preceding|last)(?: trading)? (?:day|session|close)|on the day|daily"
    r"|sur la (?:séance|journée)"
)
CLOCK = (
    r"en séance|en cours de (?:séance|journée)|intraday|au plus (?:bas|haut)(?! (?:depuis|historique))|mid-?day"
    r"|mi-(?:séance|journée)|at (?:one point|(?:its|the day['’]s|the) (?:low|worst|lows)\b)(?! during| this| in\b)"
    r"|as of (?:noon|\d|midday)"
    r"|at last (?:glance|check|look)|at the time of writing|at writing|through \d{1,2}[:.]\d\d|by (?:noon|midday)"
    r"|earlier in|morning session|(?:mid|late|early)-?(?:morning|afternoon) trad\w+"
    r"|(?:vers|à) \d{1,2} ?(?:h\b|h\d\d|heures|h \d\d)|around \d{1,2}(?::\d\d)? ?[ap]\.?m"
)
PERIODS = (
    (
        "premarket",
        (
            r"avant l['’]ouverture|avant[- ]bourse|pr[ée]-?\s?ouverture|pr[ée]-?\s?march[ée]|pre-?\s?market"
            r"|before the (?:open|bell|market)|ahead of the (?:open|bell)"
        ),
    ),
    (
        "afterhours",
        (
            r"après (?:la )?clôture|après[- ]bourse|post-?\s?marché|after-?\s?hours|extended (?:trading|hours)"
            r"|after the (?:bell|close)|post-?\s?market|late trading|hors séance"
        ),
    ),
    (
        "open",
        (
            r"l['’]ouverture|premiers échanges|début de séance|ouvert|ouvre|at the open|opened|opens|opening"
            r"|early trad\w+|in early deals"
        ),
    ),
    ("week", WEEK),
    ("month", MONTH_LONG),
    ("year_to_date", TO_DATE),
    ("year", YEAR),
    ("span", SPAN),
    ("day", DAY_LONG),
    ("intraday", CLOCK),
    ("close", CLOSE),
)
PERIOD = re.compile(r"(?<!\w)(?:" + "|".join(rf"(?P<{name}>{words})" for name, words in PERIODS) + r")", FLAGS)

WHEN = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:er)? (?P<month>{MONTH})\b\.?(?: (?P<year>20\d\d))?"
    rf"|(?P<month2>{MONTH})\b\.? (?P<day2>\d{{1,2}})\b(?:, (?P<year2>20\d\d))?"
    rf"|(?P<weekday>{DAY})(?P<later> prochain)?(?!\w)"
    r"|(?P<yesterday>hier|la veille|yesterday)\b|(?P<today>aujourd['’]hui|today|ce jour)\b)",
    FLAGS,
)
NEXT = re.compile(r"\b(?:next|prochain|by|d['’]ici)\s*$", FLAGS)
EVE = re.compile(r"\b(?:la veille|the day before|day earlier)\b", FLAGS)
# A day that another price is compared with ("loin de leurs niveaux de vendredi"), not the day of the move.
COMPARED = re.compile(
    r"\b(?:niveaux? d[eu]|cours d[eu]|par rapport [àa]|depuis|contre|que|levels? (?:of|on)|since|than(?: on)?|from"
    r"|versus)\s*$",
    FLAGS,
)
# Where another clause begins, which may tell of another day.
CLAUSE = re.compile(
    r"\b(?:after|following|while|when|before|whereas|alors qu|tandis qu|apr[èe]s|avant|contre)\b|alors que"
    r"|tandis que|;",
    FLAGS,
)
# Where a feed cut the sentence off right after the figure, and with it the words of time: "dropped 22% in…".
CUT = re.compile(r"(?:\W*\w+){0,3}\W*(?:…|\.\.\.)\W*$")
# How much farther than it is a word of another clause counts, in characters.
OTHER_CLAUSE = 60
# How much farther words before a quantity count than those after it: "closed out 2025 with a 0.7% loss on Wednesday".
BEHIND = 5
# An aside between commas that has a verb of its own ("that had been a darling of the past year") or is but a noun
# ("chouchou de l'an dernier"): whatever does not begin as words of time do.
RELATIVE = re.compile(r"\b(?:that|which|who|whose|qui|que|dont|où|lequel|laquelle|lesquel(?:le)?s)\s+\w", FLAGS)
ADVERBIAL = re.compile(
    rf"\W*(?:$|(?:on|in|at|over|since|by|for|during|this|last|early|late|as|so|through\w*|across|within|from|until|ahead"
    rf"|before|after|following|amid|today|yesterday|just|only|the|à|au|en|sur|ce|cette|ces|depuis|hier|vers|dans|après"
    rf"|avant|pendant|durant|lors|dès|la|le|les|{DAY})\b)",
    FLAGS,
)
# "After doubling in 2024, …", "Malgré une année faste en 2024, …": a beginning that tells of what was before.
EARLIER = re.compile(
    r"\W*(?:after|following|having|while|although|though|despite|après|ayant|malgré|bien qu\w*|alors qu\w*)\b", FLAGS
)
# "Had doubled over the past year but fell 28%", "fell 28% and has doubled over the past year".
HAD = re.compile(r"\b(?:had|has|have|was|were|avait|avaient|était|étaient|ayant)\b", FLAGS)
AND_THEN = re.compile(r"\b(?:and|but|then|before|et|mais|puis|avant)\b", FLAGS)
# "Fell 17%, its worst day in a year", "sa plus forte baisse en un an": how rare it is, not how long it took.
RARE = re.compile(
    r"\b(?:most|worst|biggest|largest|steepest|sharpest|best|lowest|highest|pire|meilleure?"
    r"|plus (?:forte?|grosse?|grande?|mauvaise?|lourde?|nette|basse?|haute?))\b",
    FLAGS,
)
IN_BRACKETS = re.compile(r"\([^()]*\)")
# Where a newsroom's "today" is lived.
ZONES = {"fr": ZoneInfo("Europe/Paris"), "en": ZoneInfo("America/New_York")}
UTC = ZoneInfo("UTC")


def period_near(sentence: str, start: int, end: int, *, others: tuple[int, int] | None = None) -> str:
    """Period of the words nearest to a quantity: "day" when only a day is named, "unknown" when nothing tells.

    ``others`` are the end of the quantity before and the start of the one after: what stands beyond them is asked
    only when nothing stands between. A moment of the session is more than its day: "closed down 17% on Monday" is
    ``close``.
    """
    first, last = others or (0, len(sentence))
    for begin, stop in ((first, last), (0, len(sentence))):
        found = [(_distance(sentence, match, start, end), match) for match in _told(sentence, begin, stop, start, end)]
        if found:
            near = sorted(found, key=lambda told: (told[0], told[1].re is WHEN))
            return _nearest([_period_of(match) for _, match in near])
    return "span" if CUT.match(sentence, end) else "unknown"


def _nearest(named: Sequence[str]) -> str:
    """The nearest period; a bare day gives way to a moment of it."""
    if named[0] != "day":
        return named[0]
    return next((name for name in named if name not in {"day", *LONG}), "day")


def _told(sentence: str, begin: int, stop: int, start: int, end: int) -> Iterator[re.Match[str]]:
    for pattern in (PERIOD, WHEN):
        for match in pattern.finditer(sentence, begin, stop):
            inside = match.start() < end and start < match.end()
            compared = pattern is WHEN and COMPARED.search(sentence[: match.start()])
            if not inside and not compared and not _is_anothers(sentence, match, start, end):
                yield match


def _is_anothers(sentence: str, match: re.Match[str], start: int, end: int) -> bool:
    """Whether words of time belong to another verb or noun than the quantity: in an aside, before "but", after "and".

    Longer periods above all: a day or a moment that is told in a noun ("after Monday's rout") is mostly the move's too.
    """
    long = _period_of(match) in LONG
    if match.start() >= end:
        between = sentence[end : match.start()]
        return long and _is_told_apart(between)
    told = IN_BRACKETS.sub(lambda bracket: " " * len(bracket.group()), sentence[: match.start()])
    opened = max(told.rfind(mark) for mark in ",(–—")
    clause, between = told[opened + 1 :], sentence[match.end() : start]
    if "," not in between:
        return long and HAD.search(clause) is not None and AND_THEN.search(between) is not None
    if opened < 0:
        return long and EARLIER.match(clause) is not None
    return RELATIVE.search(clause) is not None or (long and ADVERBIAL.match(clause) is None)


def _is_told_apart(between: str) -> bool:
    """Whether a quantity and the words of time after it are parted by another verb, or tell how rare such a move is."""
    _, comma, after = between.partition(",")
    if comma and (RELATIVE.search(after) or RARE.search(after)):
        return True
    then = AND_THEN.search(between)
    return then is not None and HAD.search(between, then.end()) is not None


def _period_of(match: re.Match[str]) -> str:
    return str(match.lastgroup) if match.re is PERIOD else "day"


def _distance(sentence: str, match: re.Match[str], start: int, end: int) -> int:
    """Characters between a quantity and words of time; those of another clause are farther."""
    if match.start() < start:
        between, far = sentence[match.end() : start], BEHIND
    else:
        between, far = sentence[end : match.start()], 0
    return far + len(between) + (OTHER_CLAUSE if CLAUSE.search(between) else 0)


def day_near(sentence: str, start: int, end: int, *, told_at: datetime, lang: str) -> date | None:
    """The day that the words nearest to a place speak of, never later than the telling; None when none can be told.

    Only words of the same clause count: "eased 2.5%, after giving up 10.6% on Monday" tells no day of the 2.5%.
    """
    told = told_at.astimezone(ZONES.get(lang, UTC)).date()
    begin = max((match.end() for match in CLAUSE.finditer(sentence, 0, start)), default=0)
    after = CLAUSE.search(sentence, end)
    days = [
        day
        for day in WHEN.finditer(sentence, begin, after.start() if after else len(sentence))
        if not COMPARED.search(sentence[: day.start()]) and not _is_anothers(sentence, day, start, end)
    ]
    match = min(days, key=lambda day: _distance(sentence, day, start, end), default=None)
    if match is None or NEXT.search(sentence[: match.start()]) or match["later"]:
        return None
    if match["weekday"]:
        return told - timedelta(days=(told.weekday() - DAYS[match["weekday"].casefold()]) % 7)
    if match["yesterday"]:
        return None if EVE.fullmatch(match["yesterday"]) else told - timedelta(days=1)
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

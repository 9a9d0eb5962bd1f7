"""What in a text vouches for a name that could mean something else. Serves ``contrecoup.entities``.

Each kind of evidence has a code of its own, which becomes the mention's reason, so that a reader can see why "Orange"
was taken for the company (ZhuLinsen/daily_stock_analysis#1356). Every name is looked at once, in a window of fixed
width, and its neighbours are found by bisection: the time grows with n log n for n names, however close they stand.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from contrecoup.aliases import Alias, Doubt
from contrecoup.models import Layer
from contrecoup.scrub import fold

# How far, in characters either side, a word can vouch for an ambiguous name.
WINDOW = 140

# Words that make a company of a name in either language. They stand in prose about shares, whoever is meant.
MARKET = re.compile(
    r"(?<!\w)(?:shares?|stocks?|titres?|actions?|bourse|nasdaq|nyse|cac|wall street|capitalisation|market (?:cap|value)"
    r"|investors?|investisseurs?|analysts?|analystes?|ceo|pdg|revenues?|earnings|chiffre d.affaires|resultats"
    r"|seance|trading|cloture|quarter(?:ly)?|q[1-4]|trimestr\w+|guidance|dividend\w*|prices?|up(?:grades?|graded)"
    r"|down(?:grades?|graded)|price target|objectif de cours|rall(?:y|ies)|selloff)(?!\w)|[0-9] ?%"
)
# What a company does, right after its name.
DEEDS_EN = (
    "acquires?|adds|advances|agrees|announce[sd]?|applies|appoints|beats?|becomes|boosts|brings|builds|buys|chases"
    "|climbs|closes|completes|cuts|defends|delivers|denies|dips|drops|ends|enables|enters|exceeds|expands|expects"
    "|explores|faces|falls|files|forecasts|gains|gets|grants|has|helps|hikes|hires|hits|introduces|invests|joins"
    "|jumps|keeps|lags|launch(?:es|ed)?|lays off|leads|lets|lifts|loses|lowers|makes|merges|misses|names|offers|opens"
    "|outpaces|outperforms|partners|pays|picks|plans|plunges|posts|powers|presents|pulls|raises|rallies|reaches"
    "|rebounds|releases|removes|reorganizes|replaces|reports|reveals|rises|rolls out|says|schedules|sees|sells|sets"
    "|settles|sheds|signs|sinks|slashes|slides|slips|soars|stops|sues|surges|takes|taps|targets|teams|tells|tops|trims"
    "|tumbles|unveils|updates|set to|wants|warns|will|wins|withdraws|would"
    "|announced|beat|bought|cut|dropped|fell|gained|halted|jumped|lost|missed|paused|posted|raised|reported|rose|said|slid"
    "|soared|sold|surged|unveiled|warned"
    "|to (?:acquire|add|appoint|bring|build|buy|close|cut|enter|expand|hire|invest|join|launch|lay off|offer|open|pay"
    "|present|raise|release|report|roll out|sell|take|use)"
)
DEEDS_FR = (
    "abaisse|accelere|accuse|achete|acquiert|affiche|annonce|assure|attaque|augmente|bat|bondit|cede|chute|confirme"
    "|depasse|deploie|devoile|devrait|discute|embauche|ferme|gagne|grimpe|interdit|interroge|inaugure|investit|lance"
    "|mise|nomme|ouvre|perd|plonge|poursuit|prepare|presente|prevoit|progresse|promet|publie|rachete|recrute|recule"
    "|reduit|refuse|releve|remporte|renonce|revise|s[’']effondre|s[’']envole|s[’']offre|se lance|se retire|signe"
    "|supprime|table|teste|va|vend|veut|vise"
)
SENTENCE_END = re.compile(r"[.!?]\s|\n")
CLAUSE_START = re.compile(r"(?:^|[.:;!?|(•–—«»“”\"‘’]\s*|\s-\s)$")
CODE = r"(?:\s\((?:\w{2,8}:\s?)?\w{1,5}\))?"
DEED = re.compile(rf"{CODE}(?:['’]s\b|\s(?:{DEEDS_EN}|{DEEDS_FR})\b)")
# Nouns that belong to a company, right before or after its name.
OWNER_BEFORE = re.compile(
    r"(?<!\w)(?:chez|groupe|geant|societe|entreprise|firme|operateur|petrolier|constructeur|fabricant|banque"
    r"|titres? d[e’']|actions? d[e’']|actions?|pdg d[e’']|(?:patronn?e?|president\w*|dg|directeur general) d[e’']"
    r"|tete d[e’']|capital d[e’']|cours d[e’']|salaries d[e’']|filiales? d[e’']|resultats d[e’']|benefices? d[e’']"
    r"|shares? (?:of|in)|stake in|ceo (?:of|at)|chief of|head of|boss of|giant|group|firm|company|operator|rival"
    r"|chipmaker|chip designer)\s?$"
)
OWNED_AFTER = re.compile(
    rf"{CODE}(?:['’]s)?\s(?:stock|shares?|investors?|shareholders?|earnings|ceo|cfo|boss|inc|corp|corporation|plc"
    r"|q[1-4]|bull|bear)\b"
)
# Words of a list: "Block, Broadcom and UPS", "Apple ou Orange", "AMD vs. Visa".
LIST = re.compile(
    r"\s?(?:[,;/&+]\s?(?:and\s|et\s|ou\s|or\s|&\s)?|(?:and|et|ou|or|vs\.?|versus|contre)\s)", re.IGNORECASE
)

# A service as the place where others publish, search or sell, and what is done *to* it in the same words.
ON_A_PLACE = re.compile(
    r"(?<!\w)(?:(?:sur|via|grace a|on|through|page|pages|groupes|(?:un|ce|leur|son) groupe|posts?|comptes?|profil"
    r"|messages?|avis)\s(?:un |une |le |la |son |sa |leur |the |his |her |its |their )?)$"
)
AIMED_AT = re.compile(
    r"(?<!\w)(?:enquetes?|pressions?|plaintes?|offensive|loi|taxes?|mainmise|controle|revelations?|focus|zoom|paris?"
    r"|opa|sanctions?|informations?|amendes?|censures?|bearish|bullish|bets?|down|war|tax|pressure|probe|case|attack"
    r"|fine|analysts?|street|cautious|positive|negative|neutral|upbeat|sour|crackdown|spend\w*|impact|take[ns]?|taking|took|rel(?:y|ies)|based|depend\w*)\s(?:sur|on)\s$"
)
ON_SALE_AT = re.compile(
    r"(?<!\w)(?:discount\w*|deals?|off|prices?|lows?|cheap\w*|sale|available|buy|save|promos?|ventes?|reductions?"
    r"|soldes?|rabais)\b.{0,40}\s(?:at|chez)\s$"
)
PLACE_OF_ITS_OWN = re.compile(r"\s(?:pages?|posts?|groups?|accounts?|profiles?)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place where a name or code stands, and what it still needs; ``alias`` is None for a code."""

    start: int
    end: int
    target: str
    reason: str
    layer: Layer
    doubt: Doubt = Doubt.NONE
    alias: Alias | None = None

    @property
    def is_sure(self) -> bool:
        """Whether it needs nothing."""
        return self.doubt is Doubt.NONE


@dataclass(frozen=True, slots=True)
class _Around:
    """Folded text on both sides of a candidate."""

    before: str
    after: str

    def has(self, words: re.Pattern[str] | None) -> bool:
        return words is not None and bool(words.search(self.before) or words.search(self.after))

    def sentence_has(self, words: re.Pattern[str] | None) -> bool:
        """The same within the name's own sentence: orchards in the next one say nothing of a name here."""
        if words is None:
            return False
        return bool(
            words.search(SENTENCE_END.split(self.before)[-1]) or words.search(SENTENCE_END.split(self.after)[0])
        )


def _around(text: str, one: Candidate) -> _Around:
    return _Around(fold(text[max(0, one.start - WINDOW) : one.start]), fold(text[one.end : one.end + WINDOW]))


def vouched(text: str, candidates: Sequence[Candidate], named: frozenset[str]) -> Iterator[Candidate]:
    """The candidates that count, in order, each with the code of its evidence.

    ``candidates`` stand in order and do not overlap; ``named`` are the targets that the article names beyond doubt. A
    doubtful name counts on evidence of its own, or as a member of a list that holds a name which does.
    """
    heard = [_testimony(text, one, named) for one in candidates]
    near = _Nearness([one for one, reason in zip(candidates, heard, strict=True) if reason])
    heard = [
        _weaker_testimony(text, one, near) if reason == "" else reason
        for one, reason in zip(candidates, heard, strict=True)
    ]
    for run in _runs(text, candidates):
        listed = any(heard[place] and candidates[place].layer is Layer.DIRECT for place in run)
        for place in run:
            if heard[place] == "" and listed:
                heard[place] = _code(candidates[place], "name_in_list")
    for one, reason in zip(candidates, heard, strict=True):
        if reason:
            yield replace(one, reason=reason)


class _Nearness:
    """Where companies are named on better evidence than nearness, and which of them by their code."""

    def __init__(self, accepted: Sequence[Candidate]) -> None:
        companies = [one for one in accepted if one.layer is Layer.DIRECT]
        self.names = [one.start for one in companies]
        self.codes = [one.start for one in companies if one.alias is None]

    def has(self, one: Candidate) -> bool:
        starts = self.codes if one.alias is None else self.names
        at = bisect_left(starts, one.start - WINDOW)
        return at < len(starts) and starts[at] <= one.start + WINDOW


def _testimony(text: str, one: Candidate, named: frozenset[str]) -> str | None:
    """Reason to take a candidate for the company; empty if there is none, None if it cannot be the company."""
    if one.is_sure:
        return one.reason
    around = _around(text, one)
    if _is_refused(one.alias, around):
        return None
    against = one.alias is not None and around.sentence_has(one.alias.unless)
    if one.doubt is Doubt.USUAL and not against:
        return "usual_name"
    if one.alias is not None and one.target in named:
        return "short_name"
    if one.alias is not None and around.has(one.alias.context):
        return "name_in_context"
    return "" if against else _grammar(one, around)


def _grammar(one: Candidate, around: _Around) -> str:
    """Reason by the words right beside the name."""
    if OWNER_BEFORE.search(around.before) or OWNED_AFTER.match(around.after):
        return _code(one, "name_with_title")
    if (one.alias is None or CLAUSE_START.search(around.before)) and DEED.match(around.after):
        return _code(one, "name_as_subject")
    return ""


def _weaker_testimony(text: str, one: Candidate, near: _Nearness) -> str:
    """Reason by what stands somewhere around, for names that are no words of the market's own prose."""
    if one.doubt not in {Doubt.AMBIGUOUS, Doubt.CODE}:
        return ""
    around = _around(text, one)
    if one.alias is not None and around.sentence_has(one.alias.unless):
        return ""
    if near.has(one):
        return _code(one, "name_near_company")
    return _code(one, "name_in_market_talk") if one.doubt is Doubt.AMBIGUOUS and around.has(MARKET) else ""


def _code(one: Candidate, reason: str) -> str:
    return reason if one.alias is not None else "ticker_in_context"


def _is_refused(alias: Alias | None, around: _Around) -> bool:
    """Whether the words right beside a name make something else of it, or a mere place."""
    if alias is None:
        return False
    if alias.not_before is not None and alias.not_before.match(around.after):
        return True
    if alias.not_after is not None and alias.not_after.search(around.before):
        return True
    return alias.is_place and _is_place(around)


def _is_place(around: _Around) -> bool:
    if ON_A_PLACE.search(around.before):
        return AIMED_AT.search(around.before) is None
    return bool(PLACE_OF_ITS_OWN.match(around.after) or ON_SALE_AT.search(around.before))


def _runs(text: str, candidates: Sequence[Candidate]) -> Iterator[list[int]]:
    """Places of the candidates that stand in one list, for each list."""
    run = [0]
    for place, (one, other) in enumerate(pairwise(candidates), start=1):
        if not LIST.fullmatch(text[one.end : other.start]):
            yield run
            run = []
        run.append(place)
    if candidates:
        yield run

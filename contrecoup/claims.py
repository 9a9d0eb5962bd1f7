"""What a text states of prices: Mention ─find_claims→ Claim. Every claim quotes its sentence; none is believed.

A claim is a quantity (17 %, a quarter, $589 billion of market value) that a word of movement governs, said of something
with a price; what a question asks is none. Precision comes first: between the word and the quantity, and between the
subject and the word, only what the grammar knows may stand; a figure about sales, staff, rates or a forecast is no
claim. Prices themselves come from price data only (``contrecoup.checks``): the pages of one day state -11, -13 and
-17 % of one share.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from contrecoup.claim_grammar import (
    AFTER_FILLERS,
    BAD_END,
    FILLERS,
    FLAGS,
    Cue,
    Quantity,
    cues,
    day_near,
    period_near,
    qualifier_before,
    quantities,
)
from contrecoup.claim_scope import halves_its_price, is_asked, is_share_of_other, the_price_halves
from contrecoup.models import Claim, Document, Mention
from contrecoup.sentences import sentence_spans

__all__ = ["METHOD", "find_claims"]

METHOD = "grammar-2"
# Farthest that a quantity stands from its word of movement, and a word from its subject, in characters.
REACH = 70
SUBJECT_REACH = 170
# Around a sum of money, where "market value" or a word of loss must stand.
AROUND = 60

WORD = re.compile(r"[^\W_]+")
LIST = re.compile(
    r"\s*(?:\([^)]{1,25}\))?\s*(?:,|et|and|ou|or|&|puis|ainsi que|as well as|, et|, and)\s*(?:d['’]|de |l['’])?\s*"
)
ANAPHOR = re.compile(
    r"\b(?:(?:le|son) titre|l['’]action|son action|le cours|son cours|(?:the|its) (?:stock|shares?)|shares|la valeur|"
    r"a stock|(?:the|its) (?:company|chipmaker)|le (?:groupe|fabricant|géant)|the (?:group|chip giant)|it|il|elle)\b",
    FLAGS,
)
CAPITALISED = re.compile(
    r"(?:^|[\s(])(?P<word>[A-ZÀ-Ý][\w’'-]*)\s+(?:(?:a|ont|avait|has|had|have|was|is|s['’]|se|s['’]est)\s*)*$"
)
HARD_STOP = re.compile(r"[;:]|\b(?:while|whereas|tandis qu|alors qu|but|mais|quand|when|after|après)\b", FLAGS)
APART = re.compile(
    r"\b(?:rival|concurrent|fournisseur|supplier|client|customer|actionnaire|partner|partenaire|competitor)e?s?"
    r" (?:de|du|d['’]|of|to)\s?$",
    FLAGS,
)
FORECAST = re.compile(
    r"\b(?:could|may|might|would|will|should|can|expects?|expected|forecasts?|predicts?|targets?|if|pourrai\w*"
    r"|devrai\w*"
    r"|risqu\w+|peu(?:t|vent)|prévoi\w*|attend\w*|tabl\w+ sur|objectif|d['’]ici|anticip\w*|si)\b[^,;]{0,30}$",
    FLAGS,
)
# "Nvidia n'a pas perdu 17 %", "did not fall 17%": what a text denies. "Pas moins de 17 %" and "not only" deny nothing.
DENIED = re.compile(
    r"\b(?:not(?! (?:only|just|less)\b)|never|\w+n['’]t|pas(?! (?:moins|loin)\b)|jamais)(?:\s\w+){0,4}\s*$", FLAGS
)
# Each name of a list has its own figure, in the same order.
RESPECTIVELY = re.compile(r"\brespective(?:ly|ment)\b", FLAGS)
# Things that move by percentages and are no price.
OTHER = (
    r"chiffres? d['’]affaires|revenues?|sales|ventes|bénéfices?|profits?|earnings|income|résultats?|marges?"
    r"|margins?|effectifs?"
    r"|workforce|jobs|staff|employees|salariés|emplois|postes|parts? de marché|market shares?|taux|rates?"
    r"|inflation|yields?"
    r"|utilisateurs|users|téléchargements|downloads|coûts?|costs?|dépenses|spending|capex|investissements?"
    r"|tokens?|jetons"
    r"|consommation|consumption|hash ?rate|difficulté|difficulty|tarifs?|tariffs?|droits de douane|dividendes?"
    r"|dividends?"
    r"|commandes|orders|bookings|shipments|deliver\w+|livraisons|livré\w*|production|output|demande|demand|réductions?"
    r"|discounts?|remises?"
    r"|remise|scores?|précision|accuracy|performances?|croissance|growth|prévisions?|guidance|volumes?|budget"
    r"|stake|participation"
    r"|population|chômage|unemployment|émissions|emissions|trafic|traffic|loyers?|rents?|salaires|wages|capital"
    r"|capacity|capacité"
)
OTHER_BEFORE = re.compile(rf"\b(?:{OTHER})\b", FLAGS)
OTHER_AFTER = re.compile(
    rf"\s*(?:(?:de|d['’]|des|du|of|in|sur|on|off)\s?(?:(?:ses|son|sa|its|the|la|le|les|l['’]|leurs?|their|all"
    rf"|our|nos)\s?)?"
    rf"(?:\w+\s)?)?(?:{OTHER})\b|\s*(?:stake|discount|tariffs?|surtaxe|revenue|interest|yield|as (?:much|many)"
    rf"|of what|du niveau)\b",
    FLAGS,
)
PRICED = re.compile(r"\b(?:titres?|actions?|cours|shares?|stocks?|bourse|séance|price|prix|valeur|value)\b", FLAGS)
MARKET_VALUE = re.compile(
    r"capitali[sz]ation|market (?:cap|value)|valeur|valori|in value|of value|en fumée|évapor|envolés|effac|wip"
    r"|eras|loss|lost|los[et]|perd",
    FLAGS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    """One sentence; positions count within it. ``earlier`` is the last instrument named before it."""

    text: str
    lang: str
    mentions: tuple[Mention, ...]
    offset: int
    earlier: Mention | None

    def at(self, mention: Mention) -> tuple[int, int]:
        return mention.start - self.offset, mention.end - self.offset

    def between(self, first: Mention, second: Mention) -> str:
        return self.text[first.end - self.offset : second.start - self.offset]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stated:
    """A quantity with its direction and whom it is said of (nobody: something priced, but without a symbol)."""

    quantity: Quantity
    start: int
    end: int
    direction: str
    subjects: tuple[Mention, ...]


def find_claims(document: Document, mentions: Sequence[Mention]) -> list[Claim]:
    """Find the price moves that an article states, in title, lead and text.

    One claim per quantity and instrument. ``start`` is that of the words of the move; in a list ("Cipher, Core
    Scientific and TeraWulf lost up to 30%") each instrument has its claim, which starts at the instrument's name, so
    that keys differ. ``symbol`` is None for an index, a basket or "the stock" that nothing before it names.
    """
    claims: list[Claim] = []
    headline = _only_one([m for m in mentions if m.field == "title"])
    for name in ("title", "lead", "text"):
        here = sorted((m for m in mentions if m.field == name), key=lambda m: m.start)
        taken: set[int] = set()
        for sentence in _sentences(document.field(name), document.lang, here, headline):
            for stated in _statements(sentence):
                claims.extend(_claims_of(document, name, sentence, stated, taken))
    return claims


def _only_one(mentions: Sequence[Mention]) -> Mention | None:
    named = [m for m in mentions if _is_instrument(m)]
    return named[0] if len({m.target for m in named}) == 1 else None


def _is_instrument(mention: Mention) -> bool:
    return ":" not in mention.target


def _sentences(text: str, lang: str, mentions: Sequence[Mention], headline: Mention | None) -> Iterator[_Sentence]:
    earlier, last_end = headline, 0
    for start, end in sentence_spans(text):
        if "\n" in text[last_end:start]:
            earlier = headline
        inside = tuple(m for m in mentions if start <= m.start < end)
        yield _Sentence(text=text[start:end], lang=lang, mentions=inside, offset=start, earlier=earlier)
        earlier = next((m for m in reversed(inside) if _is_instrument(m)), earlier)
        last_end = end


def _statements(sentence: _Sentence) -> Iterator[_Stated]:
    amounts = quantities(sentence.text, sentence.lang)
    moves = cues(sentence.text)
    direction: str | None = None
    floor = 0
    for place, quantity in enumerate(amounts):
        cue = _cue_of(sentence, quantity, moves, floor)
        stated = _stated(sentence, quantity, cue, direction, floor)
        floor = quantity.end
        if stated is not None:
            direction = stated.direction
            yield from _shared_out(sentence, stated, amounts[place:])


def _shared_out(sentence: _Sentence, stated: _Stated, amounts: Sequence[Quantity]) -> Iterator[_Stated]:
    """The statement; after "respectively", one a name, with its own quantity, and none when there are too few."""
    names = stated.subjects
    if len(names) < 2 or RESPECTIVELY.search(sentence.text) is None:  # noqa: PLR2004 (a list has two names)
        yield stated
    elif len(amounts) >= len(names):
        for name, quantity in zip(names, amounts, strict=False):
            yield replace(stated, quantity=quantity, start=quantity.start, end=quantity.end, subjects=(name,))


def _stated(
    sentence: _Sentence, quantity: Quantity, cue: Cue | None, chained: str | None, floor: int
) -> _Stated | None:
    start, end = quantity.start, quantity.end
    if cue is not None:
        start, end, direction = min(start, cue.start), max(end, cue.end), cue.direction
        subjects = _subjects(sentence, start, quantity, floor)
    elif quantity.sign:
        direction = "down" if quantity.sign == "-" else "up"
        subjects = _beside(sentence, start, r"[\s(:]*(?:à|at|is|est|par)?\s*\(?", floor)
    elif chained is not None:
        direction = chained
        subjects = _beside(sentence, start, r"[\s,]*(?:de|by|about|environ|another|près de|nearly)?\s*", floor)
    else:
        return None
    if subjects is None or _is_other(sentence.text, quantity, start, floor) or is_asked(sentence.text, start, end):
        return None
    return _Stated(quantity=quantity, start=start, end=end, direction=direction, subjects=subjects)


def _cue_of(sentence: _Sentence, quantity: Quantity, moves: Sequence[Cue], floor: int) -> Cue | None:
    """The word of movement that governs a quantity: the nearest before it, else one right after it."""
    if quantity.halving:
        return Cue(start=quantity.start, end=quantity.end, direction="down", after=False)
    for cue in reversed(moves):
        if floor <= cue.start and cue.end <= quantity.start and _governs(sentence, cue, quantity):
            return cue
    for cue in moves:
        gap = sentence.text[quantity.end : cue.start]
        if cue.after and quantity.end <= cue.start and {w.casefold() for w in WORD.findall(gap)} <= AFTER_FILLERS:
            return cue if not re.search(r"[,;:.]", gap) else None
    return None


def _governs(sentence: _Sentence, cue: Cue, quantity: Quantity) -> bool:
    gap = sentence.text[cue.end : quantity.start]
    if len(gap) > REACH or re.search(r"[;:()]", gap) or BAD_END.search(gap):
        return False
    inside = [sentence.at(m) for m in sentence.mentions if cue.end <= m.start - sentence.offset < quantity.start]
    for start, end in reversed(inside):
        gap = gap[: start - cue.end] + gap[end - cue.end :]
    return {word.casefold() for word in WORD.findall(gap)} <= FILLERS


def _subjects(sentence: _Sentence, start: int, quantity: Quantity, floor: int) -> tuple[Mention, ...] | None:
    """Instruments that the move is said of; () when of something priced that has no symbol; None when of neither."""
    told = _told_after(sentence, start, quantity)
    if told is not None:
        return (told,) if _is_instrument(told) else ()
    before = [m for m in sentence.mentions if sentence.at(m)[1] <= start and start - sentence.at(m)[1] <= SUBJECT_REACH]
    subject = _subject(sentence, before, start, floor)
    lead_in = sentence.text[sentence.at(subject)[1] if subject else 0 : start]
    if quantity.halving and not _halves_its_price(sentence, subject, lead_in):
        return None
    if subject is None:
        return _anaphora(sentence, lead_in)
    if _strange(sentence, lead_in) or APART.search(sentence.text[: sentence.at(subject)[0]]):
        return None
    return _group(sentence, subject) if _is_instrument(subject) else ()


def _halves_its_price(sentence: _Sentence, subject: Mention | None, lead_in: str) -> bool:
    if subject is None:
        return the_price_halves(lead_in)
    return _is_instrument(subject) and halves_its_price(sentence.text[: sentence.at(subject)[0]], lead_in)


def _told_after(sentence: _Sentence, start: int, quantity: Quantity) -> Mention | None:
    """The name inside or right after a move told by a noun: "a drop in Nvidia of 17%", "recul de 9 % pour Legrand"."""
    for mention in sentence.mentions:
        begin, _ = sentence.at(mention)
        if start < begin < quantity.start:
            return mention
        gap = sentence.text[quantity.end : begin] if begin >= quantity.end else None
        if gap is not None and re.fullmatch(
            r"\s?(?:pour|de|d['’]|du|chez|for|in|of|by|drop|fall|gain|jump|loss|plunge|slide|rise|rally|rebound"
            r"|\s|l['’]action|"
            r"la seule action|le titre|shares|the|le)+",
            gap,
            FLAGS,
        ):
            return mention if re.search(r"pour|de|d['’]|du|chez|for|in|of|by", gap, FLAGS) else None
    return None


def _subject(sentence: _Sentence, before: Sequence[Mention], start: int, floor: int) -> Mention | None:
    """Nearest name before the move; the one outside when the nearest is in an apposition ("X, rival of Y, fell")."""
    if not before:
        return None
    nearest = before[-1]
    if "," not in sentence.text[sentence.at(nearest)[1] : start]:
        return nearest
    listed = {mention.target for mention in _group(sentence, nearest)}
    for outer in reversed(before[:-1]):
        if outer.target in listed:
            continue
        opening = sentence.between(outer, nearest)
        if sentence.at(outer)[0] < floor or HARD_STOP.search(opening):
            break
        if opening.lstrip(" )").startswith(",") and _is_instrument(outer) and not LIST.fullmatch(opening):
            return outer
    return nearest


def _anaphora(sentence: _Sentence, lead_in: str) -> tuple[Mention, ...] | None:
    if ANAPHOR.search(lead_in) is None:
        return None
    return (sentence.earlier,) if sentence.earlier is not None else None


def _strange(sentence: _Sentence, lead_in: str) -> bool:
    """Whether a proper name that no table knows stands right before the verb, so that the move is its own."""
    match = CAPITALISED.search(lead_in)
    words = WORD.findall(sentence.text)
    titled = sum(word[:1].isupper() for word in words) > len(words) / 2
    return match is not None and not titled and not PRICED.fullmatch(match["word"])


def _group(sentence: _Sentence, subject: Mention) -> tuple[Mention, ...]:
    """The subject with the names that a list joins to it, each instrument once, in order."""
    group = [subject]
    earlier = [m for m in sentence.mentions if m.start < subject.start]
    for mention in reversed(earlier):
        gap = sentence.between(mention, group[-1])
        same = mention.target == group[-1].target and re.fullmatch(r"\s*\(", gap)
        if not _is_instrument(mention) or not (same or LIST.fullmatch(gap.lstrip(")"))):
            break
        if same:
            group.pop()
        group.append(mention)
    return tuple({m.target: m for m in reversed(group)}.values())


def _beside(sentence: _Sentence, start: int, gap: str, floor: int) -> tuple[Mention, ...] | None:
    """The name right before a bare quantity ("Nvidia (-17 %)", "…, Legrand 7 %"), with nothing but ``gap`` between."""
    for mention in reversed(sentence.mentions):
        begin, end = sentence.at(mention)
        if end <= start and begin >= floor:
            close = re.fullmatch(rf"(?:\s?\([A-Z]+\)|\))?{gap}", sentence.text[end:start], FLAGS)
            return None if close is None else (mention,) if _is_instrument(mention) else ()
    return None


def _is_other(text: str, quantity: Quantity, start: int, floor: int) -> bool:
    """Whether the figure is a forecast, or about something else than a price."""
    stops = [match.end() for match in HARD_STOP.finditer(text, floor, start)]
    begin = max([floor, *stops])
    before = text[begin:start]
    if FORECAST.search(before) or DENIED.search(text[begin : quantity.start]) or OTHER_AFTER.match(text, quantity.end):
        return True
    if quantity.vague and is_share_of_other(text, quantity.end):
        return True
    if quantity.unit.endswith("_bn") and not MARKET_VALUE.search(text, max(0, start - AROUND), quantity.end + AROUND):
        return True
    others = [match.end() for match in OTHER_BEFORE.finditer(text[: quantity.start], begin)]
    priced = [match.end() for match in PRICED.finditer(before)]
    return bool(others) and max(others) > max(priced, default=-1) + begin


def _claims_of(
    document: Document, field: str, sentence: _Sentence, stated: _Stated, taken: set[int]
) -> Iterator[Claim]:
    quantity, text = stated.quantity, sentence.text
    listed = len(stated.subjects) > 1
    period = period_near(text, quantity.start, quantity.end)
    long = period in {"week", "month", "year"}
    for subject in stated.subjects or (None,):
        start = sentence.at(subject)[0] if listed and subject is not None else stated.start
        if start + sentence.offset in taken:
            start = quantity.start
        if start + sentence.offset in taken:
            continue
        taken.add(start + sentence.offset)
        yield Claim(
            article_id=document.article_id,
            version=document.version,
            field=field,
            start=start + sentence.offset,
            end=stated.end + sentence.offset,
            symbol=subject.target if subject is not None else None,
            direction=stated.direction,
            size=quantity.size,
            unit=quantity.unit,
            qualifier=qualifier_before(text, quantity),
            period=period,
            session_on=None
            if long
            else day_near(text, quantity.start, quantity.end, told_at=document.told_at, lang=document.lang),
            sentence=text,
            method=METHOD,
        )

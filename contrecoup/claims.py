"""What a text states of prices: Mention ─find_claims→ Claim. Every claim quotes its sentence; none is believed.

A claim is a quantity (17 %, a quarter, $589 billion of market value) that a word of movement governs, said of something
with a price; what a question asks is none. Precision comes first: between the word and the quantity, and between the
subject and the word, only what the grammar knows may stand; a figure about sales, staff, rates or a forecast is no
claim. Prices themselves come from price data only (``contrecoup.checks``): the pages of one day state -11, -13 and
-17 % of one share.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from contrecoup.claim_grammar import (
    AFTER_FILLERS,
    BAD_END,
    FILLERS,
    FLAGS,
    PARED,
    Cue,
    Quantity,
    cues,
    plain,
    qualifier_before,
    quantities,
)
from contrecoup.claim_periods import LONG, day_near, period_near
from contrecoup.claim_scope import RESPECTIVELY, is_asked, is_other
from contrecoup.claim_subjects import SHARELESS, WORD, Sentence, beside, is_instrument, may_move, subjects, told_after
from contrecoup.models import Claim, Document, Mention
from contrecoup.sentences import sentence_spans

__all__ = ["METHOD", "find_claims"]

METHOD = "grammar-4"
# Farthest that a quantity stands from its word of movement, in characters.
REACH = 70
# A longer sentence, or one with more figures, is a table or a list, in which no word governs a figure.
LONGEST = 1000
MOST_FIGURES = 20
SIGNED_BEFORE = re.compile(r"\b(?:moving|moved|changing|changed|bougeant|variant|soit)(?: de| by| of)?\s*$", FLAGS)
SIGNED_AFTER = re.compile(
    r"\s*(?:daily |one-day )?(?:moves?|shift|change|swing|variation|par rapport|from|versus|vs)\b", FLAGS
)
ON_THE_MARKET = re.compile(
    r"(?:en bourse|clôture|séance|le titre|l['’]action|wall street|\bshares?|\bstock)[^.;:]{0,40}\s?[:–—]\s*$", FLAGS
)
TO_DATE = re.compile(r"year[- ]to[- ]date", FLAGS)
AND = re.compile(r"\s*(?:,|and|et|, and)\s*(?:by |de |d['’])?", FLAGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stated:
    """A quantity with its direction and whom it is said of (nobody: something priced, but without a symbol).

    ``others`` are where the figure before it ends and the one after it begins.
    """

    quantity: Quantity
    start: int
    end: int
    direction: str
    subjects: tuple[Mention, ...]
    others: tuple[int, int]


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
        for sentence in _sentences(plain(document.field(name)), document.lang, here, headline):
            for stated in _statements(sentence):
                claims.extend(_claims_of(document, name, sentence, stated, taken))
    return claims


def _only_one(mentions: Sequence[Mention]) -> Mention | None:
    named = [m for m in mentions if is_instrument(m)]
    return named[0] if len({m.target for m in named}) == 1 else None


def _sentences(text: str, lang: str, mentions: Sequence[Mention], headline: Mention | None) -> Iterator[Sentence]:
    opening = () if headline is None else (headline,)
    earlier, last_end = opening, 0
    starts = [mention.start for mention in mentions]
    for start, end in sentence_spans(text):
        if "\n" in text[last_end:start]:
            earlier = opening
        inside = tuple(m for m in mentions[bisect_left(starts, start) : bisect_left(starts, end)] if may_move(text, m))
        yield Sentence(text=text[start:end], lang=lang, mentions=inside, offset=start, earlier=earlier)
        named = [m for m in reversed(inside) if is_instrument(m)]
        known = [*named, *earlier]
        earlier = (*known[:1], *[m for m in known if not SHARELESS.match(m.target)][:1])
        last_end = end


def _statements(sentence: Sentence) -> Iterator[_Stated]:
    if len(sentence.text) > LONGEST:
        return
    amounts = quantities(sentence.text, sentence.lang)
    if len(amounts) > MOST_FIGURES:
        return
    moves = cues(sentence.text)
    direction: str | None = None
    floor = 0
    for place, quantity in enumerate(amounts):
        cue = _cue_of(sentence, quantity, moves, floor)
        later = amounts[place + 1].start if place + 1 < len(amounts) else len(sentence.text)
        stated = _stated(sentence, quantity, cue, direction, (floor, later))
        floor = quantity.end
        if stated is not None:
            direction = stated.direction
            yield from _shared_out(sentence, stated, amounts[place:])


def _shared_out(sentence: Sentence, stated: _Stated, amounts: Sequence[Quantity]) -> Iterator[_Stated]:
    """The statement; after "respectively", or of two names and two figures, one a name, with its own quantity.

    None when names and figures differ in number.
    """
    names = stated.subjects
    paired = len(names) > 1 and len(amounts) > 1 and AND.fullmatch(sentence.text[amounts[0].end : amounts[1].start])
    if not paired and RESPECTIVELY.search(sentence.text) is None:
        yield stated
    elif len(amounts) == len(names):
        for name, quantity in zip(names, amounts, strict=True):
            yield replace(stated, quantity=quantity, start=quantity.start, end=quantity.end, subjects=(name,))


def _stated(
    sentence: Sentence, quantity: Quantity, cue: Cue | None, chained: str | None, others: tuple[int, int]
) -> _Stated | None:
    start, end, floor = quantity.start, quantity.end, others[0]
    if cue is not None:
        start, end, direction = min(start, cue.start), max(end, cue.end), cue.direction
        told_of = subjects(sentence, start, quantity, floor)
    elif quantity.sign:
        direction = "down" if quantity.sign == "-" else "up"
        told_of = beside(sentence, start, r"[\s(:,]*(?:à|at|is|est|par)?\s*\(?", floor)
        if told_of is None and _tells_a_move(sentence.text, quantity):
            told_of = subjects(sentence, start, quantity, floor)
    elif chained is not None:
        direction = chained
        told = told_after(sentence, start, quantity)
        gap = r"[\s,]*(?:de|by|about|environ|another|près de|nearly)?\s*"
        told_of = (told,) if told is not None and is_instrument(told) else beside(sentence, start, gap, floor)
    else:
        return None
    if told_of is None or is_other(sentence.text, quantity, start, end, floor) or is_asked(sentence.text, start, end):
        return None
    return _Stated(quantity=quantity, start=start, end=end, direction=direction, subjects=told_of, others=others)


def _tells_a_move(text: str, quantity: Quantity) -> bool:
    """Whether a signed figure is told as a move in so many words.

    "Marking a -1.65% move", "moving -0.83%", "Tesla cale en Bourse : -9 %".
    """
    before = text[: quantity.start]
    return bool(SIGNED_AFTER.match(text, quantity.end) or SIGNED_BEFORE.search(before) or ON_THE_MARKET.search(before))


def _cue_of(sentence: Sentence, quantity: Quantity, moves: Sequence[Cue], floor: int) -> Cue | None:
    """The word of movement that governs a quantity: the nearest before it, else one right after it."""
    if quantity.turn:
        return Cue(start=quantity.start, end=quantity.end, direction=quantity.turn, after=False)
    for cue in reversed(moves):
        if floor <= cue.start and cue.end <= quantity.start and _governs(sentence, cue, quantity):
            return cue
    for cue in moves:
        gap = TO_DATE.sub("ytd", sentence.text[quantity.end : cue.start])
        if cue.after and quantity.end <= cue.start and {w.casefold() for w in WORD.findall(gap)} <= AFTER_FILLERS:
            return cue if not re.search(r"[,;:.]", gap) else None
    return None


def _governs(sentence: Sentence, cue: Cue, quantity: Quantity) -> bool:
    gap = sentence.text[cue.end : quantity.start]
    if len(gap) > REACH or re.search(r"[;:()]", gap):
        return False
    if BAD_END.search(gap) and not PARED.search(sentence.text[: quantity.start]):
        return False
    inside = [sentence.at(m) for m in sentence.mentions if cue.end <= m.start - sentence.offset < quantity.start]
    for start, end in reversed(inside):
        gap = gap[: start - cue.end] + gap[end - cue.end :]
    return {word.casefold() for word in WORD.findall(gap)} <= FILLERS


def _claims_of(document: Document, field: str, sentence: Sentence, stated: _Stated, taken: set[int]) -> Iterator[Claim]:
    quantity, text = stated.quantity, sentence.text
    listed = len(stated.subjects) > 1
    period = period_near(text, quantity.start, quantity.end, others=stated.others)
    qualifier = qualifier_before(text, quantity)
    if qualifier == "up_to" and period == "close":
        period = "intraday"
    long = period in LONG
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
            qualifier=qualifier,
            period=period,
            session_on=None
            if long
            else day_near(text, quantity.start, quantity.end, told_at=document.told_at, lang=document.lang),
            sentence=text,
            method=METHOD,
        )

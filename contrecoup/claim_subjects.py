"""Of whom a stated move is told: the names of its sentence, or the one named before it. For contrecoup.claims.

Precision comes first: a name is the subject when it stands before the words of the move and nothing between them says
that another is meant. "The stock" or "the chip maker" is the last instrument named before that has shares.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from contrecoup.claim_grammar import FLAGS, Quantity
from contrecoup.claim_scope import APART, HARD_STOP, HELD_AGAINST, PRICED, the_price_turns, turns_its_price
from contrecoup.models import Mention

# Farthest that words of a move stand from their subject, and a subject that follows from its figure, in characters.
SUBJECT_REACH = 200
TOLD_WITHIN = 60
# How far after a figure "of the stock" may stand: "an 18% fall in its stock".
JUST_AFTER = 18
WORD = re.compile(r"[^\W_]+")
LIST = re.compile(
    r"\s*(?:\([^)]{1,25}\))?\s*(?:,|et|and|ou|or|&|puis|ainsi que|as well as|, et|, and)\s*(?:d['’]|de |l['’])?\s*"
)
ANAPHOR = re.compile(
    r"\b(?:(?:le|son) titre|l['’]action|son action|le cours|son cours|(?:the|its|their) (?:stock|shares?)\b"
    r"|(?:^|(?<=[,;:] )|(?<=sending )|(?<=pushing )|(?<=lifting )|(?<=with )|(?<=after )|(?<=as )|(?<=and ))shares"
    r"|la valeur|a stock|(?:the|its) (?:[\w-]+ ){0,3}(?:company|chip ?maker|maker|giant|group|firm|specialist|titan"
    r"|miner)"
    r"|l[ea] (?:groupe|fabricant|géant|concepteur|spécialiste|titan|mineur|constructeur|société|firme)"
    r"|l['’](?:entreprise|équipementier)|the share price|it|il|elle)\b",
    FLAGS,
)
# A proper name between, of which no table knows: what follows may be said of it.
PROPER = re.compile(r"(?<=[a-zà-ÿ,)] )[A-ZÀ-Ý][a-zà-ÿ]+")
COMMON = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Wall|Street|Bourse|January|February|March|April|May|June|July|August"
    r"|September|October|November|December|Chine|Chinese|American|Europe|Asia|Paris|New|York|Shares?|Stocks?"
)
SHARES = re.compile(r"\b(?:shares?|stocks?|titres?|actions?)\b", FLAGS)
# Names that have a price but no share.
SHARELESS = re.compile(r"\^|.*-USD$|EURUSD$")
OPENING = re.compile(
    r"\W*(?:après (?:avoir|être|un|une)|after|having|despite|malgré|en (?=\w+ant\b)|up|down|off)\b", FLAGS
)
AFTER_OPENING = re.compile(
    r"[^,;:.]{0,60}, (?:the |le |la |l['’]|les |(?:le titre|l['’]action|shares of|shares in) (?:de |d['’])?)?", FLAGS
)
# Words for a sector that speak of one firm ("the chip maker") or of a place ("in Wall Street"), and move by nothing.
ONE_FIRM = re.compile(
    r"chip ?maker|semiconductor|chip|(?:bitcoin |crypto )?miner|fabricant de (?:puces|semi-conducteurs)|mineur", FLAGS
)
SECTOR_AFTER = re.compile(
    r"\s(?:designer|company|giant|maker|firm|group|specialist|titan|stock|expectations|estimates|analysts?"
    r"|consensus|forecasts)\b"
    r"|['’]s (?:expectations|estimates|forecasts|consensus)",
    FLAGS,
)
PLACE_BEFORE = re.compile(r"\b(?:of|in|on|at|from|across|de|à|sur|by|beat|beats|topped|missed)\s(?:the )?$", FLAGS)
FIRM = re.compile(
    r"titre|action|shares?|stock|company|maker|giant|group|firm|specialist|titan|miner|entreprise|société", FLAGS
)
CAPITALISED = re.compile(
    r"(?:^|[\s(])(?P<word>[A-ZÀ-Ý][\w’'-]*)\s+(?:(?:a|ont|avait|has|had|have|was|is|s['’]|se|s['’]est)\s*)*$"
)
# "In Nvidia's wake" tells of another that followed it.
OWNED = re.compile(r"['’]s\s(?!stock|share|price|value|valu|market)", FLAGS)
TOLD_AFTER = re.compile(
    r"\s?(?:pour|de|d['’]|du|chez|for|in|of|by|off|from|drop|fall|gain|jump|loss|plunge|slide|rise|rally|rebound"
    r"|\s|l['’]action|la seule action|le titre|shares|the|le|la|sa|capitalisation|valeur|boursière|à)+",
    FLAGS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence; positions count within it. ``earlier`` are the last instruments named before it, the newest first.

    The second one is the last that has shares.
    """

    text: str
    lang: str
    mentions: tuple[Mention, ...]
    offset: int
    earlier: tuple[Mention, ...]

    def at(self, mention: Mention) -> tuple[int, int]:
        """Start and end of a name."""
        return mention.start - self.offset, mention.end - self.offset

    def between(self, first: Mention, second: Mention) -> str:
        """What stands between two names."""
        return self.text[first.end - self.offset : second.start - self.offset]


def is_instrument(mention: Mention) -> bool:
    """Whether a name is that of something with a price of its own, and no basket or organisation."""
    return ":" not in mention.target


def may_move(text: str, mention: Mention) -> bool:
    """Whether a name may be what a move is said of, and is no place, nor the sector that describes one firm."""
    if is_instrument(mention):
        return True
    before, after = text[max(0, mention.start - 12) : mention.start], text[mention.end : mention.end + 20]
    if mention.target.startswith("macro:"):
        return not (PLACE_BEFORE.search(before) or SECTOR_AFTER.match(after))
    return ONE_FIRM.fullmatch(mention.surface) is None and SECTOR_AFTER.match(after) is None


def subjects(sentence: Sentence, start: int, quantity: Quantity, floor: int) -> tuple[Mention, ...] | None:
    """Instruments that the move is said of; () when of something priced that has no symbol; None when of neither."""
    told = told_after(sentence, start, quantity)
    if told is not None:
        return (told,) if is_instrument(told) else ()
    if HELD_AGAINST.search(sentence.text[:start]):
        return None
    before = [m for m in sentence.mentions if 0 <= start - sentence.at(m)[1] <= SUBJECT_REACH]
    named = None if before else _named_after_opening(sentence, quantity.end)
    return (named,) if named is not None else _told_before(sentence, before, start, quantity, floor)


def _told_before(
    sentence: Sentence, before: list[Mention], start: int, quantity: Quantity, floor: int
) -> tuple[Mention, ...] | None:
    subject = _subject(sentence, _with_shares(sentence, before, quantity.end + JUST_AFTER), start, floor)
    lead_in = sentence.text[sentence.at(subject)[1] if subject else 0 : start]
    if quantity.turn and not _turns_its_price(sentence, subject, lead_in, quantity.end):
        return None
    if subject is None:
        return _anaphora(sentence, lead_in)
    if _strange(sentence, lead_in) or APART.search(sentence.text[: sentence.at(subject)[0]]):
        return None
    return _group(sentence, subject) if is_instrument(subject) else ()


def _named_after_opening(sentence: Sentence, end: int) -> Mention | None:
    """The name that a participle before it speaks of: "After plunging 17% on Monday, Nvidia rose"."""
    if OPENING.match(sentence.text) is None:
        return None
    later = next((m for m in sentence.mentions if sentence.at(m)[0] >= end), None)
    if later is None or not is_instrument(later):
        return None
    return later if AFTER_OPENING.fullmatch(sentence.text[end : sentence.at(later)[0]]) else None


def _with_shares(sentence: Sentence, before: list[Mention], end: int) -> list[Mention]:
    """Without the coins and indices at the end of the list when the words up to ``end`` speak of shares."""
    kept = len(before)
    while kept and SHARELESS.match(before[kept - 1].target):
        if SHARES.search(sentence.text, sentence.at(before[kept - 1])[1], end) is None:
            break
        kept -= 1
    return before[:kept]


def _turns_its_price(sentence: Sentence, subject: Mention | None, lead_in: str, end: int) -> bool:
    if subject is None:
        return the_price_turns(lead_in)
    before, rest = sentence.text[: sentence.at(subject)[0]], sentence.text[end:]
    return is_instrument(subject) and turns_its_price(before, lead_in, rest)


def told_after(sentence: Sentence, start: int, quantity: Quantity) -> Mention | None:
    """The name inside or right after a move told by a noun: "a drop in Nvidia of 17%", "recul de 9 % pour Legrand"."""
    for mention in sentence.mentions:
        begin, end = sentence.at(mention)
        if start < begin < quantity.start:
            return mention
        gap = sentence.text[quantity.end : begin] if begin >= quantity.end else None
        if (
            gap is not None
            and len(gap) <= TOLD_WITHIN
            and TOLD_AFTER.fullmatch(gap)
            and not OWNED.match(sentence.text, end)
        ):
            return mention if _is_told_of(gap, quantity) else None
    return None


def _is_told_of(gap: str, quantity: Quantity) -> bool:
    """Whether words between a quantity and a name tell of the name; "off" and "from" do so of money alone."""
    if re.search(r"\b(?:off|from|à)\b", gap, FLAGS):
        return quantity.unit.endswith("_bn")
    return re.search(r"pour|de|d['’]|du|chez|for|in|of|by", gap, FLAGS) is not None


def _subject(sentence: Sentence, before: Sequence[Mention], start: int, floor: int) -> Mention | None:
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
        if opening.lstrip(" )").startswith(",") and is_instrument(outer) and not LIST.fullmatch(opening):
            return outer
    return nearest


def _anaphora(sentence: Sentence, lead_in: str) -> tuple[Mention, ...] | None:
    told = ANAPHOR.search(lead_in)
    if told is None or any(not COMMON.fullmatch(name) for name in PROPER.findall(lead_in)):
        return None
    known = [m for m in sentence.earlier if not (FIRM.search(told.group()) and SHARELESS.match(m.target))]
    return (known[0],) if known else None


def _strange(sentence: Sentence, lead_in: str) -> bool:
    """Whether a proper name that no table knows stands right before the verb, so that the move is its own."""
    match = CAPITALISED.search(lead_in)
    words = WORD.findall(sentence.text)
    titled = sum(word[:1].isupper() for word in words) > len(words) / 2
    return match is not None and not titled and not PRICED.fullmatch(match["word"])


def _group(sentence: Sentence, subject: Mention) -> tuple[Mention, ...]:
    """The subject with the names that a list joins to it, each instrument once, in order."""
    group = [subject]
    earlier = [m for m in sentence.mentions if m.start < subject.start]
    for mention in reversed(earlier):
        gap = sentence.between(mention, group[-1])
        same = mention.target == group[-1].target and re.fullmatch(r"\s*\(", gap)
        if not is_instrument(mention) or not (same or LIST.fullmatch(gap.lstrip(")"))):
            break
        if same:
            group.pop()
        group.append(mention)
    return tuple({m.target: m for m in reversed(group)}.values())


def beside(sentence: Sentence, start: int, gap: str, floor: int) -> tuple[Mention, ...] | None:
    """The name right before a bare quantity ("Nvidia (-17 %)", "…, Legrand 7 %"), with nothing but ``gap`` between."""
    for mention in reversed(sentence.mentions):
        begin, end = sentence.at(mention)
        if end <= start and begin >= floor:
            close = re.fullmatch(rf"(?:\s?\([A-Z]+\)|\))?{gap}", sentence.text[end:start], FLAGS)
            return None if close is None else (mention,) if is_instrument(mention) else ()
    return None

"""Titles and leads in the other language: Article ─translate→ Translation, refused rather than wrong.

What must not change is taken out before the engine sees the text and put back after: names and tickers, addresses, and
numbers with their percent or currency sign, which come back as the target language writes them. Furniture lines are
dropped and sentences go one by one, since engines loop on menus and stop after the first sentences of a passage
(Helsinki-NLP/Opus-MT#49, marian-nmt/marian#389). A text that fails a guard is asked for once more, clause by clause;
if that fails too, it is kept, refused, with the reason.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import eq
from typing import Protocol, runtime_checkable

from contrecoup.claim_grammar import joined, read_number
from contrecoup.engines import Translator
from contrecoup.entities import find_mentions
from contrecoup.instruments import AliasTable
from contrecoup.memory import Memory
from contrecoup.models import Document, Layer, Translation
from contrecoup.sentences import sentence_spans

__all__ = ["LANGUAGES", "Masked", "TellsCoverage", "mask", "powers_of_ten", "translate_documents", "unmask"]

LANGUAGES = ("fr", "en")
FIELDS = ("title", "lead")
# A longer field is no title or lead, and no engine is made to read it.
MAX_CHARACTERS = 5_000
# Guards. A headline grows or shrinks by a half at most; shorter texts are given room.
MIN_COVERAGE = 0.85
MIN_RATIO, MAX_RATIO, ROOM = 0.5, 2.0, 12
MAX_REPEATS = 2
LONGEST_PHRASE = 6

FURNITURE = re.compile(
    r"\s*(?:lire aussi|à lire aussi|voir aussi|publicité|s['’]abonner|abonnez-vous"
    r"|se connecter|partager|commenter|newsletter"
    r"|article réservé aux abonnés|temps de lecture|read more|read also|related|advertisement|subscribe|sign (?:in|up)"
    r"|share this|follow us|continue reading|photo ?:|crédit)\b.*",
    re.IGNORECASE,
)
MONTH = r"[ \u00a0](?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)\b"
NUMBER = r"\d{1,3}(?:[ \u00a0\u202f,]\d{3})+(?!\d)(?:[.,]\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?"
# Dollars that are not those of the sign.
OTHER_DOLLARS = (
    r"[ \u00a0](?:américains?|australiens?|canadiens?|néo-zélandais|singapouriens?|taïwanais|de (?:Hong|Sing))"
)
PIECES = re.compile(
    r"(?P<address>https?://\S+|www\.\S+)"
    r"|(?P<marked>\[\d+\])"
    rf"|(?P<code>(?<!\w)\$[A-Z]{{1,6}}\b)"
    rf"|(?P<number>(?<![\w.,])(?P<before>[$€£])?[ \u00a0\u202f]?(?P<value>1er(?={MONTH})|{NUMBER})"
    r"(?:(?P<scale>[ \u00a0\u202f]?-?(?:billion|bn|b|million|m|M|trillion|tn|milliards?|[mM]ds?|millions?))(?!\w)"
    r"(?(before)|(?=[ \u00a0\u202f]?(?:\$|€|£|de dollars|d['’]euros))))?"
    rf"(?P<after>[ \u00a0\u202f]?(?:%|€|\$(?!\w)|£|(?:de |d['’])?(?:dollars(?!{OTHER_DOLLARS})|euros)(?!\w)))?"
    r"(?!\w|[.,]\d))"
)
FIRST_OF_MONTH = re.compile(rf"(?<![\w.,])1(?={MONTH})")
CURRENCIES = {
    "$": ("dollars", "$"),
    "€": ("euros", "€"),
    "£": ("livres", "£"),
    "dollars": ("dollars", "$"),
    "euros": ("euros", "€"),
}
MARK = re.compile(r"\[(\d+)\]")
# Words that lose their vowel before another, and what stands before a mark.
ELISIONS = {"d": ("d’", "de "), "q": ("qu’", "que ")}
BEFORE_MARK = re.compile(r"(?<!\w)(?P<word>d['’]|de |qu['’]|que )\[(?P<mark>\d+)\]", re.IGNORECASE)
VOWEL = re.compile(r"[aàâeéèêëiîïoôuùûœæ]", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+")
# A line of so many items between bars or dots is a menu.
MENU = re.compile(r"\s[|•·»>]\s")
MENU_ITEMS = 3
# Figures of so many digits are not parted.
YEAR = 4
FRENCH_MARKS = str.maketrans(",.", "\u202f,")
THOUSAND, TWO = 1000, 2
# So many words handed back unchanged are no translation.
TELLING_WORDS = 3
SCALES = {
    "fr": {
        "million": 6,
        "millions": 6,
        "milliard": 9,
        "milliards": 9,
        "md": 9,
        "mds": 9,
        "billion": 12,
        "billions": 12,
    },
    "en": {"million": 6, "millions": 6, "mn": 6, "billion": 9, "billions": 9, "bn": 9, "trillion": 12, "trillions": 12},
}
FIGURES = re.compile(rf"(?<![\w.,])(?:{NUMBER})")
ADDRESS = re.compile(r"https?://|www\.")
# A clause ends at a mark before a blank.
CLAUSE = re.compile(r"(?<=[,;:–—)])\s+")
# What asking again cannot mend: nothing was there, or words stay unknown.
FINAL = frozenset({"empty", "low_coverage"})


@runtime_checkable
class TellsCoverage(Protocol):
    """An engine that can say which share of a text's words it knows."""

    def coverage(self, texts: Sequence[str], source: str, target: str) -> list[float]:
        """Share of known words of each text, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A text whose protected pieces are ``[0]``, ``[1]``…; ``pieces`` are their forms in the target language."""

    text: str
    pieces: tuple[str, ...]
    names: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """One field of one document on its way into one language."""

    document: Document
    field: str
    to_lang: str
    masked: Masked
    sentences: tuple[str, ...]


def translate_documents(
    documents: Sequence[Document],
    translator: Translator,
    *,
    to_langs: Sequence[str],
    table: AliasTable,
    memory: Memory | None = None,
) -> list[Translation]:
    """Translate titles and leads between French and English, each into every other language of ``to_langs``.

    Every field has a row. One is not accepted when its ``reason`` is not empty: language (the document's language is
    not French or English), too_long, empty, same_language, low_coverage, length_ratio, repeats, numbers_lost,
    names_lost, invented_address. The original stands in for it. What ``memory`` holds is not asked of the engine.
    """
    memory = memory or Memory()
    rows: list[Translation] = []
    tasks: list[_Task] = []
    for document in documents:
        wanted = [lang for lang in dict.fromkeys(to_langs) if lang in LANGUAGES and lang != document.lang]
        if document.lang not in LANGUAGES:
            rows += [_refused(document, name, lang, translator.name, "language") for lang in wanted for name in FIELDS]
            continue
        long = [name for name in FIELDS if len(document.field(name)) > MAX_CHARACTERS]
        rows += [_refused(document, name, lang, translator.name, "too_long") for lang in wanted for name in long]
        tasks += [task for lang in wanted for task in _tasks(document, lang, table)]
    for source in LANGUAGES:
        for target in LANGUAGES:
            rows += _run([t for t in tasks if (t.document.lang, t.to_lang) == (source, target)], translator, memory)
    return rows


def _tasks(document: Document, to_lang: str, table: AliasTable) -> Iterator[_Task]:
    mentions = [m for m in find_mentions(document, table) if m.layer is Layer.DIRECT and not m.surface.islower()]
    for name in FIELDS:
        if len(document.field(name)) > MAX_CHARACTERS:
            continue
        spans = [(m.start, m.end) for m in mentions if m.field == name]
        masked = mask(document.field(name), spans, source=document.lang, target=to_lang)
        text = "\n".join(line for line in masked.text.split("\n") if not _is_furniture(line))
        sentences = tuple(text[start:end] for start, end in sentence_spans(text))
        yield _Task(document=document, field=name, to_lang=to_lang, masked=masked, sentences=sentences)


def _is_furniture(line: str) -> bool:
    return FURNITURE.fullmatch(line) is not None or len(MENU.findall(line)) >= MENU_ITEMS


def mask(text: str, names: Sequence[tuple[int, int]], *, source: str, target: str) -> Masked:
    """Take names, addresses, cashtags and numbers out; numbers come back in the target's style.

    ``names`` are spans of the text that do not overlap.
    """
    names = sorted(names)
    found = [(start, end, text[start:end], True) for start, end in names]
    for match in PIECES.finditer(text):
        before = bisect_left(names, (match.end(),))
        if not before or names[before - 1][1] <= match.start():
            piece = _number(match, source, target) if match["number"] else match.group()
            found.append((match.start(), match.end(), piece, match["code"] is not None))
    parts: list[str] = []
    kept: list[str] = []
    held: set[str] = set()
    position = 0
    for start, end, piece, is_name in sorted(found):
        lead = " " if text[start:end][:1].isspace() else ""
        parts += [text[position:start], f"{lead}[{len(kept)}]"]
        kept.append(piece)
        position = end
        if is_name:
            held.add(piece)
    return Masked(text="".join([*parts, text[position:]]), pieces=tuple(kept), names=frozenset(held))


def _number(match: re.Match[str], source: str, target: str) -> str:
    """A number with its sign as the target writes it: "17 %", "17%"; "589 milliards de dollars", "$589 billion"."""
    value, sign = match["value"].removesuffix("er"), (match["before"] or match["after"] or "").strip()
    currency = CURRENCIES.get(re.sub(r"^(?:de |d['’])", "", sign))
    scale = (match["scale"] or "").strip(" \u00a0\u202f-").casefold()
    if scale:
        value, scale = _scaled(value, scale, source, target)
    elif sign or not value.isdigit():
        value = _styled(value, source, target)
    if currency is None:
        glue = {"fr": "\u00a0", "en": ""}[target]
        return f"{value}{glue}{sign}" if sign else value
    if target == "en":
        return f"{currency[1]}{value}{' ' if scale else ''}{scale}"
    if not scale:
        return f"{value}\u00a0{currency[0]}"
    return f"{value}\u00a0{scale} {'d’' if currency[0][0] == 'e' else 'de '}{currency[0]}"


def _scaled(value: str, scale: str, source: str, target: str) -> tuple[str, str]:
    """A value and its power of ten: the trillion of English is a thousand milliards, for a French billion is rare."""
    amount, styled = read_number(value, source), _styled(value, source, target)
    trillions = scale.startswith("t") or (source == "fr" and scale.startswith("billion"))
    large = trillions or scale.startswith(("b", "md", "milliard"))
    if target == "en":
        if large and not trillions and amount >= THOUSAND:
            return _written(amount / THOUSAND, target), "trillion"
        return styled, "trillion" if trillions else "billion" if large else "million"
    if trillions:
        amount *= THOUSAND
        styled = _written(amount, target)
    return styled, ("milliard" if large else "million") + ("s" if amount >= TWO else "")


def _written(amount: float, lang: str) -> str:
    written = f"{amount:,.10g}"
    return written.translate(FRENCH_MARKS) if lang == "fr" else written


def _styled(value: str, source: str, target: str) -> str:
    """Thousands and decimals as the target separates them; as many decimals as the source has."""
    comma = source == "fr"
    found = re.search(r",(\d+)$" if comma and "," in value else r"\.(\d+)$", joined(value, source))
    if found is None and not re.search(r"[ \u00a0\u202f,]", value) and len(value) <= YEAR:
        return value
    styled = f"{read_number(value, source):,.{len(found[1]) if found else 0}f}"
    return styled.translate(FRENCH_MARKS) if target == "fr" else styled


def agreed(text: str, masked: Masked) -> str:
    """French words before a mark as the piece behind it asks: "d’AMD", "de Nvidia". An engine cannot see the piece."""

    def form(match: re.Match[str]) -> str:
        piece = masked.pieces[int(match["mark"])] if int(match["mark"]) < len(masked.pieces) else ""
        short, full = ELISIONS[match["word"][0].lower()]
        word = short if VOWEL.match(piece) else full
        return f"{match['word'][0]}{word[1:]}[{match['mark']}]"

    return BEFORE_MARK.sub(form, text)


def unmask(text: str, masked: Masked) -> str:
    """Put the pieces back; a mark that was never given out stays as it is. The first of a French month is its 1er."""
    whole = MARK.sub(lambda m: masked.pieces[int(m[1])] if int(m[1]) < len(masked.pieces) else m.group(), text)
    return FIRST_OF_MONTH.sub("1er", whole)


def _run(tasks: Sequence[_Task], translator: Translator, memory: Memory) -> list[Translation]:
    """All tasks of one pair of languages, in one batch; those that fail once more, clause by clause."""
    rows = _attempt(tasks, translator, memory)
    again = {
        number: replace(task, sentences=clauses)
        for number, (task, row) in enumerate(zip(tasks, rows, strict=True))
        if not row.accepted and row.reason not in FINAL and (clauses := _clauses(task)) != task.sentences
    }
    for number, row in zip(again, _attempt(list(again.values()), translator, memory), strict=True):
        rows[number] = replace(row if row.accepted else rows[number], attempts=2)
    return rows


def _clauses(task: _Task) -> tuple[str, ...]:
    return tuple(clause for sentence in task.sentences for clause in CLAUSE.split(sentence))


def _attempt(tasks: Sequence[_Task], translator: Translator, memory: Memory) -> list[Translation]:
    if not tasks:
        return []
    source, target = tasks[0].document.lang, tasks[0].to_lang
    sentences = [sentence for task in tasks for sentence in task.sentences]
    outputs = iter(memory.translate(translator, sentences, source, target))
    if isinstance(translator, TellsCoverage):
        known = iter(translator.coverage(sentences, source, target))
    else:
        known = iter([1.0] * len(sentences))
    rows = []
    for task in tasks:
        translated = " ".join(next(outputs).strip() for _ in task.sentences)
        shares = [(next(known), len(sentence)) for sentence in task.sentences]
        weight = sum(length for _, length in shares)
        coverage = sum(share * length for share, length in shares) / weight if weight else 0.0
        rows.append(_judged(task, translated, coverage, translator.name))
    return rows


def _judged(task: _Task, translated: str, coverage: float, model: str) -> Translation:
    """The translation with what the guards measured; the first guard that fails is the reason."""
    original = task.masked.text and unmask(" ".join(task.sentences), task.masked)
    text = unmask(agreed(translated, task.masked) if task.to_lang == "fr" else translated, task.masked)
    ratio = len(text) / len(original) if original else 0.0
    repeats = longest_run(text)
    expected = Counter(MARK.findall(" ".join(task.sentences)))
    marks = Counter(MARK.findall(translated))
    pieces = dict(enumerate(task.masked.pieces))
    lost = {pieces.get(int(mark), mark) for mark in expected if marks[mark] < expected[mark]}
    names_kept = not lost & task.masked.names
    source = " ".join(task.sentences)
    numbers_kept = (
        not lost - task.masked.names
        and _figures(translated) == _figures(source)
        and powers_of_ten(translated, task.to_lang) == powers_of_ten(source, task.document.lang)
    )
    checks = (
        ("empty", bool(original and text)),
        ("same_language", not _unchanged(task, translated)),
        ("low_coverage", coverage >= MIN_COVERAGE),
        ("length_ratio", MIN_RATIO * len(original) - ROOM <= len(text) <= MAX_RATIO * len(original) + ROOM),
        ("repeats", repeats <= max(MAX_REPEATS, longest_run(original))),
        ("numbers_lost", numbers_kept),
        ("names_lost", names_kept),
        ("invented_address", len(ADDRESS.findall(text)) <= len(ADDRESS.findall(original))),
    )
    reason = next((name for name, passed in checks if not passed), "")
    return Translation(
        article_id=task.document.article_id,
        version=task.document.version,
        field=task.field,
        to_lang=task.to_lang,
        model=model,
        text=text,
        accepted=not reason,
        reason=reason,
        coverage=coverage,
        length_ratio=ratio,
        repeats=repeats,
        numbers_kept=numbers_kept,
        names_kept=names_kept,
    )


def _unchanged(task: _Task, translated: str) -> bool:
    """Whether an engine handed several words back as they came."""
    words = WORD.findall(MARK.sub(" ", " ".join(task.sentences)).casefold())
    return len(words) >= TELLING_WORDS and words == WORD.findall(MARK.sub(" ", translated).casefold())


def _figures(masked: str) -> Counter[str]:
    """Figures that no mark protects, as written: none may come or go."""
    return Counter(FIGURES.findall(MARK.sub(" ", masked)))


def powers_of_ten(text: str, lang: str) -> Counter[int]:
    """Powers of ten that stand as words: "[0] milliards" must not come back as "[0]", nor a trillion as milliards."""
    return Counter(SCALES[lang][word] for word in WORD.findall(text.casefold()) if word in SCALES[lang])


def longest_run(text: str) -> int:
    """How many times in a row the most repeated phrase of up to six words stands (1: none is repeated)."""
    words = WORD.findall(text.casefold())
    return max((_run_of(words, size) for size in range(1, min(LONGEST_PHRASE, len(words)) + 1)), default=0)


def _run_of(words: Sequence[str], size: int) -> int:
    """How many times in a row the most repeated phrase of so many words stands: words alike at that distance."""
    alike = groupby(map(eq, words, words[size:]))
    return max((len(list(run)) for same, run in alike if same), default=0) // size + 1


def _refused(document: Document, field: str, to_lang: str, model: str, reason: str) -> Translation:
    return Translation(
        article_id=document.article_id,
        version=document.version,
        field=field,
        to_lang=to_lang,
        model=model,
        text="",
        accepted=False,
        reason=reason,
        coverage=0.0,
        length_ratio=0.0,
        repeats=0,
        numbers_kept=False,
        names_kept=False,
    )

"""Look-alike tokens: Article ─find_look_alikes→ LookAlike. Whose name is borrowed, how often, and whether they deny it.

An article tells of look-alikes when a sentence speaks of tokens, says that they are false, and names a brand in a
place where the brand is the one that is borrowed ("fake X tokens", "jetons au nom de X"); who counts or warns is none.
Only then are the numbers, the denials and the losses of its sentences kept, each with the sentence:

- a number counts look-alikes when it stands before a word for them, not when it counts buyers, dollars or shares;
- a denial is the brand's own word (``says``: it is the subject or the source of the sentence) or the article's
  statement that the brand has issued none (``states``); what others say, a rumour and silence are neither.

Prices of tokens are never kept.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contrecoup import impersonation_denials as denials
from contrecoup import impersonation_grammar as grammar
from contrecoup import impersonation_numbers as numbers
from contrecoup.brands import Brand, BrandTable, Named
from contrecoup.impersonation_denials import Denial, denial_in
from contrecoup.impersonation_grammar import BRAND, flat
from contrecoup.impersonation_numbers import Stated
from contrecoup.models import Document, LookAlike
from contrecoup.sentences import sentence_spans

METHOD = "look-alikes-1"
FIELDS = ("title", "lead", "text")
LANGUAGES = ("fr", "en")
READ_CHARACTERS = 40_000
LONGEST_SENTENCE = 600

# A name that no table has, in a place where only a brand stands.
STRANGE_NAME = re.compile(
    r"[\"«“”»' ]*(?P<name>[A-Z][\w’'&-]*[\w](?: [A-Z][\w’'-]*\w){0,2})(?=['’]s\b|[\s,.;:»\"”)]|$)", re.UNICODE
)
# Chains that tokens live on, and kinds of things.
_NOT_NAMES_TABLE = "Solana Ethereum Bitcoin BNB Base Tron Smart Chain BSC X Twitter AI IA NFT NFTs DeFi"
NOT_NAMES = frozenset(_NOT_NAMES_TABLE.split())
MADE_FOR = re.compile(r"(?P<name>[A-Z]\w{2,}?)(?:Coin|Token)\b")
AFTER_MADE_FOR = re.compile(
    r"^\s(?:se (?:fait|font) passer|imite|usurpe|poses? as|impersonates?|pretends|passes itself off|is (?:a )?fake)"
)


NOBODY = Brand(target="", label="")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    """A sentence of a field: ``flat`` for the patterns, with the letters of brands in ``masked``."""

    field: str
    start: int
    text: str
    flat: str
    masked: str
    names: tuple[Named, ...]
    tokens: bool
    fake: bool


def find_look_alikes(document: Document, brands: BrandTable) -> list[LookAlike]:
    """Rows of kind ``brand``, ``count``, ``growth``, ``loss`` and ``denial``; none unless a brand is borrowed.

    In the order of the fields and of ``start``. ``brand`` is the one of the sentence, else the article's first; a
    brand is kept once a field and way of writing.
    """
    sentences = _sentences(document, brands)
    borrowed = [found for place, one in enumerate(sentences) for found in _borrowed(one, _about(sentences, place))]
    if not borrowed:
        return [row for one in sentences if one.tokens for row in _of_nobody(document, one)]
    main = borrowed[0][1].brand
    rows = list(_kept_once(document, borrowed))
    for place, sentence in enumerate(sentences):
        around = _about(sentences, place)
        if around.tokens:
            of_sentence = next((named.brand for one, named in borrowed if one is sentence), main)
            rows += _numbers(document, sentence, around, of_sentence)
            rows += _denials(document, sentence, borrowed, of_sentence)
    by_place = {(FIELDS.index(row.field), row.start, row.kind): row for row in rows}
    return [by_place[place] for place in sorted(by_place)]


def _sentences(document: Document, brands: BrandTable) -> list[_Sentence]:
    """All sentences of an article that may tell of tokens; none of an article without a word for them."""
    fields = [(name, document.field(name)[:READ_CHARACTERS]) for name in FIELDS]
    flats = {name: flat(text) for name, text in fields}
    if not any(
        grammar.token.search(one) or grammar.chain.search(one) or brands.coins.search(one) for one in flats.values()
    ):
        return []
    return [
        _sentence(name, start, text[start:end], flats[name][start:end], brands)
        for name, text in fields
        for start, end in sentence_spans(text)
        if end - start <= LONGEST_SENTENCE
    ]


def _sentence(name: str, start: int, text: str, plain: str, brands: BrandTable) -> _Sentence:
    names = tuple(brands.names_in(text))
    masked = plain
    for named in names:
        masked = masked[: named.start] + BRAND * (named.end - named.start) + masked[named.end :]
    other = grammar.other_token.search(plain) is not None
    about_tokens = grammar.token.search(plain) is not None or grammar.chain.search(plain) is not None
    return _Sentence(
        field=name,
        start=start,
        text=text,
        flat=plain,
        masked=masked,
        names=names,
        tokens=not other and (about_tokens or any(named.brand.coin for named in names)),
        fake=not other and grammar.fake.search(masked) is not None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What a sentence and its neighbours speak of."""

    tokens: bool
    fake: bool
    imitated: bool


def _about(sentences: Sequence[_Sentence], place: int) -> _About:
    near = sentences[max(0, place - 1) : place + 2]
    return _About(
        tokens=any(one.tokens for one in near), fake=any(one.fake for one in near), imitated=any(map(_imitated, near))
    )


def _imitated(sentence: _Sentence) -> bool:
    return grammar.imitated.search(sentence.masked) is not None


def _borrowed(sentence: _Sentence, about: _About) -> Iterator[tuple[_Sentence, Named]]:
    """The brands whose name tokens borrow, by the places where a sentence names them."""
    if not about.tokens:
        return
    listed = False
    for named in sentence.names:
        before = sentence.masked[: named.start]
        listed = _is_borrowed(sentence, about, named) or (
            listed and re.search(rf"{BRAND}[\"»” ]*(?:,|et|and)\s[\"«“ ]*$", before) is not None
        )
        if listed or _takes_its_own_part(sentence, about, named):
            yield sentence, named
    if sentence.tokens:
        yield from ((sentence, named) for named in _strangers(sentence, about))


def _is_borrowed(sentence: _Sentence, about: _About, named: Named) -> bool:
    before, after = sentence.masked[: named.start], sentence.masked[named.end :]
    if grammar.after_fake_word.search(before) and not grammar.token.search(before[-30:]):
        # "faux DeepSeek", "fake DeepSeek tokens"; a fake Nvidia boss is no token
        return named.brand.coin or _is_followed_by_token(after)
    if grammar.before_strong.search(before) or grammar.after_strong.search(after):
        return True
    if grammar.before_listed.search(before) or grammar.name_taken.search(after):
        return sentence.fake
    if named.disguised and sentence.fake and sentence.tokens:
        return True
    beside = grammar.before_weak.search(before) or grammar.after_weak.search(after)
    return beside is not None and (named.disguised or about.fake)


def _is_followed_by_token(after: str) -> bool:
    if grammar.after_weak.search(after) or grammar.after_strong.search(after):
        return True
    # in French the name ends the group: "les faux DeepSeek se multiplient", "Faux TRUMP, faux MELANIA"
    return grammar.ends_the_group.match(after) is not None


def _takes_its_own_part(sentence: _Sentence, about: _About, named: Named) -> bool:
    """Whether the brand is the subject of a sentence about tokens with its name, or says that it has issued none."""
    if not sentence.tokens:
        return False
    if any(pattern.search(sentence.masked, named.end) for pattern in (grammar.own_name, grammar.unlinked_company)):
        return True
    denial = _denial(sentence)
    # that a firm has no token is news of look-alikes only where they are spoken of, or where it says so itself
    if denial is None or (denial.reason == "states" and not about.fake):
        return False
    nearest = min(sentence.names, key=lambda other: abs(other.start - denial.start))
    return nearest.brand == named.brand


def _strangers(sentence: _Sentence, about: _About) -> Iterator[Named]:
    """Names that no table has: after "jetons au nom de", beside a token that is doubted, or of who denies one."""
    names = [_stranger(*place) for place in _strange_names(sentence)]
    denial = _denial(sentence)
    denial = denial if denial is not None and (denial.reason == "says" or about.fake) else None
    deniers = [one for one in names if denial is not None and 0 <= denial.start - one.end <= 1]
    yield from deniers
    doubted = about.imitated or (denial is not None and not deniers)
    for named in names:
        if _is_strangers_name_borrowed(sentence, named, doubted=doubted):
            yield named
    for match in MADE_FOR.finditer(sentence.text):
        if AFTER_MADE_FOR.match(sentence.flat[match.end() :]) and BRAND not in sentence.masked[slice(*match.span())]:
            yield _stranger(match["name"], match.start("name"), match.end("name"))


def _strange_names(sentence: _Sentence) -> Iterator[tuple[str, int, int]]:
    """Names in capitals that are no brand's, without the words that begin a headline, and where they stand."""
    for match in STRANGE_NAME.finditer(sentence.text):
        name = re.sub("[’']s$", "", match["name"])
        end = match.start("name") + len(name)
        words = name.split()
        while words and _is_common(flat(words[0])):
            words = words[1:]
        start = end - len(" ".join(words))
        if words and BRAND not in sentence.masked[start:end] and not set(words) & NOT_NAMES:
            yield " ".join(words), start, end


def _is_common(word: str) -> bool:
    return any(pattern.fullmatch(word.removeprefix("l'")) for pattern in (grammar.common, denials.actor))


def _is_strangers_name_borrowed(sentence: _Sentence, named: Named, *, doubted: bool) -> bool:
    before, after = sentence.masked[: named.start], sentence.masked[named.end :]
    if grammar.likened_before.search(before):
        return True
    by_token = grammar.token.search(before[-25:]) or grammar.after_weak.search(after) or re.match(r"[,:]", after)
    if grammar.after_fake_word.search(before) and by_token:
        return True
    beside = grammar.before_weak.search(before) or grammar.after_weak.search(after)
    return doubted and beside is not None


def _stranger(name: str, start: int, end: int) -> Named:
    target = "name:" + "_".join(flat(name).replace("'", "").replace("-", " ").split())
    return Named(start=start, end=end, brand=Brand(target=target, label=name), reason="named_in_text")


def _kept_once(document: Document, borrowed: Sequence[tuple[_Sentence, Named]]) -> Iterator[LookAlike]:
    seen: set[tuple[str, str, str]] = set()
    for sentence, named in borrowed:
        key = (sentence.field, named.brand.target, named.reason)
        if key not in seen:
            seen.add(key)
            yield _row(document, sentence, "brand", (named.start, named.end), named.brand, reason=named.reason)


def _numbers(document: Document, sentence: _Sentence, about: _About, brand: Brand) -> Iterator[LookAlike]:
    for stated, match in numbers.counts_in(sentence.masked):
        if about.fake or grammar.fake.search(match.group()):
            yield _stated(document, sentence, "count", stated, brand)
    of_tokens = sentence.fake and grammar.token.search(sentence.flat) is not None
    if of_tokens or grammar.fakes.search(sentence.flat):
        for stated in numbers.growth_in(sentence.masked):
            yield _stated(document, sentence, "growth", stated, brand)
        for stated in numbers.losses_in(sentence.flat):
            yield _stated(document, sentence, "loss", stated, brand)


def _of_nobody(document: Document, sentence: _Sentence) -> Iterator[LookAlike]:
    """Numbers of look-alikes whose brand is not named: "114 tokens that copied well-known brands"."""
    for stated, match in numbers.counts_in(sentence.masked):
        named = grammar.likened_next.match(sentence.masked, match.end())
        if match.re is numbers.counted and (named or grammar.fake_token.search(match.group())):
            yield _stated(document, sentence, "count", stated, NOBODY)


def _denials(
    document: Document, sentence: _Sentence, borrowed: Sequence[tuple[_Sentence, Named]], brand: Brand
) -> Iterator[LookAlike]:
    found = _denial(sentence)
    if found is None:
        return
    targets = {named.brand.target for _, named in borrowed}
    own = next((named.brand for named in sentence.names if named.brand.target in targets), brand)
    yield _row(document, sentence, "denial", (0, len(sentence.text)), own, reason=found.reason)


def _denial(sentence: _Sentence) -> Denial | None:
    return denial_in(sentence.masked, sentence.text)


def _stated(document: Document, sentence: _Sentence, kind: str, stated: Stated, brand: Brand) -> LookAlike:
    return _row(document, sentence, kind, (stated.start, stated.end), brand, stated=stated)


def _row(
    document: Document,
    sentence: _Sentence,
    kind: str,
    span: tuple[int, int],
    brand: Brand,
    *,
    reason: str = "",
    stated: Stated | None = None,
) -> LookAlike:
    return LookAlike(
        article_id=document.article_id,
        version=document.version,
        field=sentence.field,
        start=sentence.start + span[0],
        end=sentence.start + span[1],
        kind=kind,
        brand=brand.target,
        name=brand.label,
        surface=sentence.text[span[0] : span[1]] if kind != "denial" else "",
        reason=reason,
        number=stated.number if stated else None,
        unit=stated.unit if stated else "",
        qualifier=stated.qualifier if stated else "",
        sentence=sentence.text,
        method=METHOD,
    )

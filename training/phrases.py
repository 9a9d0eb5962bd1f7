"""Phrase tables and language models of the engine ``phrases-2``: from the raw pairs to ``contrecoup/assets/phrases``.

``python training/phrases.py --real FOLDER`` reads ``parallel/train`` and ``headlines`` of the folder and our own
corpus; ``training/phrase_weights.py`` then tunes what the search weighs.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import phrase_lm
from numpy.typing import NDArray
from phrase_align import align
from phrase_corpus import NEWS, OWN, Pair, cut, headlines, own_texts, read_pairs
from phrase_extract import flatten, score
from phrase_names import faithful
from phrase_order import count_orders

from contrecoup.engines.phrase_table import LANGUAGES, write_lm, write_pairs, write_weights, write_words
from contrecoup.engines.tokens import SYMBOL
from contrecoup.engines.word_order import write_order
from contrecoup.instruments import AliasTable
from contrecoup.translate import powers_of_ten
from contrecoup.weights import ASSETS, Data, Manifest, seal

ROOT = Path(__file__).resolve().parent.parent
WORDS = 65_000
"""Words of a language at most; three ids are taken, one pads."""
GRAMS = 3_800_000
# Language models are mixed from these.
GROUPS = (
    (OWN,),
    (NEWS,),
    ("tico19",),
    ("optech", "bitcoinorg", "monero", "hfcourse"),
    ("tatoeba",),
    ("laws",),
    ("react", "vue", "django", "pydocs", "phpdoc"),
)
# A phrase pair has equally many of each of these on both sides.
MARKS = (SYMBOL, "(", ")", "“", "”")
POWERS = (6, 9, 12)
# Before tuning, near what tuning found on smaller corpora: from far away it ends in worse places.
START = (0.2, 0.25, 0.01, 0.2, 0.34, 0.27, 0.25, 0.2, 0.1, 0.9, 0.15, 0.03)
LICENCES = {
    OWN: "Apache-2.0",
    NEWS: "Apache-2.0",
    "glossary": "Apache-2.0",
    "dictionary": "Apache-2.0",
    "tico19": "CC0-1.0",
    "optech": "MIT",
    "bitcoinorg": "MIT",
    "monero": "BSD-3-Clause",
    "hfcourse": "Apache-2.0",
    "tatoeba": "CC-BY-2.0-FR",
    "laws": "Open Government Licence - Canada",
    "react": "CC-BY-4.0",
    "vue": "CC-BY-4.0",
    "django": "BSD-3-Clause",
    "pydocs": "CC0-1.0, PSF",
    "phpdoc": "CC-BY-3.0",
}


def main() -> None:
    """Read, align, extract, count, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path, required=True, help="folder with parallel/ and headlines/")
    parser.add_argument("--out", type=Path, default=ASSETS / "phrases", help="model folder")
    options = parser.parse_args()
    begun = time.monotonic()
    options.out.mkdir(parents=True, exist_ok=True)
    pairs, held = read_pairs(options.real)
    print(f"{len(pairs)} pairs, {len(held)} held out, {time.monotonic() - begun:.0f} s", flush=True)
    ids = [vocabulary(pairs, side) for side in LANGUAGES]
    left, right, links = flatten(pairs, align(pairs), ids)
    print(
        f"{len(left.words)} French and {len(right.words)} English words, {time.monotonic() - begun:.0f} s", flush=True
    )
    weights = np.array([pair.weight for pair in pairs])
    table = score(left, right, links, weights, list(alike(ids)))
    kept = faithful(table.fr, table.en, ids, pairs)
    write_pairs(options.out, table.fr[kept], table.en[kept], table.scores[kept])
    print(f"{kept.sum()} phrase pairs kept, {time.monotonic() - begun:.0f} s", flush=True)
    for lang, side, known in zip(LANGUAGES, (left, right), ids, strict=True):
        write_order(options.out, lang, count_orders(side, weights, len(known) + 3))
    titles = headlines(options.real, ROOT / "benchmarks" / "gold" / "topics.tsv")
    for lang, known in zip(LANGUAGES, ids, strict=True):
        write_words(options.out, lang, list(known))
        language_model(options.out, lang, known, (pairs, titles[lang], held))
    write_weights(options.out, {"fr-en": START, "en-fr": START})
    seal(options.out, manifest(pairs, titles))
    print(
        f"done, {time.monotonic() - begun:.0f} s, {sum(p.stat().st_size for p in options.out.iterdir()) / 1e6:.1f} MB"
    )


def vocabulary(pairs: Sequence[Pair], lang: str) -> dict[str, int]:
    """The weightiest words of a language and their ids."""
    counts: Counter[str] = Counter()
    for pair in pairs:
        for word in pair.fr if lang == "fr" else pair.en:
            counts[word] += pair.weight  # type: ignore[assignment]
    words = sorted(counts, key=lambda word: (-counts[word], word))[:WORDS]
    return {word: number for number, word in enumerate(words, start=3)}


def alike(ids: Sequence[Mapping[str, int]]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """French and English words of which a phrase pair has equally many: a mark, or those of a power of ten."""
    for mark in MARKS:
        yield np.array([ids[0][mark]]), np.array([ids[1][mark]])
    for power in POWERS:
        french, english = (
            np.array([number for word, number in known.items() if powers_of_ten(word, lang)[power]], dtype=np.int64)
            for known, lang in zip(ids, LANGUAGES, strict=True)
        )
        yield french, english


def language_model(
    out: Path, lang: str, ids: Mapping[str, int], texts: tuple[Sequence[Pair], Sequence[str], Sequence[tuple[str, ...]]]
) -> None:
    """Count the corpora of a language, mix their models for the held-out sentences, prune and write."""
    pairs, titles, held = texts
    names = AliasTable.load()

    def known(text: str) -> list[int]:
        return [ids.get(word, 0) for word in cut(text, lang, names, ids.get)]

    corpora = [
        [
            [ids.get(word, 0) for word in (pair.fr if lang == "fr" else pair.en)]
            for pair in pairs
            if pair.corpus in group
        ]
        for group in GROUPS
    ]
    corpora[0] += [known(text) for text in own_texts(lang)]
    corpora = [corpus for corpus in [*corpora, [known(title) for title in titles]] if corpus]
    grams = phrase_lm.count(corpora, len(ids) + 3)
    models = [phrase_lm.kneser_ney(grams, corpus) for corpus in range(len(corpora))]
    tuning = [known(row[1 + LANGUAGES.index(lang)]) for row in held]
    mixed = np.tensordot(phrase_lm.mixture(grams, models, tuning), np.stack(models), axes=1)
    kept = phrase_lm.prune(grams, mixed, GRAMS)
    print(f"{lang}: {kept.sum()} of {len(kept)} n-grams", flush=True)
    write_lm(out, lang, *phrase_lm.thinned(grams, mixed, kept))


def manifest(pairs: Sequence[Pair], titles: Mapping[str, Sequence[str]]) -> Manifest:
    """What the models are made from."""
    counts = Counter(pair.corpus for pair in pairs)
    data = [Data(name=name, licence=LICENCES[name], items=count) for name, count in counts.items()]
    data.append(Data(name="headlines (n-grams)", licence="none stated, MIT", items=sum(map(len, titles.values()))))
    return Manifest(
        name="phrases-2",
        licence="Apache-2.0",
        made_on=time.strftime("%Y-%m-%d", time.gmtime()),
        command="python training/phrases.py --real FOLDER",
        data=tuple(data),
        files={},
    )


if __name__ == "__main__":
    main()

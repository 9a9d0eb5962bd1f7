"""Weights of the phrase-based engine, tuned on pairs that its tables never saw.

    python training/phrase_weights.py --real FOLDER [--folder contrecoup/assets/phrases] [--way fr-en]

Minimum error rate training (Och 2003, https://aclanthology.org/P03-1021) with a random search in place of the line
search: translate the held-out pairs, gather the n best of each, take the weights under which the best of all gathered
so far reach the highest BLEU + 2 chrF, and again. Pairs are masked as the guarded stage masks them.
"""

import argparse
import heapq
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import sacrebleu
from numpy.typing import NDArray
from phrase_corpus import held_pairs, named

from contrecoup.engines.beam import LONGEST, Arcs, Beam, Dials, search
from contrecoup.engines.phrase_table import END, WEIGHTS, PhraseModel, PhraseStore, write_weights
from contrecoup.engines.phrases import FOLDER, ORDER, Prepared, prepare, rendered
from contrecoup.engines.stems import Stems
from contrecoup.engines.tokens import detokenise, recase
from contrecoup.instruments import AliasTable
from contrecoup.translate import Masked, mask, unmask
from contrecoup.weights import read_manifest, seal

ROUNDS, BEST = 6, 100
# Random search: how often and from where, the steps at first and last, and how many weights move at once.
STARTS, TRIALS, WIDEST, NARROWEST, SHARE, FLOOR = 3, 1500, 0.5, 0.02, 0.4, 0.1
# Narrower than at run time: what is lost by it is lost under all weights alike.
BEAM = Beam(stack=60, candidates=300, jump=6)
CHRF_COUNTS = 2.0
LM, DISTORTION = WEIGHTS.index("lm"), WEIGHTS.index("distortion")
# What may weigh less than nothing: the others only mislead there.
SIGNED = np.array([name not in {"words", "phrases"} for name in WEIGHTS])
BLEU, CHRF = sacrebleu.BLEU(effective_order=False), sacrebleu.CHRF()

Floats = NDArray[np.float64]


@dataclass(slots=True, kw_only=True)
class Case:
    """A held-out sentence and what was gathered of it: features and the counts behind BLEU and chrF, by output."""

    sentence: Prepared
    masked: Masked
    reference: str
    features: dict[str, Floats] = field(default_factory=dict)
    counts: dict[str, Floats] = field(default_factory=dict)


def cases(real: Path, model: PhraseModel, source: str, most: int) -> list[Case]:
    """The held-out pairs as the engine meets them, those that fit one search."""
    table = AliasTable.load()
    target = "en" if source == "fr" else "fr"
    stems = Stems(model.source_words, source)
    out = []
    for _, fr, en in held_pairs(real)[:most]:
        text, reference = (fr, en) if source == "fr" else (en, fr)
        masked = mask(text, named(text, source, table), source=source, target=target)
        sentence = prepare(masked.text, model, stems)
        if 0 < len(sentence.tokens) <= LONGEST:
            out.append(Case(sentence=sentence, masked=masked, reference=reference))
    return out


def gather(case: Case, model: PhraseModel, weights: Floats, target: str) -> str:
    """Add the n best derivations under these weights to a case; the best output."""
    length = len(case.sentence.tokens)
    trace: list[Arcs] = []
    search(
        case.sentence.between(0, length, weights),
        length,
        model.lm,
        Dials(lm=float(weights[LM]), distortion=float(weights[DISTORTION])),
        beam=BEAM,
        start=model.lm.begin,
        end=END,
        trace=trace,
    )
    first = ""
    for score, rows in n_best(trace, BEST):
        words = detokenise(rendered(case.sentence, rows, model), target)
        text = unmask(recase(words, case.masked.text), case.masked)
        first = first or text
        if text not in case.features:
            case.features[text] = features(case.sentence, rows, score, weights)
            case.counts[text] = np.concatenate(
                [metric._extract_corpus_statistics([text], [[case.reference]])[0] for metric in (BLEU, CHRF)]  # noqa: SLF001
            ).astype(float)
    return first


def n_best(trace: Sequence[Arcs], most: int) -> list[tuple[float, list[int]]]:
    """The best derivations of a search, exactly: backwards from the end, guided by the true score of each prefix."""
    into: dict[int, list[tuple[float, int, int]]] = defaultdict(list)
    worth: dict[int, float] = defaultdict(lambda: -np.inf)
    worth[0] = 0.0
    for arcs in trace[:-1]:
        columns = (arcs.scores.tolist(), arcs.sources.tolist(), arcs.rows.tolist(), arcs.targets.tolist())
        for score, source, row, target in zip(*columns, strict=True):
            if target >= 0:
                into[target].append((score, source, row))
                worth[target] = max(worth[target], score)
    last = trace[-1]
    queue = [
        (-score, source, score - worth[source], (row,))
        for score, source, row in zip(last.scores.tolist(), last.sources.tolist(), last.rows.tolist(), strict=True)
    ]
    heapq.heapify(queue)
    out = []
    while queue and len(out) < most:
        cost, node, gained, rows = heapq.heappop(queue)
        if node == 0:
            out.append((-cost, list(rows)))
            continue
        for score, source, row in into[node]:
            heapq.heappush(queue, (-score - gained, source, gained + score - worth[source], (row, *rows)))
    return out


def features(sentence: Prepared, rows: Sequence[int], score: float, weights: Floats) -> Floats:
    """The sum of each feature over a derivation; what the score does not owe to the others is the text's."""
    total = sentence.features[list(rows)].sum(axis=0)
    starts, ends = sentence.starts[list(rows)], sentence.ends[list(rows)]
    places, begins = np.concatenate([[0], ends[:-1]]), np.concatenate([[-1], starts[:-1]])
    total[DISTORTION] = -np.abs(starts - places).sum()
    after, before, apart = sentence.orders
    follows, swaps = starts == places, ends == begins
    rest = ~follows & ~swaps
    total[ORDER] = after[starts[follows]].sum(), before[ends[swaps]].sum(), (apart[starts] + apart[places])[rest].sum()
    total[LM] = 0.0
    total[LM] = (score - total @ weights) / weights[LM]
    return total


def corpus_score(counts: Floats) -> float:
    """BLEU + twice chrF of the summed counts of all sentences: with BLEU alone the shortest words win."""
    split = 2 + 2 * BLEU.max_ngram_order
    bleu = BLEU._compute_score_from_stats([int(count) for count in counts[:split]])  # noqa: SLF001
    chrf = CHRF._compute_score_from_stats([int(count) for count in counts[split:]])  # noqa: SLF001
    return float(bleu.score + CHRF_COUNTS * chrf.score)


def tuned(gathered: Sequence[Case], weights: Floats, rng: np.random.Generator) -> tuple[Floats, float]:
    """The weights under which the best of what was gathered score highest."""
    most = max(len(case.features) for case in gathered)
    table = np.full((len(gathered), most, len(WEIGHTS)), 0.0)
    counts = np.zeros((len(gathered), most, len(next(iter(gathered[0].counts.values())))))
    absent = np.ones((len(gathered), most), dtype=bool)
    for number, case in enumerate(gathered):
        size = len(case.features)
        table[number, :size] = list(case.features.values())
        counts[number, :size] = list(case.counts.values())
        absent[number, :size] = False
    everyone = np.arange(len(gathered))
    flat = table.reshape(-1, len(WEIGHTS)).astype(np.float32)

    def worth(vector: Floats) -> float:
        scores = (flat @ vector.astype(np.float32)).reshape(absent.shape)
        scores[absent] = -np.inf
        return corpus_score(counts[everyone, scores.argmax(axis=1)].sum(axis=0))

    found = []
    for start in (weights, *(weights * rng.lognormal(0, 0.4, len(WEIGHTS)) for _ in range(STARTS - 1))):
        vector, best = start, worth(start)
        for trial in range(TRIALS):
            step = WIDEST * (NARROWEST / WIDEST) ** (trial / TRIALS)
            moved = rng.random(len(WEIGHTS)) < SHARE
            other = vector + moved * rng.normal(0, step, len(WEIGHTS)) * np.maximum(np.abs(vector), FLOOR)
            other[SIGNED] = np.maximum(other[SIGNED], NARROWEST / 2)
            score = worth(other)
            if score > best:
                best, vector = score, other
        found.append((best, vector.tolist()))
    best, chosen = max(found)
    vector = np.array(chosen)
    return vector / np.abs(vector[: LM + 1]).sum(), best


def tune(model: PhraseModel, real: Path, source: str, target: str, most: int) -> tuple[Floats, float]:
    """Gather and tune in turns; the weights of the round whose translations were best, and their BLEU + 2 chrF2."""
    rng = np.random.default_rng(3)
    gathered = cases(real, model, source, most)
    weights = model.weights.astype(np.float64)
    kept, kept_score = weights, 0.0
    for turn in range(ROUNDS):
        began = time.perf_counter()
        firsts = [gather(case, model, weights, target) for case in gathered]
        score = corpus_score(sum(case.counts[text] for case, text in zip(gathered, firsts, strict=True)))
        seconds = time.perf_counter() - began
        if score > kept_score:
            kept, kept_score = weights, score
        print(
            f"{source}-{target} round {turn}: BLEU + 2 chrF {score:.2f} in {seconds:.0f} s, weights {weights.round(3)}"
        )
        weights, hoped = tuned(gathered, weights, rng)
        print(
            f"{source}-{target} gathered {sum(len(c.features) for c in gathered)} outputs, hoped {hoped:.2f}",
            flush=True,
        )
    return kept, kept_score


def main() -> None:
    """Tune, write, seal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--way", choices=("fr-en", "en-fr"), action="append")
    parser.add_argument("--pairs", type=int, default=1500)
    options = parser.parse_args()
    store = PhraseStore(options.folder)
    for way in options.way or ("fr-en", "en-fr"):
        source, target = way.split("-")
        found, score = tune(store.direction(source, target), options.real, source, target, options.pairs)
        store = PhraseStore(options.folder)
        ways = {f"{a}-{b}": store.direction(a, b).weights.tolist() for a, b in (("fr", "en"), ("en", "fr"))}
        write_weights(options.folder, ways | {way: found.tolist()})
        manifest = read_manifest(options.folder)
        figures = manifest.figures | {f"tuned_bleu_plus_2_chrf_{way}": round(score, 2)}
        seal(options.folder, manifest.model_copy(update={"figures": figures}))


if __name__ == "__main__":
    main()

"""What the translation model learns from: corpora, how often each is seen, and pairs with marks in them.

Figures and names are replaced at random by the marks of the guarded stage (``contrecoup.translate``), where both sides
have them, so that the model learns to carry marks over.
"""

import csv
import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sentencepiece
import torch

from contrecoup.translate import mask

SEED = 20261122
ROOT = Path(__file__).parents[1]
OWN = ("tech-finance", "general-news")
PAIRS = ((">>en<<", "fr", "en"), (">>fr<<", "en", "fr"))
TAGS = tuple(tag for tag, _, _ in PAIRS)
MARKS = tuple(f"[{n}]" for n in range(10))
# Of the sentences that can be masked, so many are; and so many of the names that both sides share.
MASKED, NAMES = 0.6, 0.5
NAME = re.compile(r"(?<![\w'.-])[A-Z][\w&-]*\w")
SPACES = re.compile(r"\s+")
LONGEST = 120  # tokens; of the training pairs fewer than 1 % are longer
HELD_OUT_PERCENT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A corpus and how often it is seen in one epoch, on the CPU and on a GPU; below 1, that share is drawn."""

    name: str
    licence: str
    cpu: float
    gpu: float


# Those under a copyleft (wce-news, gitman, diabla) are left out, so that the weights carry no question.
CORPORA = (
    Corpus(name="tech-finance", licence="Apache-2.0", cpu=15, gpu=10),
    Corpus(name="general-news", licence="Apache-2.0", cpu=10, gpu=6),
    Corpus(name="tico19", licence="CC0-1.0", cpu=3, gpu=4),
    Corpus(name="bitcoinorg", licence="MIT", cpu=2, gpu=2),
    Corpus(name="monero", licence="BSD-3-Clause", cpu=1, gpu=2),
    Corpus(name="optech", licence="MIT", cpu=1, gpu=2),
    Corpus(name="hfcourse", licence="Apache-2.0", cpu=1, gpu=2),
    Corpus(name="tatoeba", licence="CC-BY-2.0-FR", cpu=1, gpu=1),
    Corpus(name="laws", licence="OGL-Canada-2.0", cpu=0.08, gpu=0.7),
    Corpus(name="pydocs", licence="CC0-1.0", cpu=0.1, gpu=0.7),
    Corpus(name="django", licence="BSD-3-Clause", cpu=0.08, gpu=0.7),
    Corpus(name="phpdoc", licence="CC-BY-3.0", cpu=0.05, gpu=0.5),
    Corpus(name="react", licence="CC-BY-4.0", cpu=0.2, gpu=0.7),
    Corpus(name="vue", licence="CC-BY-4.0", cpu=0.2, gpu=0.7),
)
# English headlines with a French side by the model's first half of training.
BACK = Corpus(name="back", licence="publishers' headlines", cpu=1, gpu=2)


def read(corpus: str, real: Path, run: Path) -> list[tuple[str, str]]:
    """French and English of one corpus; of our own, what is not kept as a test."""
    if corpus in OWN:
        found = []
        for path in sorted((ROOT / "training" / "data").glob(f"{corpus}*.tsv")):
            with path.open(encoding="utf-8", newline="") as file:
                rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
                found += [(row["fr"], row["en"]) for row in rows if row.get("split", "train") == "train"]
        return found
    path = run / "back.tsv.gz" if corpus == "back" else real / "parallel" / "train" / f"{corpus}.tsv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [(fr, en) for fr, en in (line.rstrip("\n").split("\t") for line in file)]


def held_out(corpus: str, french: str) -> bool:
    """Whether a pair is kept from training to watch the loss by: 5 % of our own corpus and of tico19."""
    place = int(hashlib.blake2b(b"tuning " + french.encode(), digest_size=4).hexdigest(), 16) % 100
    return corpus in {"tech-finance", "tico19"} and place < HELD_OUT_PERCENT


def masked(source: str, target: str, langs: tuple[str, str], draw: random.Random) -> tuple[str, str] | None:
    """The pair as the guarded stage would show it, if every piece it takes out of the source stands in the target."""
    shared = set(NAME.findall(target))
    names = [m.span() for m in NAME.finditer(source) if m.group() in shared and draw.random() < NAMES]
    found = mask(source, names, source=langs[0], target=langs[1])
    if not 0 < len(found.pieces) <= len(MARKS):
        return None
    for place, piece in zip(MARKS, found.pieces, strict=False):
        plain = re.escape(SPACES.sub(" ", piece))
        target, count = re.subn(rf"(?<![\w.,]){plain}(?!\w|[.,]\d)", place, target, count=1)
        if not count:
            return None
    return found.text, target


def examples(corpus: Corpus, times: float, real: Path, run: Path) -> Iterator[tuple[bool, str, str, str]]:
    """(held out, tag, source, target) of a corpus in both directions, as often as it is to be seen."""
    draw = random.Random(f"{SEED} {corpus.name}")  # noqa: S311 -- a shuffle, no secret
    for french, english in read(corpus.name, real, run):
        out = held_out(corpus.name, french)
        side = {"fr": SPACES.sub(" ", french.replace("’", "'")), "en": SPACES.sub(" ", english.replace("’", "'"))}
        copies = 1 if out else int(times) + (draw.random() < times % 1)
        for _ in range(copies):
            for tag, source, target in PAIRS[:1] if corpus.name == "back" else PAIRS:
                pair = masked(side[source], side[target], (source, target), draw) if draw.random() < MASKED else None
                yield out, tag, *(pair or (side[source], side[target]))


def prepare(real: Path, run: Path, *, vocabulary: int, gpu: bool) -> None:
    """Make the vocabulary and the tokenised pairs of one epoch, once per run."""
    corpora = [*CORPORA, *([BACK] if (run / "back.tsv.gz").exists() else [])]
    times = {corpus.name: corpus.gpu if gpu else corpus.cpu for corpus in corpora}
    sizes = {corpus.name: round(min(1, times[corpus.name]) * len(read(corpus.name, real, run))) for corpus in corpora}
    used = [{"name": corpus.name, "licence": corpus.licence, "items": sizes[corpus.name]} for corpus in corpora]
    (run / "data.json").write_text(json.dumps(used), encoding="utf-8")
    rows = [example for corpus in corpora for example in examples(corpus, times[corpus.name], real, run)]
    if not (run / "source.spm").exists():
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter([text for out, _, *pair in rows[::2] if not out for text in pair]),
            model_prefix=str(run / "source"),
            vocab_size=vocabulary,
            hard_vocab_limit=False,
            character_coverage=0.9999,
            byte_fallback=True,
            split_digits=True,
            user_defined_symbols=[*TAGS, *MARKS],
            eos_id=0,
            unk_id=1,
            bos_id=-1,
            pad_id=-1,
            input_sentence_size=400_000,
            shuffle_input_sentence=True,
            minloglevel=2,
        )
        (run / "source.model").replace(run / "source.spm")
        (run / "source.vocab").unlink()
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(run / "source.spm"))
    tags = {tag: pieces.piece_to_id(tag) for tag in TAGS}
    sources = [[tags[row[1]], *ids, 0] for row, ids in zip(rows, pieces.encode([r[2] for r in rows]), strict=True)]
    targets = [[*ids, 0] for ids in pieces.encode([row[3] for row in rows])]
    fits = [max(len(s), len(t)) <= LONGEST for s, t in zip(sources, targets, strict=True)]
    for name, wanted in (("train", False), ("held-out", True)):
        kept = [n for n, row in enumerate(rows) if row[0] is wanted and fits[n]]
        columns = {side: [lists[n] for n in kept] for side, lists in (("source", sources), ("target", targets))}
        arrays = {side: np.concatenate([np.array(ids, np.uint16) for ids in lists]) for side, lists in columns.items()}
        ends = {f"{side}_ends": np.cumsum([len(ids) for ids in lists]) for side, lists in columns.items()}
        np.savez_compressed(run / f"{name}.npz", **arrays, **ends)
        print(f"{name}: {len(kept)} pairs, {len(arrays['target'])} target tokens", flush=True)


class Pairs:
    """Tokenised pairs, in batches of like lengths and a fixed number of tokens."""

    def __init__(self, path: Path, padding: int) -> None:
        """Read what ``prepare`` wrote."""
        stored = np.load(path)
        self.source, self.target = (
            np.split(stored[side], stored[f"{side}_ends"][:-1]) for side in ("source", "target")
        )
        self.padding = padding

    def plan(self, tokens: int, epoch: int) -> list[list[int]]:
        """Row numbers of every batch of an epoch, in the order of that epoch."""
        draw = random.Random(SEED + epoch)  # noqa: S311
        length = [max(len(s), len(t)) for s, t in zip(self.source, self.target, strict=True)]
        order = sorted(range(len(length)), key=lambda n: (length[n], draw.random()))
        batches: list[list[int]] = [[]]
        for row in order:
            if (len(batches[-1]) + 1) * length[row] > tokens:
                batches.append([])
            batches[-1].append(row)
        draw.shuffle(batches)
        return batches

    def batch(self, rows: list[int], device: str) -> tuple[torch.Tensor, torch.Tensor]:
        """Padded sources and targets of the rows."""
        sides = []
        for side in (self.source, self.target):
            chosen = [side[row].astype(np.int64) for row in rows]
            table = np.full((len(rows), max(map(len, chosen))), self.padding)
            for line, ids in zip(table, chosen, strict=True):
                line[: len(ids)] = ids
            sides.append(torch.from_numpy(table).to(device, non_blocking=True))
        return sides[0], sides[1]

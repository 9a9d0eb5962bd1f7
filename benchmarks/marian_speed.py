"""Translated tokens per second of one Marian model: CTranslate2 int8 against transformers on torch in float32.

    python benchmarks/marian_speed.py FOLDER [--threads 2] [--sentences 128]

FOLDER is what ``training/translation.py`` leaves in its ``--run`` folder as ``marian/``, or what ``contrecoup models
pull`` made of a Marian model: weights as safetensors, their conversion in ``ctranslate2/``. Both translate the same
French sentences of our own test set into English, sorted by length, and every token that comes out is counted. Needs
the extra ``hub``. A round that warms up is not counted; the better of two is.
"""

import argparse
import csv
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import ctranslate2
import sentencepiece
import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

CORPUS = Path(__file__).parents[1] / "training" / "data" / "tech-finance.tsv"
TAG = ">>en<<"
ROUNDS = 2
LONGEST = 128


def sentences(count: int) -> list[str]:
    """French sentences of the test set, shortest first."""
    with CORPUS.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return sorted([row["fr"] for row in rows if row["split"] == "test"][:count], key=len)


def converted(folder: Path, threads: int) -> Callable[[list[str], int], int]:
    """Translates a batch with a beam by CTranslate2, and tells how many tokens came out."""
    translator = ctranslate2.Translator(str(folder / "ctranslate2"), compute_type="int8", intra_threads=threads)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    tag = [TAG] if TAG in {pieces.id_to_piece(n) for n in range(pieces.vocab_size())} else []

    def translate(batch: list[str], beam: int) -> int:
        tokens = [[*tag, *pieces.encode(text, out_type=str), "</s>"] for text in batch]
        results = translator.translate_batch(tokens, beam_size=beam, max_decoding_length=LONGEST)
        return sum(len(result.hypotheses[0]) for result in results)

    return translate


def original(folder: Path, threads: int) -> Callable[[list[str], int], int]:
    """The same by ``generate`` of transformers."""
    torch.set_num_threads(threads)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=torch.float32).eval()
    model.generation_config.max_length = None
    tag = f"{TAG} " if TAG in tokenizer.get_vocab() else ""

    def translate(batch: list[str], beam: int) -> int:
        inputs = tokenizer([tag + text for text in batch], return_tensors="pt", padding=True)
        with torch.inference_mode():
            outputs = model.generate(**inputs, num_beams=beam, do_sample=False, max_new_tokens=LONGEST)
        special = torch.tensor([tokenizer.pad_token_id, tokenizer.eos_token_id])
        return int((~torch.isin(outputs, special)).sum())

    return translate


def batches(texts: list[str], size: int) -> Iterator[list[str]]:
    """The texts in batches."""
    for start in range(0, len(texts), size):
        yield texts[start : start + size]


def speed(translate: Callable[[list[str], int], int], texts: list[str], *, size: int, beam: int) -> float:
    """Tokens per second, the better of two rounds."""
    translate(texts[:size], beam)
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        tokens = sum(translate(batch, beam) for batch in batches(texts, size))
        found.append(tokens / (time.perf_counter() - began))
    return max(found)


def main() -> None:
    """See the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--sentences", type=int, default=128)
    arguments = parser.parse_args()
    texts = sentences(arguments.sentences)
    engines = [make(arguments.folder, arguments.threads) for make in (converted, original)]
    print(f"{len(texts)} sentences, {arguments.threads} threads; tokens per second")
    print("| batch | beam | ctranslate2 int8 | transformers float32 | times |\n|---|---|---|---|---|")
    for beam in (1, 4):
        for size in (1, 16, 64):
            fast, slow = (speed(translate, texts, size=size, beam=beam) for translate in engines)
            print(f"| {size} | {beam} | {fast:.0f} | {slow:.0f} | {fast / slow:.1f} |", flush=True)


if __name__ == "__main__":
    main()

"""The translation model: one Marian-style Transformer, French to English and back, told by a tag which way.

Deep encoder and shallow decoder (Kasai et al. 2021), so that most of the work is done once per sentence; a vocabulary
shared by both languages, tied to the output layer (Press and Wolf 2017). Figures and names are replaced at random by
the marks that the guarded stage uses, so that the model learns to carry them over. A GPU is used when there is one;
without, a smaller model is trained. ``--run`` keeps vocabulary, pairs and state: the same command goes on from there.

    python training/translation.py --real FOLDER --run build/translation --minutes 10
    python training/translation.py --real FOLDER --run build/translation --finish --out contrecoup/assets/marian
"""

import argparse
import csv
import gzip
import json
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import ctranslate2
import sacrebleu
import sentencepiece
import torch
from phrase_corpus import headlines
from torch.nn import functional
from transformers import GenerationConfig, MarianConfig, MarianMTModel
from translation_pairs import PAIRS, ROOT, SEED, Pairs, prepare

from contrecoup.engines.marian import MarianTranslator
from contrecoup.translate import MARK, mask, unmask
from contrecoup.weights import Data, Manifest, read_manifest, seal

SMOOTHING, EMA = 0.1, 0.999


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Size of the model and of its batches; ``tokens`` of one side a batch, ``budget`` in target tokens."""

    vocabulary: int
    width: int
    inner: int
    heads: int
    encoder: int
    decoder: int
    dropout: float
    tokens: int
    rate: float
    warm_up: int
    budget: int


CPU = Shape(
    vocabulary=8000,
    width=256,
    inner=1024,
    heads=4,
    encoder=4,
    decoder=2,
    dropout=0.1,
    tokens=1000,
    rate=8e-4,
    warm_up=800,
    budget=25_000_000,
)
GPU = Shape(
    vocabulary=16000,
    width=512,
    inner=1536,
    heads=8,
    encoder=6,
    decoder=2,
    dropout=0.2,
    tokens=25_000,
    rate=7e-4,
    warm_up=3000,
    budget=500_000_000,
)


def build(shape: Shape, padding: int) -> MarianMTModel:
    """An untrained model; padding stands last and embeds to zero, as Marian begins its decoding with it."""
    torch.manual_seed(SEED)
    config = MarianConfig(
        vocab_size=padding + 1,
        d_model=shape.width,
        encoder_layers=shape.encoder,
        decoder_layers=shape.decoder,
        encoder_ffn_dim=shape.inner,
        decoder_ffn_dim=shape.inner,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        max_position_embeddings=512,
        activation_function="relu",
        scale_embedding=True,
        init_std=shape.width**-0.5,
        dropout=shape.dropout,
        pad_token_id=padding,
        decoder_start_token_id=padding,
        eos_token_id=0,
        forced_eos_token_id=0,
    )
    return MarianMTModel(config)


def loss_of(model: MarianMTModel, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Label-smoothed cross-entropy per target token; padding is no class, so that its embedding stays zero."""
    padding = model.config.pad_token_id
    shifted = torch.nn.functional.pad(target[:, :-1], (1, 0), value=padding)
    with torch.autocast(source.device.type, torch.bfloat16):
        hidden = model.model(
            input_ids=source, attention_mask=(source != padding).long(), decoder_input_ids=shifted, use_cache=False
        ).last_hidden_state
        logits = functional.linear(hidden[target != padding], model.lm_head.weight[:padding])
    smoothing = SMOOTHING if model.training else 0.0
    return functional.cross_entropy(logits.float(), target[target != padding], label_smoothing=smoothing)


class Training:
    """A model in training, its optimiser and its running average; all of it is in ``state.pt``."""

    def __init__(self, run: Path, shape: Shape, device: str) -> None:
        """Begin, or go on from the state that the folder keeps."""
        self.run, self.shape, self.device = run, shape, device
        self.padding = sentencepiece.SentencePieceProcessor(model_file=str(run / "source.spm")).vocab_size()
        self.model = build(shape, self.padding).to(device)
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=shape.rate, betas=(0.9, 0.98), fused=True)
        self.average = [p.detach().clone() for p in self.model.parameters()]
        self.step = self.epoch = self.place = self.tokens = 0
        if (run / "state.pt").exists():
            state = torch.load(run / "state.pt", map_location=device, weights_only=True)
            self.model.load_state_dict(state["model"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.average = state["average"]
            self.step, self.epoch, self.place, self.tokens = state["where"]

    def save(self) -> None:
        """Write the state whole or not at all."""
        state = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "average": self.average,
            "where": (self.step, self.epoch, self.place, self.tokens),
        }
        torch.save(state, self.run / "state.new")
        (self.run / "state.new").replace(self.run / "state.pt")

    def train(self, *, until: float, save_every: float) -> None:
        """Train until the budget or the time (``time.monotonic``) is spent."""
        pairs, watch = (Pairs(self.run / f"{name}.npz", self.padding) for name in ("train", "held-out"))
        plan = pairs.plan(self.shape.tokens, self.epoch)
        began, seen, saved, losses = time.monotonic(), 0, time.monotonic(), []
        while time.monotonic() < until and self.tokens < self.shape.budget:
            if self.place >= len(plan):
                self.epoch, self.place = self.epoch + 1, 0
                plan = pairs.plan(self.shape.tokens, self.epoch)
            source, target = pairs.batch(plan[self.place], self.device)
            losses.append(self.advance(source, target))
            count = sum(len(pairs.target[row]) for row in plan[self.place])
            self.tokens, seen, self.place = self.tokens + count, seen + count, self.place + 1
            if self.step % 100 == 0:
                loss = torch.stack(losses).mean().item()
                speed = seen / (time.monotonic() - began)
                now = datetime.now(UTC).strftime("%H:%M:%S")
                print(f"{now} step {self.step} tokens {self.tokens} loss {loss:.3f} {speed:.0f} tokens/s", flush=True)
                losses.clear()
            if time.monotonic() > saved + save_every:
                self.save()
                saved = time.monotonic()
                print(f"held-out loss {self.watch(watch):.3f} (running average)", flush=True)
        self.save()

    def advance(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """One update of the weights and of their running average."""
        self.step += 1
        self.model.train()
        rate = self.shape.rate * min(self.step / self.shape.warm_up, (self.shape.warm_up / self.step) ** 0.5)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        loss = loss_of(self.model, source, target)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        keep = min(EMA, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(self.average, [p.detach() for p in self.model.parameters()], 1 - keep)
        return loss.detach()

    def averaged(self) -> MarianMTModel:
        """A model of the averaged weights."""
        model = build(self.shape, self.padding).to(self.device).eval()
        with torch.no_grad():
            for parameter, mean in zip(model.parameters(), self.average, strict=True):
                parameter.copy_(mean)
        return model

    @torch.no_grad()
    def watch(self, pairs: Pairs) -> float:
        """Loss per token of the averaged weights on the pairs that were kept from training."""
        model = self.averaged()
        parts = [pairs.batch(rows, self.device) for rows in pairs.plan(self.shape.tokens, 0)]
        counts = [int((target != self.padding).sum()) for _, target in parts]
        total = sum(loss_of(model, *part).item() * count for part, count in zip(parts, counts, strict=True))
        return total / sum(counts)


def export(training: Training, manifest: Manifest) -> Path:
    """Write the averaged weights as a Marian folder of transformers (float16), its CTranslate2 conversion in it."""
    folder = training.run / "marian"
    shutil.rmtree(folder, ignore_errors=True)
    model = training.averaged().to("cpu", torch.float16)
    padding = training.padding
    model.generation_config = GenerationConfig(
        num_beams=4,
        max_length=512,
        bad_words_ids=[[padding]],
        pad_token_id=padding,
        decoder_start_token_id=padding,
        eos_token_id=0,
        forced_eos_token_id=0,
    )
    model.save_pretrained(folder)
    for name in ("source.spm", "target.spm"):
        shutil.copy(training.run / "source.spm", folder / name)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    vocabulary = {pieces.id_to_piece(n): n for n in range(padding)} | {"<pad>": padding}
    settings = {"tokenizer_class": "MarianTokenizer", "model_max_length": 512, "separate_vocabs": False}
    for name, content in (("vocab.json", vocabulary), ("tokenizer_config.json", settings)):
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=0), encoding="utf-8")
    converter = ctranslate2.converters.TransformersConverter(str(folder))
    converter.convert(str(folder / "ctranslate2"), quantization="int8")
    seal(folder, manifest)
    return folder


def evaluate(folder: Path, real: Path) -> dict[str, float]:
    """BLEU, chrF2 and the share of figures kept, on the development pairs and on the test half of our corpus.

    Figures are masked as in the guarded stage; names are not, since a model must manage without the alias table.
    """
    translator = MarianTranslator(folder)
    sets: dict[str, list[dict[str, str]]] = {}
    for path in (real / "parallel" / "dev.tsv", ROOT / "training" / "data" / "tech-finance.tsv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row.get("split", "test") == "test":
                    sets.setdefault(row.get("corpus", "tech-finance"), []).append(row)
    bleu, chrf, figures = sacrebleu.BLEU(), sacrebleu.CHRF(), {}
    for name, rows in sets.items():
        for _, source, target in PAIRS:
            shown = [mask(row[source], (), source=source, target=target) for row in rows]
            outputs = translator.translate([one.text for one in shown], source, target)
            kept = [
                mark in output for one, output in zip(shown, outputs, strict=True) for mark in MARK.findall(one.text)
            ]
            outputs = [unmask(output, one) for one, output in zip(shown, outputs, strict=True)]
            references = [[row[target] for row in rows]]
            scores = (bleu.corpus_score(outputs, references).score, chrf.corpus_score(outputs, references).score)
            figures |= dict(zip((f"{name} {source}-{target} {m}" for m in ("BLEU", "chrF2")), scores, strict=True))
            share = sum(kept) / len(kept) if kept else 1.0
            figures[f"{name} {source}-{target} figures kept"] = share
            print(f"{name} {source}-{target}: BLEU {scores[0]:.1f} chrF2 {scores[1]:.1f} figures kept {share:.3f}")
    print(bleu.get_signature(), chrf.get_signature(), sep="\n")
    return {name: round(value, 3) for name, value in figures.items()}


def back_translate(folder: Path, real: Path, run: Path) -> None:
    """Put the English headlines, but for those that are labelled, into French: pairs with a true English side."""
    english = [" ".join(title.split()) for title in headlines(real, ROOT / "benchmarks" / "gold" / "topics.tsv")["en"]]
    french = MarianTranslator(folder).translate(english, "en", "fr")
    with gzip.open(run / "back.tsv.gz", "wt", encoding="utf-8") as file:
        file.writelines(f"{fr}\t{en}\n" for fr, en in zip(french, english, strict=True) if fr)
    (run / "train.npz").unlink()
    print(f"{len(english)} headlines; run again to train on them too")


def described(run: Path) -> Manifest:
    """The manifest of the model, its files and figures yet to come."""
    used = json.loads((run / "data.json").read_text(encoding="utf-8"))
    return Manifest(
        name="marian-1",
        licence="Apache-2.0",
        made_on=datetime.now(UTC).date().isoformat(),
        command="python training/translation.py --real FOLDER --run FOLDER",
        data=tuple(Data(**one) for one in used),
        files={},
    )


def install(folder: Path, out: Path) -> None:
    """Copy what the product needs at run time: the conversion and the vocabulary, without the weights of torch."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(folder, out, ignore=shutil.ignore_patterns("*.safetensors", "target.spm"))
    seal(out, read_manifest(folder))


def main() -> None:
    """See the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True, help="folder that holds parallel/ and headlines/")
    parser.add_argument("--run", type=Path, required=True, help="where vocabulary, pairs and state are kept")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="train for so long, then save and stop")
    parser.add_argument("--save-every", type=float, default=5.0, help="minutes between two states")
    parser.add_argument("--size", choices=("small", "large"), help="default: large on a GPU, small without")
    parser.add_argument("--finish", action="store_true", help="evaluate and export what there is, budget spent or not")
    parser.add_argument("--back-translate", action="store_true", help="export, then translate the English headlines")
    parser.add_argument("--out", type=Path, help="folder to install the finished model into")
    arguments = parser.parse_args()
    began, run, real = time.monotonic(), arguments.run, arguments.real
    run.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    shape = GPU if (arguments.size or device) in {"large", "cuda"} else CPU
    if not (run / "train.npz").exists():
        prepare(real, run, vocabulary=shape.vocabulary, gpu=shape is GPU)
    training = Training(run, shape, device)
    if not arguments.finish and not arguments.back_translate:
        training.train(until=began + 60 * arguments.minutes, save_every=60 * arguments.save_every)
        if training.tokens < shape.budget:
            return
    manifest = described(run)
    folder = export(training, manifest)
    if arguments.back_translate:
        back_translate(folder, real, run)
        return
    figures = evaluate(folder, real) | {"million target tokens": round(training.tokens / 1e6, 3)}
    seal(folder, manifest.model_copy(update={"figures": figures}))
    if arguments.out:
        install(folder, arguments.out)


if __name__ == "__main__":
    main()

"""Small models of the architectures that the hub engines run, taught here: eight sentences, by heart."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sentencepiece
import torch
import transformers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from contrecoup.engines.hub.folder import quiet
from contrecoup.weights import Manifest, seal

PAIRS = (
    ("les puces montent", "chips rise"),
    ("le titre chute de 12 %", "the share falls 12%"),
    ("la banque relève ses taux", "the bank raises rates"),
    ("une jeune pousse lève 600 millions", "a startup raises 600 million"),
    ("le minage devient cher", "mining becomes costly"),
    ("les jetons sont une arnaque", "the tokens are a scam"),
    ("le cours clôt en hausse", "the price closes higher"),
    ("la demande ralentit", "demand slows"),
)
FRENCH, ENGLISH = [fr for fr, _ in PAIRS], [en for _, en in PAIRS]
LINES = tuple(line for pair in PAIRS for line in pair)
TOPICS = ("chips and their makers", "a scam with tokens", "interest rates")
Model = transformers.PreTrainedModel
Tokens = transformers.PreTrainedTokenizerBase
WIDTH = 48
MOST_STEPS, LEARNED = 900, 0.004
PAD, EOS = "<pad>", "</s>"


def sealed(folder: Path, name: str) -> Path:
    """The folder with its manifest, as ``contrecoup models pull`` leaves it."""
    seal(folder, Manifest(name=name, licence="Apache-2.0", made_on="2026-11-22", command="a test", files={}))
    return folder


def sentencepieces(prefix: Path, lines: Sequence[str], **options: object) -> Path:
    """A SentencePiece model of the lines."""
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(list(lines) * 4),
        model_prefix=str(prefix),
        hard_vocab_limit=False,
        vocab_size=120,
        minloglevel=2,
        **options,
    )
    return prefix.with_suffix(".model")


def pieces_of(path: Path) -> list[str]:
    """The pieces of a SentencePiece model, by id."""
    processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return [processor.IdToPiece(n) for n in range(processor.GetPieceSize())]


def taught(
    model: Model, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]], pad: int, rate: float = 6e-3
) -> Model:
    """The model after it has learned the pairs of ids by heart."""
    torch.manual_seed(20261122)
    padded = [
        torch.nn.utils.rnn.pad_sequence([torch.tensor(list(r)) for r in rows], batch_first=True, padding_value=v)
        for rows, v in (
            (sources, pad),
            (targets, -100),
        )
    ]
    return learned(
        model,
        lambda: model(input_ids=padded[0], attention_mask=(padded[0] != pad).long(), labels=padded[1]).loss,
        rate=rate,
    )


def learned(model: Model, loss_of: Callable[[], torch.Tensor], *, rate: float = 6e-3, below: float = LEARNED) -> Model:
    """The model after as many steps as it takes; it is an error if it takes too many."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    model.train()
    for _ in range(MOST_STEPS):
        loss = loss_of()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if loss.item() < below:
            return model.eval()
    raise AssertionError(f"{type(model).__name__} did not learn")


def both_ways() -> list[tuple[str, str, str, str]]:
    """Text, its language, the other language, and the translation."""
    return [row for fr, en in PAIRS for row in ((fr, "fr", "en", en), (en, "en", "fr", fr))]


def marian(folder: Path, *, tagged: bool = True, way: tuple[str, str] = ("fr", "en")) -> Path:
    """A Marian model; ``tagged`` of both ways, else of one."""
    folder.mkdir(parents=True)
    found = sentencepieces(folder / "source", LINES).replace(folder / "source.spm")
    (folder / "source.vocab").unlink()
    (folder / "target.spm").write_bytes(found.read_bytes())
    pieces = [EOS, "<unk>", *([">>fra<<", ">>eng<<"] if tagged else []), *pieces_of(found)[3:], PAD]
    (folder / "vocab.json").write_text(json.dumps({piece: n for n, piece in enumerate(pieces)}), "utf-8")
    told = {"source_lang": way[0], "target_lang": way[1], "tokenizer_class": "MarianTokenizer", "model_max_length": 64}
    (folder / "tokenizer_config.json").write_text(json.dumps(told), "utf-8")
    with quiet():
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder))
    torch.manual_seed(1)
    pad = len(pieces) - 1
    model = transformers.MarianMTModel(
        transformers.MarianConfig(
            vocab_size=len(pieces),
            d_model=WIDTH,
            encoder_layers=1,
            decoder_layers=1,
            encoder_ffn_dim=WIDTH,
            decoder_ffn_dim=WIDTH,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            max_position_embeddings=300,
            scale_embedding=True,
            dropout=0.0,
            init_std=WIDTH**-0.5,
            pad_token_id=pad,
            decoder_start_token_id=pad,
            eos_token_id=0,
            forced_eos_token_id=0,
        )
    )
    with torch.no_grad():
        model.model.shared.weight[pad] = 0.0  # Marian begins its decoding with nothing, which this token stands for
    model.model.shared.weight.register_hook(lambda gradient: gradient.index_fill(0, torch.tensor([pad]), 0.0))
    rows = [row for row in both_ways() if tagged or (row[1], row[2]) == way]
    tags = {"fr": ">>fra<< ", "en": ">>eng<< "} if tagged else {"fr": "", "en": ""}
    sources = [tokenizer(tags[target] + text)["input_ids"] for text, _, target, _ in rows]
    taught(model, sources, [tokenizer(text)["input_ids"] for *_, text in rows], pad)
    model.generation_config.bad_words_ids = [[pad]]
    model.save_pretrained(folder)
    return folder


def m2m_model(size: int, tokenizer: Tokens) -> Model:
    """An untaught model of the architecture that M2M100 and NLLB share."""
    torch.manual_seed(1)
    return transformers.M2M100ForConditionalGeneration(
        transformers.M2M100Config(
            vocab_size=size,
            d_model=WIDTH,
            encoder_layers=1,
            decoder_layers=1,
            encoder_ffn_dim=WIDTH,
            decoder_ffn_dim=WIDTH,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            max_position_embeddings=64,
            dropout=0.0,
            init_std=WIDTH**-0.5,
            attention_dropout=0.0,
            encoder_layerdrop=0.0,
            decoder_layerdrop=0.0,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
            decoder_start_token_id=tokenizer.eos_token_id,
            bos_token_id=tokenizer.bos_token_id,
        )
    )


def taught_by_language(model: Model, tokenizer: Tokens, codes: dict[str, str]) -> Model:
    """The model after it has learned both ways; the tokenizer marks languages."""
    sources, targets = [], []
    for text, source, target, translation in both_ways():
        tokenizer.src_lang, tokenizer.tgt_lang = codes[source], codes[target]
        sources.append(tokenizer(text)["input_ids"])
        targets.append(tokenizer(text_target=translation)["input_ids"])
    return taught(model, sources, targets, tokenizer.pad_token_id)


def m2m100(folder: Path) -> Path:
    """An M2M100 model."""
    folder.mkdir(parents=True)
    found = sentencepieces(folder / "spm", LINES).replace(folder / "sentencepiece.bpe.model")
    (folder / "spm.vocab").unlink()
    pieces = ["<s>", PAD, EOS, "<unk>", *pieces_of(found)[3:]]
    (folder / "vocab.json").write_text(json.dumps({piece: n for n, piece in enumerate(pieces)}), "utf-8")
    tokenizer = transformers.M2M100Tokenizer(
        str(folder / "vocab.json"), str(found), num_madeup_words=8, model_max_length=64
    )
    size = len(pieces) + len(tokenizer.lang_code_to_id) + 8
    model = taught_by_language(m2m_model(size, tokenizer), tokenizer, {"fr": "fr", "en": "en"})
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)
    return folder


def nllb(folder: Path) -> Path:
    """An NLLB model: the architecture of M2M100 with the tokenizer of NLLB."""
    pieces = Tokenizer(models.BPE(unk_token="<unk>"))
    pieces.pre_tokenizer = pre_tokenizers.Metaspace()
    pieces.train_from_iterator(
        LINES, trainers.BpeTrainer(vocab_size=160, special_tokens=["<s>", PAD, EOS, "<unk>"], show_progress=False)
    )
    told = json.loads(pieces.to_str())["model"]
    merges = [tuple(merge) for merge in told["merges"]]
    tokenizer = transformers.NllbTokenizer(
        vocab=told["vocab"], merges=merges, model_max_length=64, src_lang="fra_Latn", tgt_lang="eng_Latn"
    )
    model = m2m_model(len(tokenizer), tokenizer)
    taught_by_language(model, tokenizer, {"fr": "fra_Latn", "en": "eng_Latn"})
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)
    return folder


def unigrams(special: Sequence[str]) -> list[tuple[str, float]]:
    """Pieces of the lines with their scores, after the special ones."""
    pieces = Tokenizer(models.Unigram())
    pieces.pre_tokenizer = pre_tokenizers.Metaspace()
    pieces.train_from_iterator(
        [*LINES, *TOPICS],
        trainers.UnigramTrainer(vocab_size=200, special_tokens=list(special), unk_token="<unk>", show_progress=False),
    )
    return [(piece, score) for piece, score in json.loads(pieces.to_str())["model"]["vocab"]]


def madlad(folder: Path) -> Path:
    """A T5 model that is told its target as MADLAD is."""
    vocabulary = unigrams([PAD, EOS, "<unk>", "<2fr>", "<2en>"])
    tokenizer = transformers.T5Tokenizer(vocab=vocabulary, extra_ids=0, model_max_length=64)
    torch.manual_seed(1)
    model = transformers.T5ForConditionalGeneration(
        transformers.T5Config(
            vocab_size=len(tokenizer),
            d_model=WIDTH,
            d_kv=WIDTH // 2,
            d_ff=2 * WIDTH,
            num_layers=1,
            num_decoder_layers=1,
            num_heads=2,
            dropout_rate=0.0,
            feed_forward_proj="gated-gelu",
            tie_word_embeddings=False,
            pad_token_id=0,
            eos_token_id=1,
            decoder_start_token_id=0,
        )
    )
    sources = [tokenizer(f"<2{target}> {text}")["input_ids"] for text, _, target, _ in both_ways()]
    taught(model, sources, [tokenizer(text)["input_ids"] for *_, text in both_ways()], 0, rate=2e-3)
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)
    return folder


def wordpieces() -> Tokens:
    """A BERT tokenizer of the lines."""
    pieces = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    pieces.normalizer = normalizers.BertNormalizer()
    pieces.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces.train_from_iterator(
        [*LINES, *TOPICS, "this text is about:"],
        trainers.WordPieceTrainer(vocab_size=300, special_tokens=special, show_progress=False),
    )
    return transformers.BertTokenizer(vocab=pieces.get_vocab(), model_max_length=64)


def bert_config(size: int, **options: object) -> transformers.PretrainedConfig:
    """A small BERT."""
    return transformers.BertConfig(
        vocab_size=size,
        hidden_size=WIDTH,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=WIDTH,
        max_position_embeddings=64,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        initializer_range=0.2,
        **options,
    )


def bert_encoder(folder: Path) -> Path:
    """A sentence encoder without any file on pooling."""
    tokenizer = wordpieces()
    torch.manual_seed(1)
    transformers.BertModel(bert_config(len(tokenizer))).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def bert_nli(folder: Path, labels: Sequence[str] = ("contradiction", "neutral", "entailment")) -> Path:
    """An NLI model that knows which of the pairs are of which topic."""
    tokenizer = wordpieces()
    torch.manual_seed(1)
    named = dict(enumerate(labels))
    config = bert_config(len(tokenizer), id2label=named, label2id={label: n for n, label in named.items()})
    return _taught_nli(folder, tokenizer, transformers.BertForSequenceClassification(config), labels)


def xlmr_nli(folder: Path, labels: Sequence[str] = ("entailment", "not_entailment")) -> Path:
    """The same of the architecture of XLM-R, with two labels."""
    vocabulary = [("<s>", 0.0), (PAD, 0.0), (EOS, 0.0), *unigrams(["<unk>"]), ("<mask>", 0.0)]
    tokenizer = transformers.XLMRobertaTokenizer(vocab=vocabulary, model_max_length=62)
    torch.manual_seed(1)
    named = dict(enumerate(labels))
    config = transformers.XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=WIDTH,
        max_position_embeddings=64,
        hidden_dropout_prob=0.0,
        type_vocab_size=1,
        attention_probs_dropout_prob=0.0,
        initializer_range=0.2,
        id2label=named,
        label2id={label: n for n, label in named.items()},
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    return _taught_nli(folder, tokenizer, transformers.XLMRobertaForSequenceClassification(config), labels)


def _taught_nli(folder: Path, tokenizer: Tokens, model: Model, labels: Sequence[str]) -> Path:
    wrong = next(n for n, label in enumerate(labels) if not label.startswith(("entail", "neutral")))
    right = labels.index("entailment")
    rows = [(line, f"This text is about: {topic}.", topic in topics_of(line)) for line in LINES for topic in TOPICS]
    inputs = tokenizer([r[0] for r in rows], [r[1] for r in rows], padding=True, return_tensors="pt")
    answers = torch.tensor([right if row[2] else wrong for row in rows])
    learned(model, lambda: model(**inputs, labels=answers).loss, rate=1e-3, below=0.01)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def topics_of(line: str) -> set[str]:
    """The topics of a line, by one word of each language."""
    words = {TOPICS[0]: ("puces", "chips"), TOPICS[1]: ("jetons", "tokens"), TOPICS[2]: ("taux", "rates")}
    return {topic for topic, (fr, en) in words.items() if fr in line or en in line}


MAKERS: dict[str, Callable[[Path], Path]] = {
    "marian": marian,
    "m2m100": m2m100,
    "nllb": nllb,
    "madlad": madlad,
    "bert_encoder": bert_encoder,
    "bert_nli": bert_nli,
    "xlmr_nli": xlmr_nli,
}


@dataclass(frozen=True)
class Shelf:
    """Makes each model once."""

    folder: Path

    def __call__(self, name: str) -> Path:
        """The folder of a model, sealed; tests that change it take a copy."""
        made = self.folder / name
        if not made.exists():
            sealed(MAKERS[name](made), f"{name.replace('_', '-')}-1")
        return made

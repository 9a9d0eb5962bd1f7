"""Models are listed, fetched and tried (``contrecoup models``); no run ever does it by itself.

A pulled model lies in ``models/OWNER/NAME`` beside the settings file: its files, a conversion to CTranslate2 where one
applies, and a manifest. It is put together in a folder that ends in ``.partial``, and takes its name when it is whole.
"""

import hashlib
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from contrecoup.engines import Classifier, Embedder, Translator
from contrecoup.engines.choose import (
    MODELS,
    SHIPPED,
    find,
    kind_of_own,
    load_classifier,
    load_embedder,
    load_translator,
)
from contrecoup.engines.hub.conversion import convert, convertible
from contrecoup.engines.hub.folder import Purpose, read_config
from contrecoup.errors import EngineError, SettingsError
from contrecoup.models import Document, Status
from contrecoup.weights import MANIFEST, Manifest, open_model, read_manifest, seal
from extractors.modelhub import fetch_model, wanted

__all__ = ["Listed", "Pulled", "Trial", "list_models", "pull_model", "try_model"]

FRENCH = (
    "Le titre bondit de 12 % à l'ouverture.",
    "La jeune pousse lève 600 millions de dollars.",
    "Le régulateur met en garde contre les arnaques aux cryptomonnaies.",
)
ENGLISH = (
    "The share jumps 12% at the open.",
    "The start-up raises 600 million dollars.",
    "The regulator warns of cryptocurrency scams.",
)
TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An engine or a pulled model; ``size_mb`` and what follows come from its manifest."""

    name: str
    kind: str
    version: str
    licence: str
    size_mb: float
    figures: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """A model that was taken in: the words for the settings, and whether it was converted."""

    folder: Path
    choice: str
    kind: Purpose
    version: str
    converted: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What an engine made of three sentences; ``unit`` is what ``per_second`` counts."""

    version: str
    kind: str
    load_s: float
    lines: Sequence[str]
    unit: str
    per_second: float


def list_models(config: Path) -> list[Listed]:
    """The engines that ship, then the models that were pulled beside a settings file."""
    shipped = [_shipped(kind, name) for kind, engines in SHIPPED.items() for name in engines]
    home = config.resolve().parent / MODELS
    found = sorted(path.parent for path in home.glob(f"**/{MANIFEST}") if not path.parent.name.endswith(".partial"))
    return shipped + [_pulled(str(folder.relative_to(home)), folder) for folder in found]


def _pulled(name: str, folder: Path) -> Listed:
    """A pulled model; one whose manifest or settings cannot be read stands in the list as damaged."""
    try:
        return _row(name, read_config(folder).purpose, folder, "pulled")
    except EngineError:
        return Listed(name=name, kind="", version="damaged", licence="", size_mb=0.0, figures="", where="pulled")


def _shipped(kind: str, name: str) -> Listed:
    engine = SHIPPED[kind][name]
    if engine.folder is None:
        version = engine.load().name
    elif (engine.folder / MANIFEST).is_file():
        return _row(name, kind, engine.folder, "ships")
    else:
        version = "missing"
    return Listed(name=name, kind=kind, version=version, licence="Apache-2.0", size_mb=0.0, figures="", where="ships")


def _row(name: str, kind: str, folder: Path, where: str) -> Listed:
    manifest = read_manifest(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Listed(
        name=name,
        kind=kind,
        version=manifest.name,
        licence=manifest.licence,
        size_mb=round(size / 1e6, 1),
        figures=", ".join(f"{figure} {value:g}" for figure, value in manifest.figures.items()),
        where=where,
    )


def pull_model(
    name: str,
    revision: str | None,
    *,
    config: Path,
    to: Path | None = None,
    endpoint: str | None = None,
    quiet: bool = False,
) -> Pulled:
    """Take a model of the Hub, or of a folder on this machine, into the folder of models.

    Raises
    ------
    SettingsError
        when no revision is named, or something that is no model stands in the way.
    EngineError
        when the model cannot be had, or is refused.

    """
    source = Path(name) if revision is None and Path(name).is_dir() else None
    if source is None and revision is None:
        raise SettingsError(
            f"{name} is no folder here, and a model of the Hub is pulled at one commit.",
            advice="Add --revision and the 40 hexadecimal digits of the commit.",
        )
    choice = source.resolve().name if source else name
    version = _version(choice, _digest(source) if source else revision or "")
    target = (to or config.resolve().parent / MODELS / choice).resolve()
    if not _is_there(target, version):
        partial = target.with_name(f"{target.name}.{version[-8:]}.partial")
        if source:
            licence = _copy(source, partial)
        else:
            licence = fetch_model(name, revision or "", partial, endpoint=endpoint, quiet=quiet)
        command = f"contrecoup models pull {name}" + (f" --revision {revision}" if revision else "")
        _finish(partial, target, version=version, licence=licence, command=command)
    purpose = read_config(target).purpose
    converted = (target / "ctranslate2").is_dir()
    applies = convertible(target) and not converted
    return Pulled(
        folder=target,
        choice=str(to) if to else choice,
        kind=purpose,
        version=version,
        converted=converted,
        note="Not converted: pip install 'contrecoup[hub]', then pull it again." if applies else "",
    )


def _version(choice: str, revision: str) -> str:
    """Name and version as rows keep them."""
    return re.sub(r"[^a-z0-9.]+", "-", f"{choice}-{revision[:8]}".casefold()).strip("-.")


def _wanted(source: Path) -> list[str]:
    return wanted([str(path.relative_to(source)) for path in sorted(source.rglob("*")) if path.is_file()])


def _digest(source: Path) -> str:
    """What stands for the commit of a folder of this machine: the hash of its files."""
    digest = hashlib.sha256()
    for name in _wanted(source):
        with (source / name).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _is_there(target: Path, version: str) -> bool:
    """Whether this very model is there and whole, and need not be pulled; what is no model is not replaced."""
    if not target.exists():
        return False
    if not (target / MANIFEST).is_file():
        raise SettingsError(f"{target} is there already and holds no model.", advice="Name another folder with --to.")
    try:
        whole = open_model(target).name == version
    except EngineError:
        return False
    return whole and ((target / "ctranslate2").is_dir() or not convertible(target))


def _copy(source: Path, partial: Path) -> str:
    """Copy the files of a model; what licence it has is for whoever made the folder to know."""
    read_config(source)
    for name in _wanted(source):
        (partial / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, partial / name)
    return "unknown"


def _finish(partial: Path, target: Path, *, version: str, licence: str, command: str) -> None:
    """Convert, seal, and put in place."""
    if convertible(partial) and _extra_is_there():
        convert(partial)
    shutil.rmtree(partial / ".cache", ignore_errors=True)
    today = datetime.now(UTC).date().isoformat()
    seal(partial, Manifest(name=version, licence=licence, made_on=today, command=command, files={}))
    old = target.with_name(f"{target.name}.old.partial")
    if target.exists():
        target.rename(old)
    partial.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _extra_is_there() -> bool:
    return all(find_spec(name) for name in ("torch", "ctranslate2"))


def try_model(name: str, *, config: Path) -> Trial:
    """Verify and load an engine, or the model of a folder, and let it read three sentences of each language.

    Raises
    ------
    SettingsError
        when there is no such engine or model.
    EngineError
        when it is damaged, or cannot be loaded.

    """
    kind = next((kind for kind, engines in SHIPPED.items() if name in engines), None)
    if kind is None:
        name = find("translator", name, config.resolve().parent)
        kind = kind_of_own(Path(name)) or read_config(Path(name)).purpose
    start = time.perf_counter()
    if kind == "translator":
        return _translated(load_translator(name), time.perf_counter() - start)
    if kind == "embedder":
        return _embedded(load_embedder(name), time.perf_counter() - start)
    return _classified(load_classifier(name), time.perf_counter() - start)


def _translated(engine: Translator, load_s: float) -> Trial:
    lines: list[str] = []
    tokens, spent = 0, 0.0
    refusal: EngineError | None = None
    for texts, source, target in ((FRENCH, "fr", "en"), (ENGLISH, "en", "fr")):
        try:
            engine.translate(texts, source, target)
        except EngineError as error:
            refusal = error
            continue
        start = time.perf_counter()
        found = engine.translate(texts, source, target)
        spent += time.perf_counter() - start
        tokens += sum(len(TOKEN.findall(text)) for text in found)
        lines += [f"{text} → {one}" for text, one in zip(texts, found, strict=True)]
    if refusal and not lines:
        raise refusal
    return Trial(
        version=engine.name, kind="translator", load_s=load_s, lines=lines, unit="tokens", per_second=tokens / spent
    )


def _embedded(engine: Embedder, load_s: float) -> Trial:
    engine.embed(FRENCH)
    start = time.perf_counter()
    french, english = engine.embed(FRENCH), engine.embed(ENGLISH)
    spent = time.perf_counter() - start
    pairs = zip(FRENCH, ENGLISH, (french * english).sum(axis=1), strict=True)
    return Trial(
        version=engine.name,
        kind="embedder",
        load_s=load_s,
        lines=[f"{fr} ~ {en} {cosine:.3f}" for fr, en, cosine in pairs],
        unit="texts",
        per_second=len(FRENCH + ENGLISH) / spent,
    )


def _classified(engine: Classifier, load_s: float) -> Trial:
    documents = list(_documents())
    engine.predict(documents)
    start = time.perf_counter()
    found = engine.predict(documents)
    spent = time.perf_counter() - start
    lines = [
        f"{document.title} " + ", ".join(f"{topic} {p:.2f}" for topic, p in zip(engine.topics, row, strict=True))
        for document, row in zip(documents, found.tolist(), strict=True)
    ]
    return Trial(
        version=engine.name,
        kind="classifier",
        load_s=load_s,
        lines=lines,
        unit="texts",
        per_second=len(documents) / spent,
    )


def _documents() -> Iterator[Document]:
    for number, (title, lang) in enumerate([*((t, "fr") for t in FRENCH), *((t, "en") for t in ENGLISH)]):
        yield Document(
            article_id=str(number),
            version=1,
            url="",
            publisher="",
            title=title,
            lead="",
            text="",
            status=Status.FULL,
            lang=lang,
            lang_score=1.0,
            published_at=None,
            seen_at=datetime.now(UTC),
        )

"""Files of a model from the Hub (huggingface.co, or ``HF_ENDPOINT``): one commit, safetensors and text alone.

Each file is checked against the hash that the commit lists. A file that has arrived is not fetched again by the next
call for the same folder.
"""

import errno
import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (  # type: ignore[attr-defined]  # HTTPError is that of the client's own library
    GatedRepoError,
    HFValidationError,
    HTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils.tqdm import disable_progress_bars

from contrecoup.engines.hub.folder import read_config
from contrecoup.errors import EngineError, SettingsError

__all__ = ["fetch_model", "wanted"]

COMMIT = re.compile(r"[0-9a-f]{40}")
WEIGHTS = "model.safetensors"
SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
TEXT = re.compile(
    r"(?:(?:generation_)?config|tokenizer(?:_config)?|special_tokens_map|added_tokens|(?:target_)?vocab|modules"
    r"|sentence_bert_config|config_sentence_transformers|model\.safetensors\.index)\.json"
    r"|vocab\.txt|merges\.txt|(?:source|target)\.spm|(?:spiece|sentencepiece(?:\.bpe)?)\.model"
    r"|\d_Pooling/config\.json|LICEN[CS]E(?:\.txt|\.md)?|README\.md"
)
CHUNK = 1 << 20
AGAIN = "Run the same command again: what has arrived is kept."


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file of a commit: its SHA-256 if it is kept apart (LFS), and the id of its blob, as git makes it."""

    name: str
    sha256: str | None
    blob: str | None


def wanted(names: Sequence[str]) -> list[str]:
    """Which files of a model are fetched: its settings, its tokenizer, and its weights as safetensors, once.

    Raises
    ------
    EngineError
        when there are no weights as safetensors.

    """
    weights = [WEIGHTS] if WEIGHTS in names else [name for name in names if SHARD.fullmatch(name)]
    if not weights:
        raise EngineError(
            "There are no weights as safetensors; other formats can run code and are not fetched.",
            advice="Choose another revision (some models have theirs in a pull request), or another model.",
        )
    return [name for name in names if TEXT.fullmatch(name)] + weights


def fetch_model(name: str, revision: str, folder: Path, *, endpoint: str | None = None, quiet: bool = False) -> str:
    """Fetch a model at a commit into a folder, settings first; give its licence as its card states it.

    Raises
    ------
    SettingsError
        when the name or the revision cannot be one.
    EngineError
        when the hub cannot be reached, has no such model or commit, or the model has no safetensors or brings code.

    """
    if COMMIT.fullmatch(revision) is None:
        raise SettingsError(
            f"{revision!r} pins no model: a branch or a tag can change.",
            advice="Name a commit by its 40 hexadecimal digits: the model's page has them under 'History'.",
        )
    if quiet:
        disable_progress_bars()
    with _telling(name, revision):
        info = HfApi(endpoint=endpoint).model_info(name, revision=revision, files_metadata=True)
        files = {
            one.rfilename: _File(name=one.rfilename, sha256=one.lfs.sha256 if one.lfs else None, blob=one.blob_id)
            for one in info.siblings or ()
        }
        names = wanted(list(files))
        for part in ([one for one in names if TEXT.fullmatch(one)], names):
            snapshot_download(name, revision=revision, local_dir=folder, allow_patterns=part, endpoint=endpoint)
            for one in part:
                _verify(folder, files[one])
            read_config(folder)
    return str((info.card_data and info.card_data.get("license")) or "unknown")


def _verify(folder: Path, file: _File) -> None:
    """Take away a file that is not the one which the commit lists."""
    path = folder / file.name
    if file.sha256 is not None:
        found, expected = hashlib.sha256(), file.sha256
    else:
        # git's name of a file: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
        found, expected = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False), file.blob or ""
    with path.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            found.update(chunk)
    if found.hexdigest() != expected:
        path.unlink()
        raise EngineError(f"{file.name} arrived damaged: its hash is not that of the commit.", advice=AGAIN)


@contextmanager
def _telling(name: str, revision: str) -> Iterator[None]:
    """What the hub's client raises, as errors of ours."""
    try:
        yield
    except HFValidationError as error:
        raise SettingsError(f"{name!r} is no name of a model.", advice="Write it as owner/model.") from error
    except GatedRepoError as error:
        raise EngineError(
            f"{name} is given to those alone who accept its conditions.",
            advice="Accept them on the model's page, then log in with 'hf auth login'.",
        ) from error
    except RevisionNotFoundError as error:
        raise EngineError(f"{name} has no revision {revision}.", advice="Look it up on the model's page.") from error
    except RepositoryNotFoundError as error:
        raise EngineError(f"The hub has no model {name}.", advice="Check its spelling: owner/model.") from error
    except OfflineModeIsEnabled as error:
        raise EngineError("HF_HUB_OFFLINE forbids the network.", advice="Unset it to pull a model.") from error
    except (HTTPError, OSError) as error:
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EACCES, errno.EROFS}:
            raise EngineError(f"The model cannot be written: {error.strerror}.", advice=AGAIN) from error
        cause = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise EngineError(f"The hub could not be reached, or broke off: {cause}", advice=AGAIN) from error

r"""Every error the project raises on purpose.

ContrecoupError
├── SettingsError          exit 2   the settings file, an option or an input file is wrong
├── StoreError             exit 3   the database cannot be opened, read or written
│   └── StoreBusy          exit 5   another process holds the database
├── NothingAnswered        exit 4   no feed answered: the network or every address is wrong
├── EngineError            exit 6   a model is missing or damaged
├── Degraded               exit 7   the run is done and kept, but part of it needs a person
└── ItemError              (never leaves a stage: becomes a row in ``failures``)
    ├── FetchError
    ├── ParseError
    ├── PriceError
    └── SendError

A command ends like this::

    try:
        run(...)
    except ContrecoupError as error:
        print(error.message, error.advice, sep="\n")
        raise SystemExit(error.exit_code)
"""

from typing import ClassVar


class ContrecoupError(Exception):
    """Root of all errors: ``message`` says what happened, ``advice`` what to do."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, advice: str = "") -> None:
        """Keep both sentences; ``str()`` gives them as one."""
        super().__init__(f"{message} {advice}".strip())
        self.message = message
        self.advice = advice

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle whole: workers raise these across a process border, where keyword-only arguments get lost."""
        return _restore, (type(self), self.args), self.__dict__


def _restore(kind: type[ContrecoupError], args: tuple[object, ...]) -> ContrecoupError:
    return kind.__new__(kind, *args)


class SettingsError(ContrecoupError):
    """The settings file, an option or an input file is wrong."""

    exit_code = 2


class StoreError(ContrecoupError):
    """The database cannot be opened, read or written."""

    exit_code = 3


class StoreBusy(StoreError):
    """Another process holds the database."""

    exit_code = 5


class NothingAnswered(ContrecoupError):
    """No feed answered."""

    exit_code = 4


class EngineError(ContrecoupError):
    """A model is missing or damaged."""

    exit_code = 6


class Degraded(ContrecoupError):
    """A run is done and all of it is kept, but part of it needs a person: a mail that did not leave, say."""

    exit_code = 7


class ItemError(ContrecoupError):
    """One item failed; ``kind`` and ``cause`` go to its row in ``failures`` and ``weight`` (0.25, 0.5 or 1) too."""

    def __init__(self, message: str, *, kind: str, weight: float = 1.0, advice: str = "", cause: str = "") -> None:
        """See the class."""
        super().__init__(message, advice=advice)
        self.kind = kind
        self.weight = weight
        self.cause = cause


class FetchError(ItemError):
    """An address could not be fetched; ``retry_after_s`` is what the server asked us to wait, in seconds."""

    retry_after_s: float | None = None


class ParseError(ItemError):
    """Bytes could not be parsed."""


class PriceError(ItemError):
    """Prices of a symbol could not be had."""


class SendError(ItemError):
    """A mail could not be sent."""

"""Settings: one TOML file, read once at the edge, frozen. Errors name the line or the field, and what to do.

Secrets never stand in the file: the mail password comes from the environment (``CONTRECOUP_SMTP_PASSWORD``).
A recipient who names topics or symbols reads an edition of a profile of their own (``contrecoup/digest/profiles.py``).
"""

import re
import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from contrecoup.engines.choose import find
from contrecoup.errors import SettingsError
from contrecoup.models import Feed
from contrecoup.topics import load_scheme

Language = Literal["fr", "en"]
_PART = r'[^@\s<>()\[\],;:\\"\x00-\x20\x7f-\x{10FFFF}]+'
ADDRESS = f"^{_PART}@{_PART}$"
"""A plain ASCII mail address, as ``contrecoup.digest.mail`` can put it in a header."""


class Block(BaseModel):
    """A block of the file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _listed(value: object) -> object:
    """A single name as a list of one."""
    return [value] if isinstance(value, str) else value


def _known_zone(name: str) -> str:
    """Refuse a zone that the machine does not know."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = f"unknown time zone {name!r}"
        raise ValueError(message) from error
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
Hour = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class FeedBlock(Block):
    """``[[feeds]]``: one subscription."""

    url: str = Field(pattern=r"^https?://[^/?#\s]+")
    name: str = Field(min_length=1)
    lang: Language | None = None
    expect_per_day: float | None = Field(default=None, ge=0)

    @field_validator("url")
    @classmethod
    def without_secrets(cls, url: str) -> str:
        """Refuse an address with a user name or a password: it is never fetched, but would be kept and shown."""
        if "@" in re.split("[/?#]", url.partition("://")[2], maxsplit=1)[0]:
            message = "an address with a user name or a password is not fetched"
            raise ValueError(message)
        return url

    def feed(self) -> Feed:
        """The feed as the store keeps it."""
        return Feed(**self.model_dump())


class Network(Block):
    """``[network]``: how to behave. ``connect_to`` sends every request to one loopback address (replays, tests)."""

    user_agent: str = "contrecoup (news digest; obeys robots.txt)"
    connect_to: str | None = Field(default=None, pattern=r"^127\.0\.0\.1:\d+$")
    connections: int = Field(default=200, ge=1)
    per_host: int = Field(default=2, ge=1)
    page_delay_s: float = Field(default=5.0, ge=0)
    deadline_s: float = Field(default=15.0, gt=0)
    max_feed_bytes: int = Field(default=15_000_000, gt=0)
    max_page_bytes: int = Field(default=10_000_000, gt=0)


class Prices(Block):
    """``[prices]``: where daily bars come from. ``path`` is a CSV or Parquet file, relative to the settings file."""

    provider: Literal["file", "yfinance"] = "file"
    path: Path | None = None


class Watchlist(Block):
    """``[watchlist]``: the instruments to measure, by the symbols of the instrument table."""

    symbols: tuple[str, ...] = ()


class Engines(Block):
    """``[engines]``: what translates, embeds and classifies: the short name of an engine that ships, or a pulled model.

    ``translator`` may name several models, for those that go one way.
    """

    translator: Annotated[tuple[str, ...], Field(min_length=1), BeforeValidator(_listed)] = ("phrases",)
    embedder: str = "static"
    classifier: str = "linear"


class Mail(Block):
    """``[mail]``: the SMTP server. Without it, digests are only written to the folder."""

    host: str
    port: int = Field(default=587, gt=0, lt=65536)
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = Field(pattern=ADDRESS)
    user: str | None = None
    unsubscribe: str | None = Field(default=None, pattern=r"^https://[!-;=?-~]+$")

    @model_validator(mode="after")
    def passwords_are_not_overheard(self) -> Self:
        """Refuse a login whose password would cross a network in the clear."""
        if self.user is not None and self.security == "none" and not _on_this_machine(self.host):
            message = (
                "with 'user' and security = \"none\" anybody on the way could read the password; "
                'set security to "starttls" or "tls", or take \'user\' away'
            )
            raise ValueError(message)
        return self


def _on_this_machine(host: str) -> bool:
    """Whether a host is the loopback by its own name or address; no name is looked up."""
    try:
        return host.lower() == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Recipient(Block):
    """``[[recipients]]``: who receives which edition, and when.

    ``topics`` and ``symbols`` narrow the edition; without them it holds everything. It leaves at the hour ``at`` of its
    day in ``timezone`` (default: that of the settings), or as soon as it is built.
    """

    address: str = Field(pattern=ADDRESS)
    lang: Language = "fr"
    topics: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    at: Hour | None = None
    timezone: Zone | None = None

    @field_validator("topics")
    @classmethod
    def known_topics(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse a topic that nothing is ever filed under."""
        known = {topic.name for topic in load_scheme().topics} if names else set()
        if unknown := set(names) - known:
            message = f"unknown topic {min(unknown)!r}; there are {', '.join(sorted(known))}"
            raise ValueError(message)
        return names


class Site(Block):
    """``[site]``: the archive that ``contrecoup site`` writes. ``base_url`` is where it is served, if anywhere."""

    folder: Path = Path("site")
    base_url: str | None = Field(default=None, pattern=r"^https?://[^/?#\s@]+(/[^/?#\s]+)*$")


class Settings(Block):
    """The whole file. Relative paths count from the folder of the file."""

    database: Path = Path("contrecoup.duckdb")
    digests: Path = Path("digests")
    timezone: Zone = "Europe/Paris"
    edition_at: Hour = "06:30"
    languages: tuple[Language, ...] = ("fr", "en")
    max_age_days: int = Field(default=10, ge=1)
    feeds: tuple[FeedBlock, ...] = ()
    network: Network = Network()
    prices: Prices = Prices()
    watchlist: Watchlist = Watchlist()
    engines: Engines = Engines()
    mail: Mail | None = None
    recipients: tuple[Recipient, ...] = ()
    site: Site = Site()

    @model_validator(mode="after")
    def readers_get_what_is_made(self) -> Self:
        """Refuse a recipient whose edition nobody would build, or who would get two of one language, in any case."""
        seen = set()
        for number, reader in enumerate(self.recipients):
            if problem := self._why_nothing_comes(reader):
                raise ValueError(f"recipients.{number}.{problem}")
            if (reader.address.lower(), reader.lang) in seen:
                raise ValueError(f"recipients.{number}.address: {reader.address} has two blocks in {reader.lang!r}")
            seen.add((reader.address.lower(), reader.lang))
        return self

    def _why_nothing_comes(self, reader: Recipient) -> str:
        if reader.lang not in self.languages:
            return f"lang: no edition is made in {reader.lang!r}; add it to 'languages'"
        wanted = {symbol for symbol in reader.symbols if not symbol.startswith("basket:")}
        unwatched = sorted(wanted - set(self.watchlist.symbols))
        return f"symbols: {unwatched[0]!r} is not in [watchlist]" if unwatched else ""


def read_settings(path: Path) -> Settings:
    """Read and check a settings file.

    Raises
    ------
    SettingsError
        when the file is missing, is not TOML (the line is named), holds a wrong value (the field is named) or
        chooses an engine that there is not.

    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"Cannot read the settings file {path}: {error.strerror}.",
            advice="Create one with 'contrecoup init', or name yours with --config.",
        ) from error
    try:
        values = tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise SettingsError(f"{path}, line {line}: not UTF-8.", advice="Save the file as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.", advice="Mend the line that is named.") from error
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        fields = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"{path}: {fields}.", advice="docs/operating.md lists every setting.") from error
    return _from_folder(settings, path.resolve().parent)


def _from_folder(settings: Settings, folder: Path) -> Settings:
    prices = settings.prices
    if prices.path is not None:
        prices = prices.model_copy(update={"path": folder / prices.path})
    return settings.model_copy(
        update={
            "database": folder / settings.database,
            "digests": folder / settings.digests,
            "engines": _found(settings.engines, folder),
            "prices": prices,
            "site": settings.site.model_copy(update={"folder": folder / settings.site.folder}),
        }
    )


def _found(engines: Engines, folder: Path) -> Engines:
    return Engines(
        translator=tuple(find("translator", choice, folder) for choice in engines.translator),
        embedder=find("embedder", engines.embedder, folder),
        classifier=find("classifier", engines.classifier, folder),
    )

"""Who gets the digest by mail: the recipients of the settings, less those who have unsubscribed.

settings, unsubscriptions | subscriptions > unsubscriptions | outbox
"""

import os
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path
from threading import Lock

from contrecoup.digest.mail import token_in, unsubscribe_link, unsubscribe_token
from contrecoup.digest.profiles import Profile, profile_of, profiles_of
from contrecoup.errors import SettingsError, StoreBusy
from contrecoup.models import Unsubscription
from contrecoup.settings import Mail, Recipient, Settings
from flows.desk import Desk, open_desk
from storage.store import WAIT_S, Store, rows_where

UNSUBSCRIBE_KEY = "CONTRECOUP_UNSUBSCRIBE_KEY"
NO_KEY = f"{UNSUBSCRIBE_KEY} is not set, so that no reader has a link: anybody could make it."
KEY_ADVICE = "Set it in the environment of this command and of those that mail, to the same long secret."

PATIENCE_S = 5.0
"""How long the page waits for the database: a mail program that is told to come back does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A recipient of the settings, as ``contrecoup mail readers`` shows it."""

    recipient: str
    lang: str
    profile: str
    at: str
    state: str
    unsubscribe: str


def key_of(address: str, lang: str) -> tuple[str, str]:
    """What a wish is kept by: upper and lower case of an address are one."""
    return address.lower(), lang


def unsubscribed(store: Store) -> frozenset[tuple[str, str]]:
    """Who wants no more mails in which language, by ``key_of``."""
    return frozenset((wish.recipient, wish.lang) for wish in store.read(Unsubscription, "unsubscriptions"))


def list_readers(desk: Desk) -> list[Reader]:
    """Who gets which edition, when, whether they still want it, and how they unsubscribe."""
    with desk.store() as store:
        gone = unsubscribed(store)
    return [_shown(reader, desk.settings, gone) for reader in desk.settings.recipients]


def readers_at(settings: Settings, address: str, lang: str | None = None) -> list[Recipient]:
    """The recipients of an address, of one language if it is named.

    Raises
    ------
    SettingsError
        when there is none.

    """
    found = [r for r in settings.recipients if r.address.lower() == address.lower() and lang in {None, r.lang}]
    if not found:
        raise SettingsError(
            f"The settings have no recipient {address}{f' in {lang!r}' if lang else ''}.",
            advice="'contrecoup mail readers' shows those they have.",
        )
    return found


def reader_of_link(settings: Settings, link: str) -> list[Recipient]:
    """The recipient whose own link this is: it can be made only by who knows the key.

    Raises
    ------
    SettingsError
        when the link is of none of them, or no key is set: anybody could have made it.

    """
    if reader := _reader_of(settings, link, _key()):
        return [reader]
    raise SettingsError(
        "The link is of no recipient of the settings.",
        advice=f"It must be whole, and {UNSUBSCRIBE_KEY} the one that made it: see 'contrecoup mail readers'.",
    )


def _reader_of(settings: Settings, link: str, key: str) -> Recipient | None:
    token = token_in(link).encode(errors="replace")
    for reader in settings.recipients:
        own = unsubscribe_token(recipient=reader.address, lang=reader.lang, key=key)
        if compare_digest(own.encode(), token):
            return reader
    return None


def unsubscribe(desk: Desk, readers: Sequence[Recipient], *, wait_s: float = WAIT_S) -> None:
    """Plan and send them no more mails. A wish that is known already stays as it is."""
    keys = [key_of(reader.address, reader.lang) for reader in readers]
    with desk.store(wait_s=wait_s) as store:
        store.save([Unsubscription(recipient=address, lang=lang, at=desk.now) for address, lang in keys])


def subscribe(desk: Desk, readers: Sequence[Recipient]) -> None:
    """Send them mails again: those that still wait, then the next edition's."""
    keys = [key_of(reader.address, reader.lang) for reader in readers]
    with desk.store() as store:
        store.save(replacing=[rows_where(Unsubscription, recipient=address, lang=lang) for address, lang in keys])


def link_of(server: Mail, recipient: str, lang: str) -> str | None:
    """A reader's own address for unsubscribing, where the settings name a page and a key makes links hard to forge."""
    if server.unsubscribe is None or not _has_key():
        return None
    return unsubscribe_link(server.unsubscribe, recipient=recipient, lang=lang, key=_key())


def needs_key(settings: Settings) -> bool:
    """Whether the settings name a page, and no key makes links to it."""
    return settings.mail is not None and settings.mail.unsubscribe is not None and not _has_key()


def profiles_read(settings: Settings, lang: str, gone: Collection[tuple[str, str]]) -> tuple[Profile, ...]:
    """The profiles to make in a language: those of its readers who have not unsubscribed, and the default one."""
    readers = tuple(reader for reader in settings.recipients if key_of(reader.address, reader.lang) not in gone)
    return profiles_of(settings.model_copy(update={"recipients": readers}), lang)


def _has_key() -> bool:
    return bool(os.environ.get(UNSUBSCRIBE_KEY))


def _key() -> str:
    if not _has_key():
        raise SettingsError(NO_KEY, advice=KEY_ADVICE)
    return os.environ[UNSUBSCRIBE_KEY]


def _shown(reader: Recipient, settings: Settings, gone: Collection[tuple[str, str]]) -> Reader:
    return Reader(
        recipient=reader.address,
        lang=reader.lang,
        profile=profile_of(reader).name,
        at=f"{reader.at or settings.edition_at} {(reader.at and reader.timezone) or settings.timezone}",
        state="unsubscribed" if key_of(reader.address, reader.lang) in gone else "subscribed",
        unsubscribe=(settings.mail and link_of(settings.mail, reader.address, reader.lang)) or "by mail",
    )


def leave_by(config: Path) -> Callable[[str], bool]:
    """What ``extractors.leaving`` calls with the query of a reader's link; the settings are read each time.

    Raises
    ------
    SettingsError
        when no key is set, or the settings are broken already.

    """
    key = _key()
    open_desk(config, None)
    turn = Lock()  # in one process DuckDB would let several write at once, and refuse all but the first

    def leave(query: str) -> bool:
        until = time.monotonic() + PATIENCE_S
        desk = open_desk(config, None)
        reader = _reader_of(desk.settings, f"?{query}", key)
        if reader is None:
            return False
        if not turn.acquire(timeout=PATIENCE_S):
            raise StoreBusy("Other readers unsubscribe just now.", advice="Try again in a minute.")
        try:
            unsubscribe(desk, [reader], wait_s=max(0.0, until - time.monotonic()))
        finally:
            turn.release()
        return True

    return leave

"""Who gets the digest by mail: the recipients of the settings, less those who have unsubscribed.

settings, unsubscriptions | subscriptions > unsubscriptions | outbox
"""

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path

from contrecoup.digest.mail import token_in, unsubscribe_link, unsubscribe_token
from contrecoup.digest.profiles import profile_of
from contrecoup.errors import SettingsError
from contrecoup.models import Unsubscription
from contrecoup.settings import Mail, Recipient, Settings
from flows.desk import Desk, open_desk
from storage.store import Store, rows_where

UNSUBSCRIBE_KEY = "CONTRECOUP_UNSUBSCRIBE_KEY"


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
        when the link is of none of them.

    """
    token, key = token_in(link).encode(), os.environ.get(UNSUBSCRIBE_KEY, "")
    for reader in settings.recipients:
        own = unsubscribe_token(recipient=reader.address, lang=reader.lang, key=key)
        if compare_digest(own.encode(), token):
            return [reader]
    raise SettingsError(
        "The link is of no recipient of the settings.",
        advice=f"It must be whole, and {UNSUBSCRIBE_KEY} the one that made it: see 'contrecoup mail readers'.",
    )


def unsubscribe(desk: Desk, readers: Sequence[Recipient]) -> None:
    """Plan and send them no more mails. A wish that is known already stays as it is."""
    keys = [key_of(reader.address, reader.lang) for reader in readers]
    with desk.store() as store:
        store.save([Unsubscription(recipient=address, lang=lang, at=desk.now) for address, lang in keys])


def subscribe(desk: Desk, readers: Sequence[Recipient]) -> None:
    """Send them mails again: those that still wait, then the next edition's."""
    keys = [key_of(reader.address, reader.lang) for reader in readers]
    with desk.store() as store:
        store.save(replacing=[rows_where(Unsubscription, recipient=address, lang=lang) for address, lang in keys])


def link_of(server: Mail, recipient: str, lang: str) -> str | None:
    """A reader's own address for unsubscribing, where the settings name a page."""
    if server.unsubscribe is None:
        return None
    key = os.environ.get(UNSUBSCRIBE_KEY, "")
    return unsubscribe_link(server.unsubscribe, recipient=recipient, lang=lang, key=key)


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
        when no key is set: anybody could make links.

    """
    if not os.environ.get(UNSUBSCRIBE_KEY):
        raise SettingsError(
            f"{UNSUBSCRIBE_KEY} is not set: anybody who knows an address could make its link.",
            advice="Set it in the environment of this command and of those that mail, to the same long secret.",
        )

    def leave(query: str) -> bool:
        desk = open_desk(config, None)
        try:
            readers = reader_of_link(desk.settings, f"?{query}")
        except SettingsError:
            return False
        unsubscribe(desk, readers)
        return True

    return leave

"""What readers asked to see: an edition is made for each profile, not for each reader. Between the inputs and build.

Topics choose the stories, symbols the moves; everything else of an edition is the same for all. A profile's name is a
key of the tables ``digests``, ``digest_items`` and ``deliveries``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from contrecoup.digest.inputs import EditionInputs
from contrecoup.identity import digest_of
from contrecoup.instruments import Instrument
from contrecoup.settings import Recipient, Settings

DEFAULT = "default"
NAME_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Topics and symbols that somebody reads; an empty set stands for all."""

    topics: frozenset[str] = frozenset()
    symbols: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The same for everybody who asks for the same; ``default`` for those who ask for nothing in particular."""
        if not self.topics and not self.symbols:
            return DEFAULT
        return digest_of(*sorted(self.topics), "", *sorted(self.symbols))[:NAME_LENGTH]


EVERYTHING = Profile()


def profile_of(reader: Recipient) -> Profile:
    """The profile of a block of the settings."""
    return Profile(topics=frozenset(reader.topics), symbols=frozenset(reader.symbols))


def profiles_of(settings: Settings, lang: str) -> tuple[Profile, ...]:
    """The profiles to make in a language: the default one always, and each that a reader of the language has, once."""
    asked = [profile_of(reader) for reader in settings.recipients if reader.lang == lang]
    return tuple(dict.fromkeys([EVERYTHING, *asked]))


def narrowed(inputs: EditionInputs, profile: Profile) -> EditionInputs:
    """The inputs of a profile's edition; those of the default profile are the inputs themselves.

    A story belongs to one of the profile's topics or stands under a move. A basket is kept with any of its members.
    ``previous`` has to be that of the profile.
    """
    moves = inputs.moves
    if profile.symbols:
        wanted = symbols_of(profile, inputs.instruments)
        moves = [move for move in moves if move.symbol in wanted]
    return replace(inputs, profile=profile.name, topics=profile.topics, moves=moves)


def symbols_of(profile: Profile, instruments: Mapping[str, Instrument]) -> frozenset[str]:
    """The symbols of a profile, with every basket that holds one of them."""
    symbols = profile.symbols
    groups = {group for symbol in symbols if symbol in instruments for group in instruments[symbol].baskets}
    baskets = {s for s, one in instruments.items() if s.startswith("basket:") and groups & set(one.baskets)}
    return symbols | baskets

"""What an edition is made from: rows of the store, already limited to the window by the caller. First step of build."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from contrecoup.digest.edition import Counts
from contrecoup.instruments import Instrument
from contrecoup.models import (
    Check,
    Claim,
    DigestItem,
    Document,
    Evidence,
    Label,
    Link,
    LookAlike,
    Mention,
    Move,
    PriceBar,
    Silence,
    Story,
    StoryArticle,
    Translation,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionInputs:
    """Everything that ``build_edition`` reads; of each kind only the rows of the method in force.

    ``moves`` are the sessions that closed in (``since_at``, ``until_at``], of every verdict; ``links``,
    ``evidence`` and ``silences`` are theirs. ``stories`` are those linked, their rivals, and those told in the
    window; ``members`` are all articles of these stories; documents, translations, labels, mentions, claims, checks
    and look-alikes are theirs.
    ``late`` are ids of articles that the edition before missed, because they were read after it was built; their
    stories are among ``stories``. ``previous`` are items of earlier editions, ``earlier_links`` the best link that each
    of their moves has now; the stories of those that are not as they were told are among ``stories``. ``bars`` are
    daily prices of everything that is followed and of its benchmarks, from weeks before the window on. ``topics`` are
    those that the profile asks for, an empty set for all.
    """

    edition_on: date
    lang: str
    profile: str = "default"
    topics: frozenset[str] = frozenset()
    since_at: datetime
    until_at: datetime
    timezone: str = "Europe/Paris"
    moves: Sequence[Move] = ()
    links: Sequence[Link] = ()
    evidence: Sequence[Evidence] = ()
    silences: Sequence[Silence] = ()
    stories: Sequence[Story] = ()
    members: Sequence[StoryArticle] = ()
    late: frozenset[str] = frozenset()
    documents: Sequence[Document] = ()
    translations: Sequence[Translation] = ()
    labels: Sequence[Label] = ()
    mentions: Sequence[Mention] = ()
    claims: Sequence[Claim] = ()
    checks: Sequence[Check] = ()
    look_alikes: Sequence[LookAlike] = ()
    instruments: Mapping[str, Instrument]
    counts: Counts
    previous: Sequence[DigestItem] = ()
    earlier_links: Sequence[Link] = ()
    bars: Sequence[PriceBar] = ()

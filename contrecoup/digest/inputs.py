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
    Mention,
    Move,
    Story,
    StoryArticle,
    Translation,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionInputs:
    """Everything that ``build_edition`` reads; of each kind only the rows of the method in force.

    ``moves`` are the sessions that closed in (``since_at``, ``until_at``], of every verdict; ``links`` and
    ``evidence`` are theirs. ``stories`` are those linked, their rivals, and those told in the window; ``members``
    are all articles of these stories; documents, translations, labels, mentions, claims and checks are theirs.
    ``late`` are ids of articles that the edition before missed, because they were read after it was built; their
    stories are among ``stories``. ``previous`` are items of earlier editions.
    """

    edition_on: date
    lang: str
    profile: str = "default"
    since_at: datetime
    until_at: datetime
    timezone: str = "Europe/Paris"
    moves: Sequence[Move] = ()
    links: Sequence[Link] = ()
    evidence: Sequence[Evidence] = ()
    stories: Sequence[Story] = ()
    members: Sequence[StoryArticle] = ()
    late: frozenset[str] = frozenset()
    documents: Sequence[Document] = ()
    translations: Sequence[Translation] = ()
    labels: Sequence[Label] = ()
    mentions: Sequence[Mention] = ()
    claims: Sequence[Claim] = ()
    checks: Sequence[Check] = ()
    instruments: Mapping[str, Instrument]
    counts: Counts
    previous: Sequence[DigestItem] = ()

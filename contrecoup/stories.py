"""Stories: which articles tell one event, in one language or two. Between entities.py and links.py in the pipe.

::

    article ─ same address? ─ wire copy? ─ like the gist of a founding article? ─ second check ─→ member
                                                                    none of these ─→ founds a story of its own

An article joins by its likeness to the *founding* article alone, never through another member, so that stories do not
chain (union-find chained 46 events into one; Matryx-Social-Labs/prism). One that founds a story but is near an earlier
one (the day after, the reply, the rebound) names it as the story that it follows.

Articles are placed in the order in which they were told; a placed one never moves. Hence the result does not depend on
how a day is cut into batches, as long as the batches keep that order. An article that arrives *late*, told before
others that were placed already, is compared with the stories it finds: it joins one or founds its own, but nothing is
placed again, and a story keeps the id of its first founder even when a member turns out to have been told earlier.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from contrecoup.engines import Embedder
from contrecoup.founders import Founders, Rival
from contrecoup.gist import Told, gist_text, read_gist
from contrecoup.likeness import Sketch, Vector, on_grid, refusal, sketch_of
from contrecoup.models import Story, StoryArticle
from contrecoup.publishers import owner_of
from contrecoup.rarity import Rarity
from contrecoup.wires import Copy, Wires

METHOD = "stories-2"

# A story lives this long after its newest article. The R1 story had gaps of two days; a week covers a quiet weekend
# on both sides, and a team's next match or a firm's next results are another event.
STORY_LIFE = timedelta(days=7)
# Least likeness to the founding article, in one language and across two: a probability among all pairs of a crowded
# week, so far below one half. Chosen with the weights (training/stories.py) …
JOIN, JOIN_OTHER_LANGUAGE = 0.15, 0.12
# Least kinship to be called what follows it, chosen on the training halves: 26 of 34 threads of our own articles are
# right (by a likeness of 0.02 or more 40 of 63), and 28 of 68 such pairs of headlines are named (21).
FOLLOW = 0.011
# An article with fewer features than this in title and lead ("Live", "En direct") is too short to be like anything.
LEAST_FEATURES = 3
# A story that takes more than this share of a day's articles is a topic, not an event (exdsgift/tensionr lost 37
# clusters to one blob of 366). Below so many articles a day, a real event can hold most of the news.
GIANT_SHARE = 0.15
GIANT_FROM = 100
# Articles whose vectors are compared with those of all founders in one product; changes the speed alone.
BLOCK = 256

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An article that is a member of a story already."""

    told: Told
    member: StoryArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class Giant:
    """A story that stopped accepting likenesses on a day, because it held ``articles`` of the ``day_articles``."""

    story_id: str
    told_on: date
    articles: int
    day_articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """What is new: stories founded, members placed (or placed again with a newer version), giants to report."""

    stories: tuple[Story, ...]
    members: tuple[StoryArticle, ...]
    giants: tuple[Giant, ...]


def method_of(embedder: Embedder) -> str:
    """Name of the method with the space it compares in: another space groups otherwise."""
    return f"{METHOD}+{embedder.name}"


def group_articles(new: Sequence[Told], *, embedder: Embedder, known: Sequence[Placed] = ()) -> Grouping:
    """Place each new article in a story.

    ``known`` are all members told within ``STORY_LIFE`` of a new article, the founding article of each of their
    stories however old, and whatever article ``new`` brings a newer version of: that one stays where it was.
    """
    desk = _Desk(embedder)
    for recalled in _blocks(sorted(known, key=lambda placed: _order(placed.told))):
        vectors = desk.read([placed.told for placed in recalled])
        for placed, vector in zip(recalled, vectors, strict=True):
            desk.recall(placed, vector)
    members: list[StoryArticle] = []
    for block in _blocks(sorted(new, key=_order)):
        members += desk.place(block)
    return Grouping(stories=tuple(desk.founded), members=tuple(members), giants=tuple(desk.giants.values()))


def _order(told: Told) -> tuple[datetime, str]:
    return told.document.told_at, told.document.article_id


def _blocks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), BLOCK):
        yield items[start : start + BLOCK]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Join:
    story_id: str
    likeness: float
    reason: str
    wire_id: str
    follows: str | None = None


def _developed(sketch: Sketch, rivals: Sequence[Rival]) -> str | None:
    """The story that a founding article develops: the one of most kinship, unless it is on other instruments."""
    for rival in sorted(rivals, key=lambda rival: (-rival.kinship, rival.story_id)):
        if rival.kinship < FOLLOW:
            return None
        if refusal(sketch, rival.founder) != "instruments":
            return rival.story_id
    return None


class _Desk:
    """The stories of the window while a batch is placed: the only mutable thing here, never handed out."""

    def __init__(self, embedder: Embedder) -> None:
        self.founded: list[Story] = []
        self.giants: dict[tuple[str, date], Giant] = {}
        self._embedder = embedder
        self._method = method_of(embedder)
        self._founders = Founders(STORY_LIFE)
        self._members: dict[str, StoryArticle] = {}
        self._by_url: dict[str, str] = {}
        self._rarity = Rarity(STORY_LIFE)
        self._wires = Wires()
        self._days: Counter[tuple[str, date]] = Counter()

    def read(self, block: Sequence[Told]) -> Vector:
        """The vectors of a block, on the grid."""
        return on_grid(self._embedder.embed([gist_text(told) for told in block]))

    def recall(self, placed: Placed, vector: Vector) -> None:
        """Take in an article that was placed by an earlier run."""
        sketch = sketch_of(placed.told, read_gist(placed.told), vector, self._rarity)
        self._keep(sketch, placed.member)
        self._wires.add(placed.told.document)

    def place(self, block: Sequence[Told]) -> list[StoryArticle]:
        """Place articles in the order in which they were told; those told before the ones placed so far are late."""
        vectors = self.read(block)
        self._founders.forget(block[0].document.told_at)
        products = self._founders.products(vectors)
        return [self._placed(told, vector, row) for told, vector, row in zip(block, vectors, products, strict=True)]

    def _placed(self, told: Told, vector: Vector, products: Vector) -> StoryArticle:
        document = told.document
        before = self._members.get(document.article_id)
        if before is not None:
            member = replace(before, version=document.version)
            self._members[member.article_id] = member
            return member
        self._rarity.forget(document.told_at)
        sketch = sketch_of(told, read_gist(told), vector, self._rarity)
        copy = self._wires.add(document)
        join = self._same_url(told) or self._wire_copy(copy) or self._alike(sketch, products)
        member = self._member(told, join)
        if join.reason == "founder":
            self.founded.append(self._story(told, join.follows))
        self._keep(sketch, member)
        return member

    def _keep(self, sketch: Sketch, member: StoryArticle) -> None:
        document = sketch.told.document
        self._members[document.article_id] = member
        self._by_url[document.url] = document.article_id
        self._rarity.add(document.told_at, sketch.bags)
        if member.wire_id == document.article_id:
            for key in (member.story_id, ""):
                self._days[key, document.told_at.date()] += 1
        if member.story_id == document.article_id:
            self._founders.add(sketch)
        else:
            self._founders.tell(member.story_id, document.told_at)

    def _same_url(self, told: Told) -> _Join | None:
        twin = self._members.get(self._by_url.get(told.document.url, ""))
        if twin is None or twin.told_at < told.document.told_at - STORY_LIFE:
            return None
        return _Join(story_id=twin.story_id, likeness=1.0, reason="same_url", wire_id=twin.wire_id)

    def _wire_copy(self, copy: Copy | None) -> _Join | None:
        if copy is None:
            return None
        first = self._members[copy.article_id]
        return _Join(story_id=first.story_id, likeness=copy.jaccard, reason="wire_copy", wire_id=first.wire_id)

    def _alike(self, sketch: Sketch, products: Vector) -> _Join:
        """The likest story that the second check lets it join; else it founds one, which may follow another."""
        own, day = sketch.told.document.article_id, sketch.told.document.told_at.date()
        rivals = self._rivals(sketch, products)
        for rival in rivals:
            other = sketch.gist.lang != rival.founder.gist.lang
            joins = rival.likeness >= (JOIN_OTHER_LANGUAGE if other else JOIN)
            if joins and refusal(sketch, rival.founder) is None and not self._is_giant(rival.story_id, day):
                reason = "gist_other_language" if other else "gist"
                return _Join(story_id=rival.story_id, likeness=rival.likeness, reason=reason, wire_id=own)
        follows = _developed(sketch, rivals)
        return _Join(story_id=own, likeness=1.0, reason="founder", wire_id=own, follows=follows)

    def _rivals(self, sketch: Sketch, products: Vector) -> list[Rival]:
        if len(sketch.shared.ids) + len(sketch.words.ids) < LEAST_FEATURES:
            return []
        return self._founders.rivals(sketch, products, self._rarity)

    def _is_giant(self, story_id: str, day: date) -> bool:
        articles, of_day = self._days[story_id, day], self._days["", day]
        if of_day < GIANT_FROM or articles <= GIANT_SHARE * of_day:
            return False
        giant = Giant(story_id=story_id, told_on=day, articles=articles, day_articles=of_day)
        self.giants.setdefault((story_id, day), giant)
        return True

    def _story(self, told: Told, follows: str | None) -> Story:
        document = told.document
        return Story(
            id=document.article_id,
            title=document.title,
            lang=document.lang,
            first_at=document.told_at,
            follows_story_id=follows,
            method=self._method,
        )

    def _member(self, told: Told, join: _Join) -> StoryArticle:
        document = told.document
        return StoryArticle(
            story_id=join.story_id,
            article_id=document.article_id,
            version=document.version,
            likeness=round(join.likeness, 4),
            reason=join.reason,
            wire_id=join.wire_id,
            publisher=document.publisher,
            owner=owner_of(document.publisher),
            lang=document.lang,
            told_at=document.told_at,
            method=self._method,
        )

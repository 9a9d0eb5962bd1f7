"""Stories: which articles tell one event, in one language or two. Between entities.py and links.py in the pipe.

::

    article ─ same address? ─ wire copy? ─ like the gist of a founding article? ─ second check ─→ member
                                                                    none of these ─→ founds a story of its own

An article joins by its likeness to the *founding* article alone, never through another member, so that stories do not
chain (union-find chained 46 events into one; Matryx-Social-Labs/prism). Articles are placed in the order in which they
were told; a placed one never moves. Hence the result does not depend on how a day is cut into batches, as long as the
batches keep that order. An article that arrives *late*, told before others that were placed already, is compared with
the stories it finds: it joins one or founds its own, but nothing is placed again, and a story keeps the id of its
first founder even when a member turns out to have been told earlier.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from contrecoup.gist import Gist, Told, read_gist
from contrecoup.likeness import Rarity, likeness_of, refused, time_factor, topic_factor
from contrecoup.models import Story, StoryArticle
from contrecoup.wires import Wires

METHOD = "stories-1"

# A story lives this long after its newest article. The R1 story had gaps of two days; a week covers a quiet weekend
# on both sides, and a team's next match or a firm's next results are another event.
STORY_LIFE = timedelta(days=7)
# Least likeness to the founding article (cosine × topics × time), in one language and across two. On the golden week
# B-cubed F1 stays within two points from 0.12 to 0.18; below, real headlines on one firm run together (an opinion
# column of December joins the next), and a wrong join misleads a reader more than a story that is told twice.
JOIN = 0.15
JOIN_OTHER_LANGUAGE = 0.13
# Postings are read rarest first up to this many entries, and this many stories are compared in full, so that the cost
# of an article has a ceiling whatever the size of the window.
MAX_POSTINGS = 2_000
MAX_COMPARED = 20
# A story that takes more than this share of a day's articles is a topic, not an event (exdsgift/tensionr lost 37
# clusters to one blob of 366). Below so many articles a day, a real event can hold most of the news.
GIANT_SHARE = 0.15
GIANT_FROM = 100


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


def group_articles(new: Sequence[Told], *, known: Sequence[Placed] = ()) -> Grouping:
    """Place each new article in a story.

    ``known`` are all members told within ``STORY_LIFE`` before the first new article, the founding article of each of
    their stories however old, and whatever article ``new`` brings a newer version of: that one stays where it was.
    """
    desk = _Desk()
    for placed in sorted(known, key=lambda p: _order(p.told)):
        desk.recall(placed.told, placed.member)
    members = [desk.place(told) for told in sorted(new, key=_order)]
    stories = [_story(told) for told in desk.founded]
    return Grouping(stories=tuple(stories), members=tuple(members), giants=tuple(desk.giants.values()))


def _order(told: Told) -> tuple[datetime, str]:
    return told.document.told_at, told.document.article_id


def _story(told: Told) -> Story:
    document = told.document
    return Story(
        id=document.article_id, title=document.title, lang=document.lang, first_at=document.told_at, method=METHOD
    )


@dataclass(slots=True, kw_only=True)
class _Open:
    """A story that can still be joined."""

    founder: Told
    gist: Gist
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Join:
    story_id: str
    likeness: float
    reason: str
    wire_id: str


class _Desk:
    """The stories of the window while a batch is placed: the only mutable thing here, never handed out."""

    def __init__(self) -> None:
        self.founded: list[Told] = []
        self.giants: dict[tuple[str, date], Giant] = {}
        self._open: dict[str, _Open] = {}
        self._members: dict[str, StoryArticle] = {}
        self._by_url: dict[str, str] = {}
        self._postings: dict[str, list[str]] = {}
        self._rarity = Rarity(STORY_LIFE)
        self._wires = Wires()
        self._days: Counter[tuple[str, date]] = Counter()

    def recall(self, told: Told, member: StoryArticle) -> None:
        """Take in an article that was placed by an earlier run."""
        self._keep(told, member, read_gist(told))

    def place(self, told: Told) -> StoryArticle:
        """Place one article; it must not have been told before those placed so far (else it is late)."""
        before = self._members.get(told.document.article_id)
        if before is not None:
            member = replace(before, version=told.document.version)
            self._members[member.article_id] = member
            return member
        gist = read_gist(told)
        join = self._same_url(told) or self._wire_copy(told) or self._alike(told, gist)
        if join is None:
            self.founded.append(told)
            own = told.document.article_id
            join = _Join(story_id=own, likeness=1.0, reason="founder", wire_id=own)
        member = _member(told, join)
        self._keep(told, member, gist)
        return member

    def _keep(self, told: Told, member: StoryArticle, gist: Gist) -> None:
        document = told.document
        self._members[document.article_id] = member
        self._by_url.setdefault(document.url, document.article_id)
        self._wires.add(document)
        self._rarity.add(document.told_at, [feature for feature, _ in gist.shared + gist.words + gist.gloss])
        if member.wire_id == document.article_id:
            for key in (member.story_id, ""):
                self._days[key, document.told_at.date()] += 1
        if member.story_id == document.article_id:
            self._open[document.article_id] = _Open(founder=told, gist=gist, last_at=document.told_at)
            for feature, _ in gist.shared + gist.words + gist.gloss:
                self._postings.setdefault(feature, []).append(document.article_id)
        elif member.story_id in self._open:
            story = self._open[member.story_id]
            story.last_at = max(story.last_at, document.told_at)

    def _same_url(self, told: Told) -> _Join | None:
        twin = self._members.get(self._by_url.get(told.document.url, ""))
        if twin is None or twin.told_at < told.document.told_at - STORY_LIFE:
            return None
        return _Join(story_id=twin.story_id, likeness=1.0, reason="same_url", wire_id=twin.wire_id)

    def _wire_copy(self, told: Told) -> _Join | None:
        copy = self._wires.first_carrier(told.document)
        if copy is None:
            return None
        first = self._members[copy.article_id]
        return _Join(story_id=first.story_id, likeness=copy.jaccard, reason="wire_copy", wire_id=first.wire_id)

    def _alike(self, told: Told, gist: Gist) -> _Join | None:
        found = [(self._judged(told, gist, self._open[story_id]), story_id) for story_id in self._rivals(told, gist)]
        for score, story_id in sorted(found, key=lambda pair: (-pair[0], pair[1])):
            other = gist.lang != self._open[story_id].gist.lang
            if score < (JOIN_OTHER_LANGUAGE if other else JOIN):
                continue
            if not self._is_giant(story_id, told.document.told_at.date()):
                reason = "gist_other_language" if other else "gist"
                return _Join(story_id=story_id, likeness=score, reason=reason, wire_id=told.document.article_id)
        return None

    def _rivals(self, told: Told, gist: Gist) -> list[str]:
        """Live stories that share the rarest features with the article, best first."""
        told_at, features = told.document.told_at, gist.shared + gist.words + gist.gloss
        weights = {feature: weight * self._rarity.of(feature) for feature, weight in features}
        dots: dict[str, float] = defaultdict(float)
        budget = MAX_POSTINGS
        for feature in sorted(weights, key=lambda f: (-self._rarity.of(f), f)):
            live = [s for s in self._postings.get(feature, ()) if self._open[s].last_at >= told_at - STORY_LIFE]
            if feature in self._postings:
                self._postings[feature] = live
            for story_id in live[-budget:]:
                dots[story_id] += weights[feature] ** 2
            budget -= len(live)
            if budget <= 0:
                break
        return sorted(dots, key=lambda story_id: (-dots[story_id], story_id))[:MAX_COMPARED]

    def _judged(self, told: Told, gist: Gist, story: _Open) -> float:
        if refused(told, gist, story.founder, story.gist):
            return 0.0
        alike = likeness_of(gist, story.gist, self._rarity)
        near = time_factor(told.document.told_at - story.last_at)
        return min(1.0, alike * topic_factor(told.topics, story.founder.topics) * near)

    def _is_giant(self, story_id: str, day: date) -> bool:
        articles, of_day = self._days[story_id, day], self._days["", day]
        if of_day < GIANT_FROM or articles <= GIANT_SHARE * of_day:
            return False
        giant = Giant(story_id=story_id, told_on=day, articles=articles, day_articles=of_day)
        self.giants.setdefault((story_id, day), giant)
        return True


def _member(told: Told, join: _Join) -> StoryArticle:
    document = told.document
    return StoryArticle(
        story_id=join.story_id,
        article_id=document.article_id,
        version=document.version,
        likeness=round(join.likeness, 4),
        reason=join.reason,
        wire_id=join.wire_id,
        publisher=document.publisher,
        lang=document.lang,
        told_at=document.told_at,
        method=METHOD,
    )

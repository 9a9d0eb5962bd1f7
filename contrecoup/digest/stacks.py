"""Rows of the whole archive by the story and the article that they belong to. Between its inputs and its pages.

An edition has some hundred articles and may look through all of them; the archive has as many editions as there were
mornings, so that each story is given its own rows only.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from contrecoup.digest.inputs import EditionInputs
from contrecoup.digest.tellings import Library, open_library
from contrecoup.models import (
    Check,
    Claim,
    Document,
    Evidence,
    Label,
    Link,
    LookAlike,
    Mention,
    Move,
    PriceBar,
    Story,
    StoryArticle,
    Translation,
)

R = TypeVar("R")
K = TypeVar("K")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacks:
    """The rows of an archive in one language. ``titles`` are the accepted translations of titles into it, by article.

    ``guarded`` are the stories on tokens, whose texts lose what one would need to buy one; ``followers`` are the
    stories that develop one, in the order of time; ``bars`` are by symbol, oldest first.
    """

    whole: EditionInputs
    stories: Mapping[str, Story]
    guarded: frozenset[str]
    followers: Mapping[str, Sequence[Story]]
    members: Mapping[str, Sequence[StoryArticle]]
    links: Mapping[str, Sequence[Link]]
    evidence: Mapping[str, Sequence[Evidence]]
    documents: Mapping[str, Document]
    titles: Mapping[str, Translation]
    labels: Mapping[str, Sequence[Label]]
    mentions: Mapping[str, Sequence[Mention]]
    claims: Mapping[str, Sequence[Claim]]
    checks: Mapping[str, Sequence[Check]]
    look_alikes: Mapping[str, Sequence[LookAlike]]
    moves: Mapping[tuple[str, date], Move]
    bars: Mapping[str, Sequence[PriceBar]]

    def library_of(self, story: Story) -> Library:
        """What an edition would look through if the world had only this story; on tokens are the archive's."""
        return replace(open_library(self._inputs_of(story)), guarded=self.guarded)

    def _inputs_of(self, story: Story) -> EditionInputs:
        """What it would be given then, with the stories that its links name."""
        members = self.members.get(story.id, ())
        links = self.links.get(story.id, ())
        ids = [member.article_id for member in members]
        others = [self.stories[rival] for link in links if (rival := link.rival_story_id or "") in self.stories]
        return replace(
            self.whole,
            stories=tuple({other.id: other for other in (story, *others)}.values()),
            members=members,
            links=links,
            evidence=self.evidence.get(story.id, ()),
            documents=[self.documents[one] for one in ids if one in self.documents],
            translations=[self.titles[story.id]] if story.id in self.titles else [],
            labels=_all(self.labels, ids),
            mentions=_all(self.mentions, ids),
            claims=_all(self.claims, ids),
            checks=_all(self.checks, ids),
            look_alikes=_all(self.look_alikes, ids),
        )


def stack(whole: EditionInputs, bars: Sequence[PriceBar]) -> Stacks:
    """Sort all rows of the archive by what they belong to. Articles without a document are left out."""
    documents = {document.article_id: document for document in whole.documents}
    titles: dict[str, Translation] = {}
    for one in whole.translations:
        if one.field == "title" and one.to_lang == whole.lang and one.accepted:
            titles.setdefault(one.article_id, one)
    following = [story for story in whole.stories if story.follows_story_id is not None]
    return Stacks(
        whole=whole,
        stories={story.id: story for story in whole.stories},
        guarded=open_library(whole).guarded,
        followers=_by(
            sorted(following, key=lambda one: (one.first_at, one.id)), lambda one: one.follows_story_id or ""
        ),
        members=_by((one for one in whole.members if one.article_id in documents), lambda one: one.story_id),
        links=_by(whole.links, lambda one: one.story_id),
        evidence=_by(whole.evidence, lambda one: one.story_id),
        documents=documents,
        titles=titles,
        labels=_by(whole.labels, lambda one: one.article_id),
        mentions=_by(whole.mentions, lambda one: one.article_id),
        claims=_by(whole.claims, lambda one: one.article_id),
        checks=_by(whole.checks, lambda one: one.article_id),
        look_alikes=_by(whole.look_alikes, lambda one: one.article_id),
        moves={(move.symbol, move.session_on): move for move in whole.moves},
        bars=_by(sorted(bars, key=lambda bar: bar.session_on), lambda bar: bar.symbol),
    )


def _by(rows: Iterable[R], key: Callable[[R], K]) -> Mapping[K, Sequence[R]]:
    found: dict[K, list[R]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return dict(found)


def _all(rows: Mapping[str, Sequence[R]], ids: Iterable[str]) -> list[R]:
    return [row for one in ids for row in rows.get(one, ())]

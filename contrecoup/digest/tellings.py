"""Stories as an edition shows them: titles, translations, sources, topics. Between the inputs and build."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contrecoup.digest.edition import Source, Telling
from contrecoup.digest.inputs import EditionInputs
from contrecoup.digest.outward import imprint, safe_href, shown
from contrecoup.models import Document, Status, Story, StoryArticle

SCAM_TOPIC = "scam_tokens"
GLOSSARY = "glossary"
"""A translation whose model's name begins so is a word-for-word gloss, and says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The inputs by the keys that an edition asks for: story ids, and article ids for documents and topics.

    ``topics`` are those that the profile asks for; ``guarded`` are the stories on tokens, whatever it asks for.
    """

    inputs: EditionInputs
    stories: Mapping[str, Story]
    members: Mapping[str, Sequence[StoryArticle]]
    documents: Mapping[str, Document]
    topics: Mapping[str, Sequence[str]]
    guarded: frozenset[str]
    seen_on: Mapping[str, date]

    def fresh(self, story: Story) -> list[StoryArticle]:
        """The articles of a story told within the window, and those that the edition before missed."""
        since, late = self.inputs.since_at, self.inputs.late
        return [m for m in self.members.get(story.id, ()) if m.told_at > since or m.article_id in late]


def open_library(inputs: EditionInputs) -> Library:
    """Sort the inputs by their keys; articles told after the window are left out."""
    members: dict[str, list[StoryArticle]] = defaultdict(list)
    for member in sorted(inputs.members, key=lambda member: (member.told_at, member.article_id)):
        if member.told_at <= inputs.until_at:
            members[member.story_id].append(member)
    topics: dict[str, list[str]] = defaultdict(list)
    for label in inputs.labels:
        if label.holds:
            topics[label.article_id].append(label.topic)
    guarded = frozenset(story_id for story_id, told in members.items() if _main_topic(told, topics) == SCAM_TOPIC)
    asked = inputs.topics
    seen_on: dict[str, date] = {}
    for item in inputs.previous:
        if item.edition_on < inputs.edition_on and (item.lang, item.profile) == (inputs.lang, inputs.profile):
            seen_on[item.key] = max(item.edition_on, seen_on.get(item.key, item.edition_on))
    return Library(
        inputs=inputs,
        stories={story.id: story for story in inputs.stories},
        members=members,
        documents={document.article_id: document for document in inputs.documents},
        topics={key: [name for name in names if name in asked] for key, names in topics.items()} if asked else topics,
        guarded=guarded,
        seen_on=seen_on,
    )


def own_publishers(members: Sequence[StoryArticle]) -> frozenset[str]:
    """Houses with a text of their own: a wire copy speaks for nobody new, and sister titles speak with one voice."""
    return frozenset(member.house for member in members if member.wire_id == member.article_id)


def telling_of(
    story: Story, library: Library, *, per_language: int = 1, naming: frozenset[str] = frozenset()
) -> Telling:
    """The story with its first sources in each language, and its title in the reader's when there is one.

    ``naming`` are articles that say why the story stands where it does: the first of them is among its sources.
    """
    members, fresh = library.members.get(story.id, ()), library.fresh(story)
    translation, glossed = _translation(story, library)
    return Telling(
        story_id=story.id,
        title=shown(story.title),
        lang=story.lang,
        translation=translation,
        glossed=glossed,
        counterpart=_counterpart(story, library),
        reader=library.inputs.lang,
        first_at=story.first_at,
        new=len(fresh) == len(members),
        seen_on=library.seen_on.get(story.id),
        publishers=len(own_publishers(members)),
        articles=len(members),
        copies=sum(member.wire_id != member.article_id for member in members),
        told_anew=len(fresh),
        latest=_latest(fresh, library),
        sources=_sources(story, library, per_language, naming),
    )


def topic_of(story: Story, library: Library) -> str | None:
    """The topic that holds for most of a story's articles, if it does for at least half of them."""
    return _main_topic(library.members.get(story.id, ()), library.topics)


def _main_topic(members: Sequence[StoryArticle], topics: Mapping[str, Sequence[str]]) -> str | None:
    votes = Counter(topic for member in members for topic in topics.get(member.article_id, ()))
    topic, number = min(votes.items(), key=lambda vote: (-vote[1], vote[0]), default=("", 0))
    return topic if number and 2 * number >= len(members) else None


def publisher_of_story(story: Story, library: Library) -> str:
    """The publisher of the founding article, whose title the story bears."""
    founder = library.documents.get(story.id)
    return founder.publisher if founder else ""


def _translation(story: Story, library: Library) -> tuple[str | None, bool]:
    if story.lang == library.inputs.lang:
        return None, False
    for translation in library.inputs.translations:
        wanted = (story.id, "title", library.inputs.lang)
        key = (translation.article_id, translation.field, translation.to_lang)
        if key == wanted and translation.accepted:
            return shown(translation.text), translation.model.startswith(GLOSSARY)
    return None, False


def _counterpart(story: Story, library: Library) -> str | None:
    """The first title in the reader's language: one name a language, until one that was told before is read late."""
    if story.lang == library.inputs.lang:
        return None
    for member in library.members.get(story.id, ()):
        document = library.documents.get(member.article_id)
        if document is not None and document.lang == library.inputs.lang:
            return shown(document.title)
    return None


def _sources(story: Story, library: Library, per_language: int, naming: frozenset[str]) -> tuple[Source, ...]:
    """A few articles a language, one a publisher, no wire copy: the founder, then what is new, readable first.

    One of those ``naming`` is always there, over the number of its language or of its publisher if need be.
    """
    members = library.members.get(story.id, ())
    fresh = frozenset(member.article_id for member in library.fresh(story))
    own = [member for member in members if member.wire_id == member.article_id and member.article_id != story.id]
    founders = [member for member in members if member.article_id == story.id]
    sources: list[Source] = []
    taken: set[tuple[str, str]] = set()
    in_language: Counter[str] = Counter()
    named = False
    following = sorted(
        own, key=lambda m: (m.article_id not in naming, m.article_id not in fresh, not _readable(m, library))
    )
    for member in founders + following:
        document = library.documents.get(member.article_id)
        if document is None:
            continue
        names = member.article_id in naming
        room = in_language[document.lang] < per_language and (document.lang, document.publisher) not in taken
        if room or (names and not named):
            named |= names
            taken.add((document.lang, document.publisher))
            in_language[document.lang] += 1
            sources.append(source_of(document))
    first = library.inputs.lang
    return tuple(sorted(sources, key=lambda source: (source.lang != first, source.lang, source.told_at)))


def _latest(fresh: Sequence[StoryArticle], library: Library) -> Source | None:
    """The newest of some articles, one in the reader's language first; a wire copy only if there is nothing else."""
    documents = library.documents
    known = [
        (
            member.wire_id == member.article_id,
            document.lang == library.inputs.lang,
            document.told_at,
            document.article_id,
        )
        for member in fresh
        if (document := documents.get(member.article_id))
    ]
    return source_of(documents[max(known)[-1]]) if known else None


def _readable(member: StoryArticle, library: Library) -> bool:
    document = library.documents.get(member.article_id)
    return document is not None and document.status is Status.FULL


def source_of(document: Document) -> Source:
    """An article as it stands under a story."""
    return Source(
        publisher=imprint(document.publisher),
        title=shown(document.title),
        lang=document.lang,
        told_at=document.told_at,
        status=document.status,
        href=safe_href(document.url, document.publisher),
    )

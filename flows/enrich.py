"""Articles are understood.

    articles_to_translate      | translate        > translations
    articles_to_classify       | classify         > labels
    articles_to_find_entities  | find_mentions    > mentions
    articles_to_find_claims    | find_claims      > claims
    articles_to_group          | group_articles   > stories, story_articles

Every article that a method has read leaves a row in ``readings``, in the transaction that keeps what it found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from prefect import flow

from contrecoup import claims, entities, stories, topics, translate
from contrecoup.engines import Classifier, Translator
from contrecoup.engines.choose import load_classifier, load_translator
from contrecoup.errors import EngineError
from contrecoup.gist import Told, tell
from contrecoup.memory import Memory
from contrecoup.models import (
    Claim,
    Document,
    Failure,
    Label,
    Mention,
    Reading,
    StoryArticle,
    Translation,
    TranslationUnit,
)
from contrecoup.stories import Giant, Grouping, Placed
from flows.desk import Desk, batches, in_force, open_desk, perform, progress, step
from storage.store import Store

ARTICLES_A_BATCH = 200
# What needs no weights stands in for a model that cannot be loaded.
WORDS_ALONE = {"translate": "glossary", "classify": "keywords"}

Engine = TypeVar("Engine", Translator, Classifier)


class Found(Protocol):
    """Anything that was found in an article."""

    @property
    def article_id(self) -> str:
        """The article it was found in."""


Row = Translation | Label | Mention | Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One way of reading articles: its queue is the view ``articles_to_<name>``."""

    name: str
    title: str
    method: str
    read: Callable[[Sequence[Document]], Sequence[Row]]


@flow(name="enrich", log_prints=False)
def enrich(config: str = "contrecoup.toml", now: datetime | None = None) -> int:
    """Let every stage of understanding read the articles it has not read; give the number of articles grouped."""
    desk = open_desk(config, now)
    for stage in _stages(desk):
        _read_queue(desk, stage)
    return group(desk)


def _engine(
    desk: Desk, stage: str, load: Callable[[str], Engine], chosen: Callable[[], Engine], failures: list[Failure]
) -> Engine:
    """The engine that the settings choose; if its model is missing or damaged, the run goes on with words alone."""
    try:
        return chosen()
    except EngineError as error:
        failures.append(
            Failure(
                stage=stage,
                key="[engines]",
                at=desk.now,
                kind="no_model",
                message=error.message,
                advice=error.advice,
                cause="",
                weight=1.0,
            )
        )
        return load(WORDS_ALONE[stage])


def _stages(desk: Desk) -> list[Stage]:
    failures: list[Failure] = []
    engines = desk.settings.engines
    translator = _engine(
        desk,
        "translate",
        load_translator,
        lambda: load_translator(engines.translator, desk.settings.languages),
        failures,
    )
    classifier = _engine(desk, "classify", load_classifier, lambda: load_classifier(engines.classifier), failures)
    with desk.store() as store:
        store.save(failures)
    return [
        Stage(
            name="translate",
            title="Translations",
            method=translator.name,
            read=lambda batch: _translated(desk, batch, translator),
        ),
        Stage(
            name="classify",
            title="Topics",
            method=classifier.name,
            read=lambda batch: topics.classify(batch, classifier),
        ),
        Stage(
            name="find_entities",
            title="Mentions",
            method=entities.METHOD,
            read=lambda batch: [m for document in batch for m in entities.find_mentions(document, desk.table)],
        ),
        Stage(
            name="find_claims",
            title="Claims",
            method=claims.METHOD,
            read=lambda batch: _claims_of(desk, batch),
        ),
    ]


def _translated(desk: Desk, batch: Sequence[Document], translator: Translator) -> list[Translation]:
    """Translations of a batch; its new sentences are remembered at once, whatever becomes of the batch."""

    def recall(keys: Sequence[str]) -> list[TranslationUnit]:
        with desk.store() as store:
            return store.read(TranslationUnit, "translation_units_of", keys=list(keys))

    memory = Memory(recall)
    rows = translate.translate_documents(
        batch, translator, to_langs=desk.settings.languages, table=desk.table, memory=memory
    )
    with desk.store() as store:
        store.save(memory.learnt)
    return rows


def _claims_of(desk: Desk, batch: Sequence[Document]) -> list[Claim]:
    mentions = {d.article_id: entities.find_mentions(d, desk.table) for d in batch}
    return [claim for document in batch for claim in claims.find_claims(document, mentions[document.article_id])]


@step
def read_batch(stage: Stage, batch: Sequence[Document]) -> Sequence[Row]:
    """What one stage finds in a batch of articles."""
    return stage.read(batch)


def _read_queue(desk: Desk, stage: Stage) -> None:
    with desk.store() as store:
        store.save([in_force(stage.name, stage.method, desk.now)])
        queue = store.read(Document, f"articles_to_{stage.name}")
    advance = progress.get().start(stage.title, len(queue))
    for batch in batches(queue, ARTICLES_A_BATCH):
        found = perform(read_batch, stage, batch)
        with desk.store() as store:
            store.save(found, _readings(stage.name, stage.method, batch, found, desk.now))
        for _ in batch:
            advance()


def _readings(
    stage: str, method: str, batch: Sequence[Document], found: Sequence[Found], now: datetime
) -> list[Reading]:
    counts: dict[str, int] = {}
    for row in found:
        counts[row.article_id] = counts.get(row.article_id, 0) + 1
    return [
        Reading(
            article_id=document.article_id,
            version=document.version,
            stage=stage,
            method=method,
            found=counts.get(document.article_id, 0),
            at=now,
        )
        for document in batch
    ]


def group(desk: Desk) -> int:
    """Place every article that is in no story; give their number."""
    with desk.store() as store:
        store.save([in_force("group", stories.METHOD, desk.now)])
        queue = store.read(Document, "articles_to_group")
        if not queue:
            return 0
        known = _known(store, min(document.told_at for document in queue))
        new = told(store, queue)
    grouping = perform(place, new, known)
    failures = [_giant(giant, desk.now) for giant in grouping.giants]
    with desk.store() as store:
        store.save(
            grouping.stories,
            grouping.members,
            _readings("group", stories.METHOD, queue, grouping.members, desk.now),
            failures,
        )
    return len(queue)


@step
def place(new: Sequence[Told], known: Sequence[Placed]) -> Grouping:
    """Put each new article in a story."""
    return stories.group_articles(new, known=known)


def _known(store: Store, since: datetime) -> list[Placed]:
    """Articles of the stories that a new article told at ``since`` could still join."""
    members = store.read(StoryArticle, "story_articles_since", since=since - stories.STORY_LIFE)
    documents = store.read(Document, "documents_of", ids=[member.article_id for member in members])
    by_id = {one.document.article_id: one for one in told(store, documents)}
    return [Placed(told=by_id[member.article_id], member=member) for member in members]


def told(store: Store, documents: Sequence[Document]) -> list[Told]:
    """Documents with what the stages found in them."""
    ids = [document.article_id for document in documents]
    return tell(
        documents,
        mentions=store.read(Mention, "mentions_of", ids=ids),
        labels=store.read(Label, "labels_of", ids=ids),
        translations=store.read(Translation, "translations_of", ids=ids),
    )


def _giant(giant: Giant, now: datetime) -> Failure:
    return Failure(
        stage="group",
        key=giant.story_id,
        at=now,
        kind="giant_story",
        message=f"{giant.articles} of {giant.day_articles} articles of {giant.told_on} fell to one story.",
        advice="It takes no more articles that day; look at it with 'contrecoup sql'.",
        cause="",
        weight=0.25,
    )

"""Articles are understood.

    articles_to_translate         | translate         > translations
    articles_to_classify          | classify          > labels
    articles_to_find_entities     | find_mentions     > mentions
    articles_to_find_claims       | find_claims       > claims
    articles_to_find_look_alikes  | find_look_alikes  > look_alikes
    articles_to_group             | group_articles    > stories, story_articles

Every article that a method has read leaves a row in ``readings``, in the transaction that keeps what it found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from prefect import flow

from contrecoup import claims, entities, impersonations, stories, topics, translate
from contrecoup.brands import BrandTable
from contrecoup.engines import Classifier, Embedder, Translator
from contrecoup.engines.choose import load_classifier, load_embedder, load_translator
from contrecoup.errors import EngineError
from contrecoup.gist import Told, tell
from contrecoup.memory import Memory
from contrecoup.models import (
    Claim,
    Document,
    Failure,
    Label,
    LookAlike,
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
# Grouping reads a week before and after its batch: a larger one reads that less often, and needs more memory.
GROUPED_AT_ONCE = 20_000
DAY_S = 86_400
# What needs no pulled model stands in for one that cannot be loaded.
STAND_INS = {"translate": "glossary", "classify": "keywords", "group": "static"}

Engine = TypeVar("Engine", Translator, Classifier, Embedder)


class Found(Protocol):
    """Anything that was found in an article."""

    @property
    def article_id(self) -> str:
        """The article it was found in."""


Row = Translation | Label | Mention | Claim | LookAlike


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
    """The engine that the settings choose; if its model is missing or damaged, the run goes on with a stand-in."""
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
        return load(STAND_INS[stage])


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
        Stage(
            name="find_look_alikes",
            title="Look-alike tokens",
            method=impersonations.METHOD,
            read=lambda batch: [
                row for document in batch for row in impersonations.find_look_alikes(document, BrandTable.load())
            ],
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
    """Place every article that is in no story, so many at a time in the order they were told; give their number."""
    failures: list[Failure] = []
    chosen = desk.settings.engines.embedder
    embedder = _engine(desk, "group", load_embedder, lambda: load_embedder(chosen), failures)
    method = stories.method_of(embedder)
    with desk.store() as store:
        store.save([in_force("group", method, desk.now)], failures)
    grouped = 0
    while queue := _next_to_group(desk):
        with desk.store() as store:
            known, new = _known(store, queue), told(store, queue)
        grouping = perform(place, new, known, embedder)
        with desk.store() as store:
            store.save(
                grouping.stories,
                grouping.members,
                _readings("group", method, queue, grouping.members, desk.now),
                [_giant(giant, desk.now) for giant in grouping.giants],
            )
        grouped += len(queue)
    return grouped


def _next_to_group(desk: Desk) -> list[Document]:
    with desk.store() as store:
        return store.read(Document, "articles_to_group_next", count=GROUPED_AT_ONCE)


@step
def place(new: Sequence[Told], known: Sequence[Placed], embedder: Embedder) -> Grouping:
    """Put each new article in a story."""
    return stories.group_articles(new, known=known, embedder=embedder)


def _known(store: Store, queue: Sequence[Document]) -> list[Placed]:
    """Articles told around the new ones, the founders of their stories, and those that the queue has anew.

    What is read grows with the days that the queue covers, not with the archive.
    """
    life = stories.STORY_LIFE.days
    told_on = {int(document.told_at.timestamp()) // DAY_S for document in queue}
    days = sorted({day + shift for day in told_on for shift in range(-life, life + 1)})
    again = [document.article_id for document in queue if document.version > 1]
    members = store.read(StoryArticle, "story_articles_around", days=days, ids=again)
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

"""Which articles become one story, in which order, and when not."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contrecoup import founders, stories
from contrecoup.engines.choose import load_embedder
from contrecoup.gist import Told
from contrecoup.models import Document, Layer, Mention, Status, Story, StoryArticle
from contrecoup.stories import Grouping, Placed
from contrecoup.weights import ASSETS

GOLD = Path(__file__).parents[2] / "benchmarks" / "gold"
TOPICS = (frozenset({"chip_stocks"}), frozenset[str]())
AT = datetime(2025, 1, 20, 14, tzinfo=UTC)
BODY = " ".join(f"sentence {n} of the dispatch on matter {n} goes on" for n in range(15))


def told(
    article_id: str,
    title: str,
    lead: str = "",
    *,
    hours: float = 0,
    lang: str = "en",
    text: str = "",
    url: str = "",
    version: int = 1,
    gist: str = "",
    topics: frozenset[str] = frozenset(),
) -> Told:
    """An article told some hours after the first."""
    at = AT + timedelta(hours=hours)
    return Told(
        document=Document(
            article_id=article_id,
            version=version,
            url=url or f"https://press.example/{article_id}",
            publisher=f"{article_id}.example",
            title=title,
            lead=lead,
            text=text,
            status=Status.FULL,
            lang=lang,
            lang_score=1.0,
            published_at=at,
            seen_at=at,
        ),
        gist=gist,
        topics=topics,
    )


RELEASE = told("r1-en", "DeepSeek releases R1, a reasoning model level with o1", "The Hangzhou lab opens R1-Zero too.")
RELEASE_FR = told(
    "r1-fr",
    "DeepSeek publie R1, un modèle de raisonnement face à o1",
    "Le laboratoire de Hangzhou ouvre aussi R1-Zero.",
    hours=1,
    lang="fr",
    gist="DeepSeek publishes R1, a reasoning model facing o1\nThe laboratory of Hangzhou also opens R1-Zero.",
)
WEATHER = told("storm", "Storm: orange alert in the valley", "Gusts of 110 km/h.", hours=2)


def group_articles(new: Sequence[Told], *, known: Sequence[Placed] = ()) -> Grouping:
    """Group with the embedder that ships."""
    return stories.group_articles(new, known=known, embedder=load_embedder("static"))


def story_of(grouping: Grouping, article_id: str) -> StoryArticle:
    """The membership of one article."""
    return next(member for member in grouping.members if member.article_id == article_id)


def placed(articles: Sequence[Told], grouping: Grouping) -> list[Placed]:
    """What the store would give back of a run."""
    return [Placed(told=a, member=story_of(grouping, a.document.article_id)) for a in articles]


def test_one_event_in_two_languages_is_one_story() -> None:
    """The French article joins the English founder, and the reason says that a language was crossed."""
    grouping = group_articles([RELEASE_FR, RELEASE, WEATHER])
    assert [story.id for story in grouping.stories] == ["r1-en", "storm"]
    french = story_of(grouping, "r1-fr")
    assert (french.story_id, french.reason, french.wire_id) == ("r1-en", "gist_other_language", "r1-fr")
    assert 0 < french.likeness <= 1


def test_one_event_in_one_language_is_one_story() -> None:
    """Another newsroom's words on the same model."""
    again = told("again", "Hands on with R1, the reasoning model DeepSeek releases", "The Hangzhou lab", hours=3)
    member = story_of(group_articles([RELEASE, again]), "again")
    assert (member.story_id, member.reason) == ("r1-en", "gist")


def test_the_founder_has_its_own_id_and_is_wholly_like_itself() -> None:
    """A story is known by the first article told."""
    grouping = group_articles([RELEASE])
    (story,), (member,) = grouping.stories, grouping.members
    assert (story.id, story.title, story.first_at) == ("r1-en", RELEASE.document.title, AT)
    assert (member.reason, member.likeness, member.wire_id) == ("founder", 1.0, "r1-en")


def test_the_same_address_is_the_same_story_whatever_its_text() -> None:
    """A page that was read under two ids is one telling."""
    twin = told("twin", "A wholly different headline", hours=5, url=RELEASE.document.url)
    member = story_of(group_articles([RELEASE, twin]), "twin")
    assert (member.story_id, member.reason, member.wire_id) == ("r1-en", "same_url", "r1-en")


def test_an_address_that_is_used_again_weeks_later_is_another_story() -> None:
    """A live page keeps its address for years."""
    twin = told("twin", "Elections tomorrow", hours=24 * 9, url=RELEASE.document.url)
    assert story_of(group_articles([RELEASE, twin]), "twin").reason == "founder"


def test_wire_copies_count_as_the_dispatch_they_carry() -> None:
    """Another headline above the same body; the copy of a copy names the agency."""
    agency = told("agency", "Chips fall on Monday", text=BODY)
    daily = told("daily", "A black day for makers", text=BODY, hours=1)
    weekly = told("weekly", "What happened in New York", text=BODY, hours=2)
    grouping = group_articles([agency, daily, weekly])
    assert {member.wire_id for member in grouping.members} == {"agency"}
    assert [story_of(grouping, i).reason for i in ("daily", "weekly")] == ["wire_copy", "wire_copy"]


def test_a_story_ends_a_week_after_its_last_article() -> None:
    """The next release of the same firm under the same words is another event."""
    later = told("later", RELEASE.document.title, RELEASE.document.lead, hours=24 * 8)
    assert story_of(group_articles([RELEASE, later]), "later").reason == "founder"


def test_a_story_that_is_told_on_stays_open() -> None:
    """The week counts from the newest article, not from the founder."""
    middle = told("middle", RELEASE.document.title, RELEASE.document.lead, hours=24 * 5)
    later = told("later", RELEASE.document.title, RELEASE.document.lead, hours=24 * 9)
    assert story_of(group_articles([RELEASE, middle, later]), "later").story_id == "r1-en"


def test_stories_do_not_chain_through_their_members() -> None:
    """An article that is like a member but not like the founder founds its own story."""
    bridge = told(
        "bridge",
        "DeepSeek releases R1, a reasoning model level with o1",
        "The Blockaid firm counts Solana tokens named MELANIA and Pump-Fun",
        hours=1,
    )
    far = told("far", "Solana tokens named MELANIA on Pump-Fun", "Blockaid counts", hours=2)
    grouping = group_articles([RELEASE, bridge, far])
    assert story_of(grouping, "bridge").story_id == "r1-en"
    assert story_of(grouping, "far").story_id == "far"


def test_the_cut_into_batches_does_not_change_the_result() -> None:
    """One run over all, or a run for each article: the same members."""
    articles = [
        RELEASE,
        RELEASE_FR,
        WEATHER,
        told("agency", "Chips fall", text=BODY, hours=3),
        told("daily", "A black day", text=BODY, hours=4),
    ]
    whole = group_articles(articles)
    members: list[StoryArticle] = []
    known: list[Placed] = []
    for article in articles:
        part = group_articles([article], known=known)
        members += part.members
        known += placed([article], part)
    assert tuple(members) == whole.members


def test_the_order_of_arrival_within_a_batch_does_not_matter() -> None:
    """Articles are placed as they were told."""
    articles = [WEATHER, RELEASE_FR, RELEASE]
    assert group_articles(articles) == group_articles(articles[::-1])


def test_a_late_article_joins_the_story_it_finds() -> None:
    """It was told first and arrived last: the story keeps its founder's id."""
    first = group_articles([RELEASE_FR])
    late = group_articles([RELEASE], known=placed([RELEASE_FR], first))
    assert late.stories == ()
    assert late.members[0].story_id == "r1-fr"


def test_a_new_version_stays_in_its_story() -> None:
    """A corrected text is no new telling."""
    first = group_articles([RELEASE, RELEASE_FR])
    newer = told("r1-fr", "Titre corrigé", hours=1, lang="fr", version=2)
    again = group_articles([newer], known=placed([RELEASE, RELEASE_FR], first))
    (member,) = again.members
    assert (member.story_id, member.version, member.reason) == ("r1-en", 2, "gist_other_language")


def test_a_member_whose_founder_was_not_loaded_does_no_harm() -> None:
    """It counts as told, but its story cannot be joined without its founding article."""
    first = group_articles([RELEASE, RELEASE_FR])
    again = told("again", "Stationnement : les jetons reviennent", hours=3, lang="fr")
    grouping = group_articles([again], known=placed([RELEASE_FR], first))
    assert grouping.members[0].reason == "founder"


def unlike(number: int) -> list[Told]:
    """So many articles of words that have nothing to do with each other, from the beginning of the day on."""
    words = (ASSETS / "embeddings" / "words.txt").read_text("utf-8").split()
    step = len(words) // (4 * number)
    return [
        told(f"o{n:03}", " ".join(words[(4 * n + part) * step] for part in range(4)), hours=n / 100)
        for n in range(number)
    ]


def test_a_story_that_swallows_the_day_stops_and_is_reported() -> None:
    """A hundred articles in, a story of more than 15 % of them takes no more likenesses."""
    title, lead = RELEASE.document.title, RELEASE.document.lead
    alike = [told(f"s{n:03}", title, lead, hours=3 + n / 100) for n in range(40)]
    grouping = group_articles([RELEASE, *unlike(120), *alike])
    (giant, *_) = grouping.giants
    assert giant.story_id == "r1-en"
    assert giant.articles > stories.GIANT_SHARE * giant.day_articles
    held = sum(member.story_id == "r1-en" for member in grouping.members)
    assert held < len(alike)
    assert held <= stories.GIANT_SHARE * len(grouping.members) + 1


def test_the_work_for_an_article_has_a_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the nearest founders are compared in full, and the true one is the nearest of a crowd."""
    monkeypatch.setattr(founders, "COMPARED", 1)
    crowd = [told(f"c{n:02}", f"A reasoning model, as seen from desk {n}", hours=n / 100) for n in range(20)]
    twin = told("twin", RELEASE.document.title, RELEASE.document.lead, hours=3)
    assert story_of(group_articles([RELEASE, *crowd, twin]), "twin").story_id == "r1-en"


def test_founders_of_closed_stories_leave_the_index() -> None:
    """A month on, the index holds the month's stories no more, and a live one is found all the same."""
    month = [replace_at(one, days=day) for day in range(30) for one in unlike(120)[day::30]]
    twin = told("twin", month[-1].document.title, hours=24 * 30)
    grouping = group_articles([*month, twin])
    assert story_of(grouping, "twin").story_id == month[-1].document.article_id
    known = placed(month[:90], grouping)
    again = group_articles([*month[90:], twin], known=known)
    assert again.members == grouping.members[-len(again.members) :]


def replace_at(one: Told, *, days: int) -> Told:
    """The same article on a later day."""
    at = one.document.told_at + timedelta(days=days)
    return replace(one, document=replace(one.document, published_at=at, seen_at=at))


def test_the_cut_into_batches_does_not_change_a_crowded_month(monkeypatch: pytest.MonkeyPatch) -> None:
    """One run, a run a day with the articles around it, or small blocks: the same members and the same threads."""
    with (GOLD / "bilingual-stories.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))[:250]
    articles = [
        told(r["id"], r["title"], r["lead"], hours=n / 2, lang=r["lang"], topics=TOPICS[len(r["story"]) % 2])
        for n, r in enumerate(rows)
    ]
    whole = group_articles(articles)
    monkeypatch.setattr(stories, "BLOCK", 7)
    members: list[StoryArticle] = []
    told_stories: list[Story] = []
    for start in range(0, len(articles), 48):
        batch = articles[start : start + 48]
        oldest = batch[0].document.told_at - stories.STORY_LIFE
        near = {m.article_id for m in members if m.told_at >= oldest}
        wanted = near | {m.story_id for m in members if m.article_id in near}
        by_id = {m.article_id: m for m in members}
        known = [Placed(told=a, member=by_id[i]) for a in articles if (i := a.document.article_id) in wanted]
        part = group_articles(batch, known=known)
        members += part.members
        told_stories += part.stories
    assert (tuple(told_stories), tuple(members)) == (whole.stories, whole.members)


def test_a_rebound_follows_the_fall() -> None:
    """It founds its own story and names the one that it develops."""
    fall = told("fall", "Nvidia stock falls 17% and drags chip makers", "A day for the record books.")
    rise = told("rise", "Nvidia stock rises 9% and lifts chip makers", "A day for the record books.", hours=24)
    topics = frozenset({"chip_stocks"})
    grouping = group_articles([replace(fall, topics=topics), replace(rise, topics=topics)])
    assert [(story.id, story.follows_story_id) for story in grouping.stories] == [("fall", None), ("rise", "fall")]


@pytest.mark.parametrize(
    ("lang", "first", "aside", "later"),
    [
        (
            "en",
            "OpenAI and Oracle plan Stargate, data centres for $500 billion",
            "Coal plants of Ohio wait for repairs",
            "Stargate: Abilene waits for gas plants and data centres",
        ),
        (
            "fr",
            "OpenAI et Oracle lancent Stargate, des centres de données à 500 milliards",
            "Les centrales à gaz de l'Ohio attendent des réparations",
            "Stargate : Abilene attend ses centrales et ses centres de données",
        ),
    ],
)
def test_a_story_follows_what_it_develops_and_no_story_of_its_own_morning(
    lang: str, first: str, aside: str, later: str
) -> None:
    """What was told within hours on anything else is no thread, and hides none."""
    articles = [told("first", first, lang=lang), told("aside", aside, hours=28, lang=lang)]
    grouping = group_articles([*articles, told("later", later, hours=40, lang=lang)])
    follows = {story.id: story.follows_story_id for story in grouping.stories}
    assert follows == {"first": None, "aside": None, "later": "first"}


def test_a_story_on_another_company_follows_nothing() -> None:
    """Words in common are no thread when the titles name other instruments."""
    articles = [
        replace(told(name, f"{name} shares fall 4% on weak orders", hours=n), mentions=(mention(name),))
        for n, name in enumerate(("AMD", "ASML"))
    ]
    grouping = group_articles(articles)
    assert [story.follows_story_id for story in grouping.stories] == [None, None]


def mention(name: str) -> Mention:
    """A company named first in the title."""
    return Mention(
        article_id=name,
        version=1,
        field="title",
        start=0,
        end=len(name),
        target=name,
        surface=name,
        reason="name",
        layer=Layer.DIRECT,
        method="m",
    )


def test_a_story_that_began_later_than_a_week_is_not_joined() -> None:
    """An article that arrives months late is not pulled into what was told long after it."""
    first = group_articles([RELEASE])
    late = told("late", RELEASE.document.title, RELEASE.document.lead, hours=-24 * 8)
    assert group_articles([late], known=placed([RELEASE], first)).members[0].reason == "founder"


def test_a_member_names_the_house_of_its_publisher() -> None:
    """So that the database can count houses."""
    paper = replace(RELEASE, document=replace(RELEASE.document, publisher="marketwatch.com"))
    (member,) = group_articles([paper]).members
    assert (member.publisher, member.owner) == ("marketwatch.com", "dowjones.com")


def test_the_method_names_the_space_it_compares_in() -> None:
    """Another embedder groups otherwise: its rows stand beside these."""
    assert group_articles([RELEASE]).members[0].method == "stories-2+static-1"

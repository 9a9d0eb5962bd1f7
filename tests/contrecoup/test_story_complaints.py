"""What readers of other programs complain of, one test each (the issues are public; the articles here are ours)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contrecoup.engines.choose import load_embedder
from contrecoup.gist import Told
from contrecoup.models import Document, Status
from contrecoup.stories import Grouping, group_articles

AT = datetime(2025, 3, 3, 9, tzinfo=UTC)


def told(
    article_id: str, title: str, lead: str = "", *, hours: float = 0, lang: str = "en", gist: str = "", text: str = ""
) -> Told:
    """An article told some hours after the first."""
    at = AT + timedelta(hours=hours)
    return Told(
        document=Document(
            article_id=article_id,
            version=1,
            url=f"https://{article_id}.example/",
            publisher=f"{article_id}.example",
            title=title,
            lead=lead,
            text=text,
            status=Status.FULL if text else Status.TEASER,
            lang=lang,
            lang_score=1.0,
            published_at=at,
            seen_at=at,
        ),
        gist=gist,
    )


def group(*articles: Told) -> Grouping:
    """Group with the embedder that ships."""
    return group_articles(articles, embedder=load_embedder("static"))


def sizes(articles: Sequence[Told]) -> list[int]:
    """Articles of each story, largest first."""
    return sorted(Counter(member.story_id for member in group(*articles).members).values(), reverse=True)


@pytest.mark.parametrize(
    ("title", "leads", "lang"),
    [
        ("Live updates", ("Voters queue in the capital.", "A storm reaches the coast of Kerry."), "en"),
        ("En direct", ("Les électeurs font la queue à Lyon.", "La tempête atteint le Finistère."), "fr"),
        ("The morning briefing", ("Chip makers slide before the bell.", "An orchestra comes home to Leeds."), "en"),
        ("Ce qu'il faut retenir", ("Les puces reculent.", "L'orchestre rentre à Lille."), "fr"),
    ],
)
def test_a_title_that_a_site_uses_every_day_joins_nothing(title: str, leads: tuple[str, str], lang: str) -> None:
    """Titles alone are unsafe, because some sites reuse them (miniflux/v2#797)."""
    week = [told(f"day{n}", title, leads[n % 2], lang=lang, hours=24 * n) for n in range(6)]
    today = [told(f"today{n}", title, lead, lang=lang, hours=24 * 6 + n) for n, lead in enumerate(leads)]
    (*_, first, second) = group(*week, *today).members
    assert first.story_id != second.story_id


@pytest.mark.parametrize(("title", "lang"), [("Live", "en"), ("Direct", "fr"), ("", "en"), ("", "fr")])
def test_an_article_of_next_to_no_words_joins_nothing(title: str, lang: str) -> None:
    """One word, or none, is like everything."""
    assert sizes([told("a", title, lang=lang), told("b", title, lang=lang, hours=1)]) == [1, 1]


def test_an_article_without_title_and_lead_is_known_by_its_beginning() -> None:
    """A page whose headline was not found still tells its story."""
    body = "DeepSeek releases R1, a reasoning model that its Hangzhou lab puts level with OpenAI's o1."
    named = told(
        "a", "DeepSeek releases R1, a reasoning model level with OpenAI's o1", "The Hangzhou lab publishes it."
    )
    assert sizes([named, told("b", "", text=body, hours=1)]) == [2]


def test_an_edited_title_at_the_same_address_is_one_telling() -> None:
    """The publisher edits the title and the reader shows two (miniflux/v2#3120)."""
    first = told("a", "Chip shares slip")
    edited = replace(first, document=replace(first.document, article_id="b", title="An orchestra comes home"))
    grouping = group(first, edited)
    assert [member.reason for member in grouping.members] == ["founder", "same_url"]
    assert {member.wire_id for member in grouping.members} == {"a"}


PARAPHRASES = (
    (
        ("Storm Oriane cuts power to 85,000 homes in Brittany", "Gusts of 160 km/h fell pylons near Brest."),
        ("Brittany in the dark: Oriane leaves 85,000 households without electricity", "Repairs near Brest take days."),
    ),
    (
        ("Bybit says hackers took $1.5bn in ether", "The exchange promises to honour withdrawals."),
        ("Crypto heist at Bybit: 1.46 billion dollars of ether gone", "Withdrawals stay open, the exchange says."),
    ),
    (
        ("OpenAI réunit 6,6 milliards de dollars, valorisée 157 milliards", "Thrive Capital mène le tour."),
        ("Un tour géant pour OpenAI : 6,6 milliards", "À 157 milliards, la start-up de Sam Altman bat un record."),
    ),
)


@pytest.mark.parametrize(("one", "other"), PARAPHRASES)
def test_a_paraphrase_is_one_event(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Six of twelve stories were one event, with a Jaccard of 0.12 to 0.50 (koala73/worldmonitor#3195)."""
    words = [set(title.lower().split()) for title, _ in (one, other)]
    assert len(words[0] & words[1]) / len(words[0] | words[1]) < 0.5
    lang = "fr" if "milliards" in one[0] else "en"
    assert sizes([told("a", *one, lang=lang), told("b", *other, lang=lang, hours=2)]) == [2]


def test_one_event_in_two_languages_is_not_two_clusters() -> None:
    """Two clusters of one event kept each other out of the brief (koala73/worldmonitor#6001)."""
    english = told("a", "Anthropic raises $3.5bn at a $61.5bn valuation", "Lightspeed led the round.")
    french = told(
        "b",
        "Anthropic lève 3,5 milliards de dollars et vaut 61,5 milliards",
        "Lightspeed a mené le tour de table.",
        hours=3,
        lang="fr",
        gist="Anthropic raises 3.5 billion dollars and is worth 61.5 billion\nLightspeed led the round.",
    )
    assert sizes([english, french]) == [2]


@pytest.mark.parametrize("lang", ["de", "unknown", "mixed"])
def test_an_article_in_a_third_language_is_compared_by_names_and_meaning(lang: str) -> None:
    """German, or a language that could not be told, has no words in common with either, but names and figures."""
    english = told("a", "Anthropic raises $3.5bn at a $61.5bn valuation", "Lightspeed led the round.")
    german = told("b", "Anthropic: Lightspeed valuation $61.5bn", "Anthropic raises $3.5bn.", hours=3, lang=lang)
    grouping = group(english, german)
    assert [member.reason for member in grouping.members] == ["founder", "gist_other_language"]


def test_site_furniture_makes_no_story() -> None:
    """Raw bodies are like each other through what surrounds them (Matryx-Social-Labs/prism)."""
    furniture = "Subscribe to our newsletter. Read more in our app. All rights reserved. " * 3
    chips = told("a", "Chip makers slide before the bell", text=f"{furniture} Orders for machines fell in Veldhoven.")
    music = told("b", "An orchestra comes home to Leeds", text=f"{furniture} The hall has been repaired.", hours=1)
    assert sizes([chips, music]) == [1, 1]


def test_members_do_not_draw_a_story_along() -> None:
    """Averages drift, and union-find chains: 46 events in one, 139 articles (Matryx-Social-Labs/prism)."""
    steps = (
        "DeepSeek releases the R1 model in Hangzhou",
        "DeepSeek R1 model tops the App Store in California",
        "App Store in California adds rules for children",
        "Rules for children pass the senate in Sacramento",
        "The senate in Sacramento debates water for farms",
    )
    grouping = group(*(told(f"s{n}", title, hours=n) for n, title in enumerate(steps)))
    founders = {member.article_id: member.story_id for member in grouping.members}
    assert founders["s4"] != founders["s0"]
    assert len(set(founders.values())) >= 3


@pytest.mark.parametrize(
    ("event", "after", "lang"),
    [
        ("Nvidia shares fall 17% on Monday, chips slump", "Nvidia shares rise 9% on Tuesday, chips recover", "en"),
        ("Nvidia chute de 17 % lundi", "Nvidia rebondit de 9 % mardi", "fr"),
    ],
)
def test_the_day_after_is_another_event_of_the_same_thread(event: str, after: str, lang: str) -> None:
    """Same story 0.86, same event 0.23 (exdsgift/tensionr): the two are told apart, and linked."""
    chips = frozenset({"chip_stocks"})
    articles = [replace(told(f"d{n}", t, hours=30 * n, lang=lang), topics=chips) for n, t in enumerate((event, after))]
    grouping = group(*articles)
    assert [story.follows_story_id for story in grouping.stories] == [None, "d0"]


def test_an_article_that_comes_twice_founds_nothing_new() -> None:
    """Repeated pushes even in incremental mode (sansan0/TrendRadar#1051)."""
    article = told("a", "Chip makers slide before the bell")
    grouping = group(article, article)
    assert [story.id for story in grouping.stories] == ["a"]
    assert grouping.members[0] == grouping.members[1]

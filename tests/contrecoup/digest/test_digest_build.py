from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from contrecoup.digest.build import EditionInputs, build_edition, items_of
from contrecoup.digest.render import render_html
from contrecoup.digest.tellings import open_library, telling_of
from contrecoup.models import DigestItem, Evidence, Layer, LinkLabel, MoveVerdict, Silence, Verdict

Day = Callable[[str], EditionInputs]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_move_that_most_publishers_name_stands_first(january_27: Day, lang: str) -> None:
    """Vistra fell further than Nvidia, but one article named it."""
    edition = build_edition(january_27(lang))
    assert [group.matches[0].figure.symbol for group in edition.groups] == ["NVDA", "VST"]


def test_a_wire_copy_names_nobody_once_more(january_27: Day) -> None:
    """Two publishers speak for themselves, the third repeats a dispatch."""
    match = build_edition(january_27("fr")).groups[0].matches[0]
    assert match.named_by == ("harbour.example", "depeche.example")


def test_a_text_about_the_whole_basket_names_no_instrument(january_27: Day) -> None:
    """Only direct mentions and claims count."""
    day = january_27("fr")
    mentions = [replace(mention, layer=Layer.SECTOR) for mention in day.mentions]
    assert build_edition(replace(day, mentions=mentions, claims=())).groups[0].matches[0].named_by == ()


def test_the_stronger_label_decides_between_moves_that_as_many_name(january_27: Day) -> None:
    """Without any mention or claim the labels order the groups."""
    day = replace(january_27("fr"), mentions=(), claims=())
    strong = replace(day, links=tuple(replace(link, label=LinkLabel.STRONG) for link in day.links[1:]) + day.links[:1])
    weak = replace(strong, links=(strong.links[0], replace(day.links[0], label=LinkLabel.COINCIDES)))
    assert build_edition(weak).groups[0].matches[0].figure.symbol == "VST"


def test_every_session_ends_in_one_count(january_27: Day) -> None:
    """The tally adds up to the sessions."""
    tally = build_edition(january_27("en")).tally
    assert (tally.linked, tally.unexplained, tally.quiet, tally.unmeasured) == (2, 1, 1, 1)
    assert tally.sessions == 5


def test_a_move_without_a_link_is_unexplained(january_27: Day) -> None:
    """Coinbase fell and no story is linked to it."""
    edition = build_edition(january_27("fr"))
    assert [figure.name for figure in edition.unexplained] == ["Coinbase Global"]


def test_an_unmeasured_instrument_keeps_its_reason(january_27: Day) -> None:
    """Nothing is said of a session without prices but why."""
    (unmeasured,) = build_edition(january_27("fr")).unmeasured
    assert (unmeasured.reason, unmeasured.names) == ("no_bars", ("Orange",))


def test_a_link_to_an_unknown_story_links_nothing(january_27: Day) -> None:
    """A story that is not among the inputs cannot be shown, hence the move has no story."""
    day = january_27("fr")
    day = replace(day, links=tuple(replace(link, story_id="gone") for link in day.links))
    assert build_edition(day).groups == ()
    assert build_edition(day).tally.unexplained == 3


def test_moves_beyond_the_first_three_of_a_story_stand_in_the_compact_table(january_27: Day) -> None:
    """Eleven moves of one story: three in full, eight in a table."""
    day = january_27("en")
    symbols = ["NVDA", "AMD", "AVGO", "TSM", "ASML", "INTC", "MU", "ARM", "QCOM", "MRVL", "SMCI"]
    moves = [replace(day.moves[1], symbol=symbol) for symbol in symbols]
    links = [replace(day.links[0], symbol=symbol) for symbol in symbols]
    (group,) = build_edition(replace(day, moves=moves, links=links)).groups
    assert (len(group.matches), len(group.others)) == (3, 8)


def test_a_confirmed_claim_is_shown_with_what_was_measured(january_27: Day) -> None:
    """What cannot be checked stays out when something can."""
    (said,) = build_edition(january_27("fr")).groups[0].matches[0].said
    assert (said.publisher, said.size, said.measured, said.verdict) == (
        "depeche.example",
        -17.0,
        -16.97,
        Verdict.CONFIRMED,
    )


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_claim_leads_to_the_article_that_states_it(january_27: Day, lang: str) -> None:
    """By its publisher's name; never to a place that is not the publisher's."""
    day = january_27(lang)
    edition = build_edition(day)
    (said,) = edition.groups[0].matches[0].said
    assert f'<a href="{said.href}"' in render_html(edition)
    elsewhere = [replace(document, url="https://elsewhere.example/a") for document in day.documents]
    (unlinked,) = build_edition(replace(day, documents=elsewhere)).groups[0].matches[0].said
    assert unlinked.href is None


def test_a_claim_that_cannot_be_checked_is_shown_when_it_is_the_only_one(january_27: Day) -> None:
    """The premarket figure, marked as such."""
    day = january_27("en")
    (said,) = build_edition(replace(day, claims=day.claims[1:])).groups[0].matches[0].said
    assert (said.verdict, said.measured, said.period) == (Verdict.UNCHECKABLE, None, "premarket")


def test_of_two_claims_of_a_verdict_the_clearest_is_shown(january_27: Day) -> None:
    """The close tells more than the day; a claim about no instrument is nobody's."""
    day = january_27("fr")
    first = day.claims[0]
    claims = (first, replace(first, start=50, period="day", size=16.0), replace(first, start=60, symbol=None))
    checks = tuple(replace(day.checks[0], start=claim.start) for claim in claims)
    (said,) = build_edition(replace(day, claims=claims, checks=checks)).groups[0].matches[0].said
    assert said.period == "close"


def test_a_claim_about_another_session_is_left_out(january_27: Day) -> None:
    """A figure that was held against Friday's close says nothing of Monday."""
    day = january_27("fr")
    checks = [replace(check, basis="close@2025-01-24") for check in day.checks]
    assert build_edition(replace(day, checks=checks)).groups[0].matches[0].said == ()


def test_a_claim_about_a_month_is_left_out(january_27: Day) -> None:
    """A monthly fall is no claim about a session."""
    day = january_27("fr")
    claims = [replace(claim, period="month") for claim in day.claims]
    assert build_edition(replace(day, claims=claims)).groups[0].matches[0].said == ()


def _evidence(article: str, quote: str) -> Evidence:
    return Evidence(
        symbol="NVDA",
        session_on=date(2025, 1, 27),
        story_id="en-1",
        method="m",
        article_id=article,
        version=1,
        kind="mention",
        quote=quote,
        detail="direct:title:alias",
    )


def test_a_quote_in_the_readers_language_stands_where_no_claim_was_checked(january_27: Day) -> None:
    """The evidence of the link is shown when there is nothing better."""
    evidence = (_evidence("en-2", "Nvidia tumbles"), _evidence("fr-1", "Nvidia chute"))
    day = replace(january_27("fr"), claims=(), evidence=evidence)
    quote = build_edition(day).groups[0].matches[0].quote
    assert quote is not None
    assert (quote.text, quote.publisher) == ("Nvidia chute", "depeche.example")


def test_stories_without_a_move_stand_under_their_topic(january_27: Day) -> None:
    """The storm has no topic and stays out; the linked stories are shown above already."""
    (shelf,) = build_edition(january_27("fr")).shelves
    assert shelf.topic == "ai_model_launch"
    assert [telling.story_id for telling in shelf.tellings] == ["en-4"]


def test_scam_tokens_have_a_watch_of_their_own(january_27: Day) -> None:
    """They never stand among the topics."""
    (telling,) = build_edition(january_27("fr")).tokens
    assert telling.story_id == "fr-3"


def test_a_topic_that_a_user_adds_follows_the_projects_own(january_27: Day) -> None:
    """Topics of other schemes are shelved by name."""
    day = january_27("fr")
    labels = [replace(label, topic=label.topic or "weather", holds=True) for label in day.labels]
    assert [shelf.topic for shelf in build_edition(replace(day, labels=labels)).shelves] == [
        "ai_model_launch",
        "weather",
    ]


def test_a_story_told_before_the_window_is_not_shown_again(january_27: Day) -> None:
    """Its articles are all older than the edition before."""
    day = january_27("fr")
    later = replace(day, since_at=day.since_at + timedelta(hours=20), until_at=day.until_at + timedelta(hours=20))
    assert build_edition(later).shelves == ()


def test_an_article_told_after_the_window_is_not_counted(january_27: Day) -> None:
    """The edition knows what was known at its hour."""
    day = january_27("fr")
    early = replace(day, until_at=day.until_at - timedelta(hours=10))
    assert build_edition(early).groups[0].telling.articles == 1


def test_a_story_of_an_earlier_edition_says_so(january_27: Day) -> None:
    """The same edition, another language and a later day do not count."""
    item = DigestItem(
        edition_on=date(2025, 1, 27), lang="fr", profile="default", section="s", position=0, key="en-4", title=""
    )
    others = (replace(item, lang="en", key="fr-3"), replace(item, edition_on=date(2025, 1, 28), key="fr-3"))
    edition = build_edition(replace(january_27("fr"), previous=(item, *others)))
    assert edition.shelves[0].tellings[0].seen_on == date(2025, 1, 27)
    assert edition.tokens[0].seen_on is None


def _crowd(day: EditionInputs, publishers: int) -> EditionInputs:
    """Forty model launches of some publishers beside the day's stories."""
    story, member = day.stories[2], day.members[5]
    document, label = day.documents[5], day.labels[5]
    numbers = range(40)
    return replace(
        day,
        stories=(*day.stories, *(replace(story, id=f"x{n}") for n in numbers)),
        members=(
            *day.members,
            *(replace(member, story_id=f"x{n}", article_id=f"x{n}", wire_id=f"x{n}") for n in numbers),
        ),
        documents=(
            *day.documents,
            *(replace(document, article_id=f"x{n}", publisher=f"p{n % publishers}.example") for n in numbers),
        ),
        labels=(*day.labels, *(replace(label, article_id=f"x{n}") for n in numbers)),
    )


def test_an_edition_holds_at_most_twelve_stories(january_27: Day) -> None:
    """Linked stories and the watch on tokens count among them."""
    edition = build_edition(_crowd(january_27("fr"), publishers=40))
    stories = [item for item in items_of(edition) if "@" not in item.key]
    assert len(stories) == 12
    assert edition.tokens[0].story_id == "fr-3"


def test_a_publisher_has_at_most_two_stories(january_27: Day) -> None:
    """Forty stories of one publisher: two are shown, beside the others'."""
    edition = build_edition(_crowd(january_27("fr"), publishers=1))
    assert sum(len(shelf.tellings) for shelf in edition.shelves) == 3


def test_sources_are_original_texts_one_a_publisher(january_27: Day) -> None:
    """The wire copy is counted and not listed; the reader's language comes first."""
    telling = build_edition(january_27("fr")).groups[0].telling
    assert [source.publisher for source in telling.sources] == ["depeche.example", "tape.example", "harbour.example"]
    assert (telling.publishers, telling.articles, telling.copies) == (3, 4, 1)


def test_a_story_that_goes_on_shows_what_is_new(january_27: Day) -> None:
    """The founder stands for the story; beside it, the article of this window comes before those of the last."""
    day = replace(january_27("en"), since_at=datetime(2025, 1, 27, 21, 30, tzinfo=UTC))
    members = [replace(member, wire_id=member.article_id) for member in day.members]
    telling = telling_of(day.stories[0], open_library(replace(day, members=members)), per_language=2)
    english = [source.publisher for source in telling.sources if source.lang == "en"]
    assert english == ["tape.example", "eastbay.example"]


@pytest.mark.parametrize(("lang", "story", "glossed"), [("fr", 0, False), ("en", 1, True)])
def test_a_title_in_the_other_language_bears_its_translation(
    january_27: Day,
    lang: str,
    story: int,
    glossed: bool,  # noqa: FBT001  pytest passes it by name
) -> None:
    """The translation tells whether a model or the glossary made it."""
    telling = build_edition(january_27(lang)).groups[story].telling
    assert telling.translation is not None
    assert telling.glossed is glossed


def test_a_refused_translation_is_not_shown(january_27: Day) -> None:
    """The original stands alone then."""
    day = january_27("fr")
    refused = [replace(translation, accepted=False) for translation in day.translations]
    assert build_edition(replace(day, translations=refused)).groups[0].telling.translation is None


def test_the_counterpart_is_a_title_in_the_readers_language(january_27: Day) -> None:
    """A title that a person wrote is better than a gloss."""
    assert build_edition(january_27("fr")).groups[0].telling.counterpart == "Nvidia chute de 17\xa0% à la clôture"
    assert build_edition(january_27("en")).groups[0].telling.counterpart is None


def test_a_story_that_goes_on_keeps_its_name(january_27: Day) -> None:
    """One name in a language, whatever was told since; what is new stands among the sources."""
    day = january_27("fr")
    evening = datetime(2025, 1, 27, 23, tzinfo=UTC)
    [french] = [document for document in day.documents if document.article_id == "fr-1"]
    [member] = [member for member in day.members if member.article_id == "fr-1"]
    later = replace(french, article_id="fr-9", title="Le lendemain", published_at=evening, seen_at=evening)
    told = replace(member, article_id="fr-9", wire_id="fr-9", told_at=evening)
    day = replace(day, documents=[*day.documents, later], members=[*day.members, told])
    next_day = replace(day, since_at=evening - timedelta(hours=1))
    first, second = (telling_of(day.stories[0], open_library(inputs)) for inputs in (day, next_day))
    assert first.counterpart == second.counterpart == "Nvidia chute de 17\xa0% à la clôture"
    assert [source.title for source in second.sources if source.lang == "fr"] == ["Le lendemain"]


@pytest.mark.parametrize("publisher", ["usine.example", "www.cotes.example"], ids=["another", "the founder's"])
def test_an_article_that_names_the_instrument_is_among_the_sources(january_27: Day, publisher: str) -> None:
    """Even where the founder, which does not name it, has taken the place of its language, or of their publisher."""
    day = january_27("fr")
    others = [mention for mention in day.mentions if mention.target != "VST"]
    [member] = [member for member in day.members if member.article_id == "fr-2"]
    late = member.told_at + timedelta(hours=3)
    naming = replace(member, article_id="fr-9", wire_id="fr-9", publisher=publisher, told_at=late)
    [french] = [document for document in day.documents if document.article_id == "fr-2"]
    document = replace(
        french, article_id="fr-9", publisher=publisher, title="Vistra plonge", published_at=late, seen_at=late
    )
    said = replace(day.mentions[0], article_id="fr-9", target="VST", layer=Layer.DIRECT)
    day = replace(day, members=[*day.members, naming], documents=[*day.documents, document], mentions=[*others, said])
    group = build_edition(day).groups[1]
    assert group.matches[0].named_by == (publisher.removeprefix("www."),)
    assert "Vistra plonge" in [source.title for source in group.telling.sources]


def test_who_named_the_instrument_first_comes_first(january_27: Day) -> None:
    """A house that names it again in the evening has not come later."""
    day = january_27("en")
    [first] = [one for one in day.members if one.article_id == "en-1"]
    [told] = [one for one in day.documents if one.article_id == "en-1"]
    again = replace(first, article_id="en-8", wire_id="en-8", told_at=first.told_at + timedelta(hours=12))
    mentions = [replace(day.mentions[0], article_id=one) for one in ("en-1", "en-2", "en-8")]
    day = replace(day, members=[*day.members, again], documents=[*day.documents, replace(told, article_id="en-8")])
    group = build_edition(replace(day, mentions=mentions, claims=[])).groups[0]
    assert group.matches[0].named_by == ("tape.example", "harbour.example")


def test_items_tell_what_stands_where(january_27: Day) -> None:
    """A move's key is symbol@date, a story's its id; positions count in each section."""
    items = items_of(build_edition(january_27("fr")))
    assert [(item.section, item.position, item.key) for item in items] == [
        ("linked_stories", 0, "en-1"),
        ("linked_moves", 0, "NVDA@2025-01-27"),
        ("linked_stories", 1, "fr-2"),
        ("linked_moves", 1, "VST@2025-01-27"),
        ("unexplained", 0, "COIN@2025-01-27"),
        ("ai_model_launch", 0, "en-4"),
        ("scam_tokens", 0, "fr-3"),
    ]


def test_an_instrument_that_the_table_lacks_goes_by_its_symbol(january_27: Day) -> None:
    """A basket or a user's own symbol is not dropped."""
    day = january_27("fr")
    moves = [replace(day.moves[2], symbol="basket:chips", verdict=MoveVerdict.MOVE)]
    assert build_edition(replace(day, moves=moves)).unexplained[0].name == "basket:chips"


def test_an_article_whose_text_is_missing_is_counted_and_not_listed(january_27: Day) -> None:
    """Documents may be fewer than members."""
    edition = build_edition(replace(january_27("en"), documents=()))
    assert edition.groups[0].telling.sources == ()
    assert edition.groups[0].telling.articles == 4


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_loud_story_that_moved_nothing_says_what_stood_still(january_27: Day, lang: str) -> None:
    """On its shelf, with the ordinary session of what it names; a linked story never does."""
    day = january_27(lang)
    shelf = build_edition(day).shelves[0].tellings[0]
    quiet = replace(day.moves[0], symbol="IBM", verdict=MoveVerdict.QUIET, simple_return=0.004)
    silence = Silence(symbol="IBM", session_on=quiet.session_on, story_id=shelf.story_id, method="m", publishers=4)
    edition = build_edition(replace(day, moves=[*day.moves, quiet], silences=[silence]))
    assert [(f.symbol, f.simple_return) for f in edition.shelves[0].tellings[0].still] == [("IBM", 0.004)]
    assert all(not group.telling.still for group in edition.groups)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_move_names_the_slow_burn_beside_its_story(january_27: Day, lang: str) -> None:
    """With its lag in days and sessions; its own story is none."""
    day = january_27(lang)
    best = day.links[0]
    other = next(story for story in day.stories if story.id != best.story_id)
    release = replace(day.members[0], story_id=other.id, told_at=datetime(2025, 1, 20, 14, tzinfo=UTC))
    burn = replace(best, story_id=other.id, rank=2, reason="slow_burn:4", lag_hours=175.0, lag_sessions=4)
    match = next(
        match
        for group in build_edition(replace(day, links=[*day.links, burn], members=[release, *day.members])).groups
        for match in group.matches + group.others
        if match.figure.symbol == best.symbol
    )
    assert match.slow_burn is not None
    assert (match.slow_burn.days, match.slow_burn.sessions) == (7, 4)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_story_on_tokens_that_is_linked_to_a_move_offers_no_ticker_either(january_27: Day, lang: str) -> None:
    """The title of its group comes as the watch would write it."""
    day = january_27(lang)
    best = next(link for link in day.links if link.rank == 1)
    stories = [replace(s, title="$DSEEK à 0,03 $ : faux jetons") if s.id == best.story_id else s for s in day.stories]
    members = {member.article_id for member in day.members if member.story_id == best.story_id}
    others = [label for label in day.labels if label.article_id not in members]
    scam = [replace(day.labels[0], article_id=article, topic="scam_tokens", probability=0.9) for article in members]
    edition = build_edition(replace(day, stories=stories, labels=[*others, *scam]))
    group = next(group for group in edition.groups if group.telling.story_id == best.story_id)
    assert "DSEEK" not in group.telling.title
    assert "0,03" not in group.telling.title
    assert "faux jetons" in group.telling.title

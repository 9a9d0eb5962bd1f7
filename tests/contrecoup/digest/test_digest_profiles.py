from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from contrecoup.digest.build import EditionInputs, build_edition, items_of
from contrecoup.digest.profiles import EVERYTHING, Profile, narrowed, profile_of, profiles_of
from contrecoup.digest.render import render_html, render_text
from contrecoup.instruments import AliasTable
from contrecoup.models import Evidence, Link
from contrecoup.settings import Recipient, Settings, Watchlist


def _reader(**asked: object) -> Recipient:
    return Recipient.model_validate({"address": "reader@bank.example", **asked})


def test_readers_who_ask_for_the_same_have_one_profile() -> None:
    """In whatever order they name it; who asks for nothing in particular has the default one."""
    one = profile_of(_reader(topics=["chip_stocks", "crypto_mining"], symbols=["NVDA", "AMD"]))
    same = profile_of(_reader(topics=["crypto_mining", "chip_stocks"], symbols=["AMD", "NVDA"], at="07:00"))
    assert one == same
    assert one.name == same.name != EVERYTHING.name
    assert profile_of(_reader()) == EVERYTHING
    assert EVERYTHING.name == "default"


def test_a_topic_and_a_symbol_of_one_name_are_two_profiles() -> None:
    """The name tells them apart, and does not change from day to day."""
    assert Profile(topics=frozenset({"a"})).name != Profile(symbols=frozenset({"a"})).name
    assert Profile(topics=frozenset({"chip_stocks"})).name == "71b7e60bc249"


def test_an_edition_is_made_for_each_profile_of_a_language_once() -> None:
    """And the default one always: it is the one that the folder and the archive show."""
    readers = [
        {"address": "a@bank.example", "topics": ["chip_stocks"]},
        {"address": "b@bank.example", "topics": ["chip_stocks"]},
        {"address": "c@bank.example", "lang": "en", "symbols": ["NVDA"]},
    ]
    settings = Settings(
        watchlist=Watchlist(symbols=("NVDA",)), recipients=tuple(Recipient.model_validate(reader) for reader in readers)
    )
    assert profiles_of(settings, "fr") == (EVERYTHING, Profile(topics=frozenset({"chip_stocks"})))
    assert profiles_of(settings, "en") == (EVERYTHING, Profile(symbols=frozenset({"NVDA"})))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_without_wishes_the_edition_is_what_it_was(january_27: Callable[[str], EditionInputs], lang: str) -> None:
    """The default profile leaves nothing out."""
    inputs = january_27(lang)
    assert build_edition(narrowed(inputs, EVERYTHING)) == build_edition(inputs)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_symbols_choose_the_moves(january_27: Callable[[str], EditionInputs], lang: str) -> None:
    """Those of the profile stay with their stories, and the tally counts them alone."""
    inputs = january_27(lang)
    symbol = inputs.moves[0].symbol
    edition = build_edition(narrowed(inputs, Profile(symbols=frozenset({symbol}))))
    figures = [match.figure for group in edition.groups for match in group.matches + group.others]
    assert {figure.symbol for figure in [*figures, *edition.unexplained]} <= {symbol}
    assert edition.tally.sessions == sum(move.symbol == symbol for move in inputs.moves) < len(inputs.moves)
    assert edition.profile == Profile(symbols=frozenset({symbol})).name


def _evidence(link: Link, story: str, quote: str) -> Evidence:
    return Evidence(
        symbol=link.symbol,
        session_on=link.session_on,
        story_id=story,
        method="m",
        article_id=story,
        version=1,
        kind="mention",
        quote=quote,
        detail="direct:title:alias",
    )


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("topics", [frozenset[str](), frozenset({"chip_stocks"})], ids=["everything", "chips"])
def test_a_story_on_tokens_offers_none_whatever_the_reader_asked_for(
    january_27: Callable[[str], EditionInputs], lang: str, topics: frozenset[str]
) -> None:
    """Under a move with words of it, as a rival, as the story of an earlier session and as a late article."""
    day = january_27(lang)
    offer = "DeepSeek token $PUMPIT at 0xdeadbeefcafe"
    friday = day.moves[0].session_on - timedelta(days=3)
    nvidia = day.links[0]
    before = replace(day, edition_on=friday, moves=[replace(day.moves[0], session_on=friday)])
    inputs = replace(
        day,
        stories=[replace(one, title=offer) if one.id == "fr-3" else one for one in day.stories],
        documents=[replace(one, title=offer) if one.article_id == "fr-3" else one for one in day.documents],
        previous=items_of(build_edition(before)),
        evidence=[_evidence(nvidia, "fr-3", offer)],
        earlier_links=[replace(nvidia, story_id="fr-3", session_on=friday)],
        late=frozenset({"fr-3"}),
    )
    linked = [replace(nvidia, story_id="fr-3"), replace(nvidia, symbol="VST", rival_story_id="fr-3")]
    for links in (linked, []):
        edition = build_edition(narrowed(replace(inputs, links=links), Profile(topics=topics)))
        for part in (render_text(edition), render_html(edition)):
            assert "$PUMPIT" not in part
            assert "0xdeadbeef" not in part
            assert "[…]" in part


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_topics_choose_the_stories(january_27: Callable[[str], EditionInputs], lang: str) -> None:
    """Stories of other topics are left out, unless they stand under a move."""
    inputs = january_27(lang)
    whole = build_edition(inputs)
    topics = {shelf.topic for shelf in whole.shelves}
    assert topics
    for topic in topics:
        edition = build_edition(narrowed(inputs, Profile(topics=frozenset({topic}))))
        assert {shelf.topic for shelf in edition.shelves} == {topic}
        assert edition.tokens == ()
        assert edition.groups == whole.groups


def test_a_basket_is_kept_with_any_of_its_members(january_27: Callable[[str], EditionInputs]) -> None:
    """Who watches Nvidia reads of chips as a whole, and not of miners."""
    table = AliasTable.load()
    inputs = january_27("en")
    instruments = {one.symbol: one for one in table.instruments} | dict(table.baskets)
    [move, *_] = inputs.moves
    moves = [replace(move, symbol=symbol) for symbol in ("NVDA", "AMD", *table.baskets)]
    inputs = replace(inputs, moves=moves, instruments=instruments)
    kept = {one.symbol for one in narrowed(inputs, Profile(symbols=frozenset({"NVDA"}))).moves}
    wanted = {f"basket:{name}" for name in instruments["NVDA"].baskets} & set(table.baskets)
    assert wanted
    assert kept == {"NVDA", *wanted} != {"NVDA", *table.baskets}

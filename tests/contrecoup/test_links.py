"""Which stories a move is linked to, how strongly, in which order, and what is shown for it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from contrecoup.gist import Told
from contrecoup.instruments import Instrument
from contrecoup.links import METHOD, WEIGHTS, Press, breadth_of, label_of, link_moves, topic_fit
from contrecoup.models import (
    Claim,
    Document,
    Evidence,
    Layer,
    Link,
    LinkLabel,
    Mention,
    Move,
    MoveVerdict,
    Status,
    Story,
    StoryArticle,
)

MONDAY = date(2025, 1, 27)
CLOSE = datetime(2025, 1, 27, 21, tzinfo=UTC)
EDITION = datetime(2025, 1, 28, 5, 30, tzinfo=UTC)


def instrument(symbol: str, *baskets: str) -> Instrument:
    """A share in New York."""
    return Instrument(
        symbol=symbol,
        name=symbol,
        kind="stock",
        exchange="XNYS",
        currency="USD",
        benchmark=None,
        baskets=baskets,
        tickers=(symbol,),
        isins=(),
    )


TABLE = [instrument("NVDA", "chips"), instrument("AMD", "chips"), instrument("INTC", "chips"), instrument("META")]


def move(
    symbol: str = "NVDA", simple_return: float | None = -0.1697, *, verdict: MoveVerdict = MoveVerdict.MOVE
) -> Move:
    """A session on Monday."""
    return Move(
        symbol=symbol,
        session_on=MONDAY,
        method="m",
        verdict=verdict,
        reason="",
        simple_return=simple_return,
        measured_at=EDITION,
    )


class Newsroom:
    """Builds a press, one article at a time."""

    def __init__(self) -> None:
        """Nothing told yet."""
        self.stories: dict[str, Story] = {}
        self.members: list[StoryArticle] = []
        self.told: list[Told] = []
        self.claims: list[Claim] = []

    def tell(
        self,
        story_id: str,
        *,
        at: datetime,
        title: str = "DeepSeek inquiète, Nvidia vacille",
        lang: str = "fr",
        target: str = "NVDA",
        field: str = "title",
        layer: Layer = Layer.DIRECT,
        topics: Sequence[str] = ("chip_stocks",),
    ) -> str:
        """Add an article to a story; its id is returned."""
        article_id = f"{story_id}-{len(self.told)}"
        document = Document(
            article_id=article_id,
            version=1,
            url=f"https://press.example/{article_id}",
            publisher=f"{article_id}.example",
            title=title,
            lead="Un modèle venu de Chine. Nvidia est citée ici.",
            text="Le corps du texte. Nvidia y est citée aussi.",
            status=Status.FULL,
            lang=lang,
            lang_score=1.0,
            published_at=at,
            seen_at=at,
        )
        mention = Mention(
            article_id=article_id,
            version=1,
            field=field,
            start=0,
            end=1,
            target=target,
            surface="",
            reason="name",
            layer=layer,
            method="m",
        )
        self.told.append(Told(document=document, mentions=(mention,), topics=frozenset(topics)))
        self.members.append(
            StoryArticle(
                story_id=story_id,
                article_id=article_id,
                version=1,
                likeness=1.0,
                reason="gist",
                wire_id=article_id,
                publisher=document.publisher,
                lang=lang,
                told_at=at,
                method="m",
            )
        )
        self.stories.setdefault(story_id, Story(id=story_id, title=title, lang=lang, first_at=at, method="m"))
        return article_id

    def claim(self, article_id: str, size: float, *, direction: str = "down", symbol: str = "NVDA") -> None:
        """An article states Monday's closing move."""
        self.claims.append(
            Claim(
                article_id=article_id,
                version=1,
                field="title",
                start=0,
                end=1,
                symbol=symbol,
                direction=direction,
                size=size,
                unit="percent",
                qualifier="exact",
                period="close",
                session_on=MONDAY,
                sentence=f"Nvidia chute de {size} %.",
                method="m",
            )
        )

    def link(
        self, *moves: Move, until: datetime = EDITION, table: Sequence[Instrument] = TABLE
    ) -> tuple[list[Link], list[Evidence]]:
        """Link Monday's moves."""
        press = Press(stories=list(self.stories.values()), members=self.members, told=self.told, claims=self.claims)
        return link_moves(moves or [move()], press, instruments=table, until=until, now=EDITION)


@pytest.fixture
def room() -> Newsroom:
    """An empty newsroom."""
    return Newsroom()


def hours(count: float) -> datetime:
    """A moment some hours from the close; negative before it."""
    return CLOSE + timedelta(hours=count)


def test_a_story_named_up_front_before_the_close_and_stated_rightly_is_strong(room: Newsroom) -> None:
    """All parts are stored, in 0..1, and their weighted sum is the score."""
    room.tell("rout", at=hours(-12))
    room.claim(room.tell("rout", at=hours(0.2), lang="en", title="Nvidia tumbles 17%"), 17.0)
    (link,), _ = room.link()
    assert (link.symbol, link.story_id, link.rank, link.label) == ("NVDA", "rout", 1, LinkLabel.STRONG)
    parts = {name: getattr(link, name) for name in WEIGHTS}
    assert all(0 <= value <= 1 for value in parts.values())
    assert link.score == pytest.approx(sum(WEIGHTS[name] * value for name, value in parts.items()), abs=1e-3)
    assert (link.lag_hours, link.lag_sessions, link.method) == (12.0, 0, METHOD)
    assert link.reason == "direct:title;claim:-17%≈-16.97%;attention:2/0.0;same_session"


def test_weights_sum_to_one() -> None:
    """So that a score is a mean."""
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)


def test_evidence_quotes_a_claim_and_a_mention_in_each_language(room: Newsroom) -> None:
    """A reader of either language sees words of an article of theirs."""
    room.claim(room.tell("rout", at=hours(-2)), 17.0)
    room.claim(room.tell("rout", at=hours(-1), lang="en", title="Nvidia tumbles 17%"), 17.0)
    room.tell("rout", at=hours(-0.5), field="text")
    _, evidence = room.link()
    assert [(row.kind, row.article_id) for row in evidence] == [
        ("claim", "rout-0"),
        ("claim", "rout-1"),
        ("mention", "rout-0"),
        ("mention", "rout-1"),
    ]
    assert evidence[0].quote == "Nvidia chute de 17.0 %."
    assert evidence[0].detail == "-17%≈-16.97%"
    assert evidence[3].quote == "Nvidia tumbles 17%"
    assert evidence[3].detail == "direct:title:name"


def test_a_quiet_or_unmeasured_session_has_no_link(room: Newsroom) -> None:
    """A review of a graphics card on a day without a move links nothing."""
    room.tell("card", at=hours(-6), topics=())
    links, evidence = room.link(
        move(simple_return=0.001, verdict=MoveVerdict.QUIET),
        move("AMD", None, verdict=MoveVerdict.UNMEASURED),
        move("basket:chips"),
    )
    assert (links, evidence) == ([], [])


@pytest.mark.parametrize("topics", [(), ("crypto_mining",)])
def test_a_story_that_does_not_name_the_instrument_is_no_candidate(room: Newsroom, topics: tuple[str, ...]) -> None:
    """A copper mine and a football match have no mention to show."""
    room.tell("mine", at=hours(-3), target="org:copper", topics=topics)
    assert room.link() == ([], [])


def test_fake_tokens_bear_on_no_share(room: Newsroom) -> None:
    """A scam story is no candidate, even when it names a company."""
    room.tell("fakes", at=hours(-3), topics=("scam_tokens",))
    assert room.link() == ([], [])


def test_an_exchange_named_in_a_title_links_nothing_and_rates_do(room: Newsroom) -> None:
    """Wall Street is where everything is traded; a central bank moves all of it, up front and not in a body."""
    for n in range(8):
        room.tell("place", at=hours(-3 - n / 10), target="macro:wall_street", layer=Layer.MACRO)
        room.tell("rates", at=hours(-2 - n / 10), target="macro:fed", layer=Layer.MACRO)
        room.tell("aside", at=hours(-1 - n / 10), target="macro:fed", layer=Layer.MACRO, field="text")
    links, _ = room.link()
    assert [(link.story_id, link.label, link.directness) for link in links] == [("rates", LinkLabel.COINCIDES, 0.3)]


def test_an_exchange_in_the_title_adds_nothing_to_a_name_in_the_body(room: Newsroom) -> None:
    """The story is judged by the article that names the instrument."""
    room.tell("rout", at=hours(-3), target="macro:wall_street", layer=Layer.MACRO)
    room.tell("rout", at=hours(-2), field="text")
    (link,), _ = room.link()
    assert link.reason.startswith("direct:text")


def test_a_claim_on_another_session_is_no_witness(room: Newsroom) -> None:
    """Friday's figure says nothing of Monday's move."""
    room.tell("rout", at=hours(-3))
    room.claim("rout-0", 17.0)
    room.claims[0] = replace(room.claims[0], session_on=date(2025, 1, 24))
    (link,), evidence = room.link()
    assert link.agreement == 0.0
    assert [row.kind for row in evidence] == ["mention"]


def test_the_report_of_an_earlier_session_is_no_news_of_this_one(room: Newsroom) -> None:
    """A title that states Friday's close has the timing of a report; one more article that does not, and it is news."""
    article = room.tell("friday", at=hours(-60))
    (news,), _ = room.link()
    room.claim(article, 3.2)
    room.claims[0] = replace(room.claims[0], session_on=date(2025, 1, 24))
    (report,), _ = room.link()
    assert (news.timing, report.timing) == (1.0, 0.3)
    assert report.reason.endswith("earlier_session")
    room.tell("friday", at=hours(-5))
    (both,), _ = room.link()
    assert both.timing == 1.0


def test_a_figure_told_before_the_opening_is_no_report_of_the_day_before(room: Newsroom) -> None:
    """Without a day or a close, it may be the price before the bell."""
    room.claim(room.tell("rout", at=hours(-9)), 11.0)
    room.claims[0] = replace(room.claims[0], session_on=None, period="unknown")
    (link,), _ = room.link()
    assert (link.timing, link.agreement) == (1.0, 0.0)


def test_the_place_of_the_name_orders_the_rivals(room: Newsroom) -> None:
    """Title before lead before body before basket; each names its best rival."""
    room.tell("basket", at=hours(-4), target="basket:chips", layer=Layer.SECTOR)
    room.tell("body", at=hours(-4), field="text")
    room.tell("lead", at=hours(-4), field="lead")
    room.tell("title", at=hours(-4))
    links, _ = room.link()
    assert [(link.story_id, link.directness) for link in links] == [
        ("title", 1.0),
        ("lead", 0.9),
        ("body", 0.6),
        ("basket", 0.5),
    ]
    assert [link.rank for link in links] == [1, 2, 3, 4]
    assert [link.rival_story_id for link in links] == ["lead", "title", "title", "title"]


def test_a_story_first_told_after_the_close_needs_a_claim_and_is_never_strong(room: Newsroom) -> None:
    """A report of a move does not precede it."""
    room.tell("evening", at=hours(1))
    assert room.link() == ([], [])
    room.claim("evening-0", 17.0)
    (link,), _ = room.link()
    assert link.label is LinkLabel.PLAUSIBLE
    assert link.lag_hours == -1.0
    assert "after_close" in link.reason


def test_an_evening_story_on_something_else_that_recalls_the_move_only_coincides(room: Newsroom) -> None:
    """It names the instrument in its body, hours after the close."""
    for n in range(4):
        room.claim(room.tell("tariffs", at=hours(2 + n), field="text"), 17.0)
    (link,), _ = room.link()
    assert link.score > 0.6
    assert link.label is LinkLabel.COINCIDES


def test_nothing_told_after_the_edition_is_read(room: Newsroom) -> None:
    """The morning's edition knows what was known that morning."""
    room.tell("rout", at=hours(-12))
    before = room.link()
    room.claim(room.tell("rout", at=EDITION + timedelta(minutes=1)), 17.0)
    assert room.link() == before


def test_nothing_told_after_the_next_opening_is_evidence(room: Newsroom) -> None:
    """A later edition that looks back sees the session as it was seen the next morning."""
    room.tell("rout", at=hours(-12))
    before = room.link()
    room.claim(room.tell("rout", at=hours(20)), 17.0)
    assert room.link(until=hours(40)) == before


def test_a_slow_burn_that_rises_at_the_move_stays_alive(room: Newsroom) -> None:
    """Told first a week before, told everywhere at the move: late, and yet on time."""
    room.tell("r1", at=datetime(2025, 1, 20, 14, tzinfo=UTC))
    for n in range(6):
        room.tell("r1", at=hours(-10 + n), lang="en" if n % 2 else "fr")
    (link,), _ = room.link()
    assert link.lag_sessions == 4
    assert link.lag_hours > 24 * 7
    assert "slow_burn" in link.reason
    assert link.timing > 0.6


def test_an_old_story_told_once_more_has_decayed(room: Newsroom) -> None:
    """Without a rise the sessions in between count against it."""
    for n in range(8):
        room.tell("old", at=datetime(2025, 1, 20, 14 + n % 4, tzinfo=UTC), field="lead")
    room.tell("old", at=hours(-2))
    room.claim("old-8", 17.0)
    (link,), _ = room.link()
    assert link.timing == pytest.approx(0.6**4, abs=1e-4)
    assert "sessions_before:4" in link.reason


def test_a_story_that_nobody_tells_around_the_session_does_not_coincide(room: Newsroom) -> None:
    """Last week's review is no rival of today's event."""
    room.tell("card", at=datetime(2025, 1, 23, 14, tzinfo=UTC))
    assert room.link() == ([], [])


@pytest.mark.parametrize("title", ["Nvidia franchit les 1 000 milliards", "Nvidia climbs past a trillion"])
def test_a_story_of_a_rise_is_dropped_on_the_day_of_a_fall(room: Newsroom, title: str) -> None:
    """An old record with a fresh date, told once, is left out for its direction."""
    room.tell("record", at=hours(-10), title=title)
    assert room.link() == ([], [])
    (link,), _ = room.link(move(simple_return=0.05))
    assert link.story_id == "record"


def test_claims_of_the_other_direction_weigh_less_and_are_no_evidence(room: Newsroom) -> None:
    """The reason says that the story was contradicted."""
    for n in range(12):
        room.claim(room.tell("rise", at=hours(-8 + n / 10), title="Nvidia"), 5.0, direction="up")
    (link,), evidence = room.link(move(), move("AMD", -0.06, verdict=MoveVerdict.QUIET))
    assert link.agreement == 0.0
    assert link.reason.endswith("contradicted")
    assert {row.kind for row in evidence} == {"mention"}
    assert link.label is LinkLabel.COINCIDES


def test_at_most_five_stories_are_kept_for_a_move(room: Newsroom) -> None:
    """A famous instrument is in every story."""
    for n in range(9):
        room.tell(f"s{n}", at=hours(-9 + n))
    links, _ = room.link()
    assert [link.rank for link in links] == [1, 2, 3, 4, 5]


def test_the_order_of_the_rows_does_not_matter(room: Newsroom) -> None:
    """The same press in another order gives the same links."""
    for n in range(6):
        room.tell(f"s{n % 3}", at=hours(-9 + n))
    links = room.link(move(), move("AMD", -0.06))
    room.members.reverse()
    room.told.reverse()
    assert room.link(move("AMD", -0.06), move()) == links


def test_a_member_whose_article_or_story_is_unknown_is_left_aside(room: Newsroom) -> None:
    """Rows that were not loaded cannot be shown."""
    room.tell("rout", at=hours(-12))
    room.tell("lost", at=hours(-11))
    room.tell("rout", at=hours(-10))
    del room.stories["lost"], room.told[2]
    links, evidence = room.link()
    assert [link.story_id for link in links] == ["rout"]
    assert {row.article_id for row in evidence} == {"rout-0"}


def test_breadth_is_the_share_of_the_basket_that_went_the_same_way() -> None:
    """Unmeasured members and other baskets do not count."""
    table = {one.symbol: one for one in TABLE}
    moves = [move(), move("AMD", -0.06), move("INTC", 0.01), move("META", -0.02), move("XYZ", -0.5)]
    assert breadth_of(moves[0], table["NVDA"], moves, table) == 0.5
    assert breadth_of(moves[3], table["META"], moves, table) == 0.0


@pytest.mark.parametrize(
    ("topics", "baskets", "fit"),
    [
        (("chip_stocks",), ("chips",), 1.0),
        (("crypto_mining",), ("miners_hosts", "ai_power"), 1.0),
        (("crypto_mining",), ("chips",), 0.0),
        (("scam_tokens",), ("crypto_majors",), 0.0),
        ((), ("chips",), 0.5),
        (("a_topic_of_the_user",), ("chips",), 0.5),
        (("chip_stocks",), (), 0.0),
    ],
)
def test_topics_bear_on_baskets(topics: tuple[str, ...], baskets: tuple[str, ...], fit: float) -> None:
    """The table of bearings; what it does not know is neither for nor against."""
    assert topic_fit(frozenset(topics), instrument("X", *baskets)) == fit


@pytest.mark.parametrize(
    ("change", "label"),
    [
        ({}, LinkLabel.STRONG),
        ({"agreement": 0.5, "attention": 0.9}, LinkLabel.STRONG),
        ({"agreement": 0.5, "attention": 0.4}, LinkLabel.PLAUSIBLE),
        ({"directness": 0.6}, LinkLabel.PLAUSIBLE),
        ({"timing": 0.3}, LinkLabel.PLAUSIBLE),
        ({"topic_fit": 0.0}, LinkLabel.PLAUSIBLE),
        ({"directness": 0.6, "timing": 0.3}, LinkLabel.COINCIDES),
    ],
)
def test_strong_needs_every_one_of_its_conditions(change: dict[str, float], label: LinkLabel) -> None:
    """A high score alone is not enough."""
    parts = {"directness": 1.0, "timing": 1.0, "agreement": 1.0, "attention": 0.0, "topic_fit": 1.0, **change}
    assert label_of(0.9, parts) is label
    assert label_of(0.5, parts) is LinkLabel.COINCIDES

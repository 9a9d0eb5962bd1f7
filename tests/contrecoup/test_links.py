"""Which stories a move is linked to, how strongly, in which order, and what is shown for it (parts: test_parts.py)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from contrecoup.gist import Told
from contrecoup.instruments import Basket, Instrument
from contrecoup.links import METHOD, WEIGHTS, Linked, Press, base_rate_of, label_of, link_moves
from contrecoup.models import (
    Background,
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


CHIPS = Basket(
    symbol="basket:chips",
    name="Chips",
    kind="basket",
    exchange="XNYS",
    currency="USD",
    benchmark=None,
    baskets=("chips",),
    tickers=(),
    isins=(),
    least=3,
)
TABLE = [
    instrument("NVDA", "chips"),
    instrument("AMD", "chips"),
    instrument("INTC", "chips"),
    instrument("META"),
    CHIPS,
]


def move(
    symbol: str = "NVDA",
    simple_return: float | None = -0.1697,
    *,
    verdict: MoveVerdict = MoveVerdict.MOVE,
    on: date = MONDAY,
) -> Move:
    """A session, Monday's by default; its z is a hundred times its return."""
    return Move(
        symbol=symbol,
        session_on=on,
        method="m",
        verdict=verdict,
        reason="",
        simple_return=simple_return,
        z=None if simple_return is None else 100 * simple_return,
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
        title: str = "Nvidia abaisse ses prévisions",
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

    def mention(self, article_id: str, target: str) -> None:
        """An article names something else in its title."""
        at = next(n for n, told in enumerate(self.told) if told.document.article_id == article_id)
        told = self.told[at]
        other = replace(told.mentions[0], target=target, field="title", start=5)
        self.told[at] = replace(told, mentions=(*told.mentions, other))

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

    def judge(self, *moves: Move, until: datetime = EDITION, backgrounds: Sequence[Background] = ()) -> Linked:
        """Everything that is found of some sessions."""
        press = Press(stories=list(self.stories.values()), members=self.members, told=self.told, claims=self.claims)
        return link_moves(
            moves, press, measured=moves, instruments=TABLE, backgrounds=backgrounds, until=until, now=EDITION
        )

    def link(self, *moves: Move, until: datetime = EDITION) -> tuple[list[Link], list[Evidence]]:
        """Link Monday's moves."""
        found = self.judge(*(moves or [move()]), until=until)
        return list(found.links), list(found.evidence)


@pytest.fixture
def room() -> Newsroom:
    """An empty newsroom."""
    return Newsroom()


def hours(count: float) -> datetime:
    """A moment some hours from the close; negative before it."""
    return CLOSE + timedelta(hours=count)


def test_a_story_named_up_front_before_the_close_and_stated_rightly_is_strong(room: Newsroom) -> None:
    """All parts are stored, and their weighted sum is the score."""
    for n in range(5):
        room.tell("rout", at=hours(-12 + n))
    room.claim(room.tell("rout", at=hours(0.2), lang="en", title="Nvidia tumbles 17%"), 17.0)
    (link,), _ = room.link()
    assert (link.symbol, link.story_id, link.rank, link.label) == ("NVDA", "rout", 1, LinkLabel.STRONG)
    parts = {name: getattr(link, name) for name in WEIGHTS}
    assert all(0 <= value <= 1 for value in parts.values())
    assert link.score == pytest.approx(sum(WEIGHTS[name] * value for name, value in parts.items()), abs=1e-3)
    assert (link.lag_hours, link.lag_sessions, link.method) == (12.0, 0, METHOD)
    assert link.reason.startswith("direct:title;claim:-17%≈-16.97%;attention:6/0.0;occasion:")


def test_weights_sum_to_one() -> None:
    """So that a score is a mean."""
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)


def test_a_session_that_did_not_move_has_no_link(room: Newsroom) -> None:
    """Quiet, unmeasured, or of an instrument that is in no table."""
    room.tell("card", at=hours(-6), topics=())
    found = room.judge(
        move(simple_return=0.001, verdict=MoveVerdict.QUIET),
        move("AMD", None, verdict=MoveVerdict.UNMEASURED),
        move("XYZ"),
    )
    assert (found.links, found.evidence) == ((), ())


def test_a_quiet_session_leaves_how_well_its_best_story_fitted(room: Newsroom) -> None:
    """Which is what links are held against; without any story it is nothing, and counts too."""
    room.tell("card", at=hours(-6))
    found = room.judge(
        move(simple_return=0.001, verdict=MoveVerdict.QUIET), move("META", 0.001, verdict=MoveVerdict.QUIET)
    )
    meta, nvidia = sorted(found.backgrounds, key=lambda background: background.symbol)
    assert (nvidia.story_id, nvidia.stories, nvidia.score > 0.3) == ("card", 1, True)
    assert (meta.story_id, meta.stories, meta.score) == (None, 0, 0.0)


def test_a_quiet_session_of_which_nothing_was_read_is_no_evidence(room: Newsroom) -> None:
    """Before the first feed, or while none answered, silence says nothing; one article on anything is enough."""
    quiet = move(simple_return=0.001, verdict=MoveVerdict.QUIET)
    assert room.judge(quiet).backgrounds == ()
    room.tell("match", at=hours(-6), target="org:football")
    assert [background.score for background in room.judge(quiet).backgrounds] == [0.0]


def background(score: float, days: int) -> Background:
    """A quiet session some days before Monday."""
    return Background(
        symbol="NVDA", session_on=MONDAY - timedelta(days=days), method=METHOD, score=score, story_id=None, stories=1
    )


def test_what_quiet_sessions_have_as_well_is_worth_less(room: Newsroom) -> None:
    """The same story is strong for a share of which nothing is told, and only coincides for one that fits every day."""
    for n in range(6):
        room.tell("rout", at=hours(-12 + n))
    silent = room.judge(move(), backgrounds=[background(0.0, n) for n in range(1, 90)]).links[0]
    noisy = room.judge(move(), backgrounds=[background(0.0 if n % 3 else 0.9, n) for n in range(1, 90)]).links[0]
    assert (silent.label, noisy.label) == (LinkLabel.STRONG, LinkLabel.COINCIDES)
    assert silent.score == noisy.score
    assert silent.base_rate < 0.05 < noisy.base_rate
    assert (silent.quiet_sessions, noisy.quiet_sessions) == (89, 89)


def test_only_quiet_sessions_of_the_half_year_before_are_held_against_a_link(room: Newsroom) -> None:
    """A later session, and one of last year, say nothing of this one."""
    room.tell("rout", at=hours(-12))
    linked = room.judge(move(), backgrounds=[background(0.9, -1), background(0.9, 0), background(0.9, 200)])
    assert linked.links[0].quiet_sessions == 0


def test_a_base_rate_begins_at_the_average_and_follows_what_is_seen() -> None:
    """Higher scores are rarer; without a quiet session the average of the fit stands alone."""
    assert base_rate_of(0.9, []) < base_rate_of(0.6, []) < base_rate_of(0.3, [])
    assert base_rate_of(0.6, [0.7] * 100) > 0.8
    assert base_rate_of(0.6, [0.5] * 100) < base_rate_of(0.6, [])


def test_an_exchange_named_in_a_title_links_nothing_and_rates_do(room: Newsroom) -> None:
    """Wall Street is where everything is traded; a central bank moves all of it, up front and not in a body."""
    for n in range(8):
        room.tell("place", at=hours(-3 - n / 10), target="macro:wall_street", layer=Layer.MACRO)
        room.tell("rates", at=hours(-2 - n / 10), target="macro:fed", layer=Layer.MACRO)
        room.tell("aside", at=hours(-1 - n / 10), target="macro:fed", layer=Layer.MACRO, field="text")
    links, _ = room.link(move(), move("AMD", -0.06))
    nvidia = [link for link in links if link.symbol == "NVDA"]
    assert [(link.story_id, link.directness) for link in nvidia] == [("rates", 0.3)]


def test_a_story_first_told_after_the_close_needs_a_claim_and_is_never_strong(room: Newsroom) -> None:
    """A report of a move does not precede it."""
    for n in range(9):
        room.tell("evening", at=hours(1 + n / 10), title="L'action Nvidia chute de 17 %")
    assert room.link() == ([], [])
    room.claim("evening-0", 17.0)
    (link,), _ = room.link()
    assert link.base_rate < 0.05
    assert link.label is LinkLabel.PLAUSIBLE
    assert link.lag_hours == -1.0
    assert "after_close" in link.reason


def test_what_happened_after_the_close_is_no_occasion_of_the_session(room: Newsroom) -> None:
    """A ruling of the evening that recalls the day's fall; the report of the fall is one."""
    for story, title in (
        ("ruling", "Washington interdit les puces de Nvidia"),
        ("report", "L'action Nvidia chute de 17 %"),
    ):
        for n in range(4):
            room.claim(room.tell(story, at=hours(1 + n / 10), title=title), 17.0)
    found = {link.story_id: link.occasion for link in room.link()[0]}
    assert found == {"ruling": 0.0, "report": 1.0}


def test_an_old_story_told_once_more_has_decayed(room: Newsroom) -> None:
    """Without a rise the sessions in between count against it."""
    for n in range(8):
        room.tell("old", at=datetime(2025, 1, 20, 14 + n % 4, tzinfo=UTC), field="lead")
    room.tell("old", at=hours(-2))
    room.claim("old-8", 17.0)
    (link,), _ = room.link()
    assert link.timing == pytest.approx(0.6**4, abs=1e-4)
    assert "sessions_before:4" in link.reason


def test_a_story_told_again_whose_subject_comes_up_anew_is_told_in_those_of_others(room: Newsroom) -> None:
    """R1: released a week before, told once more, while everybody speaks of its maker on the day of the fall."""
    release = datetime(2025, 1, 20, 14, tzinfo=UTC)
    room.tell("r1", at=release, field="text", topics=("ai_model_launch",))
    room.mention("r1-0", "org:deepseek")
    for n in range(5):
        room.mention(room.tell("rout", at=hours(-9 + n)), "org:deepseek")
    assert {link.story_id for link in room.link()[0]} == {"rout"}
    room.tell("r1", at=hours(-60), field="text", topics=("ai_model_launch",))
    links, _ = room.link(move(), move("AMD", -0.06))
    nvidia = {link.story_id: link for link in links if link.symbol == "NVDA"}
    assert nvidia.keys() == {"rout", "r1"}
    link = nvidia["r1"]
    assert link.lag_sessions == 4
    assert "slow_burn:4" in link.reason
    assert link.label is not LinkLabel.STRONG


@pytest.mark.parametrize(
    ("title", "lang"), [("Nvidia franchit les 1 000 milliards", "fr"), ("Nvidia climbs past a trillion", "en")]
)
def test_a_title_of_a_rise_speaks_against_a_link_with_a_fall(room: Newsroom, title: str, lang: str) -> None:
    """And for one with a rise."""
    room.tell("record", at=hours(-10), title=title, lang=lang)
    assert [link.agreement for link in room.link()[0]] in ([], [-0.5])
    (link,), _ = room.link(move(simple_return=0.05))
    assert link.agreement == 0.5


def test_a_story_that_states_the_other_direction_is_never_strong_and_no_evidence(room: Newsroom) -> None:
    """However many tell it."""
    for n in range(12):
        room.claim(room.tell("rise", at=hours(-8 + n / 10), title="Nvidia relève ses prévisions"), 5.0, direction="up")
    links, evidence = room.link()
    assert [(link.agreement, link.label is LinkLabel.STRONG) for link in links] == [(-1.0, False)]
    assert {row.kind for row in evidence} == {"mention"}


def test_a_story_that_many_tell_of_a_share_that_stands_still_moved_nothing(room: Newsroom) -> None:
    """Four publishers name it up front; a mere aside, or a story of a week ago, is no silence."""
    old = datetime(2025, 1, 24, 14, tzinfo=UTC)
    room.tell("old", at=old)
    for n in range(4):
        room.tell("card", at=hours(-9 + n))
        room.tell("aside", at=hours(-9 + n), field="text")
        room.tell("old", at=hours(-9 + n))
    found = room.judge(move(simple_return=0.001, verdict=MoveVerdict.QUIET))
    assert [(s.story_id, s.symbol, s.publishers) for s in found.silences] == [("card", "NVDA", 4)]


def test_a_story_that_only_one_of_many_tells_of_a_share_is_no_silence_of_it(room: Newsroom) -> None:
    """Four tell of another company; one of them names this one in its title too."""
    for n in range(4):
        room.tell("results", at=hours(-9 + n), target="META")
    room.mention("results-0", "NVDA")
    quiet = {"simple_return": 0.001, "verdict": MoveVerdict.QUIET}
    found = room.judge(move(**quiet), move("META", **quiet))
    assert [(s.symbol, s.publishers) for s in found.silences] == [("META", 4)]


def test_a_story_that_moved_another_share_that_day_did_not_move_nothing(room: Newsroom) -> None:
    """It named two; one of them fell."""
    for n in range(6):
        room.mention(room.tell("rout", at=hours(-9 + n)), "AMD")
    found = room.judge(move(), move("AMD", 0.001, verdict=MoveVerdict.QUIET))
    assert [link.symbol for link in found.links] == ["NVDA"]
    assert found.silences == ()


def test_a_story_that_names_a_share_that_moved_did_not_move_nothing_though_it_is_no_link_of_it(room: Newsroom) -> None:
    """Every quiet session of the share that fell has a story as good; named in passing, the fall is not the story's."""
    past = [background(0.99, n) for n in range(1, 90)]
    still = move("AMD", 0.001, verdict=MoveVerdict.QUIET)
    for n in range(4):
        room.mention(room.tell("list", at=hours(-9 + n), target="AMD"), "NVDA")
        room.tell("list", at=hours(-9 + n), field="text")
        room.tell("card", at=hours(-9 + n), target="AMD")
        room.tell("card", at=hours(-9 + n), field="text")
    found = room.judge(move(), still, backgrounds=past)
    assert found.links == ()
    assert [(s.story_id, s.symbol) for s in found.silences] == [("card", "AMD")]


def test_a_story_of_a_saturday_that_moved_a_coin_did_not_move_nothing_on_monday(room: Newsroom) -> None:
    """Exchanges date one evening differently; what counts is whether their sessions ran at one time."""
    coin = replace(instrument("BTC-USD"), kind="crypto", exchange="24/7")
    for n in range(5):
        room.mention(room.tell("hack", at=datetime(2025, 1, 25, 12 + n, tzinfo=UTC), target="BTC-USD"), "META")
    moves = [move("BTC-USD", -0.12, on=date(2025, 1, 25)), move("META", 0.001, verdict=MoveVerdict.QUIET)]
    press = Press(stories=list(room.stories.values()), members=room.members, told=room.told)
    found = link_moves(
        moves, press, measured=moves, instruments=[*TABLE, coin], backgrounds=(), until=EDITION, now=EDITION
    )
    assert [link.symbol for link in found.links] == ["BTC-USD"]
    assert found.silences == ()
    alone = link_moves(
        moves[1:], press, measured=moves, instruments=[*TABLE, coin], backgrounds=(), until=EDITION, now=EDITION
    )
    assert [silence.symbol for silence in alone.silences] == ["META"]


@pytest.mark.parametrize("publishers", [1, 2, 4, 5, 7])
def test_a_story_fits_as_well_as_one_with_the_same_stored_score(room: Newsroom, publishers: int) -> None:
    """Scores are compared as they are stored, so that quiet sessions read back count as those just judged."""
    for n in range(publishers):
        room.tell("rout", at=hours(-2 - n))
    score = room.judge(move(verdict=MoveVerdict.QUIET)).backgrounds[0].score
    (link,) = room.judge(move(), backgrounds=[background(score, n) for n in range(1, 4)]).links
    assert link.score == score
    assert link.base_rate > 3 / 23


def test_a_basket_is_spoken_of_through_its_members(room: Newsroom) -> None:
    """As a sector, and less directly than a share of its own; its peers are its members, not itself."""
    for n in range(6):
        room.mention(room.tell("rout", at=hours(-9 + n)), "AMD")
    (link,), _ = room.link(move("basket:chips", -0.09), move("NVDA", -0.17, verdict=MoveVerdict.QUIET))
    assert (link.story_id, link.directness, link.breadth) == ("rout", 0.5, 1.0)


@pytest.mark.parametrize(("direction", "symbols"), [("up", ["NVDA", "AMD"]), ("down", ["NVDA"])])
def test_what_was_told_of_a_basket_after_the_close_must_state_its_way_of_two_members(
    room: Newsroom, direction: str, symbols: list[str]
) -> None:
    """One member, or the other direction, is no report of the basket."""
    article = room.tell("evening", at=hours(0.5), title="Nvidia chute de 17 %")
    for symbol in symbols:
        room.claim(article, 17.0, direction=direction, symbol=symbol)
    assert room.link(move("basket:chips", -0.09)) == ([], [])
    for symbol in ("AMD", "INTC", "NVDA"):
        room.claim(article, 17.0, symbol=symbol)
    (link,), _ = room.link(move("basket:chips", -0.09))
    assert (link.story_id, link.agreement, link.label) == ("evening", 0.5, LinkLabel.COINCIDES)


def test_a_basket_stands_under_the_story_that_most_of_its_members_share(room: Newsroom) -> None:
    """Two members stand under the evening's report; the story that fits the basket better is its rival."""
    for n in range(6):
        room.tell("day", at=hours(-9 + n), target="basket:chips", layer=Layer.SECTOR, field="lead")
    article = room.tell("evening", at=hours(0.5), title="AMD et Intel chutent de 17 %", target="AMD")
    room.mention(article, "INTC")
    room.mention(article, "NVDA")
    for symbol in ("AMD", "INTC"):
        room.claim(article, 17.0, symbol=symbol)
    moves = [move("AMD", -0.17), move("INTC", -0.17), move("basket:chips", -0.09)]
    for given in (moves, moves[::-1]):
        basket = [link for link in room.link(*given)[0] if link.symbol == "basket:chips"]
        assert [link.story_id for link in basket] == ["evening", "day"]
    assert [link.story_id for link in room.link(moves[2])[0]] == ["day", "evening"]


@pytest.mark.parametrize(
    ("rate", "change", "label"),
    [
        (0.04, {}, LinkLabel.STRONG),
        (0.04, {"timing": 0.3, "agreement": 1.0}, LinkLabel.PLAUSIBLE),
        (0.04, {"timing": 0.3, "agreement": 0.5}, LinkLabel.COINCIDES),
        (0.04, {"agreement": -0.5}, LinkLabel.PLAUSIBLE),
        (0.10, {}, LinkLabel.PLAUSIBLE),
        (0.30, {}, LinkLabel.COINCIDES),
    ],
)
def test_a_label_says_how_rare_such_a_story_is(rate: float, change: dict[str, float], label: LinkLabel) -> None:
    """And no report of a move, or of the other direction, is strong."""
    assert label_of(rate, {"timing": 1.0, "agreement": 0.0, **change}) is label


def test_a_story_that_nobody_told_around_the_session_is_never_strong() -> None:
    """However rare it would be, and however much its subject is spoken of."""
    parts = {"timing": 0.8, "agreement": 0.0}
    assert label_of(0.01, parts) is LinkLabel.STRONG
    assert label_of(0.01, parts, told=False) is LinkLabel.PLAUSIBLE


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


@pytest.mark.parametrize("topics", [(), ("crypto_mining",)])
def test_a_story_that_does_not_name_the_instrument_is_no_candidate(room: Newsroom, topics: tuple[str, ...]) -> None:
    """A copper mine and a football match have no mention to show."""
    room.tell("mine", at=hours(-3), target="org:copper", topics=topics)
    assert room.link() == ([], [])


def test_fake_tokens_bear_on_no_share(room: Newsroom) -> None:
    """A scam story is no candidate, even when it names a company."""
    room.tell("fakes", at=hours(-3), topics=("scam_tokens",))
    assert room.link() == ([], [])


def test_an_exchange_in_the_title_adds_nothing_to_a_name_in_the_body(room: Newsroom) -> None:
    """The story is judged by the article that names the instrument."""
    room.tell("rout", at=hours(-3), target="macro:wall_street", layer=Layer.MACRO)
    for n in range(4):
        room.tell("rout", at=hours(-2 + n / 10), field="text")
    link = next(link for link in room.link(move(), move("AMD", -0.06))[0] if link.symbol == "NVDA")
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


@pytest.mark.parametrize("title", ["Nvidia chute à la clôture", "Nvidia tumbles at the close"])
def test_what_reports_an_earlier_close_has_no_occasion_and_no_direction_of_this_one(room: Newsroom, title: str) -> None:
    """Friday's fall, told on Friday evening, is no event of Monday; nor is its wire copy under another headline."""
    article = room.tell("friday", at=hours(-71), title=title, lang="fr" if "chute" in title else "en")
    room.claim(article, 3.2)
    room.claims[0] = replace(room.claims[0], session_on=date(2025, 1, 24))
    copy = room.tell("friday", at=hours(-70), title="Vendredi noir pour Nvidia")
    room.members = [replace(m, wire_id=article) if m.article_id == copy else m for m in room.members]
    (background,) = room.judge(move(verdict=MoveVerdict.QUIET)).backgrounds
    room.tell("monday", at=hours(-3))
    links, _ = room.link()
    assert links[0].story_id == "monday"
    assert [(x.agreement, x.occasion, x.timing) for x in links if x.story_id == "friday"] in ([], [(0.0, 0.0, 0.3)])
    assert background.score < links[0].score


def stale(room: Newsroom) -> None:
    """A story of Friday that many told again after Friday's close, and none on Monday."""
    for n in range(9):
        room.tell("friday", at=datetime(2025, 1, 24, 15 + 6 * (n > 1), 10 + n, tzinfo=UTC))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_report_of_this_session_leads_before_a_fitter_story_of_the_one_before(room: Newsroom, lang: str) -> None:
    """What states Monday's own figure is of Monday; without it Friday's story leads."""
    stale(room)
    assert [link.story_id for link in room.link()[0]] == ["friday"]
    title = "Nvidia chute de 17 %" if lang == "fr" else "Nvidia tumbles 17%"
    room.claim(room.tell("report", at=hours(0.3), title=title, lang=lang, field="text", topics=()), 17.0)
    first, second = room.link()[0]
    assert (first.story_id, second.story_id) == ("report", "friday")
    assert (first.rank, first.rival_story_id) == (1, "friday")
    assert first.score < second.score


def test_an_older_story_that_was_told_in_the_session_keeps_its_lead(room: Newsroom) -> None:
    """A report of the evening does not outweigh what was told of the event all day."""
    stale(room)
    for n in range(6):
        room.tell("friday", at=hours(-5 + n / 10))
    room.claim(room.tell("report", at=hours(0.3), title="Nvidia chute de 17 %", field="text"), 17.0)
    assert [link.story_id for link in room.link()[0]] == ["friday", "report"]


def test_a_story_told_in_time_that_states_the_move_leads_before_one_told_after_the_close(room: Newsroom) -> None:
    """However many report it in the evening; a story that states nothing does not outrun them."""
    room.tell("day", at=hours(-6), field="text", title="Nvidia recule")
    for n in range(6):
        room.claim(room.tell("evening", at=hours(0.5 + n / 10), title="Nvidia chute de 17 %"), 17.0)
    assert room.link()[0][0].story_id == "evening"
    room.claim(room.tell("day", at=hours(0.2), field="text", title="Nvidia recule"), 17.0)
    first, second = room.link()[0]
    assert (first.story_id, second.story_id) == ("day", "evening")
    assert first.score < second.score


def test_a_figure_told_before_the_opening_is_no_report_of_the_day_before(room: Newsroom) -> None:
    """Without a day or a close, it may be the price before the bell."""
    room.claim(room.tell("rout", at=hours(-9)), 11.0)
    room.claims[0] = replace(room.claims[0], session_on=None, period="unknown")
    (link,), _ = room.link()
    assert (link.timing, link.agreement) == (1.0, 0.0)


def test_the_place_of_the_name_orders_the_rivals(room: Newsroom) -> None:
    """Title before lead before body before basket; each names its best rival."""
    for n in range(3):
        room.tell("basket", at=hours(-4 - n), target="basket:chips", layer=Layer.SECTOR)
        room.tell("body", at=hours(-4 - n), field="text")
        room.tell("lead", at=hours(-4 - n), field="lead")
        room.tell("title", at=hours(-4 - n))
    links, _ = room.link()
    assert [(link.story_id, link.directness) for link in links] == [
        ("title", 1.0),
        ("lead", 0.9),
        ("body", 0.6),
        ("basket", 0.5),
    ]
    assert [link.rank for link in links] == [1, 2, 3, 4]
    assert [link.rival_story_id for link in links] == ["lead", "title", "title", "title"]


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
    room.tell("next", at=hours(21))
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


def test_what_is_one_session_old_is_no_slow_burn(room: Newsroom) -> None:
    """Told on Friday and everywhere on Monday: it counts as a story of the session before."""
    room.tell("rout", at=datetime(2025, 1, 24, 15, tzinfo=UTC))
    for n in range(6):
        room.tell("rout", at=hours(-5 + n / 10))
    (link,), _ = room.link()
    assert (link.lag_sessions, link.timing) == (1, 0.6)
    assert link.reason.endswith("sessions_before:1")


def test_the_subject_of_a_story_of_last_month_does_not_come_up_anew(room: Newsroom) -> None:
    """Ten days are as far as a slow burn reaches."""
    room.tell("old", at=datetime(2025, 1, 2, 14, tzinfo=UTC))
    room.mention("old-0", "org:deepseek")
    room.tell("old", at=hours(-60))
    for n in range(5):
        room.mention(room.tell("rout", at=hours(-9 + n)), "org:deepseek")
    old = next(link for link in room.link()[0] if link.story_id == "old")
    assert "attention:1/" in old.reason


def test_a_story_that_nobody_tells_around_the_session_does_not_coincide(room: Newsroom) -> None:
    """Last week's review is no rival of today's event."""
    room.tell("card", at=datetime(2025, 1, 23, 14, tzinfo=UTC))
    assert room.link() == ([], [])


def test_at_most_five_stories_are_kept_for_a_move(room: Newsroom) -> None:
    """A famous instrument is in every story."""
    for n in range(9):
        room.tell(f"s{n}", at=hours(-9 + n))
    links, _ = room.link()
    assert [link.rank for link in links] == [1, 2, 3, 4, 5]


def test_an_older_story_is_strong_only_when_it_was_told_again_during_the_session(room: Newsroom) -> None:
    """An echo between the close before and the opening is of the day before."""
    for n in range(6):
        room.tell("rout", at=datetime(2025, 1, 24, 15, n, tzinfo=UTC))
        room.tell("rout", at=datetime(2025, 1, 24, 22 + n // 4, tzinfo=UTC))
    quiet = [background(0.0, n) for n in range(1, 90)]
    (before,) = room.judge(move(), backgrounds=quiet).links
    for n in range(6):
        room.tell("rout", at=hours(-3 + n / 10))
    (during,) = room.judge(move(), backgrounds=quiet).links
    assert (before.lag_sessions, during.lag_sessions) == (1, 1)
    assert before.base_rate <= 0.05
    assert (before.label, during.label) == (LinkLabel.PLAUSIBLE, LinkLabel.STRONG)


def test_an_evening_article_alone_that_names_the_share_makes_no_story_strong(room: Newsroom) -> None:
    """The story was told all day, of others; who reports the fall in the evening comes after it."""
    quiet = [background(0.0, n) for n in range(1, 90)]
    for n in range(6):
        room.tell("rout", at=hours(-9 + n), target="org:deepseek")
    room.claim(room.tell("rout", at=hours(2)), 17.0)
    (evening,) = room.judge(move(), backgrounds=quiet).links
    room.tell("rout", at=hours(-3))
    (named,) = room.judge(move(), backgrounds=quiet).links
    assert evening.base_rate <= 0.05
    assert (evening.label, named.label) == (LinkLabel.PLAUSIBLE, LinkLabel.STRONG)


@pytest.mark.parametrize(("amd", "label"), [(-0.06, LinkLabel.STRONG), (0.06, LinkLabel.PLAUSIBLE)])
def test_a_story_told_of_the_sector_alone_is_strong_only_where_the_sector_went_along(
    room: Newsroom, amd: float, label: LinkLabel
) -> None:
    """A rise against the fall of everything around, told after the close, was not told of before it."""
    quiet = [background(0.0, n) for n in range(1, 90)]
    for n in range(6):
        room.tell("rout", at=hours(-9 + n), target="basket:chips", layer=Layer.SECTOR)
    room.claim(room.tell("rout", at=hours(2)), 17.0)
    links = room.judge(move(), move("AMD", amd, verdict=MoveVerdict.QUIET), backgrounds=quiet).links
    assert [(link.base_rate <= 0.05, link.label) for link in links] == [(True, label)]


def test_the_best_slow_burn_is_kept_beside_the_five(room: Newsroom) -> None:
    """Reports of the move that fit better must not crowd it out; nor is it kept twice."""
    room.tell("r1", at=datetime(2025, 1, 20, 14, tzinfo=UTC), field="text", topics=("ai_model_launch",))
    room.mention("r1-0", "org:deepseek")
    room.tell("r1", at=hours(-60), field="text", topics=("ai_model_launch",))
    for n in range(7):
        for k in range(3):
            room.mention(room.tell(f"s{n}", at=hours(-9 + n + k / 10)), "org:deepseek")
    links, _ = room.link()
    assert [link.rank for link in links] == [1, 2, 3, 4, 5, 6]
    assert [link.story_id for link in links if "slow_burn" in link.reason] == ["r1"]


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

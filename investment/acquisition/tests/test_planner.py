"""The planner beside the sandbox: what is asked, in which order, and what it says of it."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from investment.acquisition.importance import Tier
from investment.acquisition.kinds import Kind
from investment.acquisition.levels import SENTENCES
from investment.acquisition.models import InFlight, Sighting
from investment.acquisition.selectors.datum import DatumFreshness
from investment.acquisition.selectors.freshness import freshness
from investment.acquisition.selectors.plan import current_plan
from investment.acquisition.selectors.universe import load_universe
from investment.acquisition.services import claims
from investment.acquisition.services.demand import declare_interest, withdraw_interest
from investment.acquisition.services.fetching import Order, fetch
from investment.acquisition.services.planner import Planner
from investment.acquisition.services.storing import question
from investment.lib import clock, redis
from investment.lib.level import Level
from investment.lib.modes import Mode
from investment.market.models import Instrument, Quote
from investment.market.services.calendar import write_sessions
from investment.market.services.imports import import_sample
from investment.news.models import StoryCopy, StoryTie
from investment.providers.sandbox.sample import SampleMarket
from investment.providers.sandbox.server import sample_source
from investment.providers.sandbox.testing import CALENDARS, RunningSandbox, exchange_days, running_sandbox
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

KEY = "a-key-of-finnhub"
MORNING = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)  # half an hour after the open
SYMBOLS = 40


@pytest.fixture
def market(settings: Settings) -> Iterator[SampleMarket]:
    """A sample market with a week of bars, at ten in the morning in New York; nobody answers yet."""
    settings.MODE = Mode.parse(f"sample-7-{SYMBOLS}")
    settings.FINNHUB_API_KEY, settings.FINNHUB_PLAN = KEY, "free"
    _forget()
    clock.set_clock(origin=MORNING, rate=0)
    calendar = exchange_days("2024-01-02", "2026-12-31")
    write_sessions(days=calendar.sessions, first=date(2024, 1, 2), last=date(2026, 12, 31))
    invented = sample_source(seed=7, symbols=SYMBOLS, now=MORNING, runtime_dir=CALENDARS).market
    import_sample(first=date(2026, 2, 24), last=date(2026, 3, 2), now=MORNING, market=invented)
    yield invented
    _forget()


@pytest.fixture
def sandbox(market: SampleMarket, settings: Settings) -> Iterator[RunningSandbox]:
    """The market, and a provider that answers."""
    with running_sandbox(symbols=SYMBOLS, clock=clock.now) as running:
        desk = running.sandbox.desk("finnhub")
        desk.keys[KEY] = desk.keys.pop(running.key)
        settings.FINNHUB_BASE_URL = f"{running.url}/finnhub/api/v1"
        yield running


def _forget() -> None:
    """Remove the keys of this mode, which others do not know of."""
    for server in (redis.state(), redis.cache()):
        for key in server.scan_iter(match=redis.key("*"), count=1000):
            server.delete(key)
    clock.clear_clock()


def ids(*symbols: str) -> list[int]:
    found = dict(Instrument.objects.filter(symbol__in=symbols).values_list("symbol", "pk"))
    return [found[symbol] for symbol in symbols]


def listed() -> list[str]:
    """Return the symbols of common stock, which Finnhub has all of."""
    stocks = Instrument.objects.filter(active=True, kind=Instrument.Kind.COMMON_STOCK)
    return list(stocks.order_by("symbol").values_list("symbol", flat=True))


def answered(order: Order) -> None:
    """Do what a worker does whom everything is told at once, without asking anybody."""
    now = clock.now()
    Sighting.objects.bulk_create(
        [
            Sighting(kind=order.kind, instrument_id=pk, provider="finnhub", seen_at=now, tried_at=now)
            for pk in order.instrument_ids
        ],
        update_conflicts=True,
        unique_fields=["kind", "instrument"],
        update_fields=["seen_at", "tried_at"],
    )
    claims.release(token=order.token, kind=order.kind, instrument_ids=order.instrument_ids)


def asked_by(order: Order) -> None:
    fetch(order=order)


def tick(
    planner: Planner, *, spending: Level = Level.FULL, work: Callable[[Order], None] = asked_by
) -> list[int]:
    """Let the planner choose and workers ask; return the instruments that were asked for."""
    orders = planner.tick(now=clock.now(), spending=spending)
    for order in orders:
        work(order)
    return [pk for order in orders for pk in order.instrument_ids]


def go_on(
    planner: Planner,
    *,
    seconds: int,
    step: int = 5,
    spending: Level = Level.FULL,
    work: Callable[[Order], None] = asked_by,
) -> Counter[int]:
    """Let time pass; return how often each instrument was asked for."""
    asked: Counter[int] = Counter()
    for _ in range(0, seconds, step):
        asked.update(tick(planner, spending=spending, work=work))
        clock.set_clock(origin=clock.now() + timedelta(seconds=step), rate=0)
    return asked


def quote_of(symbol: str) -> DatumFreshness:
    found = freshness(instrument=Instrument.objects.get(symbol=symbol), now=clock.now())
    return next(datum for datum in found.data if datum.kind is Kind.QUOTE)


def test_what_is_chosen_is_asked_stored_and_spent_once(sandbox: RunningSandbox) -> None:
    planner = Planner()

    asked = go_on(planner, seconds=60)

    assert 40 <= asked.total() <= 48  # of sixty calls a minute a fifth is for people who wait
    seen = Sighting.objects.filter(kind=Kind.QUOTE, error="", seen_at__isnull=False)
    assert Quote.objects.filter(source="sample", provider="finnhub").count() == seen.count()
    assert set(Sighting.objects.values_list("instrument_id", flat=True)) == set(asked)
    assert not InFlight.objects.exists()
    tally = sandbox.sandbox.tally(KEY, "finnhub")
    assert tally.received == Call.objects.count() <= asked.total()  # what is known to be uncovered costs none
    assert tally.refused == 0


def test_what_is_held_and_watched_keeps_its_promised_age(market: SampleMarket) -> None:
    held, watched = listed()[:3], listed()[3:8]
    for who, symbols, tier in (("portfolio", held, Tier.HELD), ("list", watched, Tier.WATCHED)):
        declare_interest(who=who, instrument_ids=ids(*symbols), kind=Kind.QUOTE, tier=tier, now=clock.now())
    planner = Planner()
    go_on(planner, seconds=120, work=answered)  # by then all have been seen once

    within: Counter[bool | None] = Counter()
    for _ in range(12):
        go_on(planner, seconds=50, work=answered)
        within.update(quote_of(symbol).within_target for symbol in held + watched)

    assert within[True] / within.total() >= 0.95


def test_what_is_in_flight_is_never_asked_twice(sandbox: RunningSandbox) -> None:
    symbol = listed()[0]
    declare_interest(who="a", instrument_ids=ids(symbol), kind=Kind.QUOTE, tier=Tier.HELD, now=clock.now())
    token, ours = claims.claim(
        kind=Kind.QUOTE,
        instrument_ids=ids(symbol),
        provider="finnhub",
        now=clock.now(),
        hold=timedelta(hours=1),
    )
    assert ours == ids(symbol)
    planner = Planner()

    asked = go_on(planner, seconds=60)

    assert asked[ours[0]] == 0
    claims.release(token=token, kind=Kind.QUOTE, instrument_ids=ours)
    assert go_on(planner, seconds=60)[ours[0]] >= 1


def test_a_worker_that_was_killed_costs_a_moment(sandbox: RunningSandbox) -> None:
    declare_interest(
        who="a", instrument_ids=ids(*listed()[:1]), kind=Kind.QUOTE, tier=Tier.HELD, now=clock.now()
    )
    planner = Planner()
    lost = planner.tick(now=clock.now(), spending=Level.FULL)
    assert ids(listed()[0])[0] in lost[0].instrument_ids

    clock.set_clock(origin=clock.now() + timedelta(seconds=125), rate=0)
    asked = go_on(planner, seconds=60)

    assert asked[ids(listed()[0])[0]] >= 1
    assert fetch(order=lost[0]).seen == 0  # what comes late finds its claims gone


@pytest.mark.parametrize("spending", list(Level))
def test_each_level_asks_for_what_its_sentence_says(market: SampleMarket, spending: Level) -> None:
    tiers = dict(zip((Tier.HELD, Tier.ALERTING, Tier.PAGE, Tier.WATCHED), listed(), strict=False))
    for tier, symbol in tiers.items():
        declare_interest(who="a", instrument_ids=ids(symbol), kind=Kind.QUOTE, tier=tier, now=clock.now())
    planner = Planner()

    asked = go_on(planner, seconds=120, step=10, spending=spending, work=answered)
    plan = planner.publish(now=clock.now(), spending=spending)

    people = {tier for tier, symbol in tiers.items() if ids(symbol)[0] in asked}
    everybody = set(tiers)
    assert people == {
        Level.FULL: everybody, Level.THRIFT: everybody, Level.ESSENTIAL: {Tier.HELD, Tier.ALERTING},
        Level.HOLD: set(), Level.READ_ONLY: set(),
    }[spending]  # fmt: skip
    others = set(asked) - set(ids(*tiers.values()))
    assert bool(others) == (spending is Level.FULL)
    assert plan.sentence == SENTENCES[spending]
    assert {call.instrument_id for call in plan.calls} >= set(asked) - others


def test_news_of_what_people_look_at_become_stories_and_rest_before_the_next_look(
    sandbox: RunningSandbox,
) -> None:
    invented = sandbox.sandbox.source.invented
    assert invented is not None
    month, today = date(2026, 2, 3), MORNING.date()
    lines = {symbol: invented.market.find(symbol, today) for symbol in listed()}
    written = [symbol for symbol, line in lines.items() if line and invented.headlines.of(line, month, today)]
    held, watched, nobody = ids(*written[:3])
    for pk, tier in ((held, Tier.HELD), (watched, Tier.WATCHED)):
        declare_interest(who="a", instrument_ids=[pk], kind=Kind.NEWS, tier=tier, now=clock.now())
    planner, since = Planner(), clock.now()

    asked = go_on(planner, seconds=1200, step=20, spending=Level.THRIFT)
    plan = planner.publish(now=clock.now(), spending=Level.THRIFT)

    told = Sighting.objects.filter(kind=Kind.NEWS, error="", seen_at__isnull=False, value_at__lte=since)
    assert {row.instrument_id for row in told} == {held, watched}  # the newest that was written of them
    assert set(StoryTie.objects.filter(instrument_id__in=[held, watched]).values_list("how", flat=True))
    assert StoryCopy.objects.filter(provider="finnhub", source="sample", about__contains=[held]).exists()
    # Every two minutes at most, however many calls are left.
    assert 8 <= asked[held] <= 10
    assert 8 <= asked[watched] <= 10
    assert asked[nobody] == 0
    assert sandbox.sandbox.tally(KEY, "finnhub").refused == 0
    coming = [call for call in plan.calls if call.kind is Kind.NEWS]
    assert {(call.provider, call.instrument_id) for call in coming} == {
        ("finnhub", held), ("finnhub", watched),
    }  # fmt: skip
    assert all(call.promised for call in coming)


def test_a_night_without_anybody_asking_leaves_no_gap_in_the_news(sandbox: RunningSandbox) -> None:
    (held,) = ids(listed()[0])
    instrument = Instrument.objects.get(pk=held)
    now = clock.now()
    assert question(kind=Kind.NEWS, instrument=instrument, now=now)["start"] == date(2026, 1, 31)
    Sighting.objects.create(
        kind=Kind.NEWS, instrument_id=held, provider="finnhub", tried_at=now - timedelta(days=3),
        seen_at=now - timedelta(days=3),
    )  # fmt: skip

    assert question(kind=Kind.NEWS, instrument=instrument, now=now) == {
        "symbol": instrument.symbol, "start": date(2026, 2, 27), "end": date(2026, 3, 4),
    }  # fmt: skip


def test_the_plan_comes_true(market: SampleMarket) -> None:
    symbols = listed()
    declare_interest(
        who="a", instrument_ids=ids(*symbols[:2]), kind=Kind.QUOTE, tier=Tier.HELD, now=clock.now()
    )
    planner = Planner()
    go_on(planner, seconds=90, step=1, work=answered)
    under_way = planner.tick(now=clock.now(), spending=Level.FULL)  # calls that are not answered yet
    planner.publish(now=clock.now(), spending=Level.FULL)
    for order in under_way:
        answered(order)
    told = {symbol: quote_of(symbol).next_call_at for symbol in symbols}
    began, asked_now = clock.now(), {pk for order in under_way for pk in order.instrument_ids}
    soon = began + timedelta(seconds=90)
    expected = {ids(symbol)[0]: at for symbol, at in told.items() if at is not None and at < soon}
    assert len(expected) > 15

    came: dict[int, datetime] = {}
    for _ in range(120):
        clock.set_clock(origin=clock.now() + timedelta(seconds=1), rate=0)
        for pk in tick(planner, work=answered):
            came.setdefault(pk, clock.now())

    true = [
        pk in came and abs((came[pk] - at).total_seconds()) <= max(15.0, 0.2 * (at - began).total_seconds())
        for pk, at in expected.items()
    ]
    assert under_way
    assert all(told[symbol] != began for symbol in symbols if ids(symbol)[0] in asked_now)
    assert sum(true) / len(true) >= 0.95


def test_a_failure_waits_and_says_so(sandbox: RunningSandbox) -> None:
    symbol = listed()[0]
    declare_interest(who="a", instrument_ids=ids(symbol), kind=Kind.QUOTE, tier=Tier.HELD, now=clock.now())
    sandbox.fault("status", endpoint="finnhub.quote", times=1)
    planner = Planner()

    first = tick(planner, spending=Level.THRIFT)
    failed = quote_of(symbol)
    later = go_on(planner, seconds=90, step=10, spending=Level.THRIFT)

    assert first == ids(symbol)
    assert failed.asked_at is None
    assert "asked again at" in failed.why_not_sooner
    assert later[ids(symbol)[0]] >= 1
    assert quote_of(symbol).error == ""


def test_another_planner_knows_what_rests_and_what_the_file_has_told(market: SampleMarket) -> None:
    symbol, other = listed()[:2]
    resting = Sighting.objects.create(
        kind=Kind.QUOTE, instrument_id=ids(symbol)[0], provider="finnhub", tried_at=MORNING,
        error="unknown", again_at=MORNING + timedelta(days=7),
    )  # fmt: skip
    planner = Planner()
    asked = go_on(planner, seconds=60, step=10, work=answered)

    assert resting.instrument_id not in asked
    assert ids(other)[0] in asked
    assert planner.closed_for(clock.now()) == timedelta(0)
    # Yesterday's close came with the file: that is what a price was known by at the open.
    assert load_universe(now=MORNING).last_close[ids(other)[0]] == datetime(2026, 3, 2, 21, 0, tzinfo=UTC)


def test_while_the_exchange_is_closed_nothing_is_asked_and_it_says_until_when(
    market: SampleMarket,
) -> None:
    clock.set_clock(origin=datetime(2026, 3, 3, 23, 0, tzinfo=UTC), rate=0)
    planner = Planner()

    assert go_on(planner, seconds=60).total() == 0
    assert "The exchange is closed until 2026-03-04 14:30 UTC" in quote_of(listed()[0]).why_not_sooner
    assert planner.closed_for(datetime(2026, 3, 3, 23, 0, tzinfo=UTC)) == timedelta(hours=15, minutes=30)


def test_more_than_can_be_promised_is_said(market: SampleMarket) -> None:
    everybody = list(Instrument.objects.values_list("pk", flat=True))
    declare_interest(who="a", instrument_ids=everybody, kind=Kind.QUOTE, tier=Tier.PAGE, now=clock.now())
    planner = Planner()
    go_on(planner, seconds=10, work=answered)

    assert (
        "More is promised than the limits allow"
        in planner.publish(now=clock.now(), spending=Level.FULL).sentence
    )
    withdraw_interest(who="a")
    go_on(planner, seconds=10, work=answered)
    plan = planner.publish(now=clock.now(), spending=Level.FULL)
    assert plan.sentence == SENTENCES[Level.FULL]
    read = current_plan()
    assert read is not None
    assert [call.instrument_id for call in read.calls] == [call.instrument_id for call in plan.calls]
    assert (read.level, read.sentence) == (plan.level, plan.sentence)


def test_an_order_of_a_planner_that_was_replaced_is_not_sent(sandbox: RunningSandbox) -> None:
    from investment.quotas.services import epochs

    planner = Planner()
    orders: list[Order] = planner.tick(now=clock.now(), spending=Level.FULL)
    old = epochs.begin(name="planner", owner="one")
    epochs.begin(name="planner", owner="another")

    done = fetch(order=orders[0], epoch=old)

    assert done.seen == 0
    assert done.stopped
    assert not InFlight.objects.filter(token=orders[0].token).exists()

"""The planner beside the sandbox: what is asked, in which order, and what it says of it."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from investment.acquisition.importance import Tier
from investment.acquisition.kinds import Kind
from investment.acquisition.levels import SENTENCES
from investment.acquisition.models import InFlight, Sighting
from investment.acquisition.selectors.freshness import DatumFreshness, freshness
from investment.acquisition.selectors.plan import current_plan
from investment.acquisition.services import claims
from investment.acquisition.services.demand import declare_interest, withdraw_interest
from investment.acquisition.services.fetching import Order, fetch
from investment.acquisition.services.planner import Planner
from investment.lib import clock, redis
from investment.lib.level import Level
from investment.lib.modes import Mode
from investment.market.models import Instrument, Quote
from investment.market.services.calendar import write_sessions
from investment.market.services.imports import import_sample
from investment.providers.sandbox.testing import RunningSandbox, exchange_days, running_sandbox
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

KEY = "a-key-of-finnhub"
MORNING = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)  # half an hour after the open
SYMBOLS = 40


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    """A sample market with some weeks of bars, at ten in the morning in New York."""
    settings.MODE = Mode.parse(f"sample-7-{SYMBOLS}")
    _forget()
    clock.set_clock(origin=MORNING, rate=0)
    calendar = exchange_days("2024-01-02", "2026-12-31")
    write_sessions(days=calendar.sessions, first=date(2024, 1, 2), last=date(2026, 12, 31))
    with running_sandbox(symbols=SYMBOLS, clock=clock.now) as running:
        import_sample(first=date(2026, 2, 2), last=date(2026, 3, 2), now=MORNING, market=running.market)
        desk = running.sandbox.desk("finnhub")
        desk.keys[KEY] = desk.keys.pop(running.key)
        settings.FINNHUB_BASE_URL = f"{running.url}/finnhub/api/v1"
        settings.FINNHUB_API_KEY, settings.FINNHUB_PLAN = KEY, "free"
        yield running
        _forget()


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


def tick(planner: Planner, *, spending: Level = Level.FULL) -> list[int]:
    """Let the planner choose and workers ask; return the instruments that were asked for."""
    orders = planner.tick(now=clock.now(), spending=spending)
    for order in orders:
        fetch(order=order)
    return [pk for order in orders for pk in order.instrument_ids]


def go_on(planner: Planner, *, seconds: int, step: int = 5, spending: Level = Level.FULL) -> Counter[int]:
    """Let time pass; return how often each instrument was asked for."""
    asked: Counter[int] = Counter()
    for _ in range(0, seconds, step):
        asked.update(tick(planner, spending=spending))
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


def test_what_is_held_and_watched_keeps_its_promised_age(sandbox: RunningSandbox) -> None:
    held, watched = listed()[:3], listed()[3:8]
    for who, symbols, tier in (("portfolio", held, Tier.HELD), ("list", watched, Tier.WATCHED)):
        declare_interest(who=who, instrument_ids=ids(*symbols), kind=Kind.QUOTE, tier=tier, now=clock.now())
    planner = Planner()
    go_on(planner, seconds=120)  # by then all have been seen once

    within: Counter[bool | None] = Counter()
    for _ in range(60):
        go_on(planner, seconds=10, step=2)
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
def test_each_level_asks_for_what_its_sentence_says(sandbox: RunningSandbox, spending: Level) -> None:
    tiers = dict(zip((Tier.HELD, Tier.ALERTING, Tier.PAGE, Tier.WATCHED), listed(), strict=False))
    for tier, symbol in tiers.items():
        declare_interest(who="a", instrument_ids=ids(symbol), kind=Kind.QUOTE, tier=tier, now=clock.now())
    planner = Planner()

    asked = go_on(planner, seconds=120, spending=spending)
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


def test_the_plan_comes_true(sandbox: RunningSandbox) -> None:
    symbols = listed()
    declare_interest(
        who="a", instrument_ids=ids(*symbols[:4]), kind=Kind.QUOTE, tier=Tier.HELD, now=clock.now()
    )
    planner = Planner()
    go_on(planner, seconds=300)
    planner.publish(now=clock.now(), spending=Level.FULL)
    told = {symbol: quote_of(symbol).next_call_at for symbol in symbols}
    soon = clock.now() + timedelta(minutes=8)
    expected = {ids(symbol)[0]: at for symbol, at in told.items() if at is not None and at < soon}
    assert len(expected) > 10
    began = clock.now()

    came: dict[int, datetime] = {}
    for _ in range(300):
        now = clock.now()
        for pk in tick(planner):
            came.setdefault(pk, now)
        clock.set_clock(origin=now + timedelta(seconds=2), rate=0)

    true = [
        pk in came and abs((came[pk] - at).total_seconds()) <= max(30.0, 0.2 * (at - began).total_seconds())
        for pk, at in expected.items()
    ]
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


def test_while_the_exchange_is_closed_nothing_is_asked_and_it_says_until_when(
    sandbox: RunningSandbox,
) -> None:
    clock.set_clock(origin=datetime(2026, 3, 3, 23, 0, tzinfo=UTC), rate=0)
    planner = Planner()

    assert go_on(planner, seconds=60).total() == 0
    assert "The exchange is closed until 2026-03-04 14:30 UTC" in quote_of(listed()[0]).why_not_sooner


def test_more_than_can_be_promised_is_said(sandbox: RunningSandbox) -> None:
    everybody = list(Instrument.objects.values_list("pk", flat=True))
    declare_interest(who="a", instrument_ids=everybody, kind=Kind.QUOTE, tier=Tier.PAGE, now=clock.now())
    planner = Planner()
    go_on(planner, seconds=10)

    assert (
        "More is promised than the limits allow"
        in planner.publish(now=clock.now(), spending=Level.FULL).sentence
    )
    withdraw_interest(who="a")
    go_on(planner, seconds=10)
    plan = planner.publish(now=clock.now(), spending=Level.FULL)
    assert plan.sentence == SENTENCES[Level.FULL]
    assert current_plan() == plan


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

"""The planner and its worker as processes, by a fast clock: promises are kept, a kill costs a moment."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from investment.acquisition.importance import Tier
from investment.acquisition.kinds import RULES, Kind
from investment.acquisition.models import InFlight, Sighting
from investment.acquisition.selectors.plan import current_plan
from investment.acquisition.services.demand import declare_interest
from investment.lib import clock
from investment.market.models import Instrument, Quote
from investment.market.services.calendar import write_sessions
from investment.market.services.imports import import_sample
from investment.ops.models import Installation
from investment.ops.tests.processes import kill, process, wait_until
from investment.providers.sandbox.testing import RunningSandbox, exchange_days, running_sandbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(120)]

KEY = "a-key-of-finnhub"
MORNING = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)  # half an hour after the open
RATE = 60.0
FETCHER = ("-m", "celery", "--app", "investment", "worker", "--queues", "fetch", "--pool", "threads")
QUIET = ("--concurrency", "4", "--without-gossip", "--without-mingle", "--without-heartbeat")


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    clock.set_clock(origin=MORNING, rate=RATE)
    Installation.objects.create(mode=settings.MODE.name, created_at=clock.real_now())
    calendar = exchange_days("2024-01-02", "2026-12-31")
    write_sessions(days=calendar.sessions, first=date(2024, 1, 2), last=date(2026, 12, 31))
    with running_sandbox(symbols=40, clock=clock.now) as running:
        import_sample(first=date(2026, 2, 24), last=date(2026, 3, 2), now=MORNING, market=running.market)
        desk = running.sandbox.desk("finnhub")
        desk.keys[KEY] = desk.keys.pop(running.key)
        yield running


def test_two_processes_keep_what_was_promised_and_a_kill_costs_a_moment(
    sandbox: RunningSandbox, process_environment: dict[str, str]
) -> None:
    environment = process_environment | {
        "FINNHUB_BASE_URL": f"{sandbox.url}/finnhub/api/v1",
        "FINNHUB_API_KEY": KEY,
        "FINNHUB_PLAN": "free",
    }
    stocks = Instrument.objects.filter(active=True, kind=Instrument.Kind.COMMON_STOCK).order_by("symbol")
    held = list(stocks.values_list("pk", flat=True)[:2])
    declare_interest(who="a", instrument_ids=held, kind=Kind.QUOTE, tier=Tier.HELD, now=clock.now())
    promised = timedelta(seconds=RULES[Kind.QUOTE].targets[Tier.HELD])

    def seen() -> list[datetime]:
        rows = Sighting.objects.filter(instrument_id__in=held).values_list("seen_at", flat=True)
        return [at for at in rows if at is not None]

    def young() -> bool:
        now, looks = clock.now(), seen()
        return len(looks) == len(held) and all(now - at <= promised for at in looks)

    with (
        process(environment, "manage.py", "planner"),
        process(environment, *FETCHER, *QUIET, "--hostname", "one@here") as victim,
    ):
        wait_until(young, "what is held is seen")
        looks, kept = 0, 0
        until = clock.real_now() + timedelta(seconds=2)
        while clock.real_now() < until:
            looks, kept = looks + 1, kept + young()
        wait_until(InFlight.objects.exists, "something is under way")
        kill(victim)
        killed_at = clock.now()
        with process(environment, *FETCHER, *QUIET, "--hostname", "another@here"):
            # What was under way in the killed one rests until its claims are void; all else goes on.
            later = Sighting.objects.filter(seen_at__gt=killed_at)
            wait_until(later.exists, "another worker goes on", within=20.0)
        plan = current_plan()

    assert kept / looks >= 0.95
    assert plan is not None
    assert {call.instrument_id for call in plan.calls if call.promised} == set(held)
    assert set(Quote.objects.values_list("instrument_id", flat=True)) >= set(held)
    assert sandbox.sandbox.tally(KEY, "finnhub").refused == 0

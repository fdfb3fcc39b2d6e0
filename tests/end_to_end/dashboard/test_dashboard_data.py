"""What was used of every limit, what comes next, how fresh a stock is: as a small seeded ledger has it."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import expect

from investment.acquisition.kinds import Kind
from investment.acquisition.models import InFlight, Interest, Sighting, Trust
from investment.acquisition.selectors import plan as plans
from investment.lib import clock, redis
from investment.lib.level import Level
from investment.market.models import Instrument, Quote
from investment.providers import registry
from investment.providers.models import Entitlement
from investment.quotas.contracts import CallDetails, Granted
from investment.quotas.services import ledger, scopes
from tests.end_to_end.dashboard.conftest import Dashboard, Visits, problems, wait_until_filled

pytestmark = pytest.mark.browser

REFUSED = "You don't have access to this resource."


@pytest.fixture
def seeded(dashboard: Dashboard, settings: Any) -> Iterator[None]:
    settings.FINNHUB_API_KEY = "a-key-of-these-tests"
    _beside_the_browser(lambda: seed(dashboard.best))
    yield
    _beside_the_browser(forget)


def _beside_the_browser(work: Callable[[], None]) -> None:
    """Do it in a thread: in that of the browser an event loop runs, where Django uses no database."""

    def done() -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(done).result()


def forget() -> None:
    for model in (Entitlement, Trust, Sighting, Quote, Interest, InFlight):
        model.objects.all().delete()


def seed(best: str) -> None:
    """One key, of which three calls were used and one is on its way; a plan, a refusal, a last price."""
    now = clock.now()
    limits = registry.access("finnhub").limits_of("quote")
    scopes.declare(limits)
    for number in range(4):
        granted = ledger.reserve(
            scope=limits.scope, lane="planned", purpose="quote of a test", hold_seconds=60,
            endpoint="quote", record=True,
        )  # fmt: skip
        assert isinstance(granted, Granted)
        if number < 3:
            ledger.settle(id=granted.id, outcome="sent", details=CallDetails(status=200))
    told = {"provider": "finnhub", "scope": limits.scope, "since": now, "heard_at": now}
    Entitlement.objects.create(endpoint="quote", included=True, **told)
    Entitlement.objects.create(
        endpoint="candles", included=False, ask_again_at=now + timedelta(days=6), words=REFUSED, **told
    )
    Trust.objects.create(provider="finnhub", kind=Kind.QUOTE, agreed=118, disagreed=3, updated_at=now)
    pk = Instrument.objects.get(symbol=best).pk
    calls = [
        plans.PlannedCall(now + timedelta(minutes=5 + place), "finnhub", Kind.QUOTE, pk, 123.4, place == 1)
        for place in range(2)
    ]
    plan = plans.Plan(now, now + timedelta(hours=1), Level.FULL, "Everything is asked.", calls)
    redis.state().set(redis.key(plans.KEY), plans.pack(plan))
    Sighting.objects.create(
        kind=Kind.QUOTE, instrument_id=pk, provider="finnhub", source="finnhub",
        seen_at=now, value_at=now, tried_at=now,
    )  # fmt: skip
    Quote.objects.create(
        instrument_id=pk, provider="finnhub", source="finnhub", price=101.5, previous_close=100,
        at=now, session=now.date(), fetched_at=now,
    )  # fmt: skip


def test_limits_the_plan_and_freshness_are_told_in_words(visit: Visits, seeded: None) -> None:
    wide, narrow = visit(), visit(width=390, scheme="dark")
    best = wide.dashboard.best

    page = wide.open("/runs")
    page.get_by_role("heading", name="Activity").wait_for()
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page.get_by_text("Everything is asked.")).to_be_visible()
    card = page.locator("section").filter(has=page.get_by_role("heading", name="Finnhub", exact=True)).last
    expect(card).to_contain_text(re.compile("4 of 60 a minute *56 free"))
    expect(card).to_contain_text("4 planned")
    expect(card).to_contain_text(re.compile(f"Not in the plan 1Candles.*{re.escape(REFUSED)}"))
    expect(card).to_contain_text("Last price97%118 agreed, 3 did not")
    calls = page.get_by_role("region", name="Next calls").get_by_role("row")
    expect(calls.nth(1)).to_contain_text("takes away 123 weighted basis points")
    expect(calls.nth(2)).to_contain_text("keeps a promised age")
    expect(page.get_by_role("img", name="2 calls of Finnhub, at most 1 a minute")).to_be_visible()
    expect(page.get_by_text("Not configured")).to_be_visible()
    expect(page.get_by_text("MASSIVE_API_KEY")).to_be_hidden()
    page.get_by_text("Not configured").click()
    expect(page.get_by_text("MASSIVE_API_KEY")).to_be_visible()
    assert problems(page) == []

    calls.nth(1).get_by_role("link", name=best).click()
    expect(page.get_by_role("group", name="Last price")).to_contain_text("$101.50+1.50%")
    quote = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Last price"))
    expect(quote).to_contain_text("Kept")
    expect(quote).to_contain_text("its page is open")  # which the page has said itself
    expect(quote).to_contain_text(re.compile(r"Next call *in \d min"))
    page.get_by_role("button", name="Refresh: Last price").click()
    expect(quote).to_contain_text("1 call of Finnhub; 56 of 60 free.")
    quote.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Refresh: Last price")).to_be_visible()
    assert problems(page) == []

    page = narrow.open("/data")
    wait_until_filled(page)
    assert page.evaluate("document.querySelector('main').scrollWidth") <= 390
    assert problems(page) == []

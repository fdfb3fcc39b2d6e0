"""Finnhub through the gateway: two buckets of one key, and what its headers tell the ledger."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pytest_django import Settings

from investment.lib import clock
from investment.providers import errors, registry
from investment.providers.gateway import provider
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.quotas.errors import QuotaExhausted
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("basic"), pytest.mark.slow]

KEY = "a-key/of+finnhub that nobody may see"
NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)


@pytest.fixture
def sandbox(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    if "finnhub" not in registry.NAMES:
        monkeypatch.setattr(registry, "NAMES", (*registry.NAMES, "finnhub"))
    with running_sandbox(clock=clock.now) as running:
        desk = running.sandbox.desk("finnhub")
        desk.keys[KEY] = desk.keys.pop(running.key)
        settings.FINNHUB_BASE_URL = f"{running.url}/finnhub/api/v1"
        settings.FINNHUB_API_KEY = KEY
        settings.FINNHUB_PLAN = "free"
        yield running


def test_more_than_a_minute_allows_is_asked_and_nothing_refused(sandbox: RunningSandbox) -> None:
    clock.set_clock(origin=NOON, rate=60)
    symbol = sandbox.market.lines[0].symbol

    with provider("finnhub", lane="essential", purpose="a test", patience=30) as finnhub:
        for _ in range(64):
            assert finnhub.quote(symbol=symbol).price > 0
        assert finnhub.calls_spent == 64

    tally = sandbox.sandbox.tally(KEY, "finnhub")
    assert (tally.received, tally.refused) == (64, 0)


def test_fundamentals_have_a_bucket_of_their_own(sandbox: RunningSandbox) -> None:
    clock.set_clock(origin=NOON, rate=0)
    symbol = sandbox.market.lines[4].symbol

    with provider("finnhub", lane="essential", purpose="a test") as finnhub:
        for _ in range(20):
            finnhub.quote(symbol=symbol)
        with pytest.raises(QuotaExhausted) as caught:
            finnhub.quote(symbol=symbol)
        assert finnhub.profile(symbol=symbol).name

    assert ":market_data:" in str(caught.value)
    scopes = Call.objects.order_by("endpoint").values_list("endpoint", "scope").distinct()
    assert {(endpoint, scope.rsplit(":", 1)[0]) for endpoint, scope in scopes} == {
        ("profile", "finnhub:fundamentals"),
        ("quote", "finnhub:market_data"),
    }
    assert sandbox.sandbox.tally(KEY, "finnhub").refused == 0


def test_a_429_shuts_the_bucket_until_its_reset_and_no_row_holds_the_key(sandbox: RunningSandbox) -> None:
    clock.set_clock(origin=NOON, rate=0)
    with httpx.Client(base_url=f"{sandbox.url}/finnhub/api/v1", trust_env=False) as somebody_else:
        for _ in range(30):
            somebody_else.get("/quote", params={"symbol": "A", "token": KEY})
        clock.set_clock(origin=NOON + timedelta(seconds=5), rate=0)
        for _ in range(30):
            somebody_else.get("/quote", params={"symbol": "A", "token": KEY})
    clock.set_clock(origin=NOON + timedelta(seconds=10), rate=0)

    with provider("finnhub", lane="essential", purpose="a test") as finnhub:
        with pytest.raises(errors.ProviderThrottled) as caught:
            finnhub.quote(symbol="A")
        with pytest.raises(QuotaExhausted) as withheld:
            finnhub.quote(symbol="A")

    reset = NOON + timedelta(seconds=60)  # its minute is the clock's
    assert caught.value.retry_at == reset
    assert withheld.value.retry_at is not None
    assert withheld.value.retry_at >= reset - timedelta(seconds=1)
    (call,) = Call.objects.all()
    assert (call.status, call.quota_left) == (429, 0)
    assert "nobody may see" not in str(call.__dict__) + str(caught.value)

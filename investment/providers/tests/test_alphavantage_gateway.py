"""Alpha Vantage through the gateway: a day's calls, its refusals inside of successes, its repeated key."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode

import httpx
import pytest
from pytest_django import Settings

from investment.lib import clock
from investment.providers import errors, registry
from investment.providers.gateway import provider
from investment.providers.models import RawAnswer
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.quotas.errors import QuotaExhausted
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("basic"), pytest.mark.slow]

KEY = "AVKEY/that+nobody&may=see"
MORNING = datetime(2026, 3, 3, 5, 30, tzinfo=UTC)


@pytest.fixture
def sandbox(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    if "alphavantage" not in registry.NAMES:
        monkeypatch.setattr(registry, "NAMES", (*registry.NAMES, "alphavantage"))
    clock.set_clock(origin=MORNING, rate=0)
    with running_sandbox(clock=clock.now) as running:
        desk = running.sandbox.desk("alphavantage")
        desk.keys[KEY] = desk.keys.pop(running.key)
        settings.ALPHAVANTAGE_BASE_URL = f"{running.url}/alphavantage/query"
        settings.ALPHAVANTAGE_API_KEY = KEY
        settings.ALPHAVANTAGE_PLAN = "free"
        yield running


def later(seconds: float) -> None:
    clock.set_clock(origin=MORNING + timedelta(seconds=seconds), rate=0)


def somebody_else_asks(sandbox: RunningSandbox, calls: int, start: float) -> None:
    connection = HTTPConnection("127.0.0.1", sandbox.port)  # it logs nothing
    query = urlencode({"function": "OVERVIEW", "symbol": "NOBODY", "apikey": KEY})
    for number in range(calls):
        later(start + 1.5 * number)
        connection.request("GET", f"/alphavantage/query?{query}")
        connection.getresponse().read()
    connection.close()


def test_a_days_calls_are_asked_one_a_second_and_none_is_refused(sandbox: RunningSandbox) -> None:
    symbol = sandbox.market.lines[4].symbol

    with provider("alphavantage", lane="essential", purpose="a test") as found:
        for number in range(25):
            later(10 * number)
            assert found.quote(symbol=symbol).price > 0
            with pytest.raises(QuotaExhausted):
                found.quote(symbol=symbol)
        later(300)
        with pytest.raises(QuotaExhausted) as spent:
            found.quote(symbol=symbol)

    assert spent.value.retry_at is not None
    assert spent.value.retry_at >= MORNING + timedelta(days=1)
    tally = sandbox.sandbox.tally(KEY, "alphavantage")
    assert (tally.received, tally.refused) == (25, 0)


def test_a_day_that_somebody_else_has_spent_shuts_the_day(sandbox: RunningSandbox) -> None:
    somebody_else_asks(sandbox, 25, start=0)
    later(60)

    with provider("alphavantage", lane="essential", purpose="a test") as found:
        with pytest.raises(errors.ProviderThrottled, match="API key as … and our standard"):
            found.overview(symbol="NOBODY")
        later(3600)
        with pytest.raises(QuotaExhausted):
            found.overview(symbol="NOBODY")


def test_a_burst_shuts_a_second(sandbox: RunningSandbox) -> None:
    somebody_else_asks(sandbox, 1, start=0)

    with provider("alphavantage", lane="essential", purpose="a test") as found:
        with pytest.raises(errors.ProviderThrottled, match="sparingly"):
            found.splits(symbol=sandbox.market.lines[4].symbol)
        with pytest.raises(QuotaExhausted):
            found.splits(symbol=sandbox.market.lines[4].symbol)
        later(10)
        found.splits(symbol=sandbox.market.lines[4].symbol)


def test_a_plan_without_whole_series_still_has_the_last_hundred_bars(sandbox: RunningSandbox) -> None:
    symbol = sandbox.market.lines[4].symbol

    with provider("alphavantage", lane="essential", purpose="a test") as found:
        for seconds in (10, 20):
            later(seconds)
            with pytest.raises(errors.NotEntitled, match="premium feature"):
                found.daily_bars(symbol=symbol, full=True)
        later(30)
        assert len(found.daily_bars(symbol=symbol).bars) == 100
        assert found.calls_spent == 2  # the second refusal was known, and not asked for


def test_the_key_is_in_no_row_and_no_log(sandbox: RunningSandbox, caplog: pytest.LogCaptureFixture) -> None:
    symbol = sandbox.market.lines[4].symbol
    for name in ("httpx", "httpcore", "investment"):
        caplog.set_level(logging.DEBUG, logger=name)
    somebody_else_asks(sandbox, 24, start=0)

    raised = []
    with provider("alphavantage", lane="essential", purpose="a test") as found:
        later(100)
        found.daily_bars(symbol=symbol)
        for seconds in (200, 300):
            later(seconds)
            with pytest.raises((errors.ProviderError, QuotaExhausted)) as caught:
                found.overview(symbol=symbol)
            raised.append(str(caught.value) + repr(caught.value))

    rows = repr([*Call.objects.values(), *RawAnswer.objects.values()])
    assert "overview" in rows
    encoded = str(httpx.QueryParams({"k": KEY}))[2:]
    written = rows + "".join(raised) + caplog.text
    assert "AVKEY" not in written
    assert encoded not in written

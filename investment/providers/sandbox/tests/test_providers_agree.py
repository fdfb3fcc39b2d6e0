"""All providers tell of one market, unless one of them is made to deviate; and all fail on demand alike."""

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from investment.providers.sandbox.table import speakers
from investment.providers.sandbox.testing import KEY, RunningSandbox, running_sandbox

pytestmark = pytest.mark.slow

TLS = ssl.create_default_context()  # never used, and costly to make for every call
EVENING = datetime(2026, 3, 3, 22, tzinfo=UTC)  # a Tuesday; New York has closed an hour ago
DECLARED = {"User-Agent": "Jane Doe jane@example.com"}
# An endpoint of each, with its name: one that a free key may ask for.
ENDPOINTS = {
    "massive": ("status_now", f"/v1/marketstatus/now?apiKey={KEY}"),
    "finnhub": ("quote", f"/finnhub/api/v1/quote?symbol=NOBODY&token={KEY}"),
    "alphavantage": ("global_quote", f"/alphavantage/query?function=GLOBAL_QUOTE&symbol=NOBODY&apikey={KEY}"),
    "newsapi": ("everything", f"/newsapi/v2/everything?q=market&apiKey={KEY}"),
    "ecb": ("daily", "/ecb/stats/eurofxref/eurofxref-daily.xml"),
    "sec": ("tickers_plain", "/sec/files/company_tickers.json"),
}


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    plans = {"finnhub": "paid", "alphavantage": "unlimited"}
    with running_sandbox(plan="unlimited", plans=plans, now=EVENING) as running:
        yield running


def get(sandbox: RunningSandbox, path: str) -> httpx.Response:
    return httpx.get(sandbox.url + path, headers=DECLARED, verify=TLS)


def closes(sandbox: RunningSandbox, symbol: str) -> dict[str, float]:
    """Return the day's close as each provider of prices tells it."""
    aggregates = f"/v2/aggs/ticker/{symbol}/range/1/day/2026-03-03/2026-03-03?apiKey={KEY}"
    bars: list[dict[str, Any]] = get(sandbox, aggregates).json().get("results", [{"c": 0.0}])
    quote = get(sandbox, f"/finnhub/api/v1/quote?symbol={symbol}&token={KEY}").json()
    asked = f"/alphavantage/query?function=GLOBAL_QUOTE&symbol={symbol}&apikey={KEY}"
    told = get(sandbox, asked).json()["Global Quote"]
    return {
        "massive": bars[0]["c"],
        "finnhub": quote["c"],
        "alphavantage": float(told["05. price"]),
    }


def test_a_days_close_is_the_same_everywhere(sandbox: RunningSandbox) -> None:
    for line in sandbox.market.lines[:9]:
        bar = sandbox.market.one(line.place, EVENING.date())
        assert bar is not None
        told = closes(sandbox, line.symbol)
        assert told == dict.fromkeys(told, pytest.approx(bar["close"], abs=0.0001))


@pytest.mark.parametrize("provider", ["massive", "finnhub", "alphavantage"])
@pytest.mark.parametrize("deviation", [{"scale": 100}, {"shift": 1}, {"stale": 2 * 86_400}])
def test_one_that_deviates_does_so_alone(
    sandbox: RunningSandbox, provider: str, deviation: dict[str, float]
) -> None:
    symbol = sandbox.market.lines[4].symbol
    right = closes(sandbox, symbol)
    switched = httpx.put(f"{sandbox.url}/_sandbox/deviations/{provider}", json=deviation, verify=TLS)
    assert switched.status_code == 204
    wrong = closes(sandbox, symbol)
    assert {name for name in right if right[name] != wrong[name]} == {provider}
    if "scale" in deviation:
        assert wrong[provider] == pytest.approx(right[provider] * 100, rel=1e-4)


def test_rates_are_the_same_everywhere(sandbox: RunningSandbox) -> None:
    page = get(sandbox, ENDPOINTS["ecb"][1]).text
    rates = dict(re.findall(r"currency='([A-Z]{3})' rate='([0-9.]+)'", page))
    day = re.findall(r"time='([0-9-]+)'", page)[0]
    asked = f"/alphavantage/query?function=FX_DAILY&from_symbol=EUR&to_symbol=USD&apikey={KEY}"
    daily = get(sandbox, asked).json()["Time Series FX (Daily)"]
    assert float(daily[day]["4. close"]) == pytest.approx(float(rates["USD"]), abs=1e-5)


@pytest.mark.parametrize("provider", list(ENDPOINTS))
def test_every_provider_fails_on_demand(sandbox: RunningSandbox, provider: str) -> None:
    name, path = ENDPOINTS[provider]
    assert provider in speakers()
    usual = get(sandbox, path)
    assert usual.status_code == 200
    for endpoint in (f"{provider}.{name}", f"{provider}.*"):
        sandbox.fault("status", endpoint=endpoint, status=502)
        broken = get(sandbox, path)
        assert (broken.status_code, broken.headers["Content-Type"][:9]) == (502, "text/html")
        assert "<html" in broken.text.lower()
    sandbox.fault("content_type", endpoint=f"{provider}.*", content_type="image/png")
    assert get(sandbox, path).headers["Content-Type"] == "image/png"
    sandbox.fault("cut_json", endpoint=f"{provider}.*")
    assert len(get(sandbox, path).content) < len(usual.content)
    sandbox.fault("reset", endpoint=f"{provider}.*")
    with pytest.raises(httpx.ReadError):
        get(sandbox, path)
    sandbox.fault("trickle", endpoint=f"{provider}.*", seconds=0.05)
    assert get(sandbox, path).content == usual.content
    assert get(sandbox, path).status_code == 200

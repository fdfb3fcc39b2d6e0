"""The errors that the client alpha_vantage maps, ours beside them: most come inside of successes."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.alphavantage.client import AlphaVantageClient
from investment.providers.adapters.alphavantage.limits import PLANS, limit_facts
from investment.providers.sandbox.testing import KEY, RunningSandbox, running_sandbox

pytestmark = pytest.mark.sdk

NIGHT = datetime(2026, 3, 3, 5, 30, tzinfo=UTC)
Row = dict[str, Any]
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=60, plans={"alphavantage": "unlimited"}, now=NIGHT) as found:
        yield found


@pytest.fixture
def sandbox(running: RunningSandbox) -> RunningSandbox:
    running.reset()
    return running


@pytest.fixture
def client(sandbox: RunningSandbox) -> Iterator[AlphaVantageClient]:
    with httpx.Client(base_url=address(sandbox), trust_env=False) as http:
        yield AlphaVantageClient(api_key=KEY, http=http)


def address(sandbox: RunningSandbox) -> str:
    return f"{sandbox.url}/alphavantage/query"


def failing(client: AlphaVantageClient, ask: Callable[[AlphaVantageClient], Any]) -> errors.ProviderError:
    with pytest.raises(errors.ProviderError) as caught:
        ask(client)
    return caught.value


@pytest.mark.parametrize(
    ("plan", "before", "pause", "method", "keywords", "ours", "kind", "full"),
    [
        (
            "unlimited", 0, 0.0, "TimeSeries.get_daily", {"symbol": "NOBODY"},
            lambda c: c.daily_bars(symbol="NOBODY"), errors.UnknownSymbol, [],
        ),
        (
            "unlimited", 0, 0.0, "ForeignExchange.get_currency_exchange_rate",
            {"from_currency": "EUR", "to_currency": "ZZZ"},
            lambda c: c.fx_rate(base="EUR", quote="ZZZ"), errors.UnknownSymbol, [],
        ),
        (
            "unlimited", 0, 0.0, "AlphaIntelligence.get_news_sentiment", {"tickers": "NOBODY"},
            lambda c: c.news(symbols=["NOBODY"]), errors.UnknownSymbol, [],
        ),
        (
            "free", 0, 1.1, "TimeSeries.get_daily", {"symbol": "NOBODY", "outputsize": "full"},
            lambda c: c.daily_bars(symbol="NOBODY", full=True), errors.NotEntitled, [],
        ),
        (
            "free", 1, 0.0, "TimeSeries.get_daily", {"symbol": "NOBODY"},
            lambda c: c.daily_bars(symbol="NOBODY"), errors.ProviderThrottled, [1],
        ),
        (
            "free", 25, 1.1, "FundamentalData.get_splits", {"symbol": "NOBODY"},
            lambda c: c.splits(symbol="NOBODY"), errors.ProviderThrottled, [86_400],
        ),
        (
            "before_2024", 5, 0.0, "FundamentalData.get_splits", {"symbol": "NOBODY"},
            lambda c: c.splits(symbol="NOBODY"), errors.ProviderThrottled, [1],
        ),
        (
            "premium_75", 75, 0.5, "FundamentalData.get_splits", {"symbol": "NOBODY"},
            lambda c: c.splits(symbol="NOBODY"), errors.ProviderThrottled, [1],
        ),
    ],
)  # fmt: skip
def test_both_know_a_refusal_inside_of_a_success(
    plan: str,
    before: int,
    pause: float,
    method: str,
    keywords: Row,
    ours: Callable[[AlphaVantageClient], Any],
    kind: type[errors.ProviderError],
    full: list[int],
    alpha_vantage: Ask,
) -> None:
    with (
        running_sandbox(symbols=24, plans={"alphavantage": plan}, now=NIGHT) as sandbox,
        httpx.Client(base_url=address(sandbox), trust_env=False) as http,
    ):
        question = f"{address(sandbox)}?function=SPLITS&symbol=NOBODY&apikey={KEY}"
        for _ in range(before):
            http.get(question)
            sandbox.advance(seconds=pause)
        theirs = alpha_vantage(method, url=address(sandbox), key=KEY, **keywords)
        sandbox.advance(seconds=pause)
        told = failing(AlphaVantageClient(api_key=KEY, http=http), ours)
        raw = http.get(question).content

    assert theirs["error"] == "ValueError"
    assert type(told) is kind
    assert told.words == theirs["words"].replace(KEY, "…")
    if full:
        facts = limit_facts(200, {}, raw, PLANS["free"])
        assert [fact.seconds for fact in facts if fact.full] == full


def test_both_know_what_is_not_covered(
    sandbox: RunningSandbox, alpha_vantage: Ask, client: AlphaVantageClient
) -> None:
    url = address(sandbox)
    fund = next(x.symbol_on(NIGHT.date()) for x in sandbox.market.lines if x.type_code == "ETF")

    nothing = alpha_vantage("FundamentalData.get_company_overview", url=url, key=KEY, symbol=fund)
    quoted = alpha_vantage("TimeSeries.get_quote_endpoint", url=url, key=KEY, symbol="NOBODY")

    assert nothing == {
        "error": "ValueError",
        "words": "Error getting data from the api, no return was given.",
    }
    assert type(failing(client, lambda c: c.overview(symbol=fund))) is errors.UnknownSymbol
    assert quoted["value"] == {}
    assert type(failing(client, lambda c: c.quote(symbol="NOBODY"))) is errors.UnknownSymbol


@pytest.mark.parametrize(("key", "sent"), [("demo", "demo"), ("&", "")], ids=["demo", "missing"])
def test_both_know_a_bad_key(key: str, sent: str, sandbox: RunningSandbox, alpha_vantage: Ask) -> None:
    theirs = alpha_vantage("TimeSeries.get_daily", url=address(sandbox), key=key, symbol="ANY")
    with httpx.Client(base_url=address(sandbox), trust_env=False) as http:
        told = failing(AlphaVantageClient(api_key=sent, http=http), lambda c: c.daily_bars(symbol="ANY"))

    assert theirs["error"] == "ValueError"
    assert type(told) is errors.CredentialsRejected
    assert told.words.replace("…", "demo") == theirs["words"]


@pytest.mark.parametrize(
    ("fault", "options", "theirs", "ours"),
    [
        ("status", {"status": 502}, "JSONDecodeError", errors.ProviderUnavailable),
        ("html", {}, "JSONDecodeError", errors.MalformedPayload),
        ("cut_json", {}, "JSONDecodeError", errors.MalformedPayload),
        ("envelope", {}, "KeyError", errors.MalformedPayload),
        ("reset", {}, "ConnectionError", errors.ProviderUnavailable),
        ("truncated", {}, "ChunkedEncodingError", errors.ProviderUnavailable),
    ],
)
def test_both_fail_where_it_is_broken(
    fault: str,
    options: Row,
    theirs: str,
    ours: type[errors.ProviderError],
    sandbox: RunningSandbox,
    alpha_vantage: Ask,
    client: AlphaVantageClient,
) -> None:
    symbol = sandbox.market.lines[4].symbol
    sandbox.fault(fault, endpoint="alphavantage.time_series_daily", times=2, **options)

    answer = alpha_vantage("TimeSeries.get_daily", url=address(sandbox), key=KEY, symbol=symbol)
    assert answer["error"] == theirs
    assert type(failing(client, lambda c: c.daily_bars(symbol=symbol))) is ours


def test_the_key_reaches_the_provider_and_no_log(
    sandbox: RunningSandbox, client: AlphaVantageClient, caplog: pytest.LogCaptureFixture
) -> None:
    symbol = sandbox.market.lines[4].symbol
    for name in ("httpx", "httpcore", "investment"):
        caplog.set_level(logging.DEBUG, logger=name)

    client.quote(symbol=symbol)
    failing(client, lambda c: c.daily_bars(symbol="NOBODY"))

    assert sandbox.counts("alphavantage").admitted == 2  # under our key: strangers are counted apart
    assert "GET" in caplog.text
    assert KEY not in caplog.text

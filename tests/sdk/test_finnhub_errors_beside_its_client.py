"""Every refusal that Finnhub's own client maps, ours beside it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.finnhub.client import FinnhubClient
from investment.providers.sandbox.testing import KEY, RunningSandbox, running_sandbox
from investment.providers.tests.judges import Judge

pytestmark = pytest.mark.sdk

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
START, END = date(2025, 3, 10), date(2026, 3, 2)
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=24, plans={"finnhub": "paid"}, now=NOON) as found:
        yield found


@pytest.fixture
def sandbox(running: RunningSandbox) -> RunningSandbox:
    running.reset()
    return running


@pytest.fixture
def sdk(judges: Callable[..., Judge]) -> Judge:
    return judges("judge_finnhub")


@pytest.fixture
def ask(sandbox: RunningSandbox, sdk: Judge) -> Ask:
    """Return a function that asks through the client: the value it understood, or how it failed."""

    def put(method: str, *arguments: Any, key: str = KEY, url: str = "", **keywords: Any) -> Any:
        url = url or f"{sandbox.url}/finnhub/api/v1"
        return sdk.ask(url=url, key=key, method=method, arguments=arguments, keywords=keywords)

    return put


@pytest.fixture
def client(sandbox: RunningSandbox) -> Iterator[FinnhubClient]:
    with httpx.Client(base_url=f"{sandbox.url}/finnhub/api/v1", trust_env=False) as http:
        yield FinnhubClient(api_key=KEY, http=http)


@dataclass(frozen=True)
class Refusal:
    method: str
    arguments: Sequence[Any]
    ours: Callable[[FinnhubClient], Any]
    status: int
    words: str
    kind: type[errors.ProviderError]
    key: str = KEY
    fault: dict[str, Any] | None = None


def quote(client: FinnhubClient) -> Any:
    return client.quote(symbol="AAPL")


NO_ACCESS = "You don't have access to this resource."
REFUSALS = [
    Refusal("quote", ["AAPL"], quote, 401, "Invalid API key.", errors.CredentialsRejected, key="a-stranger"),
    Refusal("quote", ["AAPL"], quote, 401, "Please use an API key.", errors.CredentialsRejected, key=""),
    Refusal(
        "stock_symbols", ["L"], lambda c: c.symbols(exchange="L"), 403, NO_ACCESS, errors.UnknownSymbol
    ),
    Refusal(
        "company_basic_financials", ["AAPL", ""],
        lambda c: c._get("metrics", "/stock/metric", {"symbol": "AAPL", "metric": ""}), 422,
        "Missing parameter: metric", errors.RequestRejected,
    ),
    Refusal(
        "quote", ["AAPL"], quote, 502, "JSON error message from Finnhub: <!DOCTYPE html>",
        errors.ProviderUnavailable, fault={"kind": "status", "status": 502, "times": 2},
    ),
    Refusal(
        "quote", ["AAPL"], quote, 520, "JSON error message from Finnhub: <!DOCTYPE html>",
        errors.ProviderUnavailable, fault={"kind": "status", "status": 520, "times": 2},
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: f"{case.status} {case.words[:20]}")
def test_both_understand_a_refusal(case: Refusal, sandbox: RunningSandbox, ask: Ask) -> None:
    if case.fault:
        sandbox.fault(endpoint="finnhub.*", **case.fault)

    theirs = ask(case.method, *case.arguments, key=case.key)
    url = f"{sandbox.url}/finnhub/api/v1"
    with (
        httpx.Client(base_url=url, trust_env=False) as http,
        pytest.raises(errors.ProviderError) as caught,
    ):
        case.ours(FinnhubClient(api_key=case.key, http=http))

    assert (theirs["error"], theirs["status"]) == ("FinnhubAPIException", case.status)
    assert theirs["words"].startswith(case.words)
    assert (type(caught.value), caught.value.status) == (case.kind, case.status)
    if not case.fault:
        assert caught.value.words == case.words


def test_what_a_free_key_may_not_ask_for(ask: Ask) -> None:
    with running_sandbox(symbols=24, plans={"finnhub": "free"}, now=NOON) as poor:
        url = f"{poor.url}/finnhub/api/v1"
        symbol = poor.market.lines[4].symbol
        span = ("2026-01-01", "2026-03-01")
        for method, arguments in (
            ("stock_candles", (symbol, "D", 1, 2)), ("stock_splits", (symbol, *span)),
            ("stock_dividends", (symbol, *span)), ("price_target", (symbol,)),
            ("upgrade_downgrade", (symbol,)), ("forex_rates", ()), ("news_sentiment", (symbol,)),
            ("etfs_profile", (symbol,)), ("quote", ("OANDA:EUR_USD",)),
        ):  # fmt: skip
            refused = ask(method, *arguments, url=url)
            assert (refused["status"], refused["words"]) == (403, NO_ACCESS), method


def test_one_call_too_many(ask: Ask) -> None:
    with running_sandbox(symbols=24, plans={"finnhub": "free"}, now=NOON) as poor:
        url = f"{poor.url}/finnhub/api/v1"
        symbol = poor.market.lines[4].symbol
        for number in range(60):
            if number % 30 == 0:
                poor.advance(seconds=2)
            assert ask("quote", symbol, url=url)["c"] > 0
        poor.advance(seconds=2)
        refused = ask("quote", symbol, url=url)
        with (
            httpx.Client(base_url=url, trust_env=False) as http,
            pytest.raises(errors.ProviderThrottled) as caught,
        ):
            FinnhubClient(api_key=KEY, http=http).quote(symbol=symbol)
    assert refused["status"] == 429
    assert refused["words"] == caught.value.words
    assert caught.value.retry_at is not None
    assert NOON < caught.value.retry_at <= NOON + timedelta(seconds=70)


def test_what_is_unknown_is_empty_for_both(ask: Ask, client: FinnhubClient) -> None:
    nothing = {"c": 0, "d": None, "dp": None, "h": 0, "l": 0, "o": 0, "pc": 0, "t": 0}
    assert ask("quote", "NONE") == nothing
    assert ask("company_profile2", symbol="NONE") == {}
    for unknown in (client.quote, client.profile, client.metrics):
        with pytest.raises(errors.UnknownSymbol):
            unknown(symbol="NONE")
    assert ask("company_peers", "NONE") == client.peers(symbol="NONE") == []
    assert ask("recommendation_trends", "NONE") == client.recommendations(symbol="NONE") == []
    assert ask("company_earnings", "NONE") == client.earnings(symbol="NONE") == []
    assert ask("stock_candles", "NONE", "D", 1, 2) == {"s": "no_data"}
    assert len(client.daily_bars(symbol="NONE", start=START, end=END).bars) == 0


def test_the_clients_rule_of_content_types(sandbox: RunningSandbox, ask: Ask) -> None:
    symbol = sandbox.market.lines[4].symbol
    sandbox.fault("content_type", endpoint="finnhub.quote", content_type="text/html")
    assert ask("quote", symbol)["error"] == "FinnhubRequestException"
    sandbox.fault("content_type", endpoint="finnhub.quote", content_type="text/plain")
    assert isinstance(ask("quote", symbol), str)

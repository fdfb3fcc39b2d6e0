"""Every error that Massive's own clients map, ours beside them (providers.md 2.3)."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.massive.client import MassiveClient
from investment.providers.adapters.massive.tests.judges import Client, RecordedServer
from investment.providers.sandbox.testing import KEY, running_sandbox

pytestmark = pytest.mark.sdk

Kind = type[errors.ProviderError]


@contextmanager
def adapter(url: str, key: str = KEY) -> Iterator[MassiveClient]:
    with httpx.Client(base_url=url, timeout=20) as http:
        yield MassiveClient(api_key=key, http=http)


UPGRADE = "Please upgrade your plan at https://massive.com/pricing"
THROTTLED = "You've exceeded the maximum requests per minute, please wait or upgrade your subscription"
TOO_OLD = "Your plan doesn't include this data timeframe."
TOO_EARLY = "Attempted to request today's data before end of day."
GATEWAY = "<html><head><title>502 Bad Gateway</title></head></html>"
ERRORS: dict[str, tuple[int, dict[str, str] | str, str, Kind]] = {
    "bad date": (
        400, {"status": "ERROR", "error": "Could not parse the time parameter: 'from'."},
        "BadResponse", errors.RequestRejected,
    ),
    "no key": (
        401, {"status": "ERROR", "error": "API Key was not provided"},
        "BadResponse", errors.CredentialsRejected,
    ),
    "wrong key": (
        401, {"status": "ERROR", "error": "Unknown API Key"}, "BadResponse", errors.CredentialsRejected,
    ),
    "not in the plan": (
        403, {"status": "NOT_AUTHORIZED", "message": f"You are not entitled to this data. {UPGRADE}"},
        "BadResponse", errors.NotEntitled,
    ),
    "too old": (
        403, {"status": "NOT_AUTHORIZED", "message": f"{TOO_OLD} {UPGRADE}"},
        "BadResponse", errors.OutOfHistory,
    ),
    "too early": (
        403,
        {"status": "NOT_AUTHORIZED", "message": f"{TOO_EARLY} {UPGRADE}"},
        "BadResponse", errors.NotPublishedYet,
    ),
    "unknown ticker": (
        404, {"status": "NOT_FOUND", "message": "Ticker not found."}, "BadResponse", errors.UnknownSymbol,
    ),
    "no data": (
        404, {"status": "NOT_FOUND", "message": "Data not found."}, "BadResponse", errors.RequestRejected,
    ),
    "unknown address": (404, "404 page not found", "BadResponse", errors.RequestRejected),
    "a call too many": (
        429, {"status": "ERROR", "error": THROTTLED}, "MaxRetryError", errors.ProviderThrottled,
    ),
    "a call too many, without words": (429, "", "MaxRetryError", errors.ProviderThrottled),
    "out of order": (
        500, {"status": "ERROR", "error": "internal"}, "MaxRetryError", errors.ProviderUnavailable,
    ),
    "nginx": (502, GATEWAY, "MaxRetryError", errors.ProviderUnavailable),
    "overloaded": (503, "", "MaxRetryError", errors.ProviderUnavailable),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_both_fail_alike(name: str, massive_client: Client, recorded_server: RecordedServer) -> None:
    code, body, theirs, kind = ERRORS[name]
    text = body if isinstance(body, str) else json.dumps({"request_id": "6a7e466379af0a71039d60cc"} | body)
    recorded_server.refusal = (code, "application/json", text.encode())
    try:
        url = f"http://127.0.0.1:{recorded_server.server_address[1]}"
        answer = massive_client(url, "get_previous_close_agg", "AAPL")
        with adapter(url) as massive, pytest.raises(errors.ProviderError) as caught:
            massive.previous_close(symbol="AAPL")
    finally:
        recorded_server.refusal = None

    assert answer["error"] == theirs
    assert type(caught.value) is kind
    if theirs == "BadResponse":
        assert answer["words"] == text
        assert caught.value.words in json.loads(text).values() if isinstance(body, dict) else body
    else:
        assert f"too many {code} error responses" in answer["words"]


def test_both_fail_alike_over_the_sandbox(massive_client: Client) -> None:
    with running_sandbox(symbols=24, plan="unlimited") as sandbox:
        symbol = sandbox.market.lines[0].symbol
        rows: list[tuple[str, tuple[Any, ...], str, Kind, Callable[[MassiveClient], object]]] = [
            (
                "get_market_status", (), "of-somebody-else", errors.CredentialsRejected,
                lambda m: m.market_status(),
            ),
            (
                "get_ticker_details", ("NOBODY",), KEY, errors.UnknownSymbol,
                lambda m: m.instrument(symbol="NOBODY"),
            ),
            (
                "get_aggs", (symbol, 1, "day", "2026-02-03", "2026-02-02"), KEY, errors.RequestRejected,
                lambda m: m.daily_bars(symbol=symbol, start=date(2026, 2, 3), end=date(2026, 2, 2)),
            ),
        ]  # fmt: skip
        for method, arguments, key, kind, ask in rows:
            answer = massive_client(sandbox.url, method, *arguments, key=key)
            with adapter(sandbox.url, key) as massive, pytest.raises(errors.ProviderError) as caught:
                ask(massive)
            assert answer["error"] == "BadResponse"
            assert type(caught.value) is kind
            assert caught.value.words in json.loads(answer["words"]).values()

        sunday = date(2026, 3, 1)
        refused = massive_client(sandbox.url, "get_daily_open_close_agg", symbol, str(sunday))
        assert "Data not found." in refused["words"]
        with adapter(sandbox.url) as massive:
            assert massive.open_close(symbol=symbol, session=sunday) is None


def test_both_are_refused_by_the_free_plan_of_the_sandbox(massive_client: Client) -> None:
    today, long_ago = date(2026, 3, 2), date(2020, 3, 2)
    with (
        running_sandbox(symbols=24, plan="basic", now=datetime(2026, 3, 2, 23, tzinfo=UTC)) as poor,
        adapter(poor.url) as massive,
    ):
        for session, kind in ((today, errors.NotPublishedYet), (long_ago, errors.OutOfHistory)):
            with pytest.raises(errors.ProviderError) as caught:
                massive.grouped_daily(session=session)
            answer = massive_client(poor.url, "get_grouped_daily_aggs", str(session))
            assert type(caught.value) is kind
            assert caught.value.words == json.loads(answer["words"])["message"]
        massive.market_status()
        with pytest.raises(errors.ProviderThrottled, match="a call too many"):
            massive.market_status()
        assert "429" in massive_client(poor.url, "get_market_status")["words"]
        assert poor.counts().received == 7

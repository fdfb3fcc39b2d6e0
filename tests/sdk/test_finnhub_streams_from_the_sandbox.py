"""The client that Finnhub's documentation uses for live trades, on the sandbox, and our reading beside it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from investment.providers.adapters.finnhub import frames
from investment.providers.adapters.finnhub.symbols import Spelling
from investment.providers.sandbox.finnhub import socket
from investment.providers.sandbox.testing import KEY, RunningSandbox, running_sandbox
from investment.providers.tests.judges import Judge, judge

pytestmark = pytest.mark.sdk

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=24, plans={"finnhub": "free"}, now=NOON) as found:
        yield found


@pytest.fixture
def sdk() -> Iterator[Judge]:
    with judge("judge_finnhub_stream") as found:
        yield found


def address(sandbox: RunningSandbox, key: str = KEY) -> str:
    return f"ws://127.0.0.1:{sandbox.port}/finnhub/ws?token={key}"


def test_both_understand_the_same_trades(sandbox: RunningSandbox, sdk: Judge) -> None:
    lines = [line for line in sandbox.market.lines if line.behaviour.dollars > 1e8]
    symbols = [line.symbol for line in lines if socket.ticks(line.symbol)][:3]
    number = sdk.ask(do="open", url=address(sandbox))
    sdk.ask(do="send", to=number, text=[frames.subscribe(symbol) for symbol in symbols])
    assert sdk.ask(**{"do": "read", "from": number, "frames": 1, "seconds": 0.3}) == [], "no acknowledgement"

    sandbox.advance(seconds=61)
    ping, text = sdk.ask(**{"do": "read", "from": number, "frames": 2, "seconds": 5})

    assert json.loads(ping) == {"type": "ping"}
    told = json.loads(text)
    assert (set(told), told["type"]) == ({"data", "type"}, "trade")
    assert {row["s"] for row in told["data"]} == set(symbols)
    ours = frames.read(text, Spelling())
    assert ours.unreadable == 0
    theirs = sorted(told["data"], key=lambda row: row["t"])
    assert [(row["t"], row["p"], row["v"], row["c"]) for row in theirs] == [
        (round(trade.at.timestamp() * 1000), trade.price, trade.size, list(trade.conditions))
        for trade in ours.trades
    ]


def test_the_fifty_second_symbol_and_a_place_that_is_freed(sandbox: RunningSandbox, sdk: Judge) -> None:
    number = sdk.ask(do="open", url=address(sandbox))
    sdk.ask(do="send", to=number, text=[frames.subscribe(f"S{place}") for place in range(52)])
    (refused,) = sdk.ask(**{"do": "read", "from": number, "frames": 2, "seconds": 0.5})
    assert json.loads(refused) == {"msg": "Subscribing to too many symbols", "type": "error"}

    sdk.ask(do="send", to=number, text=[frames.unsubscribe("S0"), frames.subscribe("S51")])
    assert sdk.ask(**{"do": "read", "from": number, "frames": 1, "seconds": 0.3}) == []


@pytest.mark.parametrize("key", ["a-stranger", ""])
def test_a_bad_token_is_refused_before_the_upgrade(sandbox: RunningSandbox, sdk: Judge, key: str) -> None:
    refused = sdk.ask(do="open", url=address(sandbox, key))

    assert (refused["error"], refused["status"]) == ("WebSocketBadStatusException", 401)


def test_a_second_connection_ends_both(sandbox: RunningSandbox, sdk: Judge) -> None:
    first, second = (sdk.ask(do="open", url=address(sandbox)) for _ in range(2))

    for number in (first, second):
        ended = sdk.ask(**{"do": "read", "from": number, "frames": 1, "seconds": 5})
        assert ended["error"] == "WebSocketConnectionClosedException"

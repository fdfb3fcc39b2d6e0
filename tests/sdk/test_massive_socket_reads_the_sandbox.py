"""Massive's own WebSocket clients, new and old, understand the sandbox's sockets."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest

from investment.providers.sandbox.sources import session_day
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.providers.tests.judges import Judge

pytestmark = pytest.mark.sdk

OPEN = datetime(2026, 3, 3, 15, 0, 30, tzinfo=UTC)
WITHIN = 20.0  # seconds


@pytest.fixture(params=["massive", "polygon"])
def client(request: pytest.FixtureRequest, judges: Callable[..., Judge]) -> Judge:
    return judges("judge_massive_socket", request.param)


def order(sandbox: RunningSandbox, key: str, *channels: str) -> dict[str, Any]:
    types = [channel.partition(".")[0] for channel in channels]
    return {"feed": f"127.0.0.1:{sandbox.port}", "key": key, "channels": channels, "until": types}


def until_a_minute_is_over(sandbox: RunningSandbox) -> None:
    deadline = time.monotonic() + WITHIN
    while not sandbox.counts().admitted:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.3)  # it signs in first and subscribes then
    sandbox.advance(seconds=31)


def test_minutes_trades_and_seconds(client: Judge) -> None:
    with running_sandbox(plan="unlimited", now=OPEN) as sandbox:
        symbol = sandbox.market.lines[0].symbol
        session = session_day(sandbox.sandbox.source.days, OPEN.date())
        assert session is not None
        minutes = sandbox.sandbox.source.minutes(symbol, session)
        assert minutes is not None
        channels = (f"AM.{symbol}", f"T.{symbol}", f"A.{symbol}")
        moving = Thread(target=until_a_minute_is_over, args=(sandbox,))
        moving.start()
        event = client.answer(**order(sandbox, sandbox.key, *channels))["fields"]
        found = {event["event_type"]: event}
        while set(found) != {"AM", "T", "A"}:
            event = client.next()["fields"]
            found[event["event_type"]] = event
        moving.join()
        bar = found["AM"]
        row = minutes.start.tolist().index(bar["start_timestamp"] // 1000)
        assert (bar["symbol"], bar["open"], bar["high"]) == (symbol, minutes.open[row], minutes.high[row])
        assert (bar["low"], bar["close"]) == (minutes.low[row], minutes.close[row])
        assert (bar["volume"], bar["vwap"]) == (minutes.volume[row], minutes.vwap[row])
        assert bar["accumulated_volume"] == pytest.approx(minutes.volume[: row + 1].sum())
        assert bar["end_timestamp"] - bar["start_timestamp"] == 60_000
        trade = found["T"]
        assert trade["symbol"] == symbol
        assert trade["price"] in {minutes.open[row], minutes.high[row], minutes.low[row], minutes.close[row]}
        assert trade["size"] > 0
        assert found["A"]["end_timestamp"] - found["A"]["start_timestamp"] == 1000


def test_who_may_not_listen_gets_the_clients_own_error(client: Judge) -> None:
    with running_sandbox(plan="basic", now=OPEN) as sandbox:
        said = client.answer(**order(sandbox, "nobodys", "T.X"))
        assert said == {"error": "AuthError", "words": "authentication failed"}
        told = client.answer(**order(sandbox, sandbox.key, "T.X"))
        assert told["error"] == "AuthError"
        assert told["words"].startswith("Your plan doesn't include websocket access.")


def test_a_second_connection_of_a_key_is_sent_away(judges: Callable[..., Judge]) -> None:
    first, second = (judges("judge_massive_socket", name) for name in ("massive", "polygon"))
    with running_sandbox(plan="unlimited", now=OPEN) as sandbox:
        symbol = sandbox.market.lines[0].symbol
        first.put(**order(sandbox, sandbox.key, f"AM.{symbol}"))
        while not sandbox.counts().admitted:
            time.sleep(0.02)
        assert second.answer(**order(sandbox, sandbox.key, "T.X")) == {"error": None, "words": "closed"}
        until_a_minute_is_over(sandbox)
        assert first.next()["fields"]["symbol"] == symbol

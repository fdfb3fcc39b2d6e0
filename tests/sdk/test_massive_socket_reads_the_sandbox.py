"""Massive's own WebSocket clients, new and old, understand the sandbox's sockets."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from investment.providers.sandbox.sources import session_day
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.providers.tests.judges import interpreter

pytestmark = pytest.mark.sdk

Said = Iterator[dict[str, Any]]
OPEN = datetime(2026, 3, 3, 15, 0, 30, tzinfo=UTC)
WITHIN = 20.0  # seconds


@contextmanager
def listening(
    client: str, sandbox: RunningSandbox, key: str, *channels: str
) -> Iterator[Iterator[dict[str, Any]]]:
    """Run a client beside the test and yield what it says, line by line, until the block ends."""
    judge = Path(__file__).parent / "judge_massive_socket.py"
    with subprocess.Popen(
        [str(interpreter()), str(judge), client, f"127.0.0.1:{sandbox.port}", key, *channels],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield (json.loads(line) for line in process.stdout)
        process.terminate()


def until_subscribed(sandbox: RunningSandbox) -> None:
    deadline = time.monotonic() + WITHIN
    while not sandbox.counts().admitted:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.3)  # it signs in first and subscribes then


@pytest.mark.parametrize("client", ["massive", "polygon"])
def test_minutes_trades_and_seconds(client: str) -> None:
    with running_sandbox(plan="unlimited", now=OPEN) as sandbox:
        symbol = sandbox.market.lines[0].symbol
        session = session_day(sandbox.sandbox.source.days, OPEN.date())
        assert session is not None
        minutes = sandbox.sandbox.source.minutes(symbol, session)
        assert minutes is not None
        channels = (f"AM.{symbol}", f"T.{symbol}", f"A.{symbol}")
        with listening(client, sandbox, sandbox.key, *channels) as events:
            until_subscribed(sandbox)
            sandbox.advance(seconds=31)
            found: dict[str, dict[str, Any]] = {}
            while set(found) != {"AM", "T", "A"}:
                event = next(events)["fields"]
                found[event["event_type"]] = event
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


@pytest.mark.parametrize("client", ["massive", "polygon"])
def test_who_may_not_listen_gets_the_clients_own_error(client: str) -> None:
    with running_sandbox(plan="basic", now=OPEN) as sandbox:
        with listening(client, sandbox, "nobodys", "T.X") as said:
            assert next(said) == {"error": "AuthError", "words": "authentication failed"}
        with listening(client, sandbox, sandbox.key, "T.X") as said:
            told = next(said)
        assert told["error"] == "AuthError"
        assert told["words"].startswith("Your plan doesn't include websocket access.")

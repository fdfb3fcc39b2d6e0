"""Massive's WebSocket: the order of its status frames, who may listen, and what is heard."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from investment.providers.sandbox.sources import session_day
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox

NOT_IN_PLAN = "Your plan doesn't include websocket access. Visit https://polygon.io/pricing to upgrade."
OPEN = datetime(2026, 3, 3, 15, 0, 30, tzinfo=UTC)


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(plan="unlimited", now=OPEN) as running:
        yield running


def opened(sandbox: RunningSandbox) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{sandbox.port}/stocks")


def said(socket: ClientConnection, **wish: Any) -> list[dict[str, Any]]:
    if wish:
        socket.send(json.dumps(wish))
    events: list[dict[str, Any]] = json.loads(socket.recv(timeout=5))
    return events


def status(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    assert {event["ev"] for event in events} == {"status"}
    return [(event["status"], event["message"]) for event in events]


def test_a_client_signs_in_and_subscribes(sandbox: RunningSandbox) -> None:
    with opened(sandbox) as socket:
        assert status(said(socket)) == [("connected", "Connected Successfully")]
        assert status(said(socket, action="subscribe", params="T.X"))[0][0] == "auth_required"
        assert status(said(socket, action="auth", params=sandbox.key)) == [("auth_success", "authenticated")]
        told = status(said(socket, action="subscribe", params="T.X,AM.*,Q.X"))
        assert told[:2] == [("success", "subscribed to: T.X"), ("success", "subscribed to: AM.*")]
        assert told[2][0] == "error"
        assert status(said(socket, action="unsubscribe", params="AM.*"))[0][1] == "unsubscribed to: AM.*"
        socket.send("not json")
        assert status(said(socket))[0][0] == "error"


@pytest.mark.parametrize(
    ("plan", "key", "words"),
    [
        ("unlimited", "nobodys", "authentication failed"),
        (
            "basic",
            "",
            "Your plan doesn't include websocket access. Visit https://polygon.io/pricing to upgrade.",
        ),
    ],
)
def test_others_are_told_why_not_and_hung_up_on(plan: str, key: str, words: str) -> None:
    with running_sandbox(plan=plan) as sandbox, opened(sandbox) as socket:
        said(socket)
        assert status(said(socket, action="auth", params=key or sandbox.key)) == [("auth_failed", words)]
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=5)


def test_a_key_has_one_connection(sandbox: RunningSandbox) -> None:
    with opened(sandbox) as first, opened(sandbox) as second:
        for socket in (first, second):
            said(socket)
        assert status(said(first, action="auth", params=sandbox.key))[0][0] == "auth_success"
        assert status(said(second, action="auth", params=sandbox.key))[0][0] == "max_connections"
        with pytest.raises(ConnectionClosed):
            second.recv(timeout=5)
        assert status(said(first, action="subscribe", params="T.X"))[0][0] == "success"
    with opened(sandbox) as third:
        said(third)
        assert status(said(third, action="auth", params=sandbox.key))[0][0] == "auth_success"


def test_minutes_and_trades_are_the_markets(sandbox: RunningSandbox) -> None:
    symbol = sandbox.market.lines[0].symbol
    day = session_day(sandbox.sandbox.source.days, OPEN.date())
    assert day is not None
    minutes = sandbox.sandbox.source.minutes(symbol, day)
    assert minutes is not None
    with opened(sandbox) as socket:
        said(socket)
        said(socket, action="auth", params=sandbox.key)
        said(socket, action="subscribe", params=f"AM.{symbol},T.{symbol},A.{symbol}")
        sandbox.advance(seconds=31)
        events = said(socket)
        while not any(event["ev"] == "AM" for event in events):
            events += said(socket)
        bar = next(event for event in events if event["ev"] == "AM")
        row = minutes.start.tolist().index(bar["s"] // 1000)
        assert bar["s"] == OPEN.timestamp() * 1000 - 30_000
        assert (bar["o"], bar["c"], bar["v"]) == (minutes.open[row], minutes.close[row], minutes.volume[row])
        assert bar["av"] == pytest.approx(minutes.volume[: row + 1].sum())
        assert {event["p"] for event in events if event["ev"] == "T"} >= {
            minutes.low[row],
            minutes.close[row],
        }
        assert all(event["e"] - event["s"] == 1000 for event in events if event["ev"] == "A")
        sandbox.fault("reset", endpoint="massive.line")
        with pytest.raises(ConnectionClosed):
            hear_all(socket)


def hear_all(socket: ClientConnection) -> None:
    while True:
        socket.recv(timeout=5)

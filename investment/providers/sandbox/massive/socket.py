"""
Massive's WebSocket of stocks: status frames, then trades and bars of minutes and seconds.

Every frame is a list of events. A client signs in after the upgrade; what it then hears comes from
the market's minutes, on the one clock, and later by the plan's delay. A minute trades at four
moments; quotes are not played. ``massive.line`` is a connection's fault: ``reset`` cuts it.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from starlette.websockets import WebSocketDisconnect

from investment.providers.sandbox.massive.minutes import MOMENTS
from investment.providers.sandbox.plans import Plan, today
from investment.providers.sandbox.sample.intraday import Minutes
from investment.providers.sandbox.sources import session_day
from investment.providers.sandbox.speakers import Connection

LOOK = 0.05  # real seconds
SIGN_IN_WITHIN = 10.0  # real seconds; not documented
REMEMBERED = timedelta(minutes=5)  # a clock that jumps ahead does not bring a day of events at once
NOT_IN_PLAN = "Your plan doesn't include websocket access. Visit https://polygon.io/pricing to upgrade."
CHANNELS = ("T", "A", "AM")

# By sandbox and key: one connection a key.
_open: dict[tuple[int, str], "Listener"] = {}


@dataclass(slots=True, eq=False)
class Listener:
    """One signed-in connection. ``wanted`` is its channels, such as ``AM.*`` or ``T.ZLUD``."""

    connection: Connection
    plan: Plan
    wanted: set[str] = field(default_factory=set)
    minutes: dict[tuple[str, Any], Minutes | None] = field(default_factory=dict)

    def symbols(self, channel: str) -> list[str]:
        """Return whom a channel is about, now."""
        if f"{channel}.*" not in self.wanted:
            return sorted(each.partition(".")[2] for each in self.wanted if each.startswith(f"{channel}."))
        day = today(self.connection.sandbox.now())
        records = [listing.record for listing in self.connection.source.listings(day)]
        return sorted(record.symbol for record in records if record.active)


async def stocks(connection: Connection) -> None:
    """Serve one connection until one of the two sides ends it."""
    socket = connection.socket
    await socket.accept()
    with suppress(RuntimeError, WebSocketDisconnect):  # of a connection that is gone
        await _status(connection, "connected", "Connected Successfully")
        key = await _signed_in(connection)
        if key is None:
            await socket.close()
            return
        name = (id(connection.sandbox), key)
        if name in _open:
            await _status(connection, "max_connections", "Maximum number of websocket connections exceeded.")
            await socket.close()
            return
        listener = Listener(connection, connection.sandbox.desk("massive").keys[key])
        _open[name] = listener
        try:
            await _status(connection, "auth_success", "authenticated")
            await _serve(listener)
        finally:
            del _open[name]


async def _serve(listener: Listener) -> None:
    tasks = [asyncio.create_task(_listen(listener)), asyncio.create_task(_speak(listener))]
    done, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    for task in done:
        task.result()


async def _signed_in(connection: Connection) -> str | None:
    """Return the key that the client signed in with, None when it must go; it has been told why then."""
    until = time.monotonic() + SIGN_IN_WITHIN
    while True:
        try:
            wish = await asyncio.wait_for(_wish(connection), until - time.monotonic())
        except TimeoutError:
            await _status(connection, "auth_timeout", "authentication timed out")
            return None
        if wish.get("action") != "auth":
            await _status(connection, "auth_required", "authentication required")
            continue
        key = str(wish.get("params", ""))
        plan = connection.sandbox.desk("massive").keys.get(key)
        connection.sandbox.tally(key, "massive").received += 1
        if plan is None or not plan.terms.get("sockets", False):
            connection.sandbox.tally(key, "massive").refused += 1
            await _status(connection, "auth_failed", NOT_IN_PLAN if plan else "authentication failed")
            return None
        connection.sandbox.tally(key, "massive").admitted += 1
        return key


async def _listen(listener: Listener) -> None:
    while True:
        wish = await _wish(listener.connection)
        action, names = wish.get("action"), str(wish.get("params", "")).split(",")
        told = []
        for name in (each.strip() for each in names):
            channel, _, symbol = name.partition(".")
            if action not in ("subscribe", "unsubscribe") or channel not in CHANNELS or not symbol:
                told.append(_event("error", f"invalid subscription: {name}" if action else "invalid action"))
                continue
            (listener.wanted.add if action == "subscribe" else listener.wanted.discard)(name)
            words = "subscribed to" if action == "subscribe" else "unsubscribed to"
            told.append(_event("success", f"{words}: {name}"))
        await _send(listener.connection, told)


async def _speak(listener: Listener) -> None:
    sandbox = listener.connection.sandbox
    seen = _told(listener)
    while True:
        fault = sandbox.faults.take("line", "massive")
        if fault is not None and fault.kind == "reset":
            listener.connection.socket.scope["sandbox.transport"].abort()
            return
        now = _told(listener)
        since, seen = max(min(seen, now), now - REMEMBERED), now
        events = _events(listener, since, now) if now > since else []
        if events:
            await _send(listener.connection, events)
        await asyncio.sleep(LOOK)


def _told(listener: Listener) -> datetime:
    """Return the instant up to which this connection may know what traded."""
    sandbox = listener.connection.sandbox
    delay = timedelta(seconds=int(listener.plan.terms.get("delay", 0)))
    return sandbox.told_at("massive", sandbox.now()) - delay


def _events(listener: Listener, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return what happened after ``since``, up to and at ``until``, oldest first."""
    first, last = since.timestamp(), until.timestamp()
    events = []
    for channel in CHANNELS:
        for symbol in listener.symbols(channel):
            minutes = _minutes(listener, symbol, until)
            if minutes is None:
                continue
            begin, end = np.searchsorted(minutes.start, [first - 60, last], side="right")
            for row in range(max(0, int(begin) - 1), int(end)):
                for at, event in _said(channel, symbol, minutes, row):
                    if first < at <= last:
                        events.append((at, event))
    events.sort(key=lambda pair: pair[0])
    return [event for _, event in events]


def _said(channel: str, symbol: str, minutes: Minutes, row: int) -> list[tuple[float, dict[str, Any]]]:
    """Return what a channel says of one minute, each with the instant of its saying."""
    start, volume = int(minutes.start[row]), float(minutes.volume[row])
    if channel == "AM":
        bar = [float(column[row]) for column in (minutes.open, minutes.high, minutes.low, minutes.close)]
        return [(start + 60, _bar("AM", symbol, minutes, row, start, 60, bar, volume))]
    prices = _prices(minutes, row)
    size = max(1, int(volume / len(prices)))
    if channel == "A":
        return [
            (start + after + 1, _bar("A", symbol, minutes, row, start + int(after), 1, [price] * 4, size))
            for after, price in zip(MOMENTS, prices, strict=True)
        ]
    return [
        (
            start + after,
            {
                "ev": "T", "sym": symbol, "x": 4, "i": f"{start}{place}", "z": 3, "p": price, "s": size,
                "c": [] if minutes.regular[row] else [12], "t": int((start + after) * 1000),
                "q": (start % 86_400) * 4 + place,
            },
        )
        for place, (after, price) in enumerate(zip(MOMENTS, prices, strict=True))
    ]  # fmt: skip


def _prices(minutes: Minutes, row: int) -> list[float]:
    return [float(column[row]) for column in (minutes.open, minutes.high, minutes.low, minutes.close)]


def _bar(
    kind: str,
    symbol: str,
    minutes: Minutes,
    row: int,
    start: int,
    seconds: int,
    prices: list[float],
    volume: float,
) -> dict[str, Any]:
    so_far = slice(0, row + 1)
    traded = float(minutes.volume[so_far].sum())
    opened, high, low, closed = prices
    return {
        "ev": kind, "sym": symbol, "v": volume, "av": traded, "op": float(minutes.open[minutes.regular][0]),
        "vw": float(minutes.vwap[row]), "o": opened, "c": closed, "h": high, "l": low,
        "a": round(float((minutes.vwap[so_far] * minutes.volume[so_far]).sum()) / traded, 4),
        "z": max(1, int(float(minutes.volume[row]) / float(minutes.trades[row]))),
        "s": start * 1000, "e": (start + seconds) * 1000,
    }  # fmt: skip


def _minutes(listener: Listener, symbol: str, until: datetime) -> Minutes | None:
    day = today(until)
    if (symbol, day) not in listener.minutes:
        source = listener.connection.source
        session = session_day(source.days, day)
        listener.minutes[symbol, day] = source.minutes(symbol, session) if session else None
    return listener.minutes[symbol, day]


async def _wish(connection: Connection) -> dict[str, Any]:
    """Return the next object that the client sends; what is none is answered with an error."""
    while True:
        message = await connection.socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1000)
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            wish = msgspec.json.decode(message.get("text") or message.get("bytes") or b"")
            if isinstance(wish, dict):
                return wish
        await _send(connection, [_event("error", "invalid message")])


def _event(status: str, message: str) -> dict[str, str]:
    return {"ev": "status", "status": status, "message": message}


async def _status(connection: Connection, status: str, message: str) -> None:
    await _send(connection, [_event(status, message)])


async def _send(connection: Connection, events: list[dict[str, Any]]) -> None:
    await connection.socket.send_text(msgspec.json.encode(events).decode())

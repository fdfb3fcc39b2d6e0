"""
The WebSocket of trades: what traded comes from the market's minutes, on the one clock.

Of a connection's frames an armed fault may spoil: ``finnhub.trades`` is taken by the next frame of
trades (``duplicate_ticker``: it comes twice; ``cut_json``, ``wrong_types``, ``envelope``),
``finnhub.line`` by the connection itself (``reset``; ``latency``: not a word for ``seconds``).
``finnhub.ws`` spoils the upgrade.
"""

import asyncio
import random
import socket as sockets
import struct
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from starlette.websockets import WebSocketDisconnect

from investment.lib.exchange_days import SessionDay
from investment.providers.sandbox.faults import Fault
from investment.providers.sandbox.finnhub.call import THEIRS, spelled
from investment.providers.sandbox.plans import today
from investment.providers.sandbox.sample.intraday import Minutes
from investment.providers.sandbox.sources import session_day
from investment.providers.sandbox.speakers import Connection

MOST_SYMBOLS = 51  # documented are 50; measured: the 52nd is refused
LOOK = 0.05  # real seconds
PING_EVERY = 60.0  # seconds of the one clock
REMEMBERED = timedelta(minutes=5)  # a clock that jumps ahead does not bring a day of trades at once
MOST_IN_A_FRAME = 40
SILENT = 16  # one symbol in so many never ticks, though its quote is fresh
MOMENTS = (0.02, 0.31, 0.63, 0.97)  # of a minute, at which it trades
ABRUPT = 1008
TOO_MANY = '{"msg":"Subscribing to too many symbols","type":"error"}'
INVALID = '{"msg":"Invalid symbol","type":"error"}'
PING = '{"type":"ping"}'


@dataclass(slots=True, eq=False)
class Listener:
    """One open connection: whom it wants to hear of, and up to when it has heard."""

    connection: Connection
    symbols: dict[str, datetime] = field(default_factory=dict)
    minutes: dict[tuple[str, Any], Minutes | None] = field(default_factory=dict)
    silent_until: float = 0.0

    async def send(self, text: str) -> None:
        if time.monotonic() >= self.silent_until:
            await self.connection.socket.send_text(text)


# By sandbox and key: a second connection ends both.
_open: dict[tuple[int, str], set[Listener]] = {}


def connections() -> dict[tuple[int, str], set[Listener]]:
    """Return the open connections, by the identity of their sandbox and by key."""
    return _open


def ticks(symbol: str) -> bool:
    """Whether a symbol ever ticks: some do not, though their quotes are fresh."""
    return zlib.crc32(symbol.encode()) % SILENT != 0


async def trades(connection: Connection) -> None:
    """Serve one connection until one of the two sides ends it."""
    await connection.socket.accept()
    listener, key = Listener(connection), (id(connection.sandbox), connection.key)
    others = _open.setdefault(key, set())
    others.add(listener)
    try:
        if len(others) > 1:
            for each in list(others):
                with suppress(RuntimeError, WebSocketDisconnect):
                    await each.connection.socket.close(ABRUPT)
            return
        tasks = [asyncio.create_task(_listen(listener)), asyncio.create_task(_speak(listener))]
        done, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for task in done:
            with suppress(RuntimeError, WebSocketDisconnect):  # of a connection that is gone
                task.result()
    finally:
        others.discard(listener)
        if not others:
            _open.pop(key, None)


async def _listen(listener: Listener) -> None:
    """Take wishes; none is acknowledged."""
    while True:
        message = await listener.connection.socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            wish = msgspec.json.decode(message.get("text") or message.get("bytes") or b"")
            if isinstance(wish, dict):
                await _wished(listener, wish)


async def _wished(listener: Listener, wish: dict[str, Any]) -> None:
    symbol, kind = wish.get("symbol"), wish.get("type")
    if kind not in ("subscribe", "unsubscribe"):
        return
    if not isinstance(symbol, str) or not symbol:
        await listener.send(INVALID)
    elif kind == "unsubscribe":
        listener.symbols.pop(symbol, None)
    elif symbol not in listener.symbols:
        if len(listener.symbols) >= MOST_SYMBOLS:
            await listener.send(TOO_MANY)
        else:
            listener.symbols[symbol] = listener.connection.sandbox.now()


async def _speak(listener: Listener) -> None:
    sandbox = listener.connection.sandbox
    pinged = sandbox.now()
    chance = random.Random(0)  # noqa: S311 - nothing secret
    while True:
        fault = sandbox.faults.take("line", "finnhub")
        if fault is not None and fault.kind == "reset":
            return _reset(listener)
        if fault is not None and fault.kind == "latency":
            listener.silent_until = time.monotonic() + fault.seconds
        now = sandbox.now()
        if now < pinged:  # the clock was turned back
            pinged = now
        if (now - pinged).total_seconds() >= PING_EVERY:
            pinged = now
            await listener.send(PING)
        rows = _news(listener, now)
        for start in range(0, len(rows), MOST_IN_A_FRAME):
            part = rows[start : start + MOST_IN_A_FRAME]
            chance.shuffle(part)  # the order inside a frame is not guaranteed
            for text in _frames(part, sandbox.faults.take("trades", "finnhub")):
                await listener.send(text)
        await asyncio.sleep(LOOK)


def _frames(rows: list[dict[str, Any]], fault: Fault | None) -> list[str]:
    kind = fault.kind if fault else ""
    if kind == "envelope":
        return ['{"greeting":"hello"}']
    if kind == "wrong_types":
        rows = [row | {"p": str(row["p"])} if place == 0 else row for place, row in enumerate(rows)]
    text = msgspec.json.encode({"data": rows, "type": "trade"}).decode()
    if kind == "cut_json":
        return [text[: len(text) // 2]]
    return [text, text] if kind == "duplicate_ticker" else [text]


def _news(listener: Listener, now: datetime) -> list[dict[str, Any]]:
    """Return what has traded since each symbol was last looked at, oldest first."""
    connection = listener.connection
    told = connection.sandbox.told_at("finnhub", now)
    rows: list[dict[str, Any]] = []
    for symbol, seen in list(listener.symbols.items()):
        since = max(min(seen, told), told - REMEMBERED)
        listener.symbols[symbol] = told
        if ticks(symbol) and told > since:
            rows += _traded(listener, symbol, since, told)
    rows.sort(key=lambda row: (row["t"], row["s"]))
    return rows


def _traded(listener: Listener, symbol: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return the trades after ``since``, up to and at ``until``; those out of hours, too."""
    session = session_day(listener.connection.source.days, today(until))
    minutes = _minutes(listener, symbol, session) if session else None
    if minutes is None:
        return []
    first, last = since.timestamp() * 1000, until.timestamp() * 1000
    rows = []
    begin, end = np.searchsorted(minutes.start, [first / 1000 - 60, last / 1000], side="right")
    for row in range(int(begin), int(end)):
        for place, (at, price) in enumerate(_prints(minutes, row)):
            if first < at <= last:
                rows.append(
                    {
                        "c": ["1", "12"] if not minutes.regular[row] else ["1"] if place % 2 else [],
                        "p": price,
                        "s": symbol,
                        "t": at,
                        "v": max(1, int(float(minutes.volume[row]) / len(MOMENTS))),
                    }
                )
    return rows


def _prints(minutes: Minutes, row: int) -> list[tuple[int, float]]:
    """A minute opens, goes to its nearer extreme, to the other, and closes."""
    start = int(minutes.start[row]) * 1000
    o, h, low, c = (float(x[row]) for x in (minutes.open, minutes.high, minutes.low, minutes.close))
    middle = (low, h) if o - low < h - o else (h, low)
    return [(start + int(m * 60_000), p) for m, p in zip(MOMENTS, (o, *middle, c), strict=True)]


def _minutes(listener: Listener, symbol: str, session: SessionDay) -> Minutes | None:
    ours = THEIRS.sub(r"\1p\2", symbol)
    key = (symbol, session.session)
    if key not in listener.minutes:
        known = spelled(ours) == symbol
        listener.minutes[key] = listener.connection.source.minutes(ours, session) if known else None
    return listener.minutes[key]


def _reset(listener: Listener) -> None:
    transport = listener.connection.socket.scope.get("sandbox.transport")
    if transport is not None:
        raw = transport.get_extra_info("socket")
        raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

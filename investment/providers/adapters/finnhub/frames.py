"""The WebSocket's frames: what comes in as trades, pings and errors; what goes out as wishes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from investment.providers.adapters.finnhub.decoding import instant
from investment.providers.adapters.finnhub.symbols import Spelling
from investment.providers.contracts import Trade

MOST_BYTES = 2**20  # of a frame; real ones have a few hundred trades, a tenth of it
TOO_MANY = "too many symbols"

_UNREAD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, OverflowError)


class _Tick(msgspec.Struct):
    """``t`` is unix milliseconds; ``c`` are codes, or null, or left out."""

    s: str
    p: float
    t: float
    v: float = 0.0
    c: list[str] | None = None


class _Frame(msgspec.Struct):
    type: str
    data: list[msgspec.Raw] | None = None
    msg: str | None = None


_FRAME = msgspec.json.Decoder(_Frame)
_TICK = msgspec.json.Decoder(_Tick)


@dataclass(frozen=True, slots=True)
class Frame:
    """
    What one frame said.

    ``trades`` are in the order of their instants. ``unreadable`` counts the trades of the frame that
    could not be read; a frame that is none has the kind ``malformed`` and its first words.
    """

    kind: Literal["trade", "ping", "error", "other", "malformed"]
    trades: Sequence[Trade] = ()
    words: str = ""
    unreadable: int = 0

    @property
    def too_many(self) -> bool:
        return self.kind == "error" and TOO_MANY in self.words.lower()


def read(text: str | bytes, spelling: Spelling) -> Frame:
    """Read a frame. Whatever comes, nothing is raised."""
    try:
        frame = _FRAME.decode(text)
    except _UNREAD:
        start = text[:200]
        return Frame("malformed", words=start if isinstance(start, str) else start.decode(errors="replace"))
    if frame.type == "trade":
        return _trades(frame.data or [], spelling)
    if frame.type == "error":
        return Frame("error", words=(frame.msg or "")[:500])
    return Frame("ping") if frame.type == "ping" else Frame("other", words=frame.type[:100])


def subscribe(symbol: str) -> str:
    return msgspec.json.encode({"type": "subscribe", "symbol": symbol}).decode()


def unsubscribe(symbol: str) -> str:
    return msgspec.json.encode({"type": "unsubscribe", "symbol": symbol}).decode()


def _trades(rows: Sequence[msgspec.Raw], spelling: Spelling) -> Frame:
    trades: list[Trade] = []
    unreadable = 0
    for row in rows:
        try:
            tick = _TICK.decode(row)
            at = instant(tick.t / 1000)
            if not (tick.s and tick.p > 0 and tick.v >= 0):
                raise ValueError("no trade")
        except _UNREAD:
            unreadable += 1
            continue
        trades.append(Trade(spelling.ours(tick.s), tick.p, tick.v, at, tuple(tick.c or ())))
    trades.sort(key=lambda trade: trade.at)
    return Frame("trade", trades, unreadable=unreadable)

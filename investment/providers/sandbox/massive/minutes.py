"""Bars within a day: seconds, minutes and hours of one ticker, from the same prices as its days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from investment.providers.sandbox.massive import paging, wire
from investment.providers.sandbox.massive.call import MassiveCall
from investment.providers.sandbox.plans import NEW_YORK

MINUTE = 60_000
SECOND = 1000
LENGTHS = {"second": SECOND, "minute": MINUTE, "hour": 60 * MINUTE}
MOMENTS = (1.0, 19.0, 38.0, 58.0)  # seconds of a minute at which it trades: open, extremes, close


@dataclass(frozen=True, slots=True)
class Wanted:
    """A checked question. ``first`` and ``last`` are milliseconds, both included."""

    ticker: str
    timespan: str
    multiplier: int
    first: int
    last: int
    split_adjusted: bool
    newest_first: bool
    limit: int

    @property
    def length(self) -> int:
        return self.multiplier * LENGTHS[self.timespan]

    @property
    def base(self) -> int:
        """How long the bars are of which windows are made."""
        return SECOND if self.timespan == "second" else MINUTE


def within_days(call: MassiveCall, wanted: Wanted) -> dict[str, Any]:
    """
    Return bars of seconds, minutes or hours; windows start with midnight in New York.

    ``limit`` counts the minutes (of seconds: the seconds) scanned. What the plan tells only later is left
    out. A folder of real days knows of none.

    :raises Refused: for days that the plan does not tell of.
    """
    start, end = call.clipped(_day(wanted.first), _day(wanted.last))
    if not call.plan.end_of_day:
        end = min(_day(wanted.last), call.today)
    known = int(call.now.timestamp() * 1000) - int(call.plan.terms.get("delay", 0)) * 1000
    rows: list[dict[str, Any]] = []
    rest: str | None = None
    scan = _minutes(call, wanted, start, end)
    for minute in scan:
        if not wanted.first <= minute["t"] <= wanted.last or minute["t"] + wanted.base > known:
            continue
        if len(rows) == wanted.limit:
            rest = _next(call, wanted, minute["t"])
            break
        rows.append(minute)
    scanned = len(rows)
    if wanted.newest_first:
        rows.reverse()
    if wanted.length > wanted.base:
        windows = groupby(rows, key=lambda row: _window(row["t"], wanted))
        rows = [_joined(t, list(parts)) for t, parts in windows]
    bars = [row | {"v": wire.volume(round(row["v"], 4))} for row in rows]
    if wanted.newest_first:
        bars.reverse()
    answer: dict[str, Any] = {
        "ticker": wanted.ticker, "queryCount": scanned, "resultsCount": len(bars),
        "adjusted": wanted.split_adjusted, "status": call.word,
    }  # fmt: skip
    answer |= ({"results": bars} if bars else {}) | {"count": len(bars)}
    return answer | ({"next_url": rest} if rest else {})


def _minutes(call: MassiveCall, wanted: Wanted, start: date, end: date) -> Iterator[dict[str, Any]]:
    """Yield the minutes of sessions in the wanted order, in today's shares if so wanted."""
    sessions = [day for day in call.source.days.sessions if start <= day.session <= end]
    splits = call.source.shares(wanted.ticker, call.today) if wanted.split_adjusted else []
    for session in reversed(sessions) if wanted.newest_first else sessions:
        minutes = call.source.minutes(wanted.ticker, session)
        if minutes is None:
            continue
        factor = 1.0
        for ex_date, ratio in splits:
            factor *= ratio if session.session < ex_date else 1.0
        columns = zip(
            minutes.start.tolist(), minutes.open.tolist(), minutes.high.tolist(), minutes.low.tolist(),
            minutes.close.tolist(), minutes.volume.tolist(), minutes.vwap.tolist(), minutes.trades.tolist(),
            strict=True,
        )  # fmt: skip
        rows = [
            {
                "v": round(v * factor, 4), "vw": _price(vw, factor), "o": _price(o, factor),
                "c": _price(c, factor), "h": _price(h, factor), "l": _price(low, factor),
                "t": t * 1000, "n": int(n),
            }
            for t, o, h, low, c, v, vw, n in columns
        ]  # fmt: skip
        if wanted.timespan == "second":
            rows = [second for row in rows for second in _seconds(row)]
        yield from reversed(rows) if wanted.newest_first else rows


def _seconds(minute: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the seconds of a minute in which it trades, as the socket tells them."""
    size = max(1, int(minute["v"] / len(MOMENTS)))
    prices = (minute["o"], minute["h"], minute["l"], minute["c"])
    return [
        {
            "v": size, "vw": price, "o": price, "c": price, "h": price, "l": price,
            "t": minute["t"] + int(after) * SECOND, "n": 1,
        }
        for after, price in zip(MOMENTS, prices, strict=True)
    ]  # fmt: skip


def _price(price: float, factor: float) -> float:
    return price if factor == 1.0 else round(price / factor, 6)


def _window(t: int, wanted: Wanted) -> int:
    """Return when the window begins that a minute lies in, counted from midnight in New York."""
    midnight = wire.midnight(_day(t))
    return midnight + (t - midnight) // wanted.length * wanted.length


def _joined(t: int, parts: list[dict[str, Any]]) -> dict[str, Any]:
    volume = sum(part["v"] for part in parts)
    turnover = sum(part["vw"] * part["v"] for part in parts)
    return {
        "v": volume, "vw": round(turnover / volume, 4), "o": parts[0]["o"], "c": parts[-1]["c"],
        "h": max(part["h"] for part in parts), "l": min(part["l"] for part in parts), "t": t,
        "n": sum(part["n"] for part in parts),
    }  # fmt: skip


def _next(call: MassiveCall, wanted: Wanted, t: int) -> str:
    """The path carries the next minute; a window that is cut by a page is told in two parts."""
    ends = f"{wanted.first}/{t}" if wanted.newest_first else f"{t}/{wanted.last}"
    address = f"/v2/aggs/ticker/{wanted.ticker}/range/{wanted.multiplier}/{wanted.timespan}/{ends}"
    kept = [(n, v) for n, v in call.request.query_params.items() if n in ("adjusted", "limit", "sort")]
    return paging.next_url(call.request, kept, address)


def bounds(first: str, last: str, start: date, end: date) -> tuple[int, int]:
    """Return milliseconds of two ends that are dates (whole days of New York) or milliseconds already."""
    begin = int(first) if first.isdecimal() else wire.midnight(start)
    following = datetime.combine(end + timedelta(days=1), time(0), NEW_YORK).astimezone(UTC)
    return begin, int(last) if last.isdecimal() else int(following.timestamp()) * 1000 - 1


def _day(milliseconds: int) -> date:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(NEW_YORK).date()

"""Bars: the whole market's day, one ticker's range, its previous close, its day."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

import numpy as np

from investment.providers.contracts import BarColumns
from investment.providers.sandbox.massive import minutes, paging, wire
from investment.providers.sandbox.massive.call import MassiveCall, parse_date
from investment.providers.sandbox.massive.refusals import Refused
from investment.providers.sandbox.plans import NEW_YORK
from investment.providers.sandbox.sources import adjusted

MOST_BARS, USUAL_BARS = 50_000, 5_000
PREVIOUS_WITHIN = timedelta(days=30)  # an illiquid stock's last trade may be weeks ago
OLDEST = date(1970, 1, 2)
MILLISECONDS = re.compile(r"[0-9]{9,14}")
TIMESPANS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")


def grouped(call: MassiveCall) -> dict[str, Any]:
    """Every stock's bar of one session. A date without a session has no ``results``."""
    session = parse_date(call.request.path_params["date"], "date")
    split_adjusted = call.flag("adjusted", default=True)
    call.must_see(session)
    rows: list[dict[str, Any]] = []
    if session <= call.last_told:
        bars = call.source.grouped(session)
        if split_adjusted:
            factors = call.source.share_factors(session, call.today)
            bars = adjusted(bars, [factors.get(symbol, 1.0) for symbol in bars.symbols])
        rows = wire.bar_rows(bars, [wire.afternoon(session)] * len(bars), tickers=True)
    return _envelope(call, rows, split_adjusted, scanned=len(rows))


def previous(call: MassiveCall) -> dict[str, Any]:
    """The last bar before today, as a list of one."""
    ticker = call.request.path_params["ticker"]
    split_adjusted = call.flag("adjusted", default=True)
    yesterday = call.today - timedelta(days=1)
    dates, bars = call.source.bars(ticker, yesterday - PREVIOUS_WITHIN, yesterday)
    dates, bars = dates[-1:], _part(bars, slice(len(dates) - 1, None) if dates else slice(0))
    if split_adjusted:
        bars = adjusted(bars, _factors(call, ticker, dates))
    rows = wire.bar_rows(bars, [wire.afternoon(day) for day in dates], tickers=True)
    return {"ticker": ticker} | _envelope(call, rows, split_adjusted, scanned=len(rows))


def open_close(call: MassiveCall) -> dict[str, Any]:
    """One ticker's day, with words for names."""
    ticker = call.request.path_params["ticker"]
    session = parse_date(call.request.path_params["date"], "date")
    split_adjusted = call.flag("adjusted", default=True)
    call.must_see(session)
    dates, bars = call.source.bars(ticker, session, min(session, call.last_told))
    if not dates:
        raise Refused.data_not_found()
    factor = 1.0
    if split_adjusted:
        factor = float(_factors(call, ticker, dates)[0])
        bars = adjusted(bars, [factor])
    return {
        "status": call.word,
        "from": session.isoformat(),
        "symbol": ticker,
        "open": float(bars.open[0]),
        "high": float(bars.high[0]),
        "low": float(bars.low[0]),
        "close": float(bars.close[0]),
        "volume": wire.volume(float(bars.volume[0])),
    } | _out_of_hours(call, ticker, session, factor)


def _out_of_hours(call: MassiveCall, ticker: str, day: date, factor: float) -> dict[str, float]:
    """Return the first price before the session and the last one after it, where somebody traded then."""
    session = call.session(day)
    minutes = call.source.minutes(ticker, session) if session else None
    told: dict[str, float] = {}
    if session is not None and minutes is not None:
        early = minutes.start < session.opens_at.timestamp()
        late = minutes.start >= session.closes_at.timestamp()
        if late.any():
            told["afterHours"] = round(float(minutes.close[late][-1]) / factor, 6)
        if early.any():
            told["preMarket"] = round(float(minutes.open[early][0]) / factor, 6)
    return told


def time_range(call: MassiveCall) -> dict[str, Any]:
    """
    Bars of one ticker between two days or instants, both included.

    ``limit`` counts the days scanned, not the bars made of them. Windows of several days start at
    ``from``; Massive does not document where.
    """
    path = call.request.path_params
    ticker, timespan = path["ticker"], path["timespan"]
    if timespan not in TIMESPANS:
        raise Refused.bad_request(f"The parameter 'timespan' must be one of: {', '.join(TIMESPANS)}")
    if not path["multiplier"].isdecimal() or int(path["multiplier"]) < 1:
        raise Refused.bad_request("The parameter 'multiplier' must be a positive integer")
    start, end = _instant(path["from"], "from"), _instant(path["to"], "to")
    if end < start:
        raise Refused.bad_request("The parameter 'to' cannot be a time that occurs before 'from'")
    split_adjusted = call.flag("adjusted", default=True)
    newest_first = call.choice("sort", default="asc", among=("asc", "desc")) == "desc"
    limit = call.integer("limit", default=USUAL_BARS, most=MOST_BARS)
    if timespan == "second" and call.plan.end_of_day:
        raise Refused.not_in_plan()
    if timespan in minutes.LENGTHS:
        ends = minutes.bounds(path["from"], path["to"], start, end)
        wanted = minutes.Wanted(
            ticker, timespan, int(path["multiplier"]), *ends, split_adjusted, newest_first, limit
        )
        return minutes.within_days(call, wanted)

    first, last = call.clipped(start, end)
    dates, bars = (
        call.source.bars(ticker, first, last) if first <= last else call.source.bars(ticker, end, start)
    )
    if split_adjusted:
        bars = adjusted(bars, _factors(call, ticker, dates))
    rest: str | None = None
    if len(dates) > limit:
        kept = slice(-limit, None) if newest_first else slice(limit)
        left = dates[: len(dates) - limit] if newest_first else dates[limit:]
        rest = _next(call, left, end if not newest_first else start, newest_first=newest_first)
        dates, bars = dates[kept], _part(bars, kept)
    rows = wire.bar_rows(bars, [wire.midnight(day) for day in dates], tickers=False)
    scanned = len(rows)
    if timespan != "day" or int(path["multiplier"]) > 1:
        rows = _wider(rows, dates, _window(timespan, int(path["multiplier"]), first))
    if newest_first:
        rows.reverse()
    answer = {"ticker": ticker} | _envelope(call, rows, split_adjusted, scanned=scanned)
    return answer | ({"next_url": rest} if rest else {})


def series(call: MassiveCall, ticker: str, timespan: str, *, split_adjusted: bool) -> list[dict[str, Any]]:
    """Return all bars of days, weeks … that the plan tells of, oldest first; volumes are plain numbers."""
    dates, bars = call.source.bars(ticker, max(call.floor, OLDEST), call.last_told)
    if split_adjusted:
        bars = adjusted(bars, _factors(call, ticker, dates))
    rows = wire.bar_rows(bars, [wire.midnight(day) for day in dates], tickers=False)
    rows = [row | {"v": shares} for row, shares in zip(rows, bars.volume.tolist(), strict=True)]
    return _wider(rows, dates, _window(timespan, 1, dates[0])) if dates and timespan != "day" else rows


def _envelope(
    call: MassiveCall, rows: list[dict[str, Any]], split_adjusted: bool, *, scanned: int
) -> dict[str, Any]:
    """Where there are no rows there is no key ``results``."""
    counts = {
        "queryCount": scanned, "resultsCount": len(rows), "adjusted": split_adjusted, "status": call.word,
    }  # fmt: skip
    return counts | ({"results": rows} if rows else {}) | {"count": len(rows)}


def _instant(text: str, name: str) -> date:
    """Return the day in New York of a date or of milliseconds since 1970."""
    try:
        if MILLISECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text) / 1000, UTC).astimezone(NEW_YORK).date()
        return parse_date(text, name)
    except (Refused, OverflowError, ValueError):
        raise Refused.bad_request(
            f"Could not parse the time parameter: '{name}'. Use YYYY-MM-DD or Unix MS Timestamps"
        ) from None


def _factors(call: MassiveCall, ticker: str, dates: list[date]) -> np.ndarray[Any, Any]:
    factors = np.ones(len(dates))
    days = np.array([day.toordinal() for day in dates])
    for ex_date, ratio in call.source.shares(ticker, call.today):
        factors[days < ex_date.toordinal()] *= ratio
    return factors


def _part(bars: BarColumns, kept: slice) -> BarColumns:
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume, bars.vwap, bars.trades)
    return BarColumns(bars.symbols[kept], *(column[kept] for column in columns))


def _next(call: MassiveCall, left: list[date], other_end: date, *, newest_first: bool) -> str:
    """The path of the next page carries where it goes on, in milliseconds; the cursor the rest."""
    path = call.request.path_params
    if newest_first:
        ends = f"{other_end}/{wire.midnight(left[-1])}"
    else:
        ends = f"{wire.midnight(left[0])}/{other_end}"
    address = f"/v2/aggs/ticker/{path['ticker']}/range/{path['multiplier']}/{path['timespan']}/{ends}"
    wanted = [(n, v) for n, v in call.request.query_params.items() if n in ("adjusted", "limit", "sort")]
    return paging.next_url(call.request, wanted, address)


def _window(timespan: str, multiplier: int, first: date) -> Callable[[date], date]:
    """Return the function that says on which day the window of a session begins."""
    starts: dict[str, Callable[[date], int]] = {
        "day": lambda day: day.toordinal(),
        "week": lambda day: (day.toordinal()) // 7,  # weeks begin on Sunday
        "month": lambda day: day.year * 12 + day.month - 1,
        "quarter": lambda day: day.year * 4 + (day.month - 1) // 3,
        "year": lambda day: day.year,
    }
    back: dict[str, Callable[[int], date]] = {
        "day": date.fromordinal,
        "week": lambda number: date.fromordinal(number * 7),
        "month": lambda number: date(number // 12, number % 12 + 1, 1),
        "quarter": lambda number: date(number // 4, number % 4 * 3 + 1, 1),
        "year": lambda number: date(number, 1, 1),
    }
    number = starts[timespan]
    origin = number(first)
    return lambda day: back[timespan](origin + (number(day) - origin) // multiplier * multiplier)


def _wider(
    rows: list[dict[str, Any]], dates: list[date], window: Callable[[date], date]
) -> list[dict[str, Any]]:
    """Return the bars of windows wider than a day."""
    wide = []
    for start, group in groupby(zip(dates, rows, strict=True), key=lambda pair: window(pair[0])):
        parts = [row for _, row in group]
        shares = [
            float(row["v"]) if isinstance(row["v"], int | float) else float(bytes(row["v"])) for row in parts
        ]
        total = sum(shares)
        bar: dict[str, Any] = {
            "v": wire.volume(round(total, 4)),
            "o": parts[0]["o"],
            "c": parts[-1]["c"],
            "h": max(row["h"] for row in parts),
            "l": min(row["l"] for row in parts),
            "t": wire.midnight(start),
        }
        if all("vw" in row for row in parts) and total:
            turnover = sum(row["vw"] * shares[place] for place, row in enumerate(parts))
            bar["vw"] = round(turnover / total, 4)
        if all("n" in row for row in parts):
            bar["n"] = sum(row["n"] for row in parts)
        wide.append(bar)
    return wide

"""Indicators of one ticker: moving averages, their convergence, relative strength; from its own bars."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from investment.providers.sandbox.massive import aggregates, minutes, paging, wire
from investment.providers.sandbox.massive.call import DATE, MassiveCall, parse_date
from investment.providers.sandbox.massive.refusals import Refused

SERIES = {"close": "c", "open": "o", "high": "h", "low": "l"}
LATELY = timedelta(days=40)  # of bars within days
MOST = 5000
Values = Sequence[float | None]


def sma(call: MassiveCall) -> dict[str, Any]:
    return _told(call, lambda series: {"value": _mean(series, _window(call, "window", 50))})


def ema(call: MassiveCall) -> dict[str, Any]:
    return _told(call, lambda series: {"value": _ema(series, _window(call, "window", 50))})


def rsi(call: MassiveCall) -> dict[str, Any]:
    return _told(call, lambda series: {"value": _rsi(series, _window(call, "window", 14))})


def macd(call: MassiveCall) -> dict[str, Any]:
    def columns(series: Sequence[float]) -> dict[str, Values]:
        short, long = (
            _ema(series, _window(call, f"{name}_window", usual))
            for name, usual in (("short", 12), ("long", 26))
        )
        line = [None if a is None or b is None else a - b for a, b in zip(short, long, strict=True)]
        known = [value for value in line if value is not None]
        lacking: list[float | None] = [None] * (len(line) - len(known))
        signal = [*lacking, *_ema(known, _window(call, "signal_window", 9))]
        histogram = [None if a is None or b is None else a - b for a, b in zip(line, signal, strict=True)]
        return {"value": line, "signal": signal, "histogram": histogram}

    return _told(call, columns)


def _told(call: MassiveCall, columns: Callable[[list[float]], dict[str, Values]]) -> dict[str, Any]:
    """Return a page of an indicator's values, newest first unless asked otherwise, and where its bars are."""
    ticker = call.request.path_params["ticker"]
    timespan = call.choice("timespan", default="day", among=aggregates.TIMESPANS[1:])
    split_adjusted = call.flag("adjusted", default=True)
    series = SERIES[call.choice("series_type", default="close", among=tuple(SERIES))]
    descending = call.choice("order", default="desc", among=("asc", "desc")) == "desc"
    limit = call.integer("limit", default=10, most=MOST)
    bars = _bars(call, ticker, timespan, split_adjusted=split_adjusted)
    found = columns([bar[series] for bar in bars])
    rows = [
        {"timestamp": bar["t"]} | {name: values[row] for name, values in found.items()}
        for row, bar in enumerate(bars)
        if all(values[row] is not None for values in found.values())
    ]
    rows = paging.keep(rows, call.request, "timestamp", kind=_instant)
    shown, rest = paging.page(rows[::-1] if descending else rows, call.request, limit)
    ends = f"{bars[0]['t']}/{bars[-1]['t']}" if bars else f"{call.today}/{call.today}"
    path = f"/v2/aggs/ticker/{ticker}/range/1/{timespan}/{ends}"
    underlying: dict[str, Any] = {"url": str(call.request.url.replace(path=path, query="")).rstrip("?")}
    if call.flag("expand_underlying", default=False):
        underlying["aggregates"] = [bar | {"v": wire.volume(float(bar["v"]))} for bar in bars]
    answer = {"results": {"underlying": underlying, "values": shown}, "status": "OK"}
    return answer | ({"next_url": rest} if rest else {})


def _bars(call: MassiveCall, ticker: str, timespan: str, *, split_adjusted: bool) -> list[dict[str, Any]]:
    """Return the bars that the plan tells of, oldest first; those within days of the last weeks."""
    if timespan not in minutes.LENGTHS:
        return aggregates.series(call, ticker, timespan, split_adjusted=split_adjusted)
    first, last = str(call.today - LATELY), str(call.today)
    ends = minutes.bounds(first, last, call.today - LATELY, call.today)
    wanted = minutes.Wanted(ticker, timespan, 1, *ends, split_adjusted, False, aggregates.MOST_BARS)
    return [bar | {"v": float(bytes(bar["v"])) if isinstance(bar["v"], wire.Raw) else bar["v"]}
            for bar in minutes.within_days(call, wanted).get("results", [])]  # fmt: skip


def _window(call: MassiveCall, name: str, usual: int) -> int:
    return call.integer(name, default=usual, most=MOST)


def _instant(text: str) -> int:
    """Return the milliseconds of a date or of milliseconds. :raises ValueError: if it is neither."""
    if not DATE.fullmatch(text):
        return int(text)
    try:
        day: date = parse_date(text, "timestamp")
    except Refused as refusal:
        raise ValueError(text) from refusal
    return wire.midnight(day)


def _mean(series: Sequence[float], window: int) -> Values:
    return [
        None if row + 1 < window else sum(series[row + 1 - window : row + 1]) / window
        for row in range(len(series))
    ]


def _ema(series: Sequence[float], window: int) -> Values:
    """Seeded by the mean of the first window."""
    values: list[float | None] = [None] * min(window - 1, len(series))
    last: float | None = None
    for row in range(window - 1, len(series)):
        last = (
            sum(series[:window]) / window if last is None else last + (series[row] - last) * 2 / (window + 1)
        )
        values.append(last)
    return values


def _rsi(series: Sequence[float], window: int) -> Values:
    """Wilder's."""
    values: list[float | None] = [None] * min(window, len(series))
    up = down = 0.0
    for row in range(1, len(series)):
        change = series[row] - series[row - 1]
        gain, loss = max(change, 0.0), max(-change, 0.0)
        if row <= window:
            up, down = up + gain / window, down + loss / window
        else:
            up, down = (up * (window - 1) + gain) / window, (down * (window - 1) + loss) / window
        if row >= window:
            values.append(100.0 if down == 0 else 100 - 100 / (1 + up / down))
    return values

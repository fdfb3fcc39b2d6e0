"""What things cost: quotes, candles, splits, dividends."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from investment.providers.contracts import BarColumns
from investment.providers.sandbox.finnhub.call import FinnhubCall, spelled, wrong

NOBODY = {"c": 0, "d": None, "dp": None, "h": 0, "l": 0, "o": 0, "pc": 0, "t": 0}
WITHIN_A_DAY = ("1", "5", "15", "30", "60")
QUARTERLY, OTHER = "2", "4"
A_MONTH = timedelta(days=31)


def quote(call: FinnhubCall) -> dict[str, Any]:
    """The last price of the regular session; zeros for whoever is not listed, or never traded."""
    told = call.last_price(call.symbol())
    if told is None:
        return NOBODY
    before = told.previous_close
    change = round(told.price - before, 4) if before else None
    return {
        "c": told.price,
        "d": change,
        "dp": round(change / before * 100, 4) if change is not None and before else None,
        "h": told.high,
        "l": told.low,
        "o": told.open,
        "pc": round(before, 6) if before else 0,
        "t": int(told.at.timestamp()),
    }


def candles(call: FinnhubCall) -> dict[str, Any]:
    """Columns of bars, adjusted for splits, dated by midnight in UTC."""
    symbol, resolution = call.symbol(), call.required("resolution")
    start, end = call.instant("from"), call.instant("to")
    if resolution not in (*WITHIN_A_DAY, "D", "W", "M"):
        raise wrong("Wrong resolution")
    if resolution in WITHIN_A_DAY:
        return _columns(_within_days(call, symbol, start, end, int(resolution) * 60))
    first = start.date() + timedelta(days=1 if start.timetz().replace(tzinfo=None) > time(0) else 0)
    stop = min(end.date(), call.last_closed)
    dates, bars = call.source.bars(symbol, first, stop) if first <= stop else ([], None)
    if not dates or bars is None:
        return {"s": "no_data"}
    splits = call.source.shares(symbol, call.today)
    rows = list(_adjusted(dates, bars, splits))
    return _columns(rows if resolution == "D" else _wider(rows, resolution))


def splits(call: FinnhubCall) -> list[dict[str, Any]]:
    symbol, (first, last_day) = call.symbol(), call.days()
    return [
        {
            "symbol": spelled(symbol),
            "date": split.ex_date.isoformat(),
            "fromFactor": _whole(split.split_from),
            "toFactor": _whole(split.split_to),
        }
        for split in call.source.splits(first, min(last_day, call.today))
        if split.symbol == symbol
    ]


def dividends(call: FinnhubCall) -> list[dict[str, Any]]:
    """Newest first; ``adjustedAmount`` is in the shares of today."""
    symbol, (first, last_day) = call.symbol(), call.days()
    ratios = call.source.shares(symbol, call.today)
    rows = []
    for each in reversed(call.source.dividends(first, min(last_day, call.today), symbol)):
        adjusted = float(each.amount)
        for day, ratio in ratios:
            if day > each.ex_date:
                adjusted /= ratio
        rows.append(
            {
                "symbol": spelled(symbol),
                "date": each.ex_date.isoformat(),
                "amount": float(each.amount),
                "adjustedAmount": round(adjusted, 6),
                "payDate": each.pay_date.isoformat() if each.pay_date else "",
                "recordDate": each.record_date.isoformat() if each.record_date else "",
                "declarationDate": each.declared_on.isoformat() if each.declared_on else "",
                "currency": each.currency,
                "freq": OTHER if each.provider_id.startswith("X") else QUARTERLY,
            }
        )
    return rows


def _adjusted(
    dates: list[date], bars: BarColumns, splits: list[tuple[date, float]]
) -> Iterator[dict[str, float]]:
    for row, day in enumerate(dates):
        factor = 1.0
        for ex_date, ratio in splits:
            if day < ex_date:
                factor *= ratio
        yield {
            "t": int(datetime.combine(day, time(), UTC).timestamp()),
            "o": round(float(bars.open[row]) / factor, 6),
            "h": round(float(bars.high[row]) / factor, 6),
            "l": round(float(bars.low[row]) / factor, 6),
            "c": round(float(bars.close[row]) / factor, 6),
            "v": round(float(bars.volume[row]) * factor, 4),
        }


def _within_days(
    call: FinnhubCall, symbol: str, start: datetime, end: datetime, seconds: int
) -> list[dict[str, float]]:
    """Return bars within days, not adjusted; a month at most, and only minutes that are over."""
    start = max(start, end - A_MONTH)
    first, last = start.timestamp(), min(end.timestamp(), call.now.timestamp() - 60)
    rows: list[dict[str, float]] = []
    for session in call.source.days.sessions:
        if not start.date() <= session.session <= min(end.date(), call.today):
            continue
        minutes = call.source.minutes(symbol, session)
        if minutes is None:
            continue
        columns = (minutes.open, minutes.high, minutes.low, minutes.close, minutes.volume)
        for at, *figures in zip(
            minutes.start.tolist(), *(column.tolist() for column in columns), strict=True
        ):
            if first <= at <= last:
                rows.append(dict(zip("tohlcv", [at, *figures], strict=True)))
    return _merged(rows, lambda row: int(row["t"]) // seconds * seconds)


def _wider(rows: list[dict[str, float]], resolution: str) -> list[dict[str, float]]:
    """Return weeks (from Monday on) or months."""

    def start(row: dict[str, float]) -> int:
        day = datetime.fromtimestamp(row["t"], UTC).date()
        first = day - timedelta(days=day.weekday()) if resolution == "W" else day.replace(day=1)
        return int(datetime.combine(first, time(), UTC).timestamp())

    return _merged(rows, start)


def _merged(rows: list[dict[str, float]], start: Callable[[dict[str, float]], int]) -> list[dict[str, float]]:
    """Return one bar for all that start alike."""
    merged = []
    for at, group in groupby(rows, key=start):
        parts = list(group)
        merged.append(
            {
                "t": at,
                "o": parts[0]["o"],
                "h": max(part["h"] for part in parts),
                "l": min(part["l"] for part in parts),
                "c": parts[-1]["c"],
                "v": round(sum(part["v"] for part in parts), 4),
            }
        )
    return merged


def _columns(rows: list[dict[str, float]]) -> dict[str, Any]:
    if not rows:
        return {"s": "no_data"}
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in ("c", "h", "l", "o", "t", "v")}
    return columns | {"s": "ok"}


def _whole(number: float) -> float:
    return int(number) if number == int(number) else number

"""JSON as Massive writes it: bars with one-letter keys, and volumes that may come with an exponent."""

import math
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec
import numpy as np

from investment.providers.contracts import BarColumns
from investment.providers.sandbox.plans import NEW_YORK

Raw = msgspec.Raw
HUGE = 1e8  # from here on a volume is written like 1.35647456e+08


def midnight(session: date) -> int:
    """Return the milliseconds at which the day begins in New York: the time of a range's bars."""
    return _milliseconds(session, time(0))


def afternoon(session: date) -> int:
    """
    Return the milliseconds of 16:00 in New York: the time of grouped bars and of the previous close.

    Half days have it too.
    """
    return _milliseconds(session, time(16))


def bar_rows(bars: BarColumns, times: list[int], *, tickers: bool) -> list[dict[str, Any]]:
    """Return bars as objects; vwap and trades are left out where they are not known."""
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume, bars.vwap, bars.trades)
    rows = []
    for symbol, t, o, h, low, c, v, vw, n in zip(
        bars.symbols, times, *(column.tolist() for column in columns), strict=True
    ):
        row: dict[str, Any] = {"T": symbol} if tickers else {}
        row |= {"v": volume(v), "o": o, "c": c, "h": h, "l": low, "t": t}
        if not math.isnan(vw):
            row["vw"] = vw
        if not math.isnan(n):
            row["n"] = int(n)
        rows.append(row)
    return rows


def volume(shares: float) -> Any:
    """Return a number that is written as an integer, a fraction, or with an exponent when huge."""
    if shares >= HUGE:
        return msgspec.Raw(np.format_float_scientific(shares, trim="-", exp_digits=2).encode())
    return int(shares) if shares == int(shares) else shares


def encode(document: Any) -> bytes:
    return msgspec.json.encode(document)


def _milliseconds(session: date, at: time) -> int:
    return int(datetime.combine(session, at, NEW_YORK).astimezone(UTC).timestamp()) * 1000

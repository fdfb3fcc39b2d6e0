"""
Which rows of an answer can be true.

A bar is possible if its four prices are positive numbers, ``low ≤ open, close ≤ high``, its
volume is not negative, and its ticker appears once: of a ticker that appears twice, no row can
be trusted.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from investment.providers.contracts import BarColumns, Floats

LONGEST_SYMBOL = 32  # characters that an instrument's symbol can have
REFUSE_ABOVE = 0.01  # of the rows: an answer that fails in more of them is refused whole


@dataclass(frozen=True, slots=True)
class ImpossibleRow:
    """A row that cannot be true: its place in the columns and why, in words for people."""

    index: int
    reason: str


def impossible_rows(bars: BarColumns, *, also_named: Iterable[str] = ()) -> list[ImpossibleRow]:
    """
    Return the rows of one session that cannot be true, in their order, each with its first reason.

    :param also_named: tickers of rows that could not even be read; they count as appearances.
    """
    reasons = _impossible_prices(bars)
    symbols = bars.symbols
    if symbols and max(map(len, symbols)) > LONGEST_SYMBOL:
        for index, symbol in enumerate(symbols):
            if len(symbol) > LONGEST_SYMBOL:
                reasons.setdefault(index, f"the ticker is longer than {LONGEST_SYMBOL} characters")
    if "" in symbols or not "".join(symbols).isprintable():
        for index, symbol in enumerate(symbols):
            if not symbol or not symbol.isprintable():
                reasons.setdefault(index, "there is no readable ticker")
    also = [symbol for symbol in also_named if symbol]
    if also or len(set(symbols)) != len(symbols):
        times = Counter(symbols)
        times.update(also)
        for index, symbol in enumerate(symbols):
            if symbol and times[symbol] > 1:
                reasons.setdefault(index, f"the ticker appears {times[symbol]} times in one answer")
    return [ImpossibleRow(index, reasons[index]) for index in sorted(reasons)]


def impossible_days(bars: BarColumns, sessions: Sequence[object]) -> list[ImpossibleRow]:
    """Like :func:`impossible_rows`, for bars of one instrument: a session may appear once."""
    reasons = _impossible_prices(bars)
    times = Counter(sessions)
    if len(times) != len(sessions):
        for index, session in enumerate(sessions):
            if times[session] > 1:
                reasons.setdefault(index, f"the session appears {times[session]} times")
    return [ImpossibleRow(index, reasons[index]) for index in sorted(reasons)]


def fails(*, bad: int, rows: int) -> bool:
    """Return whether an answer with so many bad rows is refused whole."""
    return bad > REFUSE_ABOVE * rows


def _impossible_prices(bars: BarColumns) -> dict[int, str]:
    """Return the reason by row. A comparison with NaN is false, so every check says what must hold."""
    rules: list[tuple[str, npt.NDArray[np.bool_]]] = [
        ("a price is not a finite number", _finite(bars.open, bars.high, bars.low, bars.close)),
        ("a price is not positive", (bars.low > 0) & (bars.open > 0) & (bars.close > 0) & (bars.high > 0)),
        ("the high is below the low", bars.high >= bars.low),
        (
            "the open lies outside of low and high",
            (bars.open >= bars.low) & (bars.open <= bars.high),
        ),
        (
            "the close lies outside of low and high",
            (bars.close >= bars.low) & (bars.close <= bars.high),
        ),
        ("the volume is not a finite number", np.isfinite(bars.volume)),
        ("the volume is negative", bars.volume >= 0),
        ("the average price is negative or infinite", _told_and_sound(bars.vwap)),
        ("the number of trades is negative or infinite", _told_and_sound(bars.trades)),
    ]
    reasons: dict[int, str] = {}
    for reason, holds in rules:
        if not holds.all():
            for index in np.flatnonzero(~holds).tolist():
                reasons.setdefault(index, reason)
    return reasons


def _finite(*columns: Floats) -> npt.NDArray[np.bool_]:
    finite = np.ones(len(columns[0]), dtype=np.bool_)
    for column in columns:
        finite &= np.isfinite(column)
    return finite


def _told_and_sound(column: Floats) -> npt.NDArray[np.bool_]:
    return np.isnan(column) | ((column >= 0) & np.isfinite(column))

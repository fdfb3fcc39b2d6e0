"""Moving averages of split-adjusted closes, and what is made of them. All results are prices."""

from dataclasses import dataclass

import numpy as np

from investment.analysis.calculators.own_bars import Matrix, Vector, tail
from investment.analysis.calculators.recursion import Smoothed, settled, smooth

FAST, SLOW, SIGNAL = 12, 26, 9
BOLLINGER_PERIOD, BOLLINGER_WIDTH = 20, 2.0


@dataclass(frozen=True, slots=True)
class Macd:
    """The MACD line, its signal line, and the line less the signal; prices."""

    line: Vector
    signal: Vector
    histogram: Vector


@dataclass(frozen=True, slots=True)
class Exponential:
    """The exponential averages over 12 and 26 bars and the MACD that is made of them; prices."""

    fast: Vector
    slow: Vector
    macd: Macd


@dataclass(frozen=True, slots=True)
class Bands:
    """Bollinger's bands; prices."""

    upper: Vector
    middle: Vector
    lower: Vector


def simple_average(closes: Matrix, *, period: int) -> Vector:
    """Return SMA = (sum of the last ``period`` closes) / ``period``, a price. Needs that many bars."""
    return np.asarray(tail(closes, period).mean(axis=0))


def exponential_averages(closes: Matrix) -> Exponential:
    """
    Return EMA 12, EMA 26 and MACD 12/26/9, prices.

    EMA[t] = EMA[t-1] + 2/(n+1) · (close[t] - EMA[t-1]), seeded by the simple mean of the first n closes.
    MACD = EMA 12 - EMA 26, each seeded by its own first closes (TA-Lib instead delays the seed of the
    EMA 12 to the 26th bar). The signal is the EMA 9 of MACD, seeded by the mean of its first nine.
    Unknown until the seeds have decayed (see :mod:`recursion`); MACD and signal are measured
    against the price.

    Source: Appel, Technical Analysis: Power Tools for Active Investors (2005), chapter 8.
    """
    fast = _exponential(closes, FAST)
    slow = _exponential(closes, SLOW)
    price = np.abs(closes[-1])

    line = fast.series - slow.series
    line_residual = fast.residual + slow.residual
    signal = _exponential(line, SIGNAL)
    # What the seeds of both averages leave in the line is smoothed with it, and the signal adds its own seed.
    signal_residual = _exponential(line_residual, SIGNAL).last + signal.residual[-1]
    known_line = settled(line[-1], residual=line_residual[-1], scale=price)
    known_signal = settled(signal.last, residual=signal_residual, scale=price)
    return Exponential(
        fast=settled(fast.last, residual=fast.residual[-1], scale=price),
        slow=settled(slow.last, residual=slow.residual[-1], scale=price),
        macd=Macd(line=known_line, signal=known_signal, histogram=known_line - known_signal),
    )


def bollinger(closes: Matrix) -> Bands:
    """
    Return SMA 20 and the bands two standard deviations above and below it, prices.

    The deviation is the population's (divided by n, ddof 0), over the same 20 closes.
    Source: Bollinger, Bollinger on Bollinger Bands (2001), chapter 7.
    """
    window = tail(closes, BOLLINGER_PERIOD)
    middle = np.asarray(window.mean(axis=0))
    width = BOLLINGER_WIDTH * window.std(axis=0, ddof=0)
    return Bands(upper=middle + width, middle=middle, lower=middle - width)


def _exponential(values: Matrix, period: int) -> Smoothed:
    return smooth(values, period=period, alpha=2 / (period + 1))

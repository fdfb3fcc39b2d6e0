"""Wilder's relative strength index and average true range."""

import numpy as np

from investment.analysis.calculators.own_bars import Matrix, Vector, changes
from investment.analysis.calculators.recursion import settled, smooth

PERIOD = 14


def relative_strength(closes: Matrix) -> Vector:
    """
    Return RSI 14, an index from 0 to 100.

    RSI = 100 · G / (G + L), where G and L are Wilder's averages of gains and losses between consecutive
    split-adjusted closes: seeded by the mean of the first 14, then A[t] = A[t-1] + (x[t] - A[t-1]) / 14.
    Unknown where nothing but the seed is left in G + L, as in a stock that has not moved since: then
    there is neither strength nor weakness. At least one point is the scale of what is left.

    Source: Wilder, New Concepts in Technical Trading Systems (1978), section VI.
    """
    moves = changes(closes)
    gains = smooth(np.maximum(moves, 0.0), period=PERIOD, alpha=1 / PERIOD)
    losses = smooth(np.maximum(-moves, 0.0), period=PERIOD, alpha=1 / PERIOD)
    total = gains.last + losses.last
    moving = np.where(total > 0, total, np.nan)
    residual = 100 * (gains.residual[-1] + losses.residual[-1]) / moving
    return settled(100 * gains.last / moving, residual=residual, scale=np.ones_like(total))


def average_true_range(highs: Matrix, lows: Matrix, closes: Matrix) -> Vector:
    """
    Return ATR 14, a price: Wilder's average of the true range.

    TR[t] = max(high[t], close[t-1]) - min(low[t], close[t-1]), on split-adjusted prices; the average is
    seeded by the mean of the first 14, then A[t] = A[t-1] + (TR[t] - A[t-1]) / 14.

    Source: Wilder, New Concepts in Technical Trading Systems (1978), section III.
    """
    before = closes[:-1]
    ranges = np.maximum(highs[1:], before) - np.minimum(lows[1:], before)
    average = smooth(ranges, period=PERIOD, alpha=1 / PERIOD)
    return settled(average.last, residual=average.residual[-1], scale=np.zeros_like(average.last))

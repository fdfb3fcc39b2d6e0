"""
Recursive averages, and how much of one is still its seed.

A recursive figure never quite forgets where it began. Analysed from 300 sessions or from all of them, it
must be the same figure; so it counts as known only once the weight of its seed has decayed to nothing
that matters (``SETTLED``).
"""

from dataclasses import dataclass

import numpy as np

from investment.analysis.calculators.own_bars import Matrix, Vector

# The most that a seed may still weigh in a known figure, relative to the larger of the figure and its scale.
# Far below the 1e-6 to which analyses from different histories must agree: what came before the seed,
# and would have moved it, may have been much dearer.
SETTLED = 2e-8


@dataclass(frozen=True, slots=True)
class Smoothed:
    """
    A recursive average along each column.

    ``series`` is NaN before the seed. ``residual`` is what is left of the seed's absolute value, row by row.
    """

    series: Matrix
    residual: Matrix

    @property
    def last(self) -> Vector:
        return np.asarray(self.series[-1])


def smooth(values: Matrix, *, period: int, alpha: float) -> Smoothed:
    """
    Return y[t] = y[t-1] + alpha · (x[t] - y[t-1]), each column seeded by the mean of its first values.

    The seed, the simple mean of the column's first ``period`` values, stands at the last of them.

    :param values: NaN before each column's first value, and nowhere else.
    :param period: how many values make the seed.
    """
    rows, columns = values.shape
    series = np.full((rows, columns), np.nan)
    residual = np.full((rows, columns), np.nan)
    if rows == 0:
        return Smoothed(np.full((1, columns), np.nan), np.full((1, columns), np.nan))
    known = np.isfinite(values)
    starts = np.where(known.any(axis=0), np.argmax(known, axis=0), rows)
    for start in np.unique(starts[starts + period <= rows]):
        chosen = starts == start
        seed = values[start : start + period, chosen].mean(axis=0)
        series[start + period - 1, chosen] = seed
        residual[start + period - 1, chosen] = np.abs(seed)
    for row in range(1, rows):
        seeded = np.isfinite(series[row])
        follows = series[row - 1] + alpha * (values[row] - series[row - 1])
        series[row] = np.where(seeded, series[row], follows)
        residual[row] = np.where(seeded, residual[row], residual[row - 1] * (1 - alpha))
    return Smoothed(series, residual)


def settled(value: Vector, *, residual: Vector, scale: Vector) -> Vector:
    """Return ``value``, unknown where its seed still matters on the larger of ``value`` and ``scale``."""
    return np.where(residual <= SETTLED * np.maximum(np.abs(value), scale), value, np.nan)

"""How well one order agrees with another."""

from typing import Final

import numpy as np

from investment.analysis.calculators.own_bars import Vector

FEWEST: Final = 20  # pairs, below which a correlation says nothing


def rank_correlation(first: Vector, second: Vector) -> tuple[float, int]:
    """
    Return Spearman's rank correlation of the pairs of which both are known, and how many those are.

    Pearson's correlation of the ranks, where equal values share the mean of theirs. NaN for fewer than
    :data:`FEWEST` pairs, and where all values of a side are equal.
    Source: Spearman, The Proof and Measurement of Association between Two Things, American Journal of
    Psychology 15 (1904).
    """
    known = np.isfinite(first) & np.isfinite(second)
    count = int(known.sum())
    if count < FEWEST:
        return float("nan"), count
    left, right = (_ranks(values[known]) for values in (first, second))
    left -= left.mean()
    right -= right.mean()
    spread = float(np.sqrt((left @ left) * (right @ right)))
    if spread == 0:
        return float("nan"), count
    return float(np.clip(left @ right / spread, -1.0, 1.0)), count


def _ranks(values: Vector) -> Vector:
    _, inverse, sizes = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(sizes) - sizes + (sizes + 1) / 2)[inverse], dtype=np.float64)

"""Volume: on-balance volume in split-adjusted shares, and raw dollar volume."""

import numpy as np

from investment.analysis.calculators.own_bars import Matrix, Vector, changes, tail

OBV_HORIZONS = (21, 63)
MEAN_PERIOD, MEDIAN_PERIOD = 20, 63


def on_balance_change(closes: Matrix, volumes: Matrix, *, bars: int) -> Vector:
    """
    Return how far on-balance volume moved over the last ``bars`` bars, in shares.

    OBV[t] = OBV[t-1] + sign(close[t] - close[t-1]) · volume[t]; the change over n bars is the sum of its
    last n steps, so it does not depend on where OBV began. Needs n + 1 bars.
    Source: Granville, New Key to Stock Market Profits (1963).

    :param closes: adjusted for splits.
    :param volumes: adjusted for splits: in shares of the last bar's kind.
    """
    steps = np.sign(changes(tail(closes, bars + 1)))
    return np.asarray((steps * tail(volumes, bars)).sum(axis=0))


def mean_dollar_volume(dollars: Matrix) -> Vector:
    """
    Return the mean of raw close · raw volume over the last 20 bars, in the quote currency a session.

    :param dollars: raw close · raw volume of each own bar.
    """
    return np.asarray(tail(dollars, MEAN_PERIOD).mean(axis=0))


def median_dollar_volume(dollars: Matrix) -> Vector:
    """
    Return the median of raw close · raw volume over the last 63 bars, in the quote currency a session.

    :param dollars: raw close · raw volume of each own bar.
    """
    window = tail(dollars, MEDIAN_PERIOD)
    middle = np.partition(window, MEDIAN_PERIOD // 2, axis=0)[MEDIAN_PERIOD // 2]
    # Unknown values sort to the end: with too few bars the middle one is not the median.
    return np.where(np.isfinite(window[0]), middle, np.nan)

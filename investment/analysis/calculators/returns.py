"""Returns over exchange sessions. Both ends must have traded; fractions (0.25 is 25 %)."""

import numpy as np

from investment.analysis.calculators.own_bars import Matrix, Vector

HORIZONS = (1, 5, 21, 63, 126, 252)
YEAR, MONTH = 252, 21


def session_return(adjusted: Matrix, *, sessions: int) -> Vector:
    """
    Return close[S] / close[S - ``sessions``] - 1, a fraction.

    :param adjusted: fully adjusted closes, one row per exchange **session** (not per own bar), NaN where
        there was no bar. A missing end makes the return unknown.
    """
    return _change(adjusted, newer=0, older=sessions)


def momentum_12_1(adjusted: Matrix) -> Vector:
    """
    Return close[S - 21] / close[S - 252] - 1, a fraction: the year's return without the last month.

    The last month is left out because it tends to reverse.
    Source: Jegadeesh and Titman, Returns to Buying Winners and Selling Losers, Journal of Finance 48 (1993).

    :param adjusted: as in :func:`session_return`.
    """
    return _change(adjusted, newer=MONTH, older=YEAR)


def _change(adjusted: Matrix, *, newer: int, older: int) -> Vector:
    last = adjusted.shape[0] - 1
    if older > last:
        return np.full(adjusted.shape[1], np.nan)
    return np.asarray(adjusted[last - newer] / adjusted[last - older] - 1)


def held_return(adjusted: Matrix) -> Vector:
    """
    Return what holding from the first row's close to the last one that there is has earned, a fraction.

    That of the last row, or of what stopped trading before it the last there was. Unknown where there is no
    first close, none after it, or what happened in between is unknown.

    :param adjusted: fully adjusted closes, one row per exchange session, NaN where there was no bar.
    """
    known = np.isfinite(adjusted)
    last = adjusted.shape[0] - 1 - np.argmax(known[::-1], axis=0)
    final = adjusted[last, np.arange(adjusted.shape[1])]
    return np.where(known[0] & (last > 0), final / adjusted[0] - 1, np.nan)

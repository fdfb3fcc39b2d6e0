"""How far prices move in a day, estimated from past daily bars only."""

from typing import Final

import numpy as np

from investment.acquisition.calculators.session_prices import MEAN_MOVE
from investment.acquisition.calculators.variance import Floats

HALF_LIFE: Final = 30.0  # sessions
OUTLIER: Final = 6.0  # median moves beyond which a move counts no further
PRIOR: Final = 8.0  # sessions: the weight of the cross-section's typical volatility
BASIS_POINTS: Final = 10_000.0


def daily_volatilities(
    closes: Floats,
    *,
    opens: Floats | None = None,
    highs: Floats | None = None,
    lows: Floats | None = None,
    half_life: float = HALF_LIFE,
) -> Floats:
    """
    Return each instrument's volatility in basis points a day, close to close.

    Every array holds one session a row, oldest first, and one instrument a column; NaN is no bar. The
    prices must be adjusted for splits. With all four prices a day's variance is the night's square plus that
    of Garman and Klass (1980), which says as much as seven closes. Moves are weighed by their age
    (``half_life``), cut off at ``OUTLIER`` median moves, since jumps say little about the moves between
    calls, and shrunk in the logarithm to the median of all, by ``PRIOR`` sessions' weight. NaN where there is
    no bar to judge by and none of the others has any.
    """
    logs = np.log(np.where(closes > 0, closes, np.nan))
    moves = np.diff(logs, axis=0)
    squares, worth = moves**2, 1.0
    if opens is not None and highs is not None and lows is not None:
        with np.errstate(invalid="ignore", divide="ignore"):
            night = np.log(opens[1:]) - logs[:-1]
            spread = np.log(highs[1:] / lows[1:])
            day = logs[1:] - np.log(opens[1:])
        within = np.maximum(0.5 * spread**2 - (2 * np.log(2) - 1) * day**2, 0.0)
        squares, worth = night**2 + within, 3.0
    roots = np.sqrt(squares)
    known = np.isfinite(roots)
    with np.errstate(invalid="ignore"):
        limit = OUTLIER * _median(np.where(roots > 0, roots, np.nan))
        roots = np.minimum(roots, np.where(np.isfinite(limit), limit, np.inf))
    weights = known * 0.5 ** (np.arange(len(roots))[::-1] / half_life)[:, None]
    total = weights.sum(axis=0)
    mean = np.sum(weights * np.where(known, roots, 0.0) ** 2, axis=0) / np.maximum(total, 1e-12)
    # The mean absolute move is what we want to know; half of it from moves, half from squares, is robust.
    absolute = np.sum(weights * np.where(known, roots, 0.0), axis=0) / np.maximum(total, 1e-12)
    usual = MEAN_MOVE if worth == 1.0 else 0.93
    own = np.sqrt(np.sqrt(mean) * absolute / usual)
    seen = (total > 0) & (own > 0)
    if not seen.any():
        return np.full(closes.shape[1], np.nan)
    typical = np.median(np.log(own[seen]))
    effective = np.where(seen, total * worth, 0.0)
    logarithm = np.where(seen, np.log(np.where(seen, own, 1.0)), typical)
    shrunk = (effective * logarithm + PRIOR * typical) / (effective + PRIOR)
    return np.asarray(np.exp(shrunk) * BASIS_POINTS)


def _median(columns: Floats) -> Floats:
    """The median of each column's numbers; NaN where it has none."""
    order = np.sort(columns, axis=0)  # NaN last
    count = np.isfinite(columns).sum(axis=0)
    at = np.arange(columns.shape[1])
    low, high = order[np.maximum((count - 1) // 2, 0), at], order[np.minimum(count // 2, len(order) - 1), at]
    return np.where(count > 0, (low + high) / 2, np.nan)

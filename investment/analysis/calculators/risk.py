"""Risk on fully adjusted closes: volatility, drawdown, and how an instrument moves with the market."""

from dataclasses import dataclass

import numpy as np

from investment.analysis.calculators.own_bars import Matrix, Positions, Vector, tail

YEAR = 252
VOLATILITY_HORIZONS = (21, 252)
# Below this share of the mean square a variance is the rounding of a constant.
ROUNDING = 1e-24


@dataclass(frozen=True, slots=True)
class AgainstMarket:
    """Beta, a ratio, and correlation, from -1 to 1."""

    beta: Vector
    correlation: Vector


def volatility(adjusted: Matrix, *, returns: int) -> Vector:
    """
    Return the annualised standard deviation of the last ``returns`` log returns, a fraction a year.

    The sample deviation (n - 1, ddof 1), times √252. Returns run between consecutive own bars: one across a
    gap counts as one. Needs n + 1 bars.
    Source: Hull, Options, Futures, and Other Derivatives, «Estimating volatility from historical data».

    :param adjusted: fully adjusted closes of own bars.
    """
    changes = np.diff(np.log(tail(adjusted, returns + 1)), axis=0)
    return np.asarray(changes.std(axis=0, ddof=1) * np.sqrt(YEAR))


def maximum_drawdown(adjusted: Matrix) -> Vector:
    """
    Return the deepest fall below an earlier close over the last 252 bars, a fraction, zero or negative.

    min over t of close[t] / max(close[s], s ≤ t) - 1, on fully adjusted **closes** (not on intraday
    extremes), both ends within the 252 bars.

    :param adjusted: fully adjusted closes of own bars.
    """
    window = tail(adjusted, YEAR)
    return np.asarray((window / np.maximum.accumulate(window, axis=0) - 1).min(axis=0))


def distance_from_high(adjusted: Matrix) -> Vector:
    """
    Return close[S] / (highest close of the last 252 bars) - 1, a fraction, zero or negative.

    On fully adjusted **closes**, not on intraday highs.

    :param adjusted: fully adjusted closes of own bars.
    """
    window = tail(adjusted, YEAR)
    return np.asarray(window[-1] / window.max(axis=0) - 1)


def against_market(adjusted: Matrix, positions: Positions | None, market: Vector) -> AgainstMarket:
    """
    Return beta and correlation to the market over the last 252 log returns.

    beta = cov(r, m) / var(m), correlation = cov(r, m) / √(var(r) · var(m)). Each r runs between two
    consecutive own bars, and its m is the market's log return over the very same sessions, so that a gap
    pairs with what the market did meanwhile. Needs 253 bars and a market known in all their sessions.
    Correlation is unknown where the instrument did not move.
    Source: Sharpe, Capital Asset Prices, Journal of Finance 19 (1964).

    :param adjusted: fully adjusted closes of own bars.
    :param positions: row of each own bar's session (``OwnBars.positions``).
    :param market: the market's log return of each session, NaN where unknown.
    """
    own = np.diff(np.log(tail(adjusted, YEAR + 1)), axis=0)
    theirs = _market_returns(positions, market, columns=adjusted.shape[1])
    own_parts = own - own.mean(axis=0)
    their_parts = theirs - theirs.mean(axis=0)
    together = (own_parts * their_parts).sum(axis=0)
    own_square = (own_parts**2).sum(axis=0)
    their_square = (their_parts**2).sum(axis=0)
    own_square = np.where(own_square > ROUNDING * (own**2).sum(axis=0), own_square, np.nan)
    their_square = np.where(their_square > ROUNDING * (theirs**2).sum(axis=0), their_square, np.nan)
    return AgainstMarket(
        beta=together / their_square,
        correlation=np.clip(together / np.sqrt(own_square * their_square), -1.0, 1.0),
    )


def _market_returns(positions: Positions | None, market: Vector, *, columns: int) -> Matrix:
    """Return the market's log return between each pair of consecutive own bars, the last 252 of them."""
    sessions = market.shape[0]
    if sessions < YEAR + 1:
        return np.full((YEAR, columns), np.nan)
    known = np.isfinite(market)
    level = np.cumsum(np.where(known, market, 0.0))
    unknown = np.cumsum(~known)
    if positions is None:
        rows: Positions = np.arange(sessions - YEAR - 1, sessions, dtype=np.intp)[:, None]
    else:
        rows = positions[-YEAR - 1 :]
    returns = np.diff(level[rows], axis=0)
    # A row of -1 is before the first bar; the instrument's own return is NaN there already.
    return np.where(np.diff(unknown[rows], axis=0) == 0, returns, np.nan)

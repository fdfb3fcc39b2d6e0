"""The market that beta and correlation are measured against."""

import numpy as np

from investment.analysis.calculators.own_bars import Mask, Matrix, Vector

FEWEST_MEMBERS = 30


def market_log_returns(adjusted: Matrix, members: Mask) -> Vector:
    """
    Return the market's log return of each session: log(1 + mean simple return of the members).

    Equally weighted over the members that traded in the session and in the one before it; NaN in
    the first row, and wherever fewer than 30 did.

    :param adjusted: fully adjusted closes, one row per exchange session, NaN where there was no bar.
    :param members: which columns belong to the market.
    """
    sessions = adjusted.shape[0]
    returns = np.full(sessions, np.nan)
    closes = adjusted[:, members]
    for row in range(1, sessions):
        changes = closes[row] / closes[row - 1] - 1
        changes = changes[np.isfinite(changes)]
        if changes.size >= FEWEST_MEMBERS:
            returns[row] = np.log1p(changes.mean())
    return returns

"""Prices that move together, and a planner who sees an index and the sectors' funds move."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.freshness_market.truth import Floats, Truth

SECTORS = 10
STREAMED = 10.0  # seconds between two moves of the factors
OF_THE_MARKET = 0.6  # of what is explained, the market's share; the rest is the sector's


@dataclass(frozen=True)
class Factors:
    """
    One session's common moves since the close before, in units of each instrument's volatility.

    ``explained`` is the share of each instrument's variance; about 0.3, as of stocks.
    """

    explained: Floats
    sectors: npt.NDArray[np.int64]
    market: Floats  # by step of STREAMED seconds
    funds: Floats  # steps × sectors

    @classmethod
    def draw(cls, truth: Truth, session: int, count: int, seed: int) -> "Factors":
        lasting = np.random.default_rng([seed, 8])
        explained = np.clip(0.3 + 0.15 * lasting.standard_normal(count), 0.02, 0.8)
        sectors = lasting.integers(0, SECTORS, count)
        random = np.random.default_rng([seed, 9, session])
        opens, closes = truth.sessions[session]
        steps = np.arange(opens, closes + STREAMED, STREAMED)
        variance = np.diff(truth.at(steps), prepend=truth.at(np.array([opens]))[0] - truth.gap(session))
        moves = np.cumsum(
            random.standard_normal((len(steps), 1 + SECTORS)) * np.sqrt(variance)[:, None], axis=0
        )
        return cls(explained, sectors, moves[:, 0], moves[:, 1:])

    def at(self, who: npt.NDArray[np.int64], when: Floats) -> Floats:
        """Return the explained moves of instruments at seconds since the open."""
        step = (when // STREAMED).astype(np.int64)
        common = np.sqrt(OF_THE_MARKET) * self.market[step]
        return np.asarray(
            np.sqrt(self.explained[who])
            * (common + np.sqrt(1 - OF_THE_MARKET) * self.funds[step, self.sectors[who]])
        )

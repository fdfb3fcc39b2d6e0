"""
How much a wrong figure of an instrument matters: the one table of importances.

An importance multiplies an expected error in basis points. Only ratios matter: an instrument that is
held counts as much as a hundred average ones that nobody has asked for.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Tier(StrEnum):
    """Why somebody wants to know, most pressing first."""

    HELD = "held"
    ALERTING = "alerting"
    PAGE = "page"
    WATCHED = "watched"
    UNIVERSE = "universe"


IMPORTANCE: Final[Mapping[Tier, float]] = {
    Tier.HELD: 100.0,
    Tier.ALERTING: 50.0,
    Tier.PAGE: 30.0,
    Tier.WATCHED: 10.0,
    Tier.UNIVERSE: 1.0,
}

# Within the universe importance follows the money that is traded, less than in proportion: what is
# traded a hundred times as much is asked for by more people, not by a hundred times as many.
_ELASTICITY = 0.5
_LEAST, _MOST = 0.05, 20.0


def of_universe(dollar_volume: Floats) -> Floats:
    """
    Return importances of instruments that nobody has asked for; their mean is about one.

    :param dollar_volume: traded in a usual session, NaN where unknown; unknown counts least.
    """
    known = np.isfinite(dollar_volume) & (dollar_volume > 0)
    weights = np.full(dollar_volume.shape, _LEAST)
    if known.any():
        grown = dollar_volume[known] ** _ELASTICITY
        weights[known] = np.clip(grown / grown.mean(), _LEAST, _MOST)
    return weights * IMPORTANCE[Tier.UNIVERSE]

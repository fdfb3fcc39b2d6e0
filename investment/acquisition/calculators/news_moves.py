"""
How often there are news of a company, and how far a piece of it moves the price: for planning alone.

On days with news that could be told to be of something, the variance of a share's return was 2.2 times that
of days without any (Boudoukh, Feldman, Kogan and Richardson, «Which News Moves Stock Prices? A Textual
Analysis», NBER working paper 18725, abstract of December 2012). So the news of such a day bring 1.2 of a
usual day's variance by themselves, and each of its stories an equal part: the mean absolute abnormal move
around one is σ · √(2/π) · √(1.2 / stories of a day that has some).
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

OF_A_DAY: Final = 1.2  # of a usual day's variance
MEAN_MOVE: Final = math.sqrt(2 / math.pi)
PRIOR: Final = 5.0  # days for which the universe's rate counts beside what was seen of one
FEWEST: Final = 1 / 30  # stories a day: less than that nothing can be told from a month


@dataclass(frozen=True, slots=True)
class Pace:
    """Of some instruments: stories a day, and stories of a day that has any (at least 1)."""

    per_day: Floats
    at_once: Floats

    def moves(self, volatility: Floats) -> Floats:
        """
        Return the mean absolute abnormal move around a story, in basis points.

        :param volatility: basis points a day.
        """
        return np.asarray(volatility * MEAN_MOVE * np.sqrt(OF_A_DAY / self.at_once))


def pace(stories: Floats, days: Floats, *, observed: float, usual: float) -> Pace:
    """
    Return how often there are news, from ``stories`` on ``days`` of them within ``observed`` days.

    What was seen of one is drawn towards ``usual`` (stories a day of the usual instrument), the more the
    shorter it was observed; nobody comes below a story a month.
    """
    floor = max(usual, FEWEST)
    per_day = (stories + PRIOR * floor) / (observed + PRIOR)
    return Pace(np.maximum(per_day, FEWEST), np.maximum(stories / np.maximum(days, 1.0), 1.0))

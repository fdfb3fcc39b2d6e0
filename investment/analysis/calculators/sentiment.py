"""The sentiment score, 0 to 100: what is said of an instrument beside what is said of the others."""

from collections.abc import Callable
from typing import Final

import numpy as np

from investment.analysis.calculators.own_bars import Mask, Vector
from investment.analysis.calculators.scoring import Columns, Input, Part

FEWEST_STORIES: Final = 3  # in 30 days; of fewer the mean is what one headline happened to say


def _plain(name: str) -> Callable[[Columns], Vector]:
    return lambda flow: flow[name]


PARTS: Final = (
    Part("sentiment", "Sentiment", 1.0, 2, (
        Input("sentiment_7", "Mean sentiment over 7 days", "ratio", _plain("sentiment_7")),
        Input("sentiment_30", "Mean sentiment over 30 days", "ratio", _plain("sentiment_30")),
        Input(
            "sentiment_surprise", "Sentiment against its own past", "ratio", _plain("sentiment_surprise")
        ),
    )),
)  # fmt: skip


def enough_stories(stories_30: Vector) -> Mask:
    """Say of which instruments enough was told in 30 days."""
    return np.asarray(stories_30 >= FEWEST_STORIES, dtype=np.bool_)

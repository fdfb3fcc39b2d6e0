"""
The overall score, 0 to 100: the technical, the fundamental and the sentiment score, by their weights.

What is unknown is left out, and the others weigh more, as long as half of the weight is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from investment.analysis.calculators.own_bars import Vector


@dataclass(frozen=True, slots=True)
class Weighted:
    """One of the scores that the overall one is made of."""

    name: str
    label: str
    weight: float


WEIGHTS: Final = (
    Weighted("technical", "Technical", 0.40),
    Weighted("fundamental", "Fundamental", 0.40),
    Weighted("sentiment", "Sentiment", 0.20),
)
LEAST: Final = 0.50  # of the weight must be known

# Why there is none, beside what keeps an instrument off all boards (eligibility.REASONS).
REASONS: Final = {
    "too_little_known": f"Less than {LEAST:.0%} of the weight of its parts is known.".replace("%", " %"),
}

# What a technical score lacks although it may be compared; the other parts may make an overall one.
LACKING: Final = frozenset({"too_little_history", "actions_unknown", "too_few"})


def combine(parts: Mapping[str, Vector], *, weights: Sequence[Weighted] = WEIGHTS) -> tuple[Vector, Vector]:
    """
    Return the overall scores, NaN where less than :data:`LEAST` of the weight is known, and the known weight.

    :param parts: the scores by name, NaN where unknown, one value per instrument.
    """
    values = np.vstack([parts[each.name] for each in weights])
    shares = np.array([each.weight for each in weights])[:, None]
    known = np.isfinite(values)
    # Rounded as scores are: whether half is known, or who is ahead, may not hang on the last digit.
    weight = np.round((known * shares).sum(axis=0), 9)
    total = np.where(known, values * shares, 0.0).sum(axis=0)
    enough = weight >= LEAST
    score = np.where(enough, np.round(total / np.where(enough, weight, 1.0), 9), np.nan)
    return score, weight


def ranks(score: Vector, *, symbols: np.typing.NDArray[np.object_]) -> np.typing.NDArray[np.int64]:
    """Return the ranks of known scores, 1 for the best; equal ones by symbol."""
    order = np.lexsort((symbols.astype(str), -score))
    found = np.empty(len(score), dtype=np.int64)
    found[order] = np.arange(1, len(score) + 1)
    return found

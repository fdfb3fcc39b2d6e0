"""Instants as they are given: seconds since the epoch, or aware datetimes."""

from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np

from investment.acquisition.calculators.variance import Floats

Instant = float | datetime


def seconds(instant: Instant) -> float:
    """Return the seconds since the epoch."""
    if isinstance(instant, datetime):
        if instant.tzinfo is None:
            raise ValueError(f"Expected an aware datetime, was {instant}")
        return instant.timestamp()
    return float(instant)


def times(instants: Iterable[Instant | None], count: int) -> Floats:
    """Return ``count`` instants in seconds; −∞ for None and NaN."""
    if isinstance(instants, np.ndarray) and instants.dtype.kind in "fiu":
        result = instants.astype(np.float64)
    else:
        result = np.array([np.nan if each is None else seconds(each) for each in instants], np.float64)
    if len(result) != count:
        raise ValueError(f"Expected {count} times, were {len(result)}")
    return np.where(np.isfinite(result), result, -np.inf)


def like(given: Instant, at: float) -> Instant:
    """Return ``at`` in the form in which another instant was given."""
    return datetime.fromtimestamp(at, UTC) if isinstance(given, datetime) else at

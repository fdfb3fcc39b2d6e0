"""
What is written about an instrument over time, and how it is meant. Pure; ages are days before the instant.

A day is 24 hours back from the instant, not a calendar day. A story counts once however many copies it has.
Its value is the score that its reader gave, from -1 to 1; of a reader that tells labels alone,
:data:`NOMINAL`; of «unsure» nothing. Means are over those that have a value, NaN without any.

- volume surprise: stories of the last 7 days against the weeks before them, :data:`WEEKS` at most, of which
  only those count that began after the instrument's first story. ``z = (n - m) / sqrt(max(s², m, 1))``: with
  counts as small as these the variance of the weeks (s²) may be less than that of chance (m, as of Poisson),
  and one story is the least that a surprise is measured by. NaN with fewer than :data:`FEWEST_WEEKS`.
- sentiment surprise: the mean of the last 7 days against that of the :data:`EARLIER` days before them, in
  standard errors of their difference: ``(a - b) / sqrt(s²/n_a + s²/n_b)``, s² being the variance of the
  earlier ones. NaN with fewer than :data:`FEWEST_EARLIER` earlier ones, or where they are all alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SHORT, WEEK, MONTH, EARLIER = 1, 7, 30, 90  # days
WEEKS, FEWEST_WEEKS = 12, 4
FEWEST_EARLIER: Final = 8
REACH: Final = WEEK + EARLIER  # days that have to be read
# The middles of what Alpha Vantage means by its words: 0.15 to 0.35 is rather good, more is good.
NOMINAL: Final[Mapping[str, float]] = {"positive": 0.5, "neutral": 0.0, "negative": -0.5}


@dataclass(frozen=True, slots=True)
class Flows:
    """By instrument, all arrays alike. Counts are of the stories that are stored; NaN is unknown."""

    instrument_ids: Ints
    stories_1: Ints
    stories_7: Ints
    stories_30: Ints
    sentiment_1: Floats
    sentiment_7: Floats
    sentiment_30: Floats
    volume_surprise: Floats
    sentiment_surprise: Floats


def flows_of(*, instrument_ids: Ints, owners: Ints, ages: Floats, values: Floats, known_for: Floats) -> Flows:
    """
    Return the flows of instruments.

    :param instrument_ids: whose, each once, in any order.
    :param owners: of each tie the instrument's place in ``instrument_ids``.
    :param ages: of each tie how many days ago it was published, from 0 up to :data:`REACH`.
    :param values: of each tie from -1 to 1; NaN where no reader is sure.
    :param known_for: of each instrument how many days ago its first story was published; NaN without one.
    """
    size = len(instrument_ids)
    read = ~np.isnan(values)

    def count(chosen: npt.NDArray[np.bool_]) -> Ints:
        return np.bincount(owners[chosen], minlength=size).astype(np.int64)

    def mean(chosen: npt.NDArray[np.bool_]) -> Floats:
        return _ratio(
            np.bincount(owners[chosen & read], weights=values[chosen & read], minlength=size),
            count(chosen & read),
        )

    last = {days: ages < days for days in (SHORT, WEEK, MONTH)}
    earlier = (ages >= WEEK) & (ages < REACH)
    return Flows(
        instrument_ids=instrument_ids,
        stories_1=count(last[SHORT]),
        stories_7=count(last[WEEK]),
        stories_30=count(last[MONTH]),
        sentiment_1=mean(last[SHORT]),
        sentiment_7=mean(last[WEEK]),
        sentiment_30=mean(last[MONTH]),
        volume_surprise=_volume_surprise(count(last[WEEK]), owners, ages, known_for),
        sentiment_surprise=_sentiment_surprise(size, owners, values, last[WEEK] & read, earlier & read),
    )


def _volume_surprise(now: Ints, owners: Ints, ages: Floats, known_for: Floats) -> Floats:
    size = len(now)
    within = (ages >= WEEK) & (ages < WEEK * (1 + WEEKS))
    week = (ages[within] // WEEK).astype(np.int64) - 1
    told = np.bincount(owners[within] * WEEKS + week, minlength=size * WEEKS).reshape(size, WEEKS)
    # The week that ended w weeks before the last one began is known if its beginning is.
    known = np.nan_to_num(known_for, nan=0.0)[:, None] >= WEEK * (np.arange(WEEKS)[None, :] + 2)
    weeks = known.sum(axis=1)
    mean = _ratio((told * known).sum(axis=1).astype(np.float64), weeks)
    squares = (((told - mean[:, None]) ** 2) * known).sum(axis=1)
    variance = _ratio(squares, weeks - 1)
    spread = np.sqrt(np.fmax(np.fmax(variance, mean), 1.0))
    return np.where(weeks >= FEWEST_WEEKS, (now - mean) / spread, np.nan)


def _sentiment_surprise(
    size: int, owners: Ints, values: Floats, now: npt.NDArray[np.bool_], before: npt.NDArray[np.bool_]
) -> Floats:
    def sums(chosen: npt.NDArray[np.bool_], amounts: Floats) -> Floats:
        return np.bincount(owners[chosen], weights=amounts[chosen], minlength=size).astype(np.float64)

    ones = np.ones(len(values))
    n_now, n_before = sums(now, ones), sums(before, ones)
    a, b = _ratio(sums(now, values), n_now), _ratio(sums(before, values), n_before)
    apart = np.where(before, values - np.append(b, np.nan)[owners], 0.0)
    variance = _ratio(sums(before, apart**2), n_before - 1)
    error = np.sqrt(variance * (_ratio(np.ones(size), n_now) + _ratio(np.ones(size), n_before)))
    enough = (n_before >= FEWEST_EARLIER) & (variance > 1e-12)
    return np.where(enough, _ratio(a - b, error), np.nan)


def _ratio(above: npt.NDArray[np.generic], below: npt.NDArray[np.generic]) -> Floats:
    """Divide; NaN where there is nothing to divide by."""
    one, other = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    quotient: Floats = np.divide(one, other, out=np.full(one.shape, np.nan), where=other > 0)
    return quotient

"""
How much a look now is worth for an instrument last looked at then: the index of the policy.

At the session's prices λ every instrument has a best plan of looks, which depends on a = importance·
volatility alone. For a look at s and now t, a*(s, t) is the least ``a`` for which looking now is best;
λ(t)·a/a*(s, t) is the price at which a look would just be worth it. Between s and t of one session,
a* differs little from what it is were all hours alike, 3λ/(MEAN_MOVE·age·√variance), so the logarithm of
the ratio is tabulated.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from investment.acquisition.calculators.session_prices import MEAN_MOVE, Prices, carry, look_back
from investment.acquisition.calculators.variance import Floats

CLASSES: Final = 60
NIGHT_ROWS: Final = 12
LONGEST_NIGHT: Final = 30.0  # days of variance: who was last seen longer ago counts as this
_NEVER: Final = 1.0  # added to the largest log a where looking never pays


@dataclass(frozen=True)
class IndexTable:
    """
    ``day_rows[s, t]``: log a* less that of a day of equal hours; ``night_rows[n, t]``: log a* itself.

    ``nights`` is the variance between the look and this session's open, one a row.
    """

    prices: Prices
    day_rows: Floats
    nights: Floats
    night_rows: Floats

    def log_index(
        self, log_a: Floats, seen_since_open: Floats, ages: Floats, now_since_open: float
    ) -> Floats:
        """
        Return the logarithm of the index (basis-point-seconds) ``now_since_open`` seconds into the session.

        ``seen_since_open`` is negative for a look before it; ``ages`` is the variance since the look.
        """
        day = self.prices.day
        j = min(max(bisect_right(self._starts, now_since_open) - 1, 0), day.size - 2)
        later = (now_since_open - self._starts[j]) / (self._starts[j + 1] - self._starts[j])
        column = self.day_rows[:, j] * (1 - later) + self.day_rows[:, j + 1] * later
        seconds = now_since_open - seen_since_open
        with np.errstate(divide="ignore", invalid="ignore"):
            index = np.log(seconds * seconds * ages)  # −∞ or NaN for what was seen just now, or later
        index *= 0.5
        index -= np.interp(seen_since_open, day.times, column)
        index += _LOCAL
        old = seen_since_open < 0
        if old.any():
            log_price = float(
                np.log(self.prices.price[j]) * (1 - later) + np.log(self.prices.price[j + 1]) * later
            )
            passed = day.variance[j] * (1 - later) + day.variance[j + 1] * later
            night = self.night_rows[:, j] * (1 - later) + self.night_rows[:, j + 1] * later
            before = np.log(np.clip(ages[old] - passed, self.nights[0], self.nights[-1]))
            index[old] = log_price - np.interp(before, np.log(self.nights), night)
        index += log_a
        return index

    @cached_property
    def _starts(self) -> list[float]:
        return [float(each) for each in self.prices.day.times]


_LOCAL: Final = float(np.log(MEAN_MOVE / 3))


def make_table(prices: Prices, a: Floats) -> IndexTable:
    """Tabulate the index at these prices, for instruments of importance·volatility ``a``."""
    day, price = prices.day, prices.price
    after = [day.staleness(j, 0.0)[j + 1 :] for j in range(day.size)]
    classes = np.geomspace(float(a.min()) * 0.5, float(a.max()) * 3, CLASSES)
    middle = (3 * float(np.median(price)) / (MEAN_MOVE * day.length * np.sqrt(day.variance[-1]))) * 0.2
    classes = np.geomspace(min(classes[0], middle), max(classes[-1], middle * 1e4), CLASSES)
    nights = np.geomspace(day.night * 0.5, LONGEST_NIGHT, NIGHT_ROWS)
    stale = [day.staleness(0, float(night)) for night in nights]
    left = np.zeros((CLASSES, day.size))
    if prices.carried:
        left = carry(day, classes, price, after, nights, stale)
    ahead = look_back(classes, price, after, left)

    rows = np.zeros((day.size, day.size))
    steps = np.gradient(day.times)
    for j in range(day.size - 1):
        least = _least(classes, after[j], price[j + 1 :] + ahead[:, j + 1 :], left[:, j])
        seconds, variance = day.times[j + 1 :] - day.times[j], day.variance[j + 1 :] - day.variance[j]
        alike = np.log(3 * price[j + 1 :] / (MEAN_MOVE * seconds * np.sqrt(variance)))
        trusted = np.clip((seconds / steps[j + 1 :] - 2) / 6, 0, 1)
        rows[j, j + 1 :] = (least - alike) * trusted
    far = left[:, 0]  # whoever was not seen today is left at least as stale as at the open
    night_rows = np.array([_least(classes, row, price + ahead, far) for row in stale])
    return IndexTable(prices, rows, nights, night_rows)


def _least(classes: Floats, stale: Floats, ahead: Floats, left: Floats) -> Floats:
    """Return log a*, at each time, of one row: ``stale`` since its look, ``ahead`` price and cost to come."""
    cost = classes[:, None] * stale + ahead
    never = classes * stale[-1] + left
    later = np.concatenate([cost[:, 1:], never[:, None]], axis=1)
    later = np.minimum.accumulate(later[:, ::-1], axis=1)[:, ::-1]
    gain = (later - cost) / classes[:, None]
    pays = gain >= 0
    first, log_a = np.argmax(pays, axis=0), np.log(classes)
    at = np.maximum(first, 1)
    column = np.arange(gain.shape[1])
    low, high = gain[at - 1, column], gain[at, column]
    share = np.clip(-low / np.where(high > low, high - low, 1.0), 0, 1)
    result = np.where(first == 0, log_a[0], log_a[at - 1] + share * (log_a[at] - log_a[at - 1]))
    return np.asarray(np.where(pays.any(axis=0), result, log_a[-1] + _NEVER))

"""
What a call is worth at each moment of a session: the prices at which as many calls pay as there are.

Each instrument alone, paying a price λ(t) per call, would look at the times that make the sum of what it
pays and of its staleness least. With prices high enough, all of them together make no more calls than the
limits allow; the prices that do so without waste maximise the dual function, which is concave. It is
maximised here by quasi-Newton steps over the logarithm of λ at a few knots.

Instruments differ by a = importance·volatility alone, so they are solved as classes of ``a``: by dynamic
programming over the time of the last look, or, where a class is looked at so often that the grid of times
is too coarse, as a flow at the rate that would be best if nothing changed.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from investment.acquisition.calculators.variance import Clock, Floats

# E|x| of a standard normal x.
MEAN_MOVE: Final = float(np.sqrt(2 / np.pi))

CLASSES: Final = 20
# How far the choice of the next look is spread, as a share of the price: it makes the demand smooth.
TEMPERATURE: Final = 0.04
STEPS_TO_SOLVE: Final = 4  # a class whose interval has fewer steps of the grid than this is a flow
PRECISION: Final = 5e-5  # the ascent ends where a step gains less than this share of the value
MAX_EVALUATIONS: Final = 50
NIGHTS_AHEAD: Final = 2

Demand = Callable[[float], float]


@dataclass(frozen=True)
class Day:
    """One session on a grid of times that is fine at both ends; ``times`` are seconds since the open."""

    length: float
    times: Floats
    variance: Floats  # since the open
    night: float  # variance from this close to the next open
    fine_times: Floats
    fine_variance: Floats

    @property
    def size(self) -> int:
        return len(self.times)

    def variance_at(self, since_open: float) -> float:
        """Return the variance since the open."""
        times, variance = self._fine
        k = min(max(bisect_right(times, since_open) - 1, 0), len(times) - 2)
        share = (since_open - times[k]) / (times[k + 1] - times[k])
        return variance[k] * (1 - share) + variance[k + 1] * share

    @cached_property
    def _fine(self) -> tuple[list[float], list[float]]:
        """As lists, which are quicker to look one number up in."""
        return self.fine_times.tolist(), self.fine_variance.tolist()

    def staleness(self, start: int, already: float) -> Floats:
        """
        Return ∫ MEAN_MOVE·√(variance since the look), from time ``start`` of the grid to each of its times.

        ``already`` is the variance between the look and that time. Zero before it.
        """
        since = self.fine_variance - self.variance[start] + already
        after, before = np.maximum(since[1:], 0.0), np.maximum(since[:-1], 0.0)
        rise, step = after - before, np.diff(self.fine_times)
        safe = np.where(rise > 1e-14, rise, 1.0)
        piece = np.where(rise > 1e-14, (after**1.5 - before**1.5) * (2 / 3) / safe, np.sqrt(after)) * step
        piece[self.fine_times[:-1] < self.times[start] - 1e-9] = 0.0
        passed = np.concatenate([[0.0], np.cumsum(piece)])
        return np.asarray(MEAN_MOVE * passed[np.searchsorted(self.fine_times, self.times - 1e-9)])


def make_day(clock: Clock, opens: float, closes: float, next_open: float | None, *, step: float) -> Day:
    """Lay the grid: steps of 10 seconds at the open and the close, growing to ``step`` between."""
    length = closes - opens
    steps, total = [10.0], 20.0
    while total < length and steps[-1] < step:
        steps.append(min(steps[-1] * 1.13, step))
        total += 2 * steps[-1]
    middle = max(0, round((length - total) / step))
    times = np.concatenate([[0.0], np.cumsum([*steps, *[step] * middle, *steps[::-1]])])
    times *= length / times[-1]
    fine = np.union1d(np.arange(0.0, length, 15.0), times)
    variance = clock.at(opens + fine)
    at_close = clock.at(np.array([closes, closes + 63_000.0 if next_open is None else next_open]))
    return Day(
        length=length,
        times=times,
        variance=np.interp(times, fine, variance - variance[0]),
        night=float(at_close[1] - at_close[0]),
        fine_times=fine,
        fine_variance=variance - variance[0],
    )


@dataclass(frozen=True)
class Crowd:
    """Who wants calls: classes of ``a``, how many of each, and how long ago each was last looked at."""

    a: Floats  # of each class
    counts: Floats  # classes × groups
    ages: Floats  # of each group: variance from the look to the start


def make_crowd(a: Floats, ages: Floats, *, groups: int = 8, classes: int = CLASSES) -> Crowd:
    """Sort instruments into classes of ``a`` and groups of ``ages`` (variance since the last look)."""
    top = float(a.max()) * 1.001
    edges = np.geomspace(min(float(np.quantile(a, 0.002)), top / 1.1), top, classes + 1)
    of_class = np.clip(np.searchsorted(edges, a, side="right") - 1, 0, classes - 1)
    size = np.bincount(of_class, minlength=classes)
    mean = np.bincount(of_class, weights=a, minlength=classes) / np.maximum(size, 1)
    cuts = np.unique(np.quantile(ages, np.linspace(0, 1, groups + 1)[1:-1]))
    of_group = np.searchsorted(cuts, ages, side="left")
    kinds = len(cuts) + 1
    members = np.bincount(of_group, minlength=kinds)
    counts = np.bincount(of_class * kinds + of_group, minlength=classes * kinds).astype(float)
    kept = np.flatnonzero(members)
    mean_age = np.bincount(of_group, weights=ages, minlength=kinds) / np.maximum(members, 1)
    present = size > 0
    return Crowd(mean[present], counts.reshape(classes, kinds)[present][:, kept], mean_age[kept])


def steady_price(a: Floats, counts: Floats, calls: float, pace: float, length: float) -> float:
    """
    Return about what a call costs were all hours alike: ``calls`` a second, ``pace`` of variance a second.

    Who would be looked at less than once in ``length`` seconds is not looked at.
    """
    order = np.argsort(-a)
    wish = np.cumsum((counts * a ** (2 / 3))[order])
    scale = MEAN_MOVE * np.sqrt(pace) / 3
    price = (wish / calls) ** 1.5 * scale  # were the first so many classes the only ones
    interval = (price / (a[order] * scale)) ** (2 / 3)
    last = int(np.flatnonzero(interval < 1.5 * length)[-1]) if np.any(interval < 1.5 * length) else 0
    return float(price[last])


@dataclass(frozen=True)
class Prices:
    """The prices of one session: λ in basis-point-seconds at each time of the day's grid."""

    day: Day
    price: Floats
    knots: Floats  # log λ at the knots, to start the next solution from
    value: float  # of the smoothed dual function, in basis-point-seconds
    carried: bool


class Solver:
    """The dual problem of one session; see the module."""

    def __init__(
        self,
        day: Day,
        crowd: Crowd,
        *,
        calls: float,
        start: int = 0,
        others: Demand | None = None,
        carried: bool = False,
    ) -> None:
        """
        Take who wants calls, and how many there are a second, from time ``start`` of the grid on.

        ``others`` says how many calls a second are wanted at a price by what is no price (news).
        ``carried``: what was not looked at today is as stale tomorrow, because no file brings it.
        """
        self.day, self.crowd, self.calls, self.start, self.others = day, crowd, calls, start, others
        self.carried = carried
        times = day.times
        pace = day.variance[-1] / day.length
        self.base = steady_price(crowd.a, crowd.counts.sum(axis=1), calls, pace, day.length)
        self.temperature = TEMPERATURE * self.base
        self.cells = np.gradient(times)
        self.cells[0], self.cells[-1] = (times[1] - times[0]) / 2, (times[-1] - times[-2]) / 2
        self.cells[:start] = 0.0
        self.pace = np.maximum(np.gradient(day.variance, times), pace * 1e-3)
        usual = (3 * self.base / (crowd.a * MEAN_MOVE * np.sqrt(pace))) ** (2 / 3)
        self.flowing = usual < STEPS_TO_SOLVE * float(np.max(np.diff(times)))
        self.after = [day.staleness(j, 0.0)[j + 1 :] for j in range(day.size)]
        self.first = [day.staleness(start, age)[start:] for age in crowd.ages]
        self.nodes = _knots(day.length)
        self.hats = np.array([np.interp(times, self.nodes, unit) for unit in np.eye(len(self.nodes))])
        left = np.zeros((len(crowd.a), day.size))
        self.left, self.first_left = left, np.zeros((len(crowd.a), len(crowd.ages)))
        self.evaluations = 0

    def solve(self, knots: Floats | None = None, *, precision: float = PRECISION) -> Prices:
        """Return the prices, starting from those of another day where given."""
        x = self._guess() if knots is None or len(knots) != len(self.nodes) else knots.copy()
        value = 0.0
        for _ in range(NIGHTS_AHEAD if self.carried else 1):
            x, value = self._ascend(x, precision)
            if self.carried:
                self._look_ahead(np.exp(x @ self.hats))
        return Prices(self.day, np.exp(x @ self.hats), x, value, self.carried)

    def dual(self, x: Floats) -> tuple[float, Floats]:
        """Return the smoothed dual function at log λ = ``x`` at the knots, and its gradient."""
        self.evaluations += 1
        price = np.exp(x @ self.hats)
        demand = np.zeros(self.day.size)
        value = -self.calls * float(price @ self.cells)
        for part in (self._solved, self._flow):
            cost, calls = part(price)
            value += cost
            demand += calls
        if self.others is not None:
            demand += self.cells * np.array([self.others(float(each)) for each in price])
        return value, np.asarray(self.hats @ (price * (demand - self.calls * self.cells)))

    def _solved(self, price: Floats) -> tuple[float, Floats]:
        """Let every class that is not a flow choose its looks; return its cost and its calls by time."""
        kept = ~self.flowing
        a, counts, left = self.crowd.a[kept][:, None], self.crowd.counts[kept], self.left[kept]
        if not len(a):
            return 0.0, np.zeros(self.day.size)
        heat, last, start = self.temperature, self.day.size - 1, self.start
        # Looks in a wide cell stand for many: the spread must not depend on the grid.
        paid = price - heat * np.log(np.maximum(self.cells, 1e-9) / 600.0)
        ahead = np.zeros((len(a), last + 1))
        ahead[:, last] = left[:, last]
        odds: list[Floats] = [np.empty(0)] * (last + 1)
        for j in range(last - 1, start - 1, -1):
            odds[j] = np.empty((len(a), last - j + 1))
            odds[j][:, :-1] = a * self.after[j] + (paid[j + 1 :] + ahead[:, j + 1 :])
            odds[j][:, -1] = a[:, 0] * self.after[j][-1] + left[:, j]
            ahead[:, j] = _soften(odds[j], heat)
        demand, value = np.zeros((len(a), last + 1)), 0.0
        for group, stale in enumerate(self.first):
            choice = np.empty((len(a), last - start + 2))
            choice[:, :-1] = a * stale + (paid[start:] + ahead[:, start:])
            choice[:, -1] = a[:, 0] * stale[-1] + self.first_left[kept, group]
            value += float(counts[:, group] @ _soften(choice, heat))
            demand[:, start:] += counts[:, group, None] * choice[:, :-1]
        for j in range(start, last):
            demand[:, j + 1 :] += demand[:, j, None] * odds[j][:, :-1]
        return value, np.asarray(demand.sum(axis=0))

    def _flow(self, price: Floats) -> tuple[float, Floats]:
        """The same for classes that are looked at so often that their hours do not touch each other."""
        a, counts = self.crowd.a[self.flowing][:, None], self.crowd.counts[self.flowing].sum(axis=1)
        wild = a * MEAN_MOVE * np.sqrt(self.pace)
        interval = (3 * price / wild) ** (2 / 3)
        cost = counts @ (wild * np.sqrt(interval)) @ self.cells
        return float(cost), np.asarray((counts @ (1 / interval)) * self.cells)

    def _look_ahead(self, price: Floats) -> None:
        """Set what is left at the close to what it will cost tomorrow, a day like today."""
        day, last = self.day, self.day.size - 1
        nights = day.night * np.geomspace(1.0, 1 + 6 / day.night, 10)
        stale = [day.staleness(0, float(night)) for night in nights]
        self.left = carry(self.day, self.crowd.a, price, self.after, nights, stale)
        for group, age in enumerate(self.crowd.ages):
            total = age + day.variance[last] - day.variance[self.start] + day.night
            ends = day.night + day.variance[last] - day.variance
            # The rows of ``left`` fall with the time of the look; beyond them the slope of the first goes on.
            self.first_left[:, group] = [
                np.interp(np.sqrt(total), np.sqrt(ends[::-1]), row[::-1])
                + max(0.0, float(np.sqrt(total) - np.sqrt(ends[0]))) * _slope(np.sqrt(ends), row)
                for row in self.left
            ]

    def _guess(self) -> Floats:
        ends = np.clip((self.day.length - self.nodes) / 3000, 0.03, 1)
        return np.asarray(np.log(self.base * ends * np.clip(3 * np.exp(-self.nodes / 1200), 1, 3)))

    def _ascend(self, x: Floats, precision: float) -> tuple[Floats, float]:
        """Climb by BFGS steps, each shortened until it gains."""
        value, slope = self.dual(x)
        weight = self.hats @ (np.exp(x @ self.hats) * self.cells * self.calls)
        inverse = np.diag(1 / np.maximum(weight, weight.max() * 1e-4))
        limit = self.evaluations + int(MAX_EVALUATIONS * max(1.0, np.log10(PRECISION / precision) + 1))
        while self.evaluations < limit:
            direction = np.clip(inverse @ slope, -0.7, 0.7)
            share = 1.0
            while True:
                there = x + share * direction
                new_value, new_slope = self.dual(there)
                if new_value >= value + 1e-4 * share * (slope @ direction) or share < 1e-3:
                    break
                share *= 0.35
            moved, bent = there - x, slope - new_slope
            if (curve := float(moved @ bent)) > 1e-12 * abs(value):
                turn = np.eye(len(x)) - np.outer(moved, bent) / curve
                inverse = turn @ inverse @ turn.T + np.outer(moved, moved) / curve
            gained, x, value, slope = new_value - value, there, new_value, new_slope
            if gained < precision * abs(value):
                break
        return x, value


def carry(
    day: Day, a: Floats, price: Floats, after: list[Floats], nights: Floats, stale: list[Floats]
) -> Floats:
    """
    Return what it costs each class tomorrow that it was last looked at at each time of today.

    Less what it would cost had it been looked at at the close. Tomorrow is like today.
    """
    left = np.zeros((len(a), day.size))
    at_open = np.sqrt(day.night + day.variance[-1] - day.variance)
    for _ in range(2):
        ahead = look_back(a, price, after, left)
        value = np.empty((len(a), len(nights)))
        for k, row in enumerate(stale):
            looks = (a[:, None] * row + price + ahead).min(axis=1)
            value[:, k] = np.minimum(looks, a * row[-1] + left[:, 0])
        rows = [np.interp(at_open, np.sqrt(nights), each) for each in value]
        left = np.array([row - row[-1] for row in rows])
    return left


def look_back(a: Floats, price: Floats, after: list[Floats], left: Floats) -> Floats:
    """Return the least cost to come of each class, having looked at each time of the grid."""
    last = len(price) - 1
    ahead = np.zeros((len(a), last + 1))
    ahead[:, last] = left[:, last]
    for j in range(last - 1, -1, -1):
        looks = (a[:, None] * after[j] + (price[j + 1 :] + ahead[:, j + 1 :])).min(axis=1)
        ahead[:, j] = np.minimum(looks, a * after[j][-1] + left[:, j])
    return ahead


def _soften(costs: Floats, heat: float) -> Floats:
    """Turn costs into the odds of choosing each, in place; return the softened minimum."""
    least = costs.min(axis=1)
    costs -= least[:, None]
    costs /= -heat
    np.exp(costs, out=costs)
    total = costs.sum(axis=1)
    costs /= total[:, None]
    return np.asarray(least - heat * np.log(total))


def _slope(x: Floats, y: Floats) -> float:
    return float((y[0] - y[1]) / max(x[0] - x[1], 1e-12))


def _knots(length: float) -> Floats:
    """Return where the prices bend: often at both ends, every forty minutes between."""
    ends = np.array([0, 30, 90, 180, 360, 660, 1080, 1800, 2700, 3600, 5400])
    start = ends[ends < length / 2]
    finish = length - np.array([4500, 3600, 2700, 1800, 1200, 720, 360, 120, 0.0])
    finish = finish[finish > length / 2]
    low, high = start[-1], finish[0]
    between = np.linspace(low, high, max(1, round((high - low) / 2400)) + 1)[1:-1]
    return np.concatenate([start, between, finish])

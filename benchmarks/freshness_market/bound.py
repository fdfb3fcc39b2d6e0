"""
What no planner can be better than, in expectation.

Take every instrument for itself, at a price λ for each call: whatever a policy does, its expected cost is at
least Σ (the least cost of an instrument alone that pays λ) − (what the limits' calls cost at λ). That holds
for any λ ≥ 0 that is constant in each minute, since no minute has more than the limit's calls, also for
policies that watch the prices, since moves to come do not depend on those before. The convex program of
evenly spaced calls is the same with calls that can be divided; this bound is higher, that is closer.

An instrument alone is solved by dynamic programming over the time of its last look, with the exact expected
move. Its least cost is concave in importance·volatility, so chords between the solved classes lie below it.
The grid of times costs a relative error that falls with its square; ``grid_error`` is measured by halving it.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.freshness_market.truth import MEAN_MOVE, MINUTE, Floats, Truth, expected_move
from investment.acquisition.calculators.session_prices import Solver, make_crowd, make_day

CLASSES = 150
GRIDS = (60.0, 30.0, 20.0, 15.0, 10.0, 6.0, 5.0, 4.0, 3.0, 2.0)  # seconds; each divides a minute
SCALES = (0.86, 0.9, 0.94, 0.98)


@dataclass(frozen=True)
class Bound:
    """The bound of one kind of session: for any crowd, from its least costs by class."""

    classes: Floats
    costs: Floats  # basis-point-seconds a session
    calls: float  # what the limits' calls cost, in the same unit
    length: float

    def of(self, worths: Floats) -> float:
        """Return the bound in basis points for importance·volatility ``worths``."""
        if worths.min() < self.classes[0] or worths.max() > self.classes[-1]:
            raise ValueError("Expected worths within the classes")
        return (float(np.interp(worths, self.classes, self.costs).sum()) - self.calls) / self.length


def make_bound(
    truth: Truth,
    session: int,
    worths: Floats,
    *,
    a_minute: int,
    share: float,
    finer: float = 1.0,
    scales: tuple[float, ...] = SCALES,
) -> Bound:
    """Return the best bound among those by scaled prices; ``worths`` are those of a typical session."""
    opens, closes = truth.sessions[session]
    length, calls = closes - opens, a_minute / MINUTE
    day = make_day(truth, opens, closes, None, step=180.0)
    crowd = make_crowd(worths, np.full(len(worths), truth.gap(session)), classes=48)
    solved = Solver(day, crowd, calls=calls).solve(precision=1e-6)
    middles = (np.arange(round(length / MINUTE)) + 0.5) * MINUTE
    prices = np.interp(middles, day.times, solved.price)
    classes = np.geomspace(worths.min() * 0.2, worths.max() * 5, CLASSES)
    best = None
    for scale in scales:
        costs = _least_costs(truth, session, classes, prices * scale, share, finer)
        bound = Bound(classes, costs, float(a_minute * prices.sum() * scale), length)
        if best is None or bound.of(worths) > best.of(worths):
            best = bound
    assert best is not None
    return best


def _least_costs(
    truth: Truth, session: int, classes: Floats, prices: Floats, share: float, finer: float
) -> Floats:
    opens, closes = truth.sessions[session]
    length = closes - opens
    pace = float(np.diff(truth.at(np.array([opens, closes])))[0]) / length
    interval = (3 * np.median(prices) / (classes * MEAN_MOVE * np.sqrt(pace))) ** (2 / 3)
    steps = np.array([next((each for each in GRIDS if each <= wish), GRIDS[-1]) for wish in interval / 20])
    area = _area(share)
    costs = np.empty(len(classes))
    for step in np.unique(steps):
        chosen = np.flatnonzero(steps == step)
        reach = length if step == GRIDS[0] else min(length, 9 * float(interval[chosen].max()))
        costs[chosen] = _solve(truth, session, classes[chosen], prices, step / finer, reach, area)
    return costs


def _solve(
    truth: Truth,
    session: int,
    a: Floats,
    prices: Floats,
    step: float,
    reach: float,
    area: tuple[Floats, Floats],
) -> Floats:
    """Return the least cost of each class, looking at times of the grid at most ``reach`` seconds apart."""
    opens, closes = truth.sessions[session]
    count = round((closes - opens) / step)
    variance = truth.at(np.asarray(opens + np.arange(count + 1) * step, np.float64))
    variance -= variance[0]
    rises = np.maximum(np.diff(variance), 1e-15)
    price = np.append(np.repeat(prices, round(MINUTE / step)), 0.0)  # the end of the session costs nothing
    width = min(count, round(reach / step))
    ahead = np.full((len(a), count + width + 1), np.inf)
    ahead[:, count] = 0.0

    def stale(already: float, start: int, end: int) -> Floats:
        upto = np.interp(np.sqrt(variance[start : end + 1] - variance[start] + already), *area)
        return np.asarray(np.cumsum(np.diff(upto) / rises[start:end]) * step)

    for j in range(count - 1, -1, -1):
        end = min(j + width, count)
        looks = a[:, None] * stale(0.0, j, end) + price[j + 1 : end + 1] + ahead[:, j + 1 : end + 1]
        ahead[:, j] = looks.min(axis=1)
    first = np.concatenate([[0.0], stale(truth.gap(session), 0, count)])
    return np.asarray((a[:, None] * first + price + ahead[:, : count + 1]).min(axis=1))


def _area(share: float) -> tuple[Floats, Floats]:
    """Return √variance and ∫₀ of the expected move over the variance, to integrate by."""
    root = np.linspace(0.0, 2.0, 20_001)
    middle = (root[1:] + root[:-1]) / 2
    f = expected_move(root**2, share) * 2 * root
    m = expected_move(middle**2, share) * 2 * middle
    return root, np.concatenate([[0.0], np.cumsum(np.diff(root) / 6 * (f[:-1] + 4 * m + f[1:]))])

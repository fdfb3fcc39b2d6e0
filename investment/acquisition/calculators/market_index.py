"""The index of every datum at an instant, under the prices of the session at hand."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from investment.acquisition.calculators import events
from investment.acquisition.calculators.book import BEFORE_TODAY, Book, Places
from investment.acquisition.calculators.index_table import LONGEST_NIGHT, IndexTable, make_table
from investment.acquisition.calculators.session_prices import (
    MEAN_MOVE,
    Crowd,
    Day,
    Prices,
    Solver,
    make_crowd,
    make_day,
    steady_price,
)
from investment.acquisition.calculators.variance import Calendar, Clock, Floats

OVERDUE: Final = 60.0  # added to the logarithm of the index of what has reached its target age
CHANGED: Final = 0.05  # share of the demand that may change before prices are computed anew
AGAIN_AFTER: Final = 300.0  # seconds between two computations of one session's prices
ALMOST_OVER: Final = 60.0  # seconds before the close at which prices are no longer computed anew
WIDEST_STEP, NARROWEST_STEP = 300.0, 150.0


@dataclass
class Pool:
    """Data that share their providers, so that one price of a call holds for all of them."""

    places: Places
    calls: float  # a second
    table: IndexTable | None = None
    session: int | None = None
    crowd: Crowd | None = None
    demand: float = 0.0  # Σ worth^(2/3) of its prices when the table was made
    touched: float = 0.0  # by how much that has changed since
    solved: int = 0
    solved_at: float = -np.inf
    knots: dict[int, Floats] = field(default_factory=dict)  # by length of the session


class MarketIndex:
    """
    Knows the session and its prices; measures rows of a book.

    ``covered``: a file brings every close after the session, so no look has to serve the next day. None lets
    the last-seen times tell: it is so unless most were last seen before the last close.
    """

    def __init__(self, book: Book, calendar: Calendar, clock: Clock, covered: bool | None) -> None:
        self.book, self.calendar, self.clock, self.covered = book, calendar, clock, covered
        self.session: int | None = None
        self.day: Day | None = None
        self.opens = self.closes = self._at_open = 0.0
        self.is_covered = True

    def over(self, book: Book) -> "MarketIndex":
        """Return the same over a copy of the book."""
        other = copy(self)
        other.book = book
        return other

    def variance_at(self, now: float) -> float:
        """Return what the variance clock shows for a price that is seen now."""
        if self.day is not None and self.opens <= now <= self.closes:
            return self._at_open + self.day.variance_at(now - self.opens)
        return float(self.clock.at(self.calendar.known_at(np.array([now])))[0])

    def enter(self, now: float) -> bool:
        """Turn to the session that is open now; tell whether that is another than before."""
        session = self.calendar.session_at(now)
        if session == self.session:
            return False
        self.session = session
        if session is None:
            return True
        self.opens, self.closes = self.calendar.bounds(session)
        self._at_open = float(self.clock.at(np.array([self.opens]))[0])
        today = self.book.seen_at - self.opens
        self.book.since_open = np.where(today >= 0, today, BEFORE_TODAY)
        self.is_covered = self._told_by_ages() if self.covered is None else self.covered
        step = WIDEST_STEP
        self.day = make_day(self.clock, self.opens, self.closes, self.calendar.next_open(now), step=step)
        return True

    def date(self, places: Places) -> None:
        """Set what the clocks showed when these rows were seen."""
        book = self.book
        book.hinted_at_look[places] = book.hinted[places]
        looks = book.seen_at[places]
        known = np.isfinite(looks)
        variance = np.full(len(places), float(self.clock.at(self.calendar.opens[:1])[0]) - LONGEST_NIGHT)
        variance[known] = self.clock.at(self.calendar.known_at(looks[known]))
        book.seen_variance[places] = variance
        today = looks - self.opens
        book.since_open[places] = np.where((today >= 0) & (self.session is not None), today, BEFORE_TODAY)

    def date_one(self, place: int, then: float) -> None:
        """Set what the clocks showed at ``then``, when this row was seen."""
        book = self.book
        book.seen_at[place] = then
        book.hinted_at_look[place] = book.hinted[place]
        book.seen_variance[place] = self.variance_at(then)
        today = self.session is not None and then >= self.opens
        book.since_open[place] = then - self.opens if today else BEFORE_TODAY

    def turns_at(self, now: float) -> float:
        """Return when the next session begins, or the one at hand ends."""
        following = self.calendar.next_open(now)
        return self.closes if self.session is not None else float("inf") if following is None else following

    def _told_by_ages(self) -> bool:
        close = self.calendar.last_close(self.opens)
        book = self.book
        asked = (book.since_open < 0) & np.isnan(book.rate) & (book.worth > 0) & np.isfinite(book.seen_at)
        if close is None or not asked.any():
            return True
        # A minute's grace: who saw all prices shortly before the close has them all the same.
        return float(np.mean(book.seen_at[asked] >= close - 60.0)) >= 0.5

    def price(self, pool: Pool, now: float) -> None:
        """Compute the pool's prices where they are of another session, or of another crowd."""
        if self.session is None or self.day is None:
            return
        fresh = pool.table is not None and pool.session == self.session
        if fresh and (
            pool.touched <= CHANGED * pool.demand
            or now < pool.solved_at + AGAIN_AFTER
            or now > self.closes - ALMOST_OVER
        ):
            return
        book = self.book
        rows = pool.places[np.isnan(book.rate[pool.places]) & (book.worth[pool.places] > 0)]
        pool.touched = 0.0
        if not len(rows):
            pool.table = None
            return
        a = book.worth[rows]
        demand = float(np.sum(a ** (2 / 3)))
        if fresh and abs(demand - pool.demand) <= CHANGED * pool.demand:
            return
        pool.session, pool.demand = self.session, demand
        start = int(np.searchsorted(self.day.times, now - self.opens + 1.0, side="right")) - 1
        start = min(start, self.day.size - 3)
        then = self._at_open + float(self.day.variance[start])
        crowd = make_crowd(a, np.clip(then - book.seen_variance[rows], 1e-9, 40.0))
        if (
            pool.table is not None
            and start == 0
            and self._is_alike(self.day, pool.table.prices, pool.crowd, crowd)
        ):
            return
        calls = pool.calls if np.isfinite(pool.calls) else 1e3 * len(rows) / self.day.length
        day = self._grid(self.day, a, calls)
        if day is not self.day:
            start = min(
                int(np.searchsorted(day.times, now - self.opens + 1.0, side="right")) - 1, day.size - 3
            )
        solver = Solver(
            day, crowd, calls=calls, start=start, others=self._others(pool), carried=not self.is_covered
        )
        prices = solver.solve(pool.knots.get(round(day.length)))
        pool.knots[round(day.length)] = prices.knots
        pool.table, pool.crowd, pool.solved_at = make_table(prices, a), crowd, now
        pool.solved += 1

    def _grid(self, day: Day, a: Floats, calls: float) -> Day:
        """Return the day on a finer grid where most calls follow each other quickly."""
        pace = day.variance[-1] / day.length
        usual = np.sort(
            (3 * steady_price(a, np.ones(len(a)), calls, pace, day.length) / (a * np.sqrt(pace))) ** (2 / 3)
        )
        calls_of = np.cumsum(1 / usual)
        middle = usual[np.searchsorted(calls_of, calls_of[-1] / 2)]
        step = float(np.clip(middle / 6, NARROWEST_STEP, WIDEST_STEP))
        if step > 0.8 * WIDEST_STEP:
            return day
        following = self.calendar.next_open(self.closes)
        return make_day(self.clock, self.opens, self.closes, following, step=step)

    def _is_alike(self, day: Day, prices: Prices, old: Crowd | None, new: Crowd) -> bool:
        """Tell whether another day's prices hold: same hours, same crowd, same night before."""
        if old is None or prices.carried == self.is_covered or old.counts.shape != new.counts.shape:
            return False
        if abs(day.length - prices.day.length) > 1 or abs(day.night / prices.day.night - 1) > 0.3:
            return False
        if abs(day.variance[-1] / prices.day.variance[-1] - 1) > 0.01:
            return False
        demand = new.counts.sum(axis=1) * new.a ** (2 / 3)
        before = old.counts.sum(axis=1) * old.a ** (2 / 3)
        if np.max(np.abs(old.a / new.a - 1)) > CHANGED:
            return False
        moved = np.abs(np.cumsum(demand - before)).max() / demand.sum()
        return bool(moved < CHANGED and np.allclose(old.ages, new.ages, rtol=0.05))

    def _others(self, pool: Pool) -> Callable[[float], float] | None:
        rows = pool.places[(self.book.rate[pool.places] > 0) & (self.book.worth[pool.places] > 0)]
        if not len(rows):
            return None
        worths, rates = self.book.worth[rows], self.book.rate[rows]
        return lambda price: min(events.calls_per_second(price, worths, rates), 0.9 * pool.calls)

    def log_price(self, pool: Pool, now: float) -> float:
        """Return the logarithm of what a call costs now, in basis-point-seconds; 0 without a session."""
        if pool.table is None or self.session is None:
            return 0.0
        prices = pool.table.prices
        return float(np.log(np.interp(now - self.opens, prices.day.times, prices.price)))

    def measure_prices(self, pool: Pool, places: Places, now: float) -> Floats:
        """Return the logarithms of the indices of rows of prices (basis-point-seconds); −∞ for «not now»."""
        book = self.book
        if self.session is None:
            return self._in_closed_market(places, now)
        if pool.table is None:
            return np.full(len(places), -np.inf)
        now = min(now, self.closes)
        since_open, ages = book.since_open[places], self._ages(places, now)
        result = pool.table.log_index(book.log_worth[places], since_open, ages, now - self.opens)
        if book.has_targets:
            result[now - np.maximum(book.seen_at[places], self.opens) >= book.target[places]] += OVERDUE
        return self._idle(places, now, result)

    def _ages(self, places: Places, now: float) -> Floats:
        """
        Return the variance since prices were seen.

        Where hints tell a part of the move, its square counts instead of what that part was expected to be.
        """
        book = self.book
        ages = self.variance_at(now) - book.seen_variance[places]
        if book.has_hints:
            ages *= 1 - book.explained[places]
            ages += ((book.hinted[places] - book.hinted_at_look[places]) / book.unit[places]) ** 2
        return ages

    def _in_closed_market(self, places: Places, now: float) -> Floats:
        """Where no file brings the closes they can be asked for all night, the largest error first."""
        book = self.book
        if self.is_covered:
            return np.full(len(places), -np.inf)
        ages = self.variance_at(now) - book.seen_variance[places]
        with np.errstate(divide="ignore"):
            result = book.log_worth[places] + 1.5 * np.log(np.where(ages > 1e-9, ages, 0.0))
        return self._idle(places, now, result)

    def measure_events(self, places: Places, now: float) -> Floats:
        """Measure rows of events."""
        book = self.book
        ages = np.maximum(now - book.seen_at[places], 0.0)
        long = 60.0 / book.rate[places]
        gained = events.index(np.minimum(ages, long), book.worth[places], book.rate[places])
        with np.errstate(divide="ignore"):
            result = np.log(gained)
        if book.has_targets:
            result[ages >= book.target[places]] += OVERDUE
        result[ages < book.rest[places]] = -np.inf
        return self._idle(places, now, result)

    def _idle(self, places: Places, now: float, result: Floats) -> Floats:
        """Leave out what is in flight, or rests after a failure, or is from the future."""
        result[(self.book.back_at[places] > now) | np.isnan(result)] = -np.inf
        return result

    def errors(self, places: Places, now: float) -> Floats:
        """Return the expected importance-weighted errors of rows now, in basis points."""
        book, prices = self.book, np.isnan(self.book.rate[places])
        result = book.worth[places]
        ages = np.maximum(self._ages(places[prices], now), 0.0)
        result[prices] *= MEAN_MOVE * np.sqrt(np.minimum(ages, LONGEST_NIGHT))
        if not prices.all():
            rows = places[~prices]
            rates = book.rate[rows]
            waits = np.minimum(np.maximum(now - book.seen_at[rows], 0.0), 60.0 / rates)
            result[~prices] = events.error(waits, book.worth[rows], rates)
        return np.asarray(result)

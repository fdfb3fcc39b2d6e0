"""
The planner's policy: which datum to ask for next, so that every call goes where it buys the most.

Pure: no Django, no clock, no input or output. The mathematics are in ``calculators``: ``variance`` (how
fast prices move when), ``session_prices`` (what a call is worth at each moment of a session),
``index_table`` (what a look at one datum is worth), ``events`` (news), ``slots`` (limits), ``volatility``.
"""

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from investment.acquisition.calculators.book import Book, Places
from investment.acquisition.calculators.calls import Call, Obstacle, Route, Window, pair
from investment.acquisition.calculators.instants import Instant, like, seconds, times
from investment.acquisition.calculators.market_index import MarketIndex
from investment.acquisition.calculators.queues import (
    Bundle,
    Choice,
    Queue,
    Queues,
    Where,
    obstacle,
    sort,
    worth,
)
from investment.acquisition.calculators.shortlist import NOTHING
from investment.acquisition.calculators.slots import Slots
from investment.acquisition.calculators.variance import (
    Calendar,
    Clock,
    Floats,
    VarianceClock,
    sessions_around,
)
from investment.acquisition.calculators.volatility import daily_volatilities

__all__ = ["Call", "Obstacle", "Policy", "daily_volatilities"]

IN_FLIGHT: Final = 120.0  # seconds after which a call that nobody reported on counts as lost
HURRY: Final = 60.0  # seconds from the open in which what is due may go ahead of the even pace
REGULAR_DAY: Final = 23_400.0  # seconds in which calls for prices are useful
_NO_ROWS: Final = np.empty(0, dtype=np.intp)


class Policy:
    """
    Chooses the next call. An outside simulator drives it in ten lines::

        policy = Policy(
            importances, volatilities,               # arrays; volatilities in basis points a day
            limits={"finnhub": [(60, 60), (30, 1)]}, # calls in any span of seconds
            seen=[yesterday_close] * n,              # when each price was last seen; NaN for never
            sessions=[(opens, closes), ...],         # past, present and to come
        )
        for now in instants:                         # seconds since the epoch, or aware datetimes
            while (datum := policy.choose(now)) is not None:  # an index of the arrays, or its key
                policy.seen(datum, now)              # when the answer is there; until then it is in flight

    ``limits`` are what may be used: take a reserve for others off first. ``clock`` is a
    :class:`VarianceClock` by default; any object whose ``at(times)`` gives the variance passed will do.
    ``covered`` says whether a file brings all prices after the close; None looks at the last-seen times.
    Importances and volatilities must not be negative; what has none is never asked for, and an unknown
    volatility (NaN) counts as the median of the others.
    """

    def __init__(
        self,
        importances: npt.ArrayLike | None = None,
        volatilities: npt.ArrayLike | None = None,
        *,
        limits: Mapping[str, Sequence[Window]] | Sequence[Window],
        seen: Iterable[Instant | None] | None = None,
        keys: Sequence[Hashable] | None = None,
        sessions: Sequence[tuple[Instant, Instant]] | None = None,
        clock: Clock | None = None,
        covered: bool | None = None,
    ) -> None:
        named = limits if isinstance(limits, Mapping) else {"provider": limits}
        self._slots = {name: Slots([pair(each) for each in windows]) for name, windows in named.items()}
        self._sessions = None if sessions is None else [(seconds(a), seconds(b)) for a, b in sessions]
        self._clock, self._covered = clock, covered
        self._book = Book()
        self._market: MarketIndex | None = None
        self._routes: dict[Hashable, Where] = {}
        self._bundles: dict[str, Bundle] = {}
        self._queues: Queues | None = None
        self._sorted: Queues | None = None
        self._hurry_until = self._turns_at = -math.inf
        self._flying: dict[Hashable, tuple[str, float]] = {}
        if importances is not None:
            if volatilities is None:
                raise ValueError("Expected volatilities beside importances")
            count = len(np.asarray(importances))
            self.add_prices(range(count) if keys is None else keys, importances, volatilities, seen=seen)

    # What is wanted

    def add_prices(
        self,
        keys: Iterable[Hashable],
        importances: npt.ArrayLike,
        volatilities: npt.ArrayLike,
        *,
        seen: Iterable[Instant | None] | None = None,
        targets: npt.ArrayLike | float = math.inf,
        providers: Route | None = None,
    ) -> None:
        """
        Want prices: what they are off by grows with the root of the variance since they were seen.

        ``targets`` are ages in seconds of open market that go before everything else once reached.
        ``providers`` can serve them, each alone; all of the limits by default.
        """
        volatility = np.array(volatilities, np.float64)
        known = np.isfinite(volatility)
        volatility[~known] = np.median(volatility[known]) if known.any() else 1.0
        self._add(list(keys), importances, volatility, np.nan, seen, targets, providers)

    def add_events(
        self,
        keys: Iterable[Hashable],
        importances: npt.ArrayLike,
        moves: npt.ArrayLike | float,
        rates: npt.ArrayLike | float,
        *,
        seen: Iterable[Instant | None] | None = None,
        targets: npt.ArrayLike | float = math.inf,
        providers: Route | None = None,
    ) -> None:
        """
        Want what happens now and then (news, filings, actions) at ``rates`` a day.

        ``moves`` is the mean absolute abnormal move around one, in basis points.
        """
        per_second = np.asarray(rates, np.float64) / 86_400.0
        if np.any(per_second <= 0):
            raise ValueError("Expected rates above 0")
        self._add(list(keys), importances, moves, per_second, seen, targets, providers)

    def _add(
        self,
        keys: list[Hashable],
        importances: npt.ArrayLike,
        units: npt.ArrayLike,
        rates: npt.ArrayLike,
        seen: Iterable[Instant | None] | None,
        targets: npt.ArrayLike,
        providers: Route | None,
    ) -> None:
        route = tuple(sorted(self._slots if providers is None else providers))
        if unknown := [name for name in route if name not in self._slots]:
            raise ValueError(f"There are no limits of {', '.join(unknown)}")
        for given in (importances, units):
            numbers = np.broadcast_to(np.asarray(given, np.float64), len(keys))
            if not np.all((numbers >= 0) & np.isfinite(numbers)):
                raise ValueError("Expected importances and volatilities that are numbers of at least 0")
        looks = np.full(len(keys), -math.inf) if seen is None else times(seen, len(keys))
        if not keys:
            return
        places = self._book.take_places(keys)
        self._book.fill(places, importances, units, rates, looks, targets)
        if self._market is not None:
            self._market.date(places)
        where = (route, bool(np.isnan(self._book.rate[places[0]])))
        self._routes |= dict.fromkeys(keys, where)
        demand = float(np.sum(self._book.worth[places] ** (2 / 3)))
        if self._queues is not None and not self._queues.add(where, places, demand):
            self._queues = None

    def add_bundle(self, name: str, keys: Iterable[Hashable], *, providers: Route) -> None:
        """Offer one call that serves several data; it is worth what they are worth together."""
        members = tuple(keys)
        self._bundles[name] = Bundle(members, self._book.of(members), tuple(sorted(providers)))

    def remove_bundle(self, name: str) -> None:
        del self._bundles[name]

    def remove(self, keys: Iterable[Hashable]) -> None:
        """Want these no longer."""
        gone, by = list(dict.fromkeys(keys)), dict[Where, list[int]]()
        for key, place in zip(gone, self._book.of(gone).tolist(), strict=True):
            by.setdefault(self._routes.pop(key), []).append(place)
            self._flying.pop(key, None)
        for where, places in by.items():
            if self._queues is not None:
                rows = np.array(places, dtype=np.intp)
                self._queues.drop(where, rows, float(np.sum(self._book.worth[rows] ** (2 / 3))))
        self._book.release(gone)
        for name, bundle in list(self._bundles.items()):
            kept = tuple(key for key in bundle.keys if key in self._routes)
            if len(kept) < len(bundle.keys):
                self._bundles[name] = Bundle(kept, self._book.of(kept), bundle.route)

    def set_importance(self, keys: Iterable[Hashable], importances: npt.ArrayLike | float) -> None:
        """Change what data count; 0 keeps them without ever asking."""
        book, changed = self._book, list(keys)
        places = book.of(changed)
        before = book.worth[places]
        book.value(places, importances)
        if self._queues is None:
            return
        moved = np.abs(book.worth[places] ** (2 / 3) - before ** (2 / 3))
        for key, place, by in zip(changed, places.tolist(), moved.tolist(), strict=True):
            queue = self._queue_of(key)
            queue.pool.touched += by
            queue.shortlist.join(place)

    def rest(self, keys: Iterable[Hashable], spans: npt.ArrayLike | float) -> None:
        """Let at least so many seconds pass between two looks at these, which are events."""
        self._book.rest[self._book.of(keys)] = spans

    def hint(self, keys: Iterable[Hashable], moves: npt.ArrayLike, explained: npt.ArrayLike | float) -> None:
        """
        Tell how far prices must have moved by what is streamed (an index, funds), to plan by alone.

        ``moves`` are in basis points since any fixed time; ``explained`` is the share of each price's
        variance that such moves make up. The rest is expected to move as ever.
        """
        self._book.hint(self._book.of(keys), moves, explained)
        if self._queues is not None:
            self._queues.spoil()

    # What happens

    def choose(self, now: Instant) -> Hashable | None:
        """Return the datum to ask for now, which is then in flight; None where no call should be made."""
        at = seconds(now)
        chosen = self._choose(at, self._slots)
        return None if chosen is None else self._send(at, chosen)[0]

    def choose_call(self, now: Instant, *, providers: Iterable[str] | None = None) -> Call | None:
        """Return the call to make now, by one of ``providers`` (all by default), or None."""
        at = seconds(now)
        chosen = self._choose(at, self._slots if providers is None else providers)
        if chosen is None:
            return None
        error = float(np.sum(self._ready(at)[1].errors(chosen.rows, at)))
        data = self._send(at, chosen)
        return Call(now, chosen.provider, data, error, math.exp(min(chosen.value, 600.0)), chosen.bundle)

    def _choose(self, at: float, providers: Iterable[str]) -> Choice | None:
        free = [name for name in providers if self._slots[name].is_free(at)]
        if not free and self._hurry_until <= at < self._turns_at:
            return None
        queues, market = self._ready(at)
        self._land(at)
        choice = self._pick(market, queues, at, free, hurried=False)
        if choice.value == NOTHING and at < self._hurry_until:
            free = [name for name in providers if self._slots[name].is_free(at, hurry=True)]
            choice = self._pick(market, queues, at, free, hurried=True)
        if choice.value == NOTHING:
            return None
        choice.provider = max(
            (each for each in free if each in choice.route), key=lambda each: self._slots[each].rate
        )
        return choice

    def _send(self, at: float, choice: Choice) -> tuple[Hashable, ...]:
        self._slots[choice.provider].take(at)
        data = tuple(self._book.keys[row] for row in choice.rows.tolist())
        for datum in data:
            self._flying[datum] = (choice.provider, at)
        self._book.back_at[choice.rows] = at + IN_FLIGHT
        return data

    def _pick(
        self, market: MarketIndex, queues: Queues, at: float, free: Iterable[str], *, hurried: bool
    ) -> Choice:
        """Return the best of what one of the ``free`` can serve; in a hurry only what is worth its price."""
        names, best = set(free), Choice(NOTHING, (), _NO_ROWS)
        for queue in queues:
            if not names.isdisjoint(queue.route):
                value, row = queue.best(market, at)
                if value > best.value and not (hurried and value < market.log_price(queue.pool, at)):
                    best = Choice(value, queue.route, np.array([row], dtype=np.intp))
        for name, bundle in self._bundles.items():
            if not hurried and not names.isdisjoint(bundle.route):
                flying = any(key in self._flying for key in bundle.keys)
                value = NOTHING if flying else worth(bundle, self._routes, queues, market, at)
                if value > best.value:
                    best = Choice(value, bundle.route, bundle.places, name)
        return best

    def seen(self, datum: Hashable, at: Instant) -> None:
        """Take that the datum was seen as it was at ``at``, asked for or not (a file, a stream)."""
        book, then, place = self._book, seconds(at), self._book.places.get(datum)
        if place is None or self._market is None or self._queues is None or then < book.seen_at[place]:
            self.saw((datum,), at)
            return
        self._flying.pop(datum, None)
        book.back_at[place] = -math.inf
        self._market.date_one(place, then)
        self._queue_of(datum).shortlist.join(place)

    def saw(self, data: Iterable[Hashable], at: Instant) -> None:
        """Take that all these were seen as they were at ``at``; an older look never replaces a newer one."""
        keys, book, then = list(data), self._book, seconds(at)
        places = book.of(keys)
        for key in keys:
            self._flying.pop(key, None)
        book.back_at[places] = -math.inf
        newer = places[book.seen_at[places] < then]
        book.seen_at[newer] = then
        if self._market is not None and len(newer):
            self._market.date(newer)
        self._rejoin(keys, places)

    def failed(self, datum: Hashable, now: Instant, *, retry_at: Instant | None = None) -> None:
        """Take that the call for this datum brought nothing; it may be chosen again from ``retry_at`` on."""
        place = self._book.of((datum,))
        self._flying.pop(datum, None)
        self._book.back_at[place] = seconds(now if retry_at is None else retry_at)
        self._rejoin((datum,), place)

    def not_sent(self, call: Call, *, closed_until: Instant | None = None) -> None:
        """Take back a call that was never sent; its provider may be closed until then (a refusal)."""
        slots = self._slots[call.provider]
        slots.give_back(seconds(call.at))
        if closed_until is not None:
            slots.close(seconds(closed_until))
        for datum in call.data:
            self.failed(datum, call.at)

    def close(self, provider: str, until: Instant) -> None:
        """Ask this provider for nothing before then."""
        self._slots[provider].close(seconds(until))

    # What it intends

    def plan(self, now: Instant, horizon: float = 3600.0) -> list[Call]:
        """Return the calls of the next ``horizon`` seconds as things stand, changing nothing."""
        return list(self.coming(now, horizon))

    def coming(self, now: Instant, horizon: float = 3600.0) -> Iterator[Call]:
        """Yield the next calls one by one: who wants one only need not wait for an hour of them."""
        other, at = self.copy(), seconds(now)
        end = at + horizon
        while at < end:
            call = other.choose_call(at)
            if call is not None:
                other.saw(call.data, at)
                yield replace(call, at=like(now, at))
                continue
            at = max(other._next_chance(at), at + 1e-3)

    def _next_chance(self, at: float) -> float:
        """Return when something can change after nothing was chosen at ``at``."""
        waits = [slots.free_at(at) for slots in self._slots.values()]
        later = [wait for wait in waits if wait > at]
        if len(later) == len(waits):
            return min(waits)
        queues, market = self._ready(at)
        opens = market.calendar.next_open(at)
        if market.session is not None or opens is None:
            return min([*later, at + 15.0])
        events = any(not queue.prices for queue in queues)
        return min([*later, at + 15.0 if events else opens, opens])

    def why_not(self, datum: Hashable, now: Instant) -> Obstacle:
        """Return why this datum is not asked for now."""
        at, place = seconds(now), self._book.of((datum,))
        market = self._ready(at)[1]
        self._land(at)
        queue = self._queue_of(datum)
        free_at = min(self._slots[name].free_at(at) for name in queue.route)
        asked = self._flying[datum][0] if datum in self._flying else None
        found = obstacle(market, queue, place, at, free_at=free_at, asked=asked)
        return found if found.free_at is None else replace(found, free_at=like(now, seconds(found.free_at)))

    def errors(self, data: Iterable[Hashable], now: Instant) -> Floats:
        """Return what these are expected to be off by now: importance times basis points."""
        at = seconds(now)
        return self._ready(at)[1].errors(self._book.of(data), at)

    def prepare(self, now: Instant) -> None:
        """Do now what the next question would have to wait for: the prices of a new session (a second)."""
        self._ready(seconds(now))

    # How it keeps up

    def _ready(self, at: float) -> tuple[Queues, MarketIndex]:
        if self._market is None:
            sessions = self._sessions or sessions_around(at)
            calendar = Calendar(sessions)
            clock = self._clock or VarianceClock(sessions)
            self._market = MarketIndex(self._book, calendar, clock, self._covered)
            self._market.date(self._book.of(self._routes))
        market = self._market
        if self._queues is None:
            self._queues = self._sorted = self._sort()
        if (turned := market.enter(at)) or at >= self._turns_at:
            self._turns_at = market.turns_at(at)
        if turned and market.session is not None:
            self._hurry_until = at + HURRY
            for slots in self._slots.values():
                slots.start(at)
        for queue in self._queues:
            if queue.prices:
                before = queue.pool.table
                market.price(queue.pool, at)
                if turned or queue.pool.table is not before:
                    queue.shortlist.spoil()
        return self._queues, market

    def _sort(self) -> Queues:
        for name, slots in self._slots.items():
            prices_only = all(prices for route, prices in self._routes.values() if name in route)
            self._slots[name] = slots.with_useful(REGULAR_DAY if prices_only else 86_400.0)
        rates = {name: each.rate for name, each in self._slots.items()}
        return sort(self._routes, self._book, rates, self._sorted)

    def _queue_of(self, key: Hashable) -> Queue:
        return (self._queues or self._sort()).of[self._routes[key]]

    def _land(self, at: float) -> None:
        """Let what was in flight for too long be chosen again."""
        lost = [key for key, (_, since) in self._flying.items() if since + IN_FLIGHT <= at]
        for key in lost:
            del self._flying[key]
        if lost:
            self._rejoin(lost, self._book.of(lost))

    def _rejoin(self, keys: Sequence[Hashable], places: Places) -> None:
        if self._queues is None:
            return
        if len(keys) > 64:
            self._queues.spoil()
            for bundle in self._bundles.values():
                bundle.valued_at = -math.inf
            return
        for key, place in zip(keys, places.tolist(), strict=True):
            self._queue_of(key).shortlist.join(place)

    def copy(self) -> "Policy":
        """Return a policy in the same state that goes its own way."""
        other = Policy.__new__(Policy)
        other.__dict__.update(self.__dict__)
        other._book = self._book.copy()
        other._slots = {name: slots.copy() for name, slots in self._slots.items()}
        other._flying = dict(self._flying)
        other._routes = dict(self._routes)
        other._bundles = {name: replace(bundle) for name, bundle in self._bundles.items()}
        other._market = None if self._market is None else self._market.over(other._book)
        other._queues = None if self._queues is None else self._queues.copy()
        return other

"""Data sorted by who can serve them and how they become stale, and the calls that serve several at once."""

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from investment.acquisition.calculators.book import Book, Places
from investment.acquisition.calculators.calls import Obstacle, Route
from investment.acquisition.calculators.market_index import MarketIndex, Pool
from investment.acquisition.calculators.shortlist import NOTHING, Shortlist
from investment.acquisition.calculators.variance import Floats

ASKED_A_LIST: Final = 40.0  # calls after which a short list should be made anew: about a third of it
REVALUED: Final = 15.0  # seconds for which the worth of a bundle holds
_LARGEST: Final = 600.0  # logarithm

Where = tuple[Route, bool]  # a route; prices or events


@dataclass
class Queue:
    """Data of one route and one kind of staleness."""

    route: Route
    prices: bool
    pool: Pool
    shortlist: Shortlist

    def best(self, market: MarketIndex, now: float) -> tuple[float, int]:
        """Return the greatest index (its logarithm) and its row."""
        span = min(max(ASKED_A_LIST / max(self.pool.calls, 1e-3), 5.0), 900.0)
        if self.prices and market.session is not None:
            # Before the close indices fall, and not all alike: a ceiling does not hold for long.
            span = min(span, max(1.0, (market.closes - now) / 20))
        return self.shortlist.best(now, lambda places, at: self.measure(market, places, at), span)

    def measure(self, market: MarketIndex, places: Places, now: float) -> Floats:
        """Return the logarithms of the indices of rows of this queue; −∞ for «not now»."""
        if self.prices:
            return market.measure_prices(self.pool, places, now)
        return market.measure_events(places, now)


@dataclass(slots=True)
class Choice:
    """What should be asked: its index (logarithm), who can serve it, its rows, the bundle they make."""

    value: float
    route: Route
    rows: Places
    bundle: str | None = None
    provider: str = ""


@dataclass
class Bundle:
    """Data that one call serves together."""

    keys: tuple[Hashable, ...]
    places: Places
    route: Route
    value: float = NOTHING
    valued_at: float = -math.inf


@dataclass
class Queues:
    """All queues, found by the route and kind of a datum."""

    of: dict[Where, Queue] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Queue]:
        return iter(self.of.values())

    def add(self, where: Where, places: Places, demand: float) -> bool:
        """Take rows into their queue; False where there is none of their kind yet."""
        queue = self.of.get(where)
        if queue is None:
            return False
        queue.pool.places = np.append(queue.pool.places, places)
        queue.pool.touched += demand
        queue.shortlist.add(places)
        return True

    def drop(self, where: Where, places: Places, demand: float) -> None:
        """Forget rows of a queue."""
        queue = self.of[where]
        queue.pool.places = queue.pool.places[~np.isin(queue.pool.places, places)]
        queue.pool.touched += demand
        queue.shortlist.drop(places)

    def copy(self) -> "Queues":
        """Return queues over the same pools' prices that change by themselves."""
        pools = {id(queue.pool): replace(queue.pool) for queue in self.of.values()}
        return Queues(
            {
                where: replace(
                    queue, pool=pools[id(queue.pool)], shortlist=Shortlist(queue.shortlist.members)
                )
                for where, queue in self.of.items()
            }
        )

    def spoil(self) -> None:
        for queue in self.of.values():
            queue.shortlist.spoil()


def sort(
    routes: Mapping[Hashable, Where], book: Book, rates: Mapping[str, float], old: Queues | None
) -> Queues:
    """Put data into queues, and these into pools: all that share a provider, at ``rates`` calls a second."""
    by: dict[Where, list[int]] = {}
    for key, where in routes.items():
        by.setdefault(where, []).append(book.places[key])
    kinds, result = list(by), Queues()
    for group in pools_of([route for route, _ in kinds]):
        members = np.array([place for k in group for place in by[kinds[k]]], dtype=np.intp)
        names = {name for k in group for name in kinds[k][0]}
        pool = Pool(members, sum(rates[name] for name in names))
        for where in (kinds[k] for k in group):
            if old is not None and where in old.of:
                known = old.of[where].pool
                pool.table, pool.session, pool.crowd, pool.knots = (
                    known.table,
                    known.session,
                    known.crowd,
                    known.knots,
                )
                pool.demand, pool.touched, pool.solved_at = known.demand, known.touched, known.solved_at
            result.of[where] = Queue(*where, pool, Shortlist(np.array(by[where], dtype=np.intp)))
    return result


def worth(
    bundle: Bundle, routes: Mapping[Hashable, Where], queues: Queues, market: MarketIndex, now: float
) -> float:
    """Return the logarithm of what a bundle's data are worth together."""
    if 0 <= now - bundle.valued_at < REVALUED:
        return bundle.value
    rows: dict[Where, list[int]] = {}
    for key, place in zip(bundle.keys, bundle.places.tolist(), strict=True):
        rows.setdefault(routes[key], []).append(place)
    total = 0.0
    for where, places in rows.items():
        logs = queues.of[where].measure(market, np.array(places, dtype=np.intp), now)
        total += float(np.sum(np.exp(np.minimum(logs, _LARGEST))))
    bundle.value, bundle.valued_at = (math.log(total) if total > 0 else NOTHING), now
    return bundle.value


def obstacle(
    market: MarketIndex, queue: Queue, place: Places, now: float, *, free_at: float, asked: str | None
) -> Obstacle:
    """
    Return why the row at ``place`` is not asked for now.

    ``free_at`` is when a call is free, ``asked`` the provider that is being asked for it.
    """
    error = float(market.errors(place, now)[0])
    if asked is not None:
        return Obstacle("in_flight", f"{asked} is being asked", error)
    if market.book.worth[place[0]] == 0:
        return Obstacle("unimportant", "nobody wants it at present", error)
    index = float(queue.measure(market, place, now)[0])
    if index == NOTHING:
        if market.session is None and queue.prices:
            return Obstacle(
                "market_closed", "the market is closed", error, free_at=market.calendar.next_open(now)
            )
        if (back := float(market.book.back_at[place[0]])) > now:
            return Obstacle("failed", "its last call failed", error, free_at=back)
        return Obstacle("just_seen", "it was seen just now", error)
    rank = int(np.sum(queue.measure(market, queue.shortlist.members, now) > index))
    if rank:
        return Obstacle("others_first", f"{rank} others are worth more per call", error, rank, free_at)
    if free_at > now + 1e-6:
        return Obstacle("no_calls_left", "it is next; the limits leave no call yet", error, 0, free_at)
    return Obstacle("due", "it is next", error, 0)


def pools_of(routes: Sequence[Route]) -> list[list[int]]:
    """Return the indices of ``routes`` in groups, so that routes with a provider in common are together."""
    groups: list[tuple[set[str], list[int]]] = []
    for k, route in enumerate(routes):
        names, members = set(route), [k]
        for group in [each for each in groups if each[0] & names]:
            groups.remove(group)
            names |= group[0]
            members = group[1] + members
        groups.append((names, members))
    return [sorted(members) for _, members in groups]

"""How data of each kind are had in the planned lane, and how many calls that leaves to the planner."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from investment.acquisition.importance import Tier
from investment.acquisition.kinds import PLANNED, RULES, Kind, Source
from investment.acquisition.levels import asked_tiers
from investment.lib import clock
from investment.lib.level import Level
from investment.providers import registry
from investment.providers.access import Access
from investment.providers.errors import ProviderError
from investment.quotas.contracts import Lane, ScopeLimits
from investment.quotas.selectors import window_status

LANE: Lane = "planned"
# What is promised is aimed at a little earlier: slots come when they come, and a call takes a moment.
AIM = 0.8
# Of the calls that the limits allow, those that promises may take: the policy has the rest.
SHARE = 0.9
ON_THE_WAY = 0.25  # real seconds from choosing to the ledger; a slot that is free by then need not wait


@dataclass(slots=True)
class Way:
    """How data of one kind are had: the source, and what it may be asked for in the planned lane."""

    kind: Kind
    source: Source
    limits: ScopeLimits

    @property
    def scope(self) -> str:
        return self.limits.scope

    @property
    def windows(self) -> tuple[tuple[int, int], ...]:
        """Calls and seconds of each window: the kind's share, without what is kept for people who wait."""
        share = RULES[self.kind].share
        return tuple(
            (max(1, int(share * (window.limit - window.reserve))), window.seconds)
            for window in self.limits.windows
        )

    @property
    def rate(self) -> float:
        """Calls a second in the long run; infinite without limits."""
        return min((calls / seconds for calls, seconds in self.windows), default=math.inf)


def ways_at(spending: Level) -> Iterator[Way]:
    """Yield how prices and events can be had: by the first source of a kind that has a key."""
    for kind, rule in RULES.items():
        if rule.staleness not in PLANNED or not asked_tiers(kind, spending):
            continue
        for source in rule.sources:
            access = _access(source.provider)
            if access is not None:
                yield Way(kind, source, access.limits_of(source.endpoint))
                break


def limits_of(ways: Iterable[Way]) -> dict[str, tuple[tuple[int, int], ...]]:
    """Return what may be used of each scope: kinds that share one may use what the one with most may."""
    limits: dict[str, tuple[tuple[int, int], ...]] = {}
    for way in sorted(ways, key=lambda way: RULES[way.kind].share):
        limits[way.scope] = way.windows
    return limits


def _access(provider: str) -> Access[object] | None:
    try:
        return registry.access(provider)
    except ProviderError:  # no key, or a plan that may not be used here: the usage page says which
        return None


def room_of(ways: Sequence[Way], now: datetime, flying: int) -> int | None:
    """
    Return how many calls the ledger would grant of a scope when they have got there; None without limits.

    :param flying: calls that were handed out; those that the ledger does not hold yet will take a slot each.
    """
    rooms = []
    way = max(ways, key=lambda way: RULES[way.kind].share)
    for row in window_status(now=now, scope=way.scope):
        if row.window is not None:
            lane = row.lanes[LANE]
            stopped = row.full_until or row.closed_until
            soon = 0 if stopped else int(way.rate * ON_THE_WAY * clock.rate())
            # What is not the planner's share is left to whoever else asks in this lane.
            others = (1.0 - RULES[way.kind].share) * (row.window.limit - row.window.reserve)
            rooms.append(int(lane.free - others) + soon - max(0, flying - lane.held))
    return min(rooms, default=None)


def stretch_of(way: Way, tiers: Iterable[Tier]) -> float:
    """Return by how much promised ages have to be longer, so that the limits can keep them all."""
    targets = [RULES[way.kind].targets.get(tier) for tier in tiers]
    demand = sum(1.0 / (target * AIM) for target in targets if target is not None)
    return 1.0 if math.isinf(way.rate) else max(1.0, demand / (way.rate * SHARE))

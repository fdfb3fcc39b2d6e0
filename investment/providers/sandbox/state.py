"""What the running sandbox knows: its source, its keys, its clock, and what it has been asked."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from investment.providers.sandbox.delays import Delays
from investment.providers.sandbox.deviations import Deviating, Deviation
from investment.providers.sandbox.faults import FIRST, Faults
from investment.providers.sandbox.limiter import Limiter, Window
from investment.providers.sandbox.plans import Plan, today
from investment.providers.sandbox.sources import Source

CALLS_KEPT = 5_000
STRANGERS = "unknown"


@dataclass(slots=True)
class Tally:
    """
    How often a key asked: ``refused`` of the ``received`` were turned away, for whatever reason.

    ``admitted`` were counted by the limiter, ``over_limit`` were refused by it. A call that is never
    answered is not among the refused, and among the admitted only if it was counted.
    """

    received: int = 0
    admitted: int = 0
    refused: int = 0
    over_limit: int = 0
    by_endpoint: dict[str, int] = field(default_factory=dict)
    by_status: dict[int, int] = field(default_factory=dict)
    refused_by_status: dict[int, int] = field(default_factory=dict)
    last_at: str = ""


@dataclass(slots=True)
class Desk:
    """One provider's keys with their plans, and what each has asked for."""

    keys: dict[str, Plan] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    banned_until: dict[str, float] = field(default_factory=dict)


def count_of(provider: str, bucket: str, key: str) -> str:
    """Return what the limiter counts a provider's calls of one key under."""
    return f"{provider}\t{bucket}\t{key}"


@dataclass(slots=True)
class Sandbox:
    """
    One sandbox.

    :param desks: the providers by name; a key that is not at its desk is unknown there.
    :param clock: returns the time it is, aware; ``clock_offset`` (seconds) is how far ours is ahead.
    :param rate: returns how many of the clock's seconds pass in a real one.
    :param delays: how long calls take; ``delays_at`` is for an endpoint (``finnhub.quote``) or a provider
        (``finnhub.*``) alone.
    :param others: what some providers tell instead of ``source``.
    :param range_to_today: what a plan with end-of-day data gets for a range that ends today or
        later but starts before: the days before («clip»), or nothing («refuse»). Not documented.
    """

    source: Source
    desks: dict[str, Desk]
    clock: Callable[[], datetime]
    limiter: Limiter = field(default_factory=Limiter)
    clock_offset: float = 0.0
    rate: Callable[[], float] = lambda: 1.0
    delays: Delays = field(default_factory=Delays)
    delays_at: dict[str, Delays] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    range_to_today: Literal["clip", "refuse"] = "clip"
    deviations: dict[str, Deviation] = field(default_factory=dict)
    others: Mapping[str, Source] = field(default_factory=dict)
    calls: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))

    @property
    def keys(self) -> dict[str, Plan]:
        """The first provider's keys."""
        return self.desk(FIRST).keys

    def delays_of(self, provider: str, endpoint: str) -> Delays:
        """Return what a call's time is drawn from."""
        named = self.delays_at.get(f"{provider}.{endpoint}") or self.delays_at.get(f"{provider}.*")
        return named or self.delays

    def desk(self, provider: str) -> Desk:
        return self.desks.setdefault(provider, Desk())

    def now(self) -> datetime:
        """Return the provider's time."""
        return self.clock() + timedelta(seconds=self.clock_offset)

    async def wait(self, seconds: float) -> None:
        """Let the clock's ``seconds`` pass; a clock that stands still is not waited for."""
        rate = self.rate()
        if seconds > 0 and rate > 0:
            await asyncio.sleep(seconds / rate)

    def source_for(self, provider: str, now: datetime) -> Source:
        """Return the market as a provider tells of it."""
        source, deviation = self.others.get(provider, self.source), self.deviations.get(provider)
        if deviation is None:
            return source
        return Deviating(source, deviation, today(self.told_at(provider, now)))

    def told_at(self, provider: str, now: datetime) -> datetime:
        """Return the instant up to which a provider knows prices at ``now``."""
        deviation = self.deviations.get(provider)
        return now - timedelta(seconds=deviation.stale) if deviation else now

    def tally(self, key: str | None, provider: str = FIRST) -> Tally:
        """Return the tally of a key; those that are not the provider's share one."""
        desk = self.desk(provider)
        name = key if key is not None and key in desk.keys else STRANGERS
        return desk.tallies.setdefault(name, Tally())

    def usage(self, provider: str, key: str) -> list[tuple[str, Window, int]]:
        """Return the windows of a key's plan, each with its bucket and how many calls lie in it now."""
        plan = self.desk(provider).keys.get(key)
        if plan is None:
            return []
        now = self.now().timestamp()
        buckets = {
            bucket
            for name, bucket, who in (each.split("\t", 2) for each in self.limiter.counted())
            if (name, who) == (provider, key)
        }
        return [
            (bucket, window, self.limiter.used(count_of(provider, bucket, key), window, now))
            for bucket in sorted(buckets or {""})
            for window in plan.windows
        ]

    def reset(self) -> None:
        """Forget calls, counts, faults, delays and deviations."""
        self.delays = Delays()
        self.delays_at.clear()
        for desk in self.desks.values():
            desk.tallies.clear()
            desk.banned_until.clear()
        self.calls.clear()
        self.faults.clear()
        self.deviations.clear()
        self.limiter.forget()

"""What the running sandbox knows: its source, its keys, its clock, and what it has been asked."""

import asyncio
import re
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from starlette.requests import Request

from investment.lib.exchange_days import SessionDay
from investment.providers.sandbox.delays import Delays
from investment.providers.sandbox.faults import Faults
from investment.providers.sandbox.limiter import Limiter
from investment.providers.sandbox.plans import Plan, first_day, today
from investment.providers.sandbox.refusals import Refused
from investment.providers.sandbox.sources import Source, session_day

CALLS_KEPT = 5_000
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


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


@dataclass(slots=True)
class Sandbox:
    """
    One sandbox.

    :param keys: the plan of each key; a key that is not here is unknown.
    :param clock: returns the time it is, aware; ``clock_offset`` (seconds) is how far ours is ahead.
    :param rate: returns how many of the clock's seconds pass in a real one.
    :param delays: how long calls take.
    :param range_to_today: what a plan with end-of-day data gets for a range that ends today or
        later but starts before: the days before («clip»), or nothing («refuse»). Not documented.
    """

    source: Source
    keys: dict[str, Plan]
    clock: Callable[[], datetime]
    limiter: Limiter = field(default_factory=Limiter)
    clock_offset: float = 0.0
    rate: Callable[[], float] = lambda: 1.0
    delays: Delays = field(default_factory=Delays)
    faults: Faults = field(default_factory=Faults)
    range_to_today: Literal["clip", "refuse"] = "clip"
    tallies: dict[str, Tally] = field(default_factory=dict)
    calls: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))

    def now(self) -> datetime:
        """Return the provider's time."""
        return self.clock() + timedelta(seconds=self.clock_offset)

    async def wait(self, seconds: float) -> None:
        """Let the clock's ``seconds`` pass; a clock that stands still is not waited for."""
        rate = self.rate()
        if seconds > 0 and rate > 0:
            await asyncio.sleep(seconds / rate)

    def tally(self, key: str | None) -> Tally:
        """Return the tally of a key; those that are not ours share one."""
        name = key if key in self.keys else "unknown"
        return self.tallies.setdefault(str(name), Tally())

    def reset(self) -> None:
        """Forget calls, counts, faults and delays."""
        self.delays = Delays()
        self.tallies.clear()
        self.calls.clear()
        self.faults.clear()
        self.limiter.forget()


@dataclass(frozen=True, slots=True)
class Call:
    """One admitted request: whose plan, when, and its parameters."""

    sandbox: Sandbox
    request: Request
    plan: Plan
    now: datetime
    request_id: str

    @property
    def source(self) -> Source:
        return self.sandbox.source

    @property
    def today(self) -> date:
        return today(self.now)

    @property
    def floor(self) -> date:
        return first_day(self.plan, self.today)

    @property
    def last_told(self) -> date:
        """The last day whose bars the plan may see by now."""
        if self.plan.end_of_day:
            return date.fromordinal(self.today.toordinal() - 1)
        session = session_day(self.source.days, self.today)
        closed = session is None or self.now >= session.closes_at
        return self.today if closed else date.fromordinal(self.today.toordinal() - 1)

    def must_see(self, day: date) -> None:
        """:raises Refused: if the plan does not tell of that day, or not yet."""
        if day < self.floor or (self.plan.end_of_day and day > self.today):
            raise Refused.timeframe()
        if self.plan.end_of_day and day == self.today:
            raise Refused.before_end_of_day()

    def clipped(self, start: date, end: date) -> tuple[date, date]:
        """
        Return the part of a range that the plan tells of; the first may lie after the second.

        :raises Refused: if all of it lies before the plan's history or in the future, or is today.
        """
        if end < self.floor or (self.plan.end_of_day and start > self.today):
            raise Refused.timeframe()
        if self.plan.end_of_day and (
            start == self.today or (end >= self.today and self.sandbox.range_to_today == "refuse")
        ):
            raise Refused.before_end_of_day()
        return max(start, self.floor), min(end, self.last_told)

    def session(self, day: date) -> SessionDay | None:
        return session_day(self.source.days, day)

    def param(self, name: str) -> str | None:
        """Return a query parameter; an empty one counts as not given."""
        return self.request.query_params.get(name) or None

    def flag(self, name: str, *, default: bool) -> bool:
        """:raises Refused: if it is neither ``true`` nor ``false``."""
        value = self.param(name)
        if value is None:
            return default
        if value not in ("true", "false"):
            raise Refused.bad_request(f"The parameter '{name}' must be true or false")
        return value == "true"

    def integer(self, name: str, *, default: int, most: int) -> int:
        """:raises Refused: if it is no number from 1 to ``most``."""
        value = self.param(name)
        if value is None:
            return default
        if not value.isdecimal() or not 1 <= int(value) <= most:
            raise Refused.bad_request(f"The parameter '{name}' must be an integer from 1 to {most}")
        return int(value)

    def choice(self, name: str, *, default: str, among: tuple[str, ...]) -> str:
        """:raises Refused: if it is none of them."""
        value = self.param(name)
        if value is None:
            return default
        if value not in among:
            raise Refused.bad_request(f"The parameter '{name}' must be one of: {', '.join(among)}")
        return value

    def date(self, name: str) -> date | None:
        """:raises Refused: if it is given and no date."""
        value = self.param(name)
        return None if value is None else parse_date(value, name)


def parse_date(text: str, name: str) -> date:
    """:raises Refused: if the text is not like 2024-01-31."""
    parsed = None
    if DATE.fullmatch(text):
        with suppress(ValueError):  # the 31st of February
            parsed = date.fromisoformat(text)
    if parsed is None:
        raise Refused.bad_request(f"Could not parse the time parameter: '{name}'. Use YYYY-MM-DD")
    return parsed

"""
The one clock.

In production it is the machine's. A replay or a fixed day is a hash in the state server,
``<mode>:clock {origin, started, rate}``: at real time t it is ``origin + (t - started) * rate``.
A rate of 0 stands still. The ledger's script, the sandbox and the schedule read the same hash.

What protects an account (login links, expiring tokens) and leases on rows use :func:`real_now`:
a replayed day must not stretch or shrink them.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from investment.lib import redis

_KEEP = 0.5  # seconds that a reading of the hash is trusted for


@dataclass(frozen=True, slots=True)
class Reading:
    """Seconds since the epoch, and virtual seconds per real second."""

    origin: float
    started: float
    rate: float

    def at(self, real: float) -> float:
        return self.origin + (real - self.started) * self.rate


_cached: tuple[float, Reading | None] | None = None


def now() -> datetime:
    """Return the time it is for the product, aware, in UTC."""
    real = time.time()
    reading = _reading(real)
    return datetime.fromtimestamp(reading.at(real) if reading else real, UTC)


def real_now() -> datetime:
    """Return the machine's time, aware, in UTC, whatever the product's clock says."""
    return datetime.now(UTC)


def awake() -> float:
    """Return real seconds since some moment, for differences: they also pass while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def rate() -> float:
    """Return how many of our seconds pass in a real one: 1.0 unless a clock is set."""
    reading = _reading(time.time())
    return reading.rate if reading else 1.0


def is_set() -> bool:
    """True where a clock was set; False on the machine's time."""
    return _reading(time.time()) is not None


def set_clock(*, origin: datetime, rate: float) -> None:
    """
    Let it be ``origin`` now, and go on at ``rate`` (0 stands still). Seen elsewhere within half a second.

    :raises ValueError: if ``origin`` is naive or ``rate`` is negative.
    """
    if origin.tzinfo is None:
        raise ValueError("origin must be aware")
    if rate < 0:
        raise ValueError(f"rate must not be negative, was {rate}")
    values = {"origin": origin.timestamp(), "started": time.time(), "rate": rate}
    redis.state().hset(redis.key("clock"), mapping={k: repr(v) for k, v in values.items()})
    _forget()


def clear_clock() -> None:
    """Go back to the machine's time."""
    redis.state().delete(redis.key("clock"))
    _forget()


def _forget() -> None:
    global _cached
    _cached = None


def _reading(real: float) -> Reading | None:
    global _cached
    if _cached is not None and 0 <= real - _cached[0] < _KEEP:
        return _cached[1]
    raw = redis.state().hgetall(redis.key("clock"))
    reading = (
        Reading(**{name: float(raw[name.encode()]) for name in ("origin", "started", "rate")})
        if raw
        else None
    )
    _cached = (real, reading)
    return reading

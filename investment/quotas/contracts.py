"""
The ledger's words: windows and lanes, what is asked of it and what it answers.

Nothing here knows Django or Redis; the limits beside each adapter are written in these words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Lane = Literal["essential", "interactive", "planned"]
Outcome = Literal["sent", "not_sent", "unknown"]
Reason = Literal["window", "provider", "emergency", "memory_lost", "old_epoch", "old_release", "unrecorded"]

LANES: tuple[Lane, ...] = ("essential", "interactive", "planned")
# In the state server or in the cache server, without a prefix: SET emergency_rate_limit 1 EX 3600
EMERGENCY_KEY = "emergency_rate_limit"
# From this length on a window outlives a restart: its calls have their rows committed before they are
# sent, and what its interactive lane does not need is lent out.
LONG = 3600  # seconds


@dataclass(frozen=True, slots=True)
class Window:
    """
    At most ``limit`` calls in any span of ``seconds``: every window rolls.

    ``source`` says where the figure comes from. ``interactive_share`` (a fraction) of the limit is
    kept for people who wait: planned calls use it only where it is lent to them.
    """

    limit: int
    seconds: int
    source: str
    interactive_share: float = 0.2

    def __post_init__(self) -> None:
        if self.limit < 1 or self.seconds < 1 or not 0 <= self.interactive_share < 1:
            raise ValueError(f"Expected a limit and seconds of at least 1 and a share below 1, was {self}")

    @property
    def reserve(self) -> int:
        """Slots that planned calls leave to interactive ones: a share of the limit, rounded down."""
        return int(self.limit * self.interactive_share)

    @property
    def never_lent(self) -> int:
        """
        Slots of the reserve that stay free for interactive calls even while nobody makes any.

        The others are lent where the window is long: see ``lend`` in ``scripts/reserve.lua``.
        """
        return self.reserve if self.seconds < LONG else min(self.reserve, max(1, self.reserve // 4))


@dataclass(frozen=True, slots=True)
class ScopeLimits:
    """
    What one provider meters together, usually a key and a class of assets.

    ``scope`` holds a digest of the key, never the key. ``windows`` may be empty: a plan without
    limits, whose calls are recorded and always granted.
    """

    scope: str
    provider: str
    windows: Sequence[Window]

    @property
    def durable(self) -> bool:
        """True where every call must have its row before it is sent, because a window is long."""
        return any(window.seconds >= LONG for window in self.windows)


@dataclass(frozen=True, slots=True)
class Granted:
    """
    ``slots`` calls may be sent, under this ``id``; ``at`` is the ledger's time (the one clock's).

    They must be sent within :data:`investment.quotas.services.memory.SEND_WITHIN` or given back.
    """

    id: UUID
    slots: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """
    Nothing may be sent and nothing was charged.

    ``window`` is the one that is full longest, None where no window is the reason. ``retry_at``
    (the one clock's) is the earliest moment at which asking again can succeed, None where waiting
    does not help: an old epoch, an emergency without an end.
    """

    reason: Reason
    window: Window | None
    retry_at: datetime | None


@dataclass(frozen=True, slots=True)
class LimitFacts:
    """
    What an answer told of the window of ``seconds``: calls ``remaining``, None where it did not say.

    Where the provider counts more than we do, somebody else uses the key: that many slots stay busy
    ``until`` the time it named (the one clock's), or, where it named none, until the whole window
    has passed. ``full`` marks a refusal (HTTP 429): the window takes nothing more until then.
    """

    seconds: int
    remaining: int | None = None
    full: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallDetails:
    """How a call went, for its row. ``size`` is in bytes as sent; ``duration_seconds`` is real time."""

    sent_at: datetime | None = None
    status: int | None = None
    size: int | None = None
    duration_seconds: float | None = None
    quota_left: int | None = None
    error: str = ""

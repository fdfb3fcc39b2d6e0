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
Reason = Literal["window", "provider", "emergency", "memory_lost", "old_epoch"]

LANES: tuple[Lane, ...] = ("essential", "interactive", "planned")
# In the state server or in the cache server, without a prefix: SET emergency_rate_limit 1 EX 3600
EMERGENCY_KEY = "emergency_rate_limit"


@dataclass(frozen=True, slots=True)
class Window:
    """
    At most ``limit`` calls in any span of ``seconds``: every window rolls.

    ``source`` says where the figure comes from. ``interactive_share`` (a fraction) of the limit is
    kept for people who wait; planned calls never use it.
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
        """Slots that planned calls must leave free: a share of the limit, rounded down."""
        return int(self.limit * self.interactive_share)


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


@dataclass(frozen=True, slots=True)
class Granted:
    """``slots`` calls may be sent, under this ``id``; ``at`` is the ledger's time (the one clock's)."""

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

    ``full`` marks a refusal by the provider (HTTP 429): its window takes nothing more until
    ``full_until``, or, where it named no time, until the whole window has passed.
    """

    seconds: int
    remaining: int | None = None
    full: bool = False
    full_until: datetime | None = None

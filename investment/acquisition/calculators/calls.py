"""The policy's words: windows as they are given, calls and obstacles as they are told."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal, Protocol

from investment.acquisition.calculators.instants import Instant

Route = tuple[str, ...]  # the providers that can serve a datum, each alone
Code = Literal[
    "due", "in_flight", "unimportant", "market_closed", "failed", "just_seen", "no_calls_left", "others_first"
]


class LedgerWindow(Protocol):
    """What is read of the ledger's windows."""

    @property
    def limit(self) -> int: ...
    @property
    def seconds(self) -> int: ...


Window = tuple[float, float] | LedgerWindow  # (calls, seconds)


@dataclass(frozen=True, slots=True)
class Call:
    """
    One call: what to ask, whom, and what it buys.

    ``error`` is the expected error that it removes at once, importance times basis points; ``index`` the
    price of a call at which it would just be worth it, in importance times basis-point-seconds. ``name`` is
    that of a bundle, None for a single datum. ``at`` is the instant it was chosen for, as that was given.
    """

    at: Instant
    provider: str
    data: tuple[Hashable, ...]
    error: float
    index: float
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """
    Why a datum is not asked for now. ``rank`` is how many of its kind stand before it (0: it is next).

    ``error`` is what it is expected to be off by, importance times basis points. ``free_at`` is when a call
    is free, the market opens, or a failed call may be repeated, where that is what it waits for.
    """

    code: Code
    words: str
    error: float
    rank: int | None = None
    free_at: Instant | None = None


def pair(window: Window) -> tuple[float, float]:
    """Return a window's whole limit and its seconds."""
    if isinstance(window, tuple):
        return float(window[0]), float(window[1])
    return float(window.limit), float(window.seconds)

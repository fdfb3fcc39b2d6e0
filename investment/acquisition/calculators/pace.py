"""How much longer the calls of a plan take than the limits alone would let them."""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Final

REMEMBERED: Final = 300  # planned calls: a pace of long ago says little
FEWEST: Final = 20  # planned calls that say something
MOST: Final = 2.0


class Pace:
    """
    Compares plans with what became of them.

    Slots are used a moment after they come free, answers take their time, people who wait take some: calls
    follow each other more slowly than the limits allow, and a plan that did not know it would be early, the
    more the further it looks ahead.
    """

    def __init__(self) -> None:
        self.calls = 0
        self._plan: tuple[datetime, Sequence[datetime], int] | None = None
        self._past: deque[tuple[int, int]] = deque()

    def made(self, calls: int) -> None:
        """Count calls that were made."""
        self.calls += calls

    def plan(self, now: datetime, calls: Sequence[datetime], *, made: int) -> None:
        """Take when calls would be made if all went at its quickest; ``made`` is ``calls`` at ``now``."""
        self._plan = (now, calls, made)

    def at(self, now: datetime) -> float:
        """Return by how much longer it takes until a planned call is made, as of late; at least 1."""
        if self._plan is not None:
            planned_at, calls, made = self._plan
            planned = bisect_right(calls, now)
            if now > planned_at and planned < len(calls):
                self._past.append((planned, self.calls - made))
                self._plan = None
        while len(self._past) > 1 and sum(planned for planned, _ in self._past) > REMEMBERED:
            self._past.popleft()
        planned, made = (sum(column) for column in zip(*self._past, strict=True)) if self._past else (0, 0)
        return 1.0 if planned < FEWEST else min(MOST, max(1.0, planned / max(1, made)))

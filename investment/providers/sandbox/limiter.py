"""The sandbox's own count of calls, written apart from the ledger whose judge it is."""

from collections import deque
from typing import Literal

MINUTE = 60.0
Window = Literal["rolling", "fixed"]


class Limiter:
    """
    Counts the calls of each key in a minute that rolls, or that starts with the clock's.

    A refused call is not counted. Time may be turned back; what lies ahead of it is forgotten.
    """

    def __init__(self, window: Window = "rolling") -> None:
        self.window = window
        self._calls: dict[str, deque[float]] = {}

    def admit(self, key: str, limit: int | None, now: float) -> bool:
        """Count a call at ``now`` (seconds) and return True, or return False if it is one too many."""
        if limit is None:
            return True
        calls = self._calls.setdefault(key, deque())
        while calls and calls[-1] > now:
            calls.pop()
        oldest = now - MINUTE if self.window == "rolling" else now - now % MINUTE
        while calls and (calls[0] <= oldest if self.window == "rolling" else calls[0] < oldest):
            calls.popleft()
        if len(calls) >= limit:
            return False
        calls.append(now)
        return True

    def forget(self) -> None:
        self._calls.clear()

"""The sandbox's own count of calls, written apart from the ledger whose judge it is."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal, NamedTuple

DAY = 86_400
Kind = Literal["rolling", "fixed"]


class Window(NamedTuple):
    """At most ``limit`` calls in ``seconds``."""

    limit: int
    seconds: int


class Standing(NamedTuple):
    """How a key stands in one window: calls ``remaining``, and when (seconds) it is fresh again."""

    window: Window
    remaining: int
    reset: float


class Limiter:
    """
    Counts each key's calls in windows that roll, or that start with the clock's multiples of their length.

    Which of the two, ``kinds`` says by provider, and ``kind`` of all others. A fixed day starts with
    midnight in ``zone``. A refused call is not counted. Time may be turned back; what lies ahead of it is
    forgotten.
    """

    def __init__(
        self, kind: Kind = "rolling", zone: tzinfo = UTC, kinds: Mapping[str, Kind] | None = None
    ) -> None:
        self.kind = kind
        self.zone = zone
        self.kinds = dict(kinds or {})
        self._calls: dict[str, deque[float]] = {}

    def admit(self, key: str, windows: Sequence[Window], now: float) -> Window | None:
        """
        Count a call at ``now`` (seconds) and return None, or return the window that it does not fit into.

        Of several full ones that is the longest.
        """
        if not windows:
            return None
        calls = self._calls_of(key, now)
        full = None
        for window in windows:
            # A window is full when the call that is `limit` calls back still lies in it.
            if (
                len(calls) >= window.limit
                and self._counts(key, calls[-window.limit], window.seconds, now)
                and (full is None or window.seconds > full.seconds)
            ):
                full = window
        if full is not None:
            return full
        calls.append(now)
        longest = max(window.seconds for window in windows)
        while not self._counts(key, calls[0], longest, now):
            calls.popleft()
        return None

    def standing(self, key: str, windows: Sequence[Window], now: float) -> Standing | None:
        """Return how a key stands in its longest window, which is the one that providers tell of."""
        if not windows:
            return None
        window = max(windows, key=lambda window: window.seconds)
        calls = self._calls_of(key, now)
        used = sum(self._counts(key, call, window.seconds, now) for call in calls)
        if self.kind_of(key) == "fixed":
            reset = self._start(window.seconds, now, following=True)
        else:
            reset = calls[-1] + window.seconds if used else now
        return Standing(window, max(0, window.limit - used), reset)

    def used(self, key: str, window: Window, now: float) -> int:
        """Return how many of a key's calls lie in a window."""
        return sum(
            self._counts(key, call, window.seconds, now) for call in self._calls.get(key, ()) if call <= now
        )

    def counted(self) -> list[str]:
        """Return the keys that have calls."""
        return list(self._calls)

    def forget(self, key: str | None = None) -> None:
        """Forget a key's calls, or all."""
        if key is None:
            self._calls.clear()
        else:
            self._calls.pop(key, None)

    def _calls_of(self, key: str, now: float) -> deque[float]:
        calls = self._calls.setdefault(key, deque())
        while calls and calls[-1] > now:
            calls.pop()
        return calls

    def kind_of(self, key: str) -> Kind:
        """Return which windows count a key, or a provider by its name."""
        return self.kinds.get(key.partition("\t")[0], self.kind)

    def _counts(self, key: str, call: float, seconds: float, now: float) -> bool:
        """Whether a call lies in the window of ``seconds`` that ``now`` is in."""
        if self.kind_of(key) == "rolling":
            return call > now - seconds
        return call >= self._start(seconds, now)

    def _start(self, seconds: float, now: float, *, following: bool = False) -> float:
        """Return when the fixed window began that ``now`` is in, or when the following one does."""
        if seconds != DAY or self.zone is UTC:
            return now - now % seconds + (seconds if following else 0)
        day = datetime.fromtimestamp(now, self.zone).date() + timedelta(days=following)
        return datetime.combine(day, time(0), self.zone).timestamp()

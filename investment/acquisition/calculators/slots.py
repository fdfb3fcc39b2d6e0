"""Which calls rolling windows still allow."""

from collections import deque
from collections.abc import Sequence
from typing import Final

LONG: Final = 3600.0  # seconds: the calls of a window this long are spread over the useful time of its days
DAY: Final = 86_400.0
_EARLY: Final = 1e-6  # seconds by which rounding may make a slot late


class Slots:
    """
    The calls of one provider under ``windows``: at most ``calls`` in any span of ``seconds``.

    Calls keep an even pace, for a window that is used up at once leaves nothing for the rest of it. What
    passed unused is made up for, as far as a short window allows. ``useful`` is how many of a day's seconds
    calls are worth making in: a long window is spread over these.
    """

    def __init__(self, windows: Sequence[tuple[float, float]], *, useful: float = DAY) -> None:
        if any(calls < 1 or seconds <= 0 for calls, seconds in windows):
            raise ValueError(f"Expected at least one call in more than 0 seconds, was {list(windows)}")
        self.windows = tuple((int(calls), float(seconds)) for calls, seconds in windows)
        self._spans = tuple((calls, span, deque[float]()) for calls, span in self.windows)
        self._even_at = self._closed_until = -float("inf")
        self._set_pace(useful)

    @property
    def rate(self) -> float:
        """Calls a second in the long run while they are useful; infinite without windows."""
        return 1 / self._distance if self._distance else float("inf")

    def free_at(self, now: float, *, hurry: bool = False) -> float:
        """Return when, from ``now`` on, one more call is allowed; in a hurry out of the even pace."""
        earliest = max(now, self._closed_until)
        if not hurry:
            earliest = max(earliest, self._even_at)
        for calls, span, used in self._spans:
            while used and used[0] + span <= now + _EARLY:
                used.popleft()
            if len(used) >= calls:
                earliest = max(earliest, used[len(used) - calls] + span)
        return earliest

    def is_free(self, now: float, *, hurry: bool = False) -> bool:
        return self.free_at(now, hurry=hurry) <= now + _EARLY

    def take(self, now: float) -> None:
        """Count one call, made now."""
        self._even_at = max(self._even_at, now - self._patience) + self._distance
        for _, _, used in self._spans:
            used.append(now)

    def start(self, now: float) -> None:
        """Begin an even pace: what passed unused before now is not made up for."""
        self._even_at = max(self._even_at, now)

    def give_back(self, taken: float) -> None:
        """Uncount one call that was taken then and never sent."""
        self._even_at -= self._distance
        for _, _, used in self._spans:
            if taken in used:
                used.remove(taken)

    def close(self, until: float) -> None:
        """Allow nothing before ``until``: the provider, or the ledger, said so."""
        self._closed_until = max(self._closed_until, until)

    def with_useful(self, useful: float) -> "Slots":
        """Return slots with the same past whose long windows are spread over so many seconds a day."""
        other = self.copy()
        other._set_pace(useful)
        return other

    def copy(self) -> "Slots":
        """Return slots of their own with the same past."""
        other = Slots.__new__(Slots)
        other.__dict__.update(self.__dict__)
        other._spans = tuple((calls, span, deque(used)) for calls, span, used in self._spans)
        return other

    def _set_pace(self, useful: float) -> None:
        paces = [
            (span * (min(1.0, useful / DAY) if span >= LONG else 1.0) / calls, span)
            for calls, span in self.windows
        ]
        self._distance, span = max(paces, default=(0.0, 0.0))
        self._patience = span if span < LONG else self._distance

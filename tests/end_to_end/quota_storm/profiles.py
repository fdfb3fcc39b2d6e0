"""The providers of the storm: their windows, and what these allow."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["rolling", "fixed"]
INTERACTIVE_SHARE = 0.2
OFTEN = 10


@dataclass(frozen=True, slots=True)
class Profile:
    """
    ``windows`` are pairs of limit and seconds; ``kind`` says how the provider counts them.

    With ``headers`` it tells on every answer how the key stands.
    """

    name: str
    windows: tuple[tuple[int, int], ...]
    kind: Kind
    headers: bool = False

    @property
    def plan(self) -> str:
        """The windows in the words of the sandbox's keys."""
        parts = [f"{limit}/{seconds}" for limit, seconds in self.windows]
        return ",".join([*parts, "headers"] if self.headers else parts)

    @property
    def longest(self) -> int:
        return max(seconds for _, seconds in self.windows)

    def limit(self, span: float) -> int:
        """What the windows allow in ``span`` seconds, all calls being instant."""
        return min(limit * math.ceil(span / seconds) for limit, seconds in self.windows)

    def usable(self, span: float, call: float) -> float:
        """
        What the windows allow in ``span`` seconds where a call takes ``call`` seconds.

        A slot can be used every ``seconds`` + ``call``. A window that passes only a few times is
        counted whole: its last slots can all be used.
        """

        def uses(seconds: int) -> float:
            often = span / (seconds + call)
            return often if often >= OFTEN else math.ceil(often)

        return min(limit * uses(seconds) for limit, seconds in self.windows)

    def binding(self, call: float) -> tuple[int, int]:
        """The window that allows least per second where a call takes ``call`` seconds."""
        return min(self.windows, key=lambda window: window[0] / (window[1] + call))

    @property
    def reserve(self) -> float:
        """The share of its tightest window that planned calls leave alone, which is whole slots."""
        limit, _ = self.binding(1.0)
        return int(limit * INTERACTIVE_SHARE) / limit


def with_kinds(turned: bool = False) -> tuple[Profile, ...]:
    """Return the profiles, half of them counted in fixed windows; ``turned``, the other half."""
    kinds: Sequence[Kind] = ("fixed", "rolling") if turned else ("rolling", "fixed")
    return (
        Profile("massive", ((5, 60),), kinds[1]),
        Profile("finnhub", ((30, 1), (60, 60)), kinds[0], headers=True),
        Profile("alphavantage", ((1, 1), (25, 86_400)), kinds[0]),
        Profile("newsapi", ((50, 43_200), (100, 86_400)), kinds[1]),
    )

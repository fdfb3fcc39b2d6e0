"""Time that passes only while the exchange is open: what ages of prices are measured in. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class OpenTime:
    """
    Seconds of open time since the first of some sessions began.

    Before the first session and after the last one no time passes: give sessions enough on both sides.
    """

    opens: npt.NDArray[np.float64]
    closes: npt.NDArray[np.float64]
    _before: npt.NDArray[np.float64]

    @classmethod
    def of(cls, sessions: Sequence[tuple[datetime, datetime]]) -> "OpenTime":
        """:param sessions: opening and closing instants, ascending."""
        opens = np.array([opens_at.timestamp() for opens_at, _ in sessions])
        closes = np.array([closes_at.timestamp() for _, closes_at in sessions])
        before = np.concatenate([[0.0], np.cumsum(closes - opens)])
        return cls(opens, closes, before)

    def at(self, instant: datetime) -> float:
        """Return the open seconds that have passed at an instant."""
        seconds = instant.timestamp()
        place = int(np.searchsorted(self.opens, seconds, side="right"))
        if place == 0:
            return 0.0
        in_session = min(seconds, float(self.closes[place - 1])) - float(self.opens[place - 1])
        return float(self._before[place - 1]) + in_session

    def instant(self, seconds: float) -> datetime | None:
        """Return the first instant at which so many open seconds have passed; None after the last session."""
        if not len(self.opens) or seconds > self._before[-1]:
            return None
        place = max(0, int(np.searchsorted(self._before, seconds, side="left")) - 1)
        return datetime.fromtimestamp(
            float(self.opens[place]) + max(0.0, seconds - float(self._before[place])), UTC
        )

    def is_open(self, instant: datetime) -> bool:
        seconds = instant.timestamp()
        place = int(np.searchsorted(self.opens, seconds, side="right"))
        return place > 0 and seconds < self.closes[place - 1]

    def next_opening(self, instant: datetime) -> datetime | None:
        """Return the first opening after an instant; None where we know of none."""
        place = int(np.searchsorted(self.opens, instant.timestamp(), side="right"))
        if place == len(self.opens):
            return None
        return datetime.fromtimestamp(float(self.opens[place]), UTC)

    def reaches(self, instant: datetime, margin: timedelta) -> bool:
        """True where there is still a session to come, so far ahead."""
        return bool(len(self.opens)) and (instant + margin).timestamp() < float(self.closes[-1])

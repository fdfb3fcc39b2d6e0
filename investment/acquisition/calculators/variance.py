"""The variance clock: how fast prices move, over a session and through the night."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bounds = tuple[float, float]

NEW_YORK: Final = ZoneInfo("America/New_York")
DAY: Final = 86_400.0


class Clock(Protocol):
    """Anything that says how much variance has passed, in average days, at given instants."""

    def at(self, times: Floats) -> Floats:
        """Return the variance passed since some fixed instant; never falling."""


@dataclass(frozen=True, slots=True)
class Profile:
    """
    How the variance of an average day is spread over it. The defaults are those of US stocks.

    ``overnight`` is the share between a close and the next open; each further night adds
    ``each_further_night`` of it. Within a session the pace is
    1 + ``open_surge``·exp(−x/``open_seconds``) + ``close_surge``·exp(−y/``close_seconds``), x seconds after
    the open and y before the close, so that a half day has its busy ends and lacks quiet hours. The plan
    hardly depends on these figures: ``benchmarks/freshness.py`` measures how much.
    """

    overnight: float = 0.25
    each_further_night: float = 0.1
    open_surge: float = 4.0
    open_seconds: float = 1500.0
    close_surge: float = 1.0
    close_seconds: float = 1800.0
    regular_seconds: float = 23_400.0

    def since_open(self, seconds: Floats, length: float) -> Floats:
        """Return the variance from the open of a session of ``length`` seconds, by seconds since it."""
        full = self._shape(np.array([self.regular_seconds]), self.regular_seconds)[0]
        return np.asarray(self._shape(seconds, length) * ((1 - self.overnight) / full))

    def _shape(self, x: Floats, length: float) -> Floats:
        opening = self.open_surge * self.open_seconds * -np.expm1(-x / self.open_seconds)
        ending = np.exp((x - length) / self.close_seconds) - np.exp(-length / self.close_seconds)
        return np.asarray(x + opening + self.close_surge * self.close_seconds * ending)


class VarianceClock:
    """Variance passed by ``profile`` over ``sessions``, (open, close) in seconds, in their order."""

    def __init__(self, sessions: Sequence[Bounds], profile: Profile | None = None) -> None:
        self.profile = profile or Profile()
        self.opens, self.closes = _edges(sessions)
        totals = np.array([self._within(k, np.array([self.closes[k]]))[0] for k in range(len(self.opens))])
        nights = np.round((self.opens[1:] - self.closes[:-1]) / DAY) - 1
        gaps = self.profile.overnight * (1 + self.profile.each_further_night * np.maximum(nights, 0))
        self._at_open = np.concatenate([[0.0], np.cumsum(totals[:-1] + gaps)])
        self._at_close = self._at_open + totals
        self._gaps = gaps

    def at(self, times: Floats) -> Floats:
        """Return the variance passed since the first open; before it, nights at a usual night's pace."""
        times = np.asarray(times, np.float64)
        result = np.asarray((times - self.opens[0]) / DAY)  # before the first session all days are alike
        k = np.searchsorted(self.opens, times, side="right") - 1
        for session in np.unique(k[k >= 0]).tolist():
            here = k == session
            result[here] = self._at_open[session] + self._within(session, times[here])
            night = here & (times > self.closes[session])
            if not night.any():
                continue
            last = session + 1 == len(self.opens)
            length = DAY if last else self.opens[session + 1] - self.closes[session]
            gap = self.profile.overnight if last else self._gaps[session]
            result[night] = self._at_close[session] + gap * (times[night] - self.closes[session]) / length
        return result

    def _within(self, session: int, times: Floats) -> Floats:
        length = float(self.closes[session] - self.opens[session])
        return self.profile.since_open(np.clip(times - self.opens[session], 0.0, length), length)


class Calendar:
    """Sessions as (open, close) in seconds; answers which one an instant belongs to."""

    def __init__(self, sessions: Sequence[Bounds]) -> None:
        self.opens, self.closes = _edges(sessions)
        self._opens: list[float] = self.opens.tolist()
        self._closes: list[float] = self.closes.tolist()

    def session_at(self, now: float) -> int | None:
        """Return the index of the session that is open; None while none is."""
        k = bisect_right(self._opens, now) - 1
        return k if k >= 0 and now < self._closes[k] else None

    def bounds(self, session: int) -> Bounds:
        return self._opens[session], self._closes[session]

    def next_open(self, now: float) -> float | None:
        """Return the first open after ``now``; None where the calendar ends."""
        k = bisect_right(self._opens, now)
        return self._opens[k] if k < len(self._opens) else None

    def last_close(self, now: float) -> float | None:
        """Return the last close until ``now``; None where the calendar begins later."""
        k = bisect_right(self._closes, now) - 1
        return self._closes[k] if k >= 0 else None

    def known_at(self, times: Floats) -> Floats:
        """Return when the price that is seen at these times was made: in a closed market, at its close."""
        k = np.searchsorted(self.opens, times, side="right") - 1
        return np.where(k >= 0, np.minimum(times, self.closes[np.maximum(k, 0)]), times)


def regular_sessions(since: date, until: date) -> list[Bounds]:
    """Return New York's regular hours of every weekday: for who has no calendar at hand (no holidays)."""
    days = (since + timedelta(days=n) for n in range((until - since).days + 1))
    return [
        (
            datetime.combine(day, time(9, 30), NEW_YORK).timestamp(),
            datetime.combine(day, time(16), NEW_YORK).timestamp(),
        )
        for day in days
        if day.weekday() < 5
    ]


def sessions_around(now: float, *, days_back: int = 60, days_ahead: int = 400) -> list[Bounds]:
    """Return the regular sessions around an instant."""
    day = datetime.fromtimestamp(now, UTC).date()
    return regular_sessions(day - timedelta(days=days_back), day + timedelta(days=days_ahead))


def _edges(sessions: Sequence[Bounds]) -> tuple[Floats, Floats]:
    opens, closes = np.array([s[0] for s in sessions], float), np.array([s[1] for s in sessions], float)
    if not len(opens) or np.any(opens >= closes) or np.any(closes[:-1] > opens[1:]):
        raise ValueError("Expected at least one session, in order of time, each opening before it closes")
    return opens, closes

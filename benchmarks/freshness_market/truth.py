"""The simulated market: its hours, how fast its prices move when, and who counts how much."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

DAY, MINUTE, HALF_HOUR = 86_400.0, 60.0, 1800.0
OPENS_AT = 34_200.0
# Variance of each half hour of a session, the quietest at about 0.8; a half day has the first and last.
PACE = (3.6, 1.9, 1.4, 1.15, 1.0, 0.9, 0.85, 0.8, 0.85, 0.95, 1.1, 1.3, 1.9)
HALF_DAY_PACE = (*PACE[:4], *PACE[-3:])
JUMPS_A_DAY = 0.5
MEAN_MOVE = float(np.sqrt(2 / np.pi))


@dataclass(frozen=True)
class Truth:
    """
    Sessions with their variance. Nothing of this is told to the planner but the hours and the volatilities.

    ``overnight`` is the share of an average day's variance between close and open, half as much again over a
    weekend. ``pace`` is that of the half hours. The first session only serves as the day before.
    """

    days: int
    half_days: tuple[int, ...] = ()
    overnight: float = 0.22
    pace: tuple[float, ...] = PACE
    half_pace: tuple[float, ...] = HALF_DAY_PACE
    _times: Floats = field(init=False)
    _variance: Floats = field(init=False)

    def __post_init__(self) -> None:
        times, variance = [], [0.0]
        unit = (1 - self.overnight) / sum(self.pace)
        for k, (opens, _) in enumerate(self.sessions):
            pace = self.half_pace if k in self.half_days else self.pace
            times += [opens + n * HALF_HOUR for n in range(len(pace) + 1)]
            variance += [variance[-1] + part for part in np.cumsum(pace) * unit]
            variance.append(variance[-1] + self.overnight * (1.5 if k % 5 == 4 else 1.0))
        object.__setattr__(self, "_times", np.array([*times, times[-1] + DAY]))
        object.__setattr__(self, "_variance", np.array(variance))

    @property
    def sessions(self) -> list[tuple[float, float]]:
        """Opens and closes in seconds; five days a week."""
        starts = [(k // 5 * 7 + k % 5) * DAY + OPENS_AT for k in range(self.days)]
        return [
            (start, start + HALF_HOUR * len(self.half_pace if k in self.half_days else self.pace))
            for k, start in enumerate(starts)
        ]

    def at(self, times: Floats) -> Floats:
        """Return the variance passed, in average days."""
        return np.interp(times, self._times, self._variance)

    def gap(self, session: int) -> float:
        """Return the variance of the night before a session."""
        ends = np.array([self.sessions[session - 1][1], self.sessions[session][0]])
        return float(np.diff(self.at(ends))[0])

    def kind(self, session: int) -> tuple[float, float]:
        """Return what makes sessions differ: their length and the night before."""
        opens, closes = self.sessions[session]
        return closes - opens, round(self.gap(session), 9)


def expected_move(variance: Floats, share: float) -> Floats:
    """
    Return the exact expected absolute move over this much variance, in units of the volatility.

    ``share`` of the variance comes by jumps: normal, at ``JUMPS_A_DAY`` a day of variance. So the move is a
    mixture of normals, over how many jumps there were.
    """
    if share == 0:
        return np.asarray(MEAN_MOVE * np.sqrt(variance))
    mean, weight = JUMPS_A_DAY * variance, np.exp(-JUMPS_A_DAY * variance)
    result = np.zeros_like(variance)
    for jumps in range(14):
        result += weight * np.sqrt((1 - share) * variance + jumps * share / JUMPS_A_DAY)
        weight = weight * mean / (jumps + 1)
    return np.asarray(MEAN_MOVE * result)


@dataclass(frozen=True)
class Universe:
    """Importances (their sum is 1), and each instrument's volatility in basis points a day, by session."""

    importances: Floats
    volatilities: Floats  # sessions × instruments

    @classmethod
    def make(
        cls, count: int, sessions: int, seed: int, *, tail: float = 1.1, drift: float = 0.25
    ) -> "Universe":
        """Importances fall off by a power; volatilities differ, and wander about their level (``drift``)."""
        random = np.random.default_rng(seed)
        importances = random.pareto(tail, count) + 1
        level = 200 * np.exp(0.5 * random.standard_normal(count))
        state, rows = drift * random.standard_normal(count), []
        for _ in range(sessions):
            rows.append(level * np.exp(state))
            state = 0.98 * state + drift * np.sqrt(1 - 0.98**2) * random.standard_normal(count)
        return cls(importances / importances.sum(), np.array(rows))

"""A small market for the tests: sessions of one length, a crowd with a heavy tail."""

from dataclasses import dataclass

import numpy as np

from investment.acquisition.calculators.variance import Floats

DAY = 86_400.0
OPEN = 34_200.0
LENGTH = 23_400.0


def sessions(days: int, *, length: float = LENGTH) -> list[tuple[float, float]]:
    return [(day * DAY + OPEN, day * DAY + OPEN + length) for day in range(days)]


@dataclass(frozen=True)
class Crowd:
    importances: Floats
    volatilities: Floats

    @property
    def worths(self) -> Floats:
        return self.importances * self.volatilities


def crowd(count: int, *, seed: int = 1) -> Crowd:
    random = np.random.default_rng(seed)
    importances = random.pareto(1.2, count) + 1
    return Crowd(importances / importances.sum(), 200 * np.exp(0.5 * random.standard_normal(count)))


def expected_error(
    worths: Floats, calls: list[tuple[int, float]], variance: Floats, times: Floats, gap: float
) -> float:
    """
    Return the time average of the expected error over a session on a grid of ``times`` (seconds).

    ``calls`` are (instrument, time) in order; everything was last seen ``gap`` of variance before the open.
    """
    seen = np.full(len(worths), -gap)
    total, done = 0.0, 0
    for k, time in enumerate(times):
        while done < len(calls) and calls[done][1] <= time:
            seen[calls[done][0]] = np.interp(calls[done][1], times, variance)
            done += 1
        total += float(worths @ np.sqrt(2 / np.pi * (variance[k] - seen)))
    return total / len(times)

"""The best of many without looking at all of them each time."""

from collections.abc import Callable
from typing import Final

import numpy as np

from investment.acquisition.calculators.book import Places
from investment.acquisition.calculators.variance import Floats

SIZE: Final = 128
NOTHING: Final = -np.inf

Measure = Callable[[Places, float], Floats]


class Shortlist:
    """
    The datum of greatest index among ``members``, by a short list that is looked through at each question.

    An index grows with time until its datum is seen, so whoever cannot pass ``ceiling`` before ``until`` need
    not be looked at before. Near the close indices may fall; they are taken at both ends of the span.
    """

    def __init__(self, members: Places) -> None:
        self.members = members
        self.short: Places = members[:0]
        self.ceiling, self.since, self.until = NOTHING, np.inf, -np.inf
        self.passes = 0

    def spoil(self) -> None:
        """Look at all again at the next question: what an index depends on has changed for many."""
        self.until = -np.inf

    def join(self, place: int) -> None:
        """Take a datum among those looked at each time: its index may have risen."""
        if self.until > -np.inf and place not in self.short:
            self.short = np.append(self.short, place)

    def add(self, places: Places) -> None:
        """Take more members."""
        self.members = np.append(self.members, places)
        if len(places) > SIZE:
            self.spoil()
        elif self.until > -np.inf:
            self.short = np.append(self.short, places)

    def drop(self, places: Places) -> None:
        """Forget members."""
        self.members = self.members[~np.isin(self.members, places)]
        self.short = self.short[~np.isin(self.short, places)]

    def best(self, now: float, measure: Measure, span: float) -> tuple[float, int]:
        """Return the greatest index and its row; (−∞, −1) where nothing is worth a call."""
        if self.since <= now <= self.until and len(self.short):
            values = measure(self.short, now)
            k = int(values.argmax())
            if values[k] >= self.ceiling:
                return (float(values[k]), int(self.short[k])) if values[k] > NOTHING else (NOTHING, -1)
        return self._look_at_all(now, measure, span)

    def _look_at_all(self, now: float, measure: Measure, span: float) -> tuple[float, int]:
        self.passes += 1
        if not len(self.members):
            return NOTHING, -1
        values = measure(self.members, now)
        most = np.maximum(values, measure(self.members, now + span))
        if len(most) > SIZE:
            order = np.argpartition(most, len(most) - SIZE - 1)
            self.short = self.members[order[-SIZE:]]
            self.ceiling = float(most[order[-SIZE - 1]])
        else:
            self.short, self.ceiling = self.members, NOTHING
        self.since, self.until = now, now + span
        k = int(values.argmax())
        return (float(values[k]), int(self.members[k])) if values[k] > NOTHING else (NOTHING, -1)

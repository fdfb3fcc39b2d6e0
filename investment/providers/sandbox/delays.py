"""How long calls take: random waits before and after a call is counted, and calls that get no answer."""

import math
import random
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Wait:
    """Log-normal: half of the waits are shorter than ``median``; none is longer than ``most``. Seconds."""

    median: float = 0.0
    spread: float = 1.0
    most: float = 8.0

    def __post_init__(self) -> None:
        if self.median < 0 or self.spread < 0 or self.most < 0:
            raise ValueError(f"a wait has no negative part: {self}")

    def draw(self, chance: random.Random) -> float:
        if self.median == 0:
            return 0.0
        return min(self.most, chance.lognormvariate(math.log(self.median), self.spread))


class Delay(NamedTuple):
    """One call's: seconds ``before`` and ``after`` it is counted, whether it is, whether it is answered."""

    before: float
    after: float
    counted: bool = True
    answered: bool = True


NO_DELAY = Delay(0.0, 0.0)


@dataclass(slots=True)
class Delays:
    """
    The distribution that calls are drawn from, in the one clock's seconds.

    The share ``never`` of them is not answered: their connection stays open until the client gives
    up, and every other one of these, at random, is counted. The same ``seed`` gives the same draws.
    """

    before: Wait = Wait()
    after: Wait = Wait()
    never: float = 0.0
    seed: int = 0
    _chance: random.Random = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 0 <= self.never <= 1:
            raise ValueError(f"a share lies between 0 and 1, was {self.never}")
        self._chance = random.Random(self.seed)  # noqa: S311 - nothing secret

    @classmethod
    def read(cls, document: dict[str, object]) -> "Delays":
        """
        Return what ``{"before": {"median": 0.2}, "after": {}, "never": 0.01, "seed": 1}`` says.

        :raises TypeError: if it has another field, or one of a wrong type.
        :raises ValueError: if a value is impossible.
        """
        parts = {
            name: Wait(**value) if isinstance(value, dict) else value for name, value in document.items()
        }
        return cls(**parts)  # type: ignore[arg-type]

    def draw(self) -> Delay:
        """Return what happens to the next call."""
        before, after = self.before.draw(self._chance), self.after.draw(self._chance)
        if self._chance.random() >= self.never:
            return Delay(before, after)
        return Delay(before, after, counted=self._chance.random() < 0.5, answered=False)

"""How long calls take: random waits before and after a call is counted, and calls that get no answer."""

import math
import random
from dataclasses import dataclass, field
from typing import NamedTuple

DISTRIBUTIONS = {
    "constant": "every call takes `median` seconds",
    "exponential": "half of the calls take less than `median` seconds; long ones are rare",
    "heavy": "half take less than `median` seconds, and one in a hundred more than `p99`: log-normal",
}
NORMALS_P99 = 2.3263478740408408
USUAL_MOST = 8.0  # seconds, where a spread is given and no p99


@dataclass(frozen=True, slots=True)
class Wait:
    """
    Seconds of the one clock, none of them longer than ``most``; see :data:`DISTRIBUTIONS`.

    What is heavy-tailed has its ``p99``, or else the ``spread`` of the logarithms.
    """

    median: float = 0.0
    spread: float = 1.0
    most: float | None = None
    distribution: str = "heavy"
    p99: float | None = None

    def __post_init__(self) -> None:
        if self.distribution not in DISTRIBUTIONS:
            raise ValueError(f"no distribution {self.distribution!r}; there are: {', '.join(DISTRIBUTIONS)}")
        if self.median < 0 or self.spread < 0 or (self.most is not None and self.most < 0):
            raise ValueError(f"a wait has no negative part: {self}")
        if self.p99 is not None and (self.distribution != "heavy" or not 0 < self.median <= self.p99):
            raise ValueError("p99 is of a heavy tail, and not below its median, which is above nothing")

    def draw(self, chance: random.Random) -> float:
        if self.median == 0:
            return 0.0
        if self.distribution == "constant":
            drawn = self.median
        elif self.distribution == "exponential":
            drawn = chance.expovariate(math.log(2) / self.median)
        else:
            spread = self.spread if self.p99 is None else math.log(self.p99 / self.median) / NORMALS_P99
            drawn = chance.lognormvariate(math.log(self.median), spread)
        spread_alone = self.distribution == "heavy" and self.p99 is None
        most = USUAL_MOST if self.most is None and spread_alone else self.most
        return drawn if most is None else min(most, drawn)

    def words(self) -> str:
        """Return it for people."""
        if self.median == 0:
            return ""
        if self.distribution == "constant":
            return f"{self.median:g} s"
        tail = f", one in a hundred more than {self.p99:g} s" if self.p99 else ""
        return f"{self.distribution}, half below {self.median:g} s{tail}"


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

    @classmethod
    def parse(cls, text: str) -> "Delays":
        """
        Return what ``heavy,median=0.2,p99=2,never=0.01,seed=1`` says; calls wait after they are counted.

        :raises ValueError: if it says something else.
        """
        name, *pairs = text.split(",")
        told = {each: float(value) for each, _, value in (pair.partition("=") for pair in pairs)}
        whole = {"never": told.pop("never", 0.0), "seed": int(told.pop("seed", 0))}
        try:
            return cls.read({"after": {"distribution": name, **told}, **whole})
        except TypeError as error:
            raise ValueError(str(error)) from None

    def words(self) -> str:
        """Return it for people."""
        parts = [
            f"{words} {when}"
            for when, wait in (("before the count", self.before), ("after it", self.after))
            if (words := wait.words())
        ]
        return "; ".join([*parts, *([f"{self.never:.0%} without an answer"] if self.never else [])])

    def draw(self) -> Delay:
        """Return what happens to the next call."""
        before, after = self.before.draw(self._chance), self.after.draw(self._chance)
        if self._chance.random() >= self.never:
            return Delay(before, after)
        return Delay(before, after, counted=self._chance.random() < 0.5, answered=False)

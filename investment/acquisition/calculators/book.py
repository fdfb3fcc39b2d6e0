"""Everything that is wanted, as columns of arrays that grow and are reused."""

from collections.abc import Hashable, Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from investment.acquisition.calculators.variance import Floats

Places = npt.NDArray[np.intp]

BEFORE_TODAY: Final = -1.0
COLUMNS: Final = (
    "unit",  # volatility (prices) or mean move (events), in basis points
    "worth",  # importance times unit
    "log_worth",
    "rate",  # events a second; NaN for prices
    "seen_at",  # seconds; −∞ for never
    "seen_variance",  # the variance clock at seen_at
    "since_open",  # seen_at in seconds since the open of the session at hand; BEFORE_TODAY before it
    "target",  # seconds of age that must not be passed; ∞ for none
    "rest",  # seconds of age below which an event is not looked for again
    "back_at",  # not to be chosen before: in flight, or failed
    "explained",  # share of the variance of a price that hints tell
    "hinted",  # the move that they have told so far, in basis points
    "hinted_at_look",  # the same when it was seen
)


class Book:
    """One row a datum. A removed row is no one's (its key is None) until another datum takes it."""

    unit: Floats
    worth: Floats
    log_worth: Floats
    rate: Floats
    seen_at: Floats
    seen_variance: Floats
    since_open: Floats
    target: Floats
    rest: Floats
    back_at: Floats
    explained: Floats
    hinted: Floats
    hinted_at_look: Floats

    def __init__(self) -> None:
        self.keys: list[Hashable | None] = []
        self.places: dict[Hashable, int] = {}
        self.free: list[int] = []
        self.has_targets = self.has_hints = False
        for name in COLUMNS:
            setattr(self, name, np.empty(0))

    def take_places(self, keys: Iterable[Hashable]) -> Places:
        """Return a row for each key, which must all be new."""
        new = list(keys)
        if known := next((key for key in new if key in self.places), None):
            raise ValueError(f"{known!r} is in the plan already: change its importance, or remove it first")
        if len(set(new)) < len(new):
            raise ValueError("Expected each datum once")
        missing = len(new) - len(self.free)
        if missing > 0:
            start = len(self.keys)
            room = max(missing, start // 2)
            for name in COLUMNS:
                setattr(self, name, np.concatenate([getattr(self, name), np.zeros(room)]))
            self.keys.extend([None] * room)
            self.free.extend(range(start + room - 1, start - 1, -1))
        places = [self.free.pop() for _ in new]
        for key, place in zip(new, places, strict=True):
            self.keys[place], self.places[key] = key, place
        return np.array(places, dtype=np.intp)

    def release(self, keys: Iterable[Hashable]) -> Places:
        """Forget data; return the rows that they had."""
        places = [self.places.pop(key) for key in keys]
        for place in places:
            self.keys[place] = None
        self.free.extend(places)
        return np.array(places, dtype=np.intp)

    def of(self, keys: Iterable[Hashable]) -> Places:
        """Return the rows of known data."""
        try:
            return np.array([self.places[key] for key in keys], dtype=np.intp)
        except KeyError as error:
            raise KeyError(f"{error.args[0]!r} is not in the plan: add it first") from None

    def fill(
        self,
        places: Places,
        importances: npt.ArrayLike,
        units: npt.ArrayLike,
        rates: npt.ArrayLike,
        looks: Floats,
        targets: npt.ArrayLike,
    ) -> None:
        """Set all of new rows; ``units`` are volatilities or mean moves in basis points."""
        self.unit[places], self.rate[places] = units, rates
        self.seen_at[places], self.target[places], self.back_at[places] = looks, targets, -np.inf
        self.has_targets |= bool(np.any(np.isfinite(self.target[places])))
        self.rest[places] = 0.0
        self.explained[places] = self.hinted[places] = self.hinted_at_look[places] = 0.0
        self.value(places, importances)

    def hint(self, places: Places, moves: npt.ArrayLike, explained: npt.ArrayLike) -> None:
        """Set the moves told so far; what is told of for the first time starts from here."""
        fresh = places[self.explained[places] == 0]
        self.hinted[places], self.explained[places] = moves, explained
        self.hinted_at_look[fresh] = self.hinted[fresh]
        self.has_hints = True

    def value(self, places: Places, importances: npt.ArrayLike) -> None:
        """Set what errors count, beside ``unit``."""
        importance = np.broadcast_to(np.asarray(importances, np.float64), len(places))
        if not np.all((importance >= 0) & np.isfinite(importance)):
            raise ValueError("Expected importances that are numbers of at least 0")
        self.worth[places] = importance * self.unit[places]
        with np.errstate(divide="ignore"):
            self.log_worth[places] = np.log(self.worth[places])

    def copy(self) -> "Book":
        other = Book()
        other.keys, other.places, other.free = list(self.keys), dict(self.places), list(self.free)
        other.has_targets, other.has_hints = self.has_targets, self.has_hints
        for name in COLUMNS:
            setattr(other, name, getattr(self, name).copy())
        return other

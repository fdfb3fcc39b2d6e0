"""When the sample market's companies split their shares, pay dividends and stop trading."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from investment.providers.sandbox.sample.instruments import EPOCH, FEWEST_INSTRUMENTS, Instrument
from investment.providers.sandbox.sample.process import Adjustments, Floats

SPLIT_CHANCE_A_YEAR = 0.03
HALT_CHANCE_A_YEAR = 0.004
HALT_DAYS = 30
LAST_DAY_OF_MONTH_USED = 28
CAST = FEWEST_INSTRUMENTS  # the first so many have their parts written out


@dataclass(frozen=True, slots=True)
class Split:
    place: int
    split_from: int
    split_to: int


@dataclass(frozen=True, slots=True)
class Payment:
    place: int
    amount: float
    special: bool
    before: float  # the price of the evening before, in the shares that it is paid on


@dataclass(frozen=True, slots=True)
class SessionEvents:
    """What takes effect at the opening of one session."""

    splits: tuple[Split, ...]
    dividends: tuple[Payment, ...]
    adjustments: Adjustments


class Events:
    """
    Decides, session after session, what happens; must be asked in order.

    Candidates depend on the seed and the year alone, terms on the price the evening before: a
    split brings a high price down or a low one up, a dividend is a share of the price.
    """

    def __init__(self, *, seed: int, lines: list[Instrument], sessions: list[date]) -> None:
        self._seed = seed
        self._lines = lines
        self._sessions = sessions
        self._paid: dict[int, tuple[int, float]] = {}  # place -> year it was set in, amount
        self._split_days: dict[int, dict[date, list[int]]] = {}
        self._halts: dict[int, list[tuple[int, date, date]]] = {}
        self._payers: dict[tuple[int, int], list[int]] = {}
        self._specials = [line.place for line in lines if line.behaviour.special_dividend]
        rng = np.random.Generator(np.random.PCG64([seed, len(lines), 3]))
        for line in lines:
            month, day = int(rng.integers(3)), int(rng.integers(1, LAST_DAY_OF_MONTH_USED + 1))
            if line.behaviour.dividend_yield > 0:
                self._payers.setdefault((month, day), []).append(line.place)

    def before(self, number: int, prices: Floats) -> SessionEvents:
        """Return what takes effect at the opening of session ``number``, given the prices before."""
        session = self._sessions[number]
        since = self._sessions[number - 1] if number else session - timedelta(days=1)
        days = [since + timedelta(days=i) for i in range(1, (session - since).days + 1)]
        splits: dict[int, Split] = {}
        payments: list[Payment] = []
        for day in days:
            for place in self._splitting(day.year).get(day, []):
                split = self._terms(place, session, float(prices[place]))
                if split is not None:
                    splits[place] = split
        ratios = {place: split.split_to / split.split_from for place, split in splits.items()}
        for place, ratio in ratios.items():
            if place in self._paid:
                year, amount = self._paid[place]
                self._paid[place] = (year, max(round(amount / ratio, 4), 0.0001))
        for day in days:
            for place in self._payers.get((day.month % 3, day.day), []):
                after_split = float(prices[place]) / ratios.get(place, 1.0)
                payments.extend(self._quarterly(place, session, after_split))
            if (day.month, day.day) == (12, 10):
                for place in self._specials:
                    after_split = float(prices[place]) / ratios.get(place, 1.0)
                    if after_split > 1 and self._lines[place].listed(session):
                        amount = round(after_split * 0.03, 2)
                        payments.append(Payment(place, amount, special=True, before=after_split))
        return SessionEvents(tuple(splits.values()), tuple(payments), _adjustments(splits, payments))

    def halted(self, session: date) -> npt.NDArray[np.intp]:
        """Return the places of those that may not trade in that session."""
        years = (session.year - 1, session.year)
        return np.array(
            [
                place
                for year in years
                for place, first, last in self._halting(year)
                if first <= session <= last
            ],
            dtype=np.intp,
        )

    def _quarterly(self, place: int, session: date, price: float) -> list[Payment]:
        """Dividends are set once a year and then kept, as companies like to do."""
        line = self._lines[place]
        if not line.listed(session) or price < 2:
            return []
        year, amount = self._paid.get(place, (0, 0.0))
        if year != session.year:
            amount = max(round(line.behaviour.dividend_yield / 4 * price, 2), 0.01)
            if line.type_code in ("ETF", "FUND"):
                amount = max(round(line.behaviour.dividend_yield / 4 * price, 4), 0.0001)
            self._paid[place] = (session.year, amount)
        return [Payment(place, amount, special=False, before=price)] if amount < price / 2 else []

    def _splitting(self, year: int) -> dict[date, list[int]]:
        if year not in self._split_days:
            rng = np.random.Generator(np.random.PCG64([self._seed, year, 4]))
            chances, offsets = rng.random(len(self._lines)), rng.integers(0, 365, len(self._lines))
            days: dict[date, list[int]] = {}
            for line, chance, offset in zip(self._lines, chances, offsets, strict=True):
                sure = line.behaviour.split_years == ("even" if year % 2 == 0 else "odd")
                extra = line.type_code == "CS" and line.parent is None and line.place >= CAST
                if sure or (extra and chance < SPLIT_CHANCE_A_YEAR):
                    days.setdefault(date(year, 1, 1) + timedelta(days=int(offset)), []).append(line.place)
            self._split_days[year] = days
        return self._split_days[year]

    def _terms(self, place: int, session: date, price: float) -> Split | None:
        line = self._lines[place]
        if not line.listed(session) or session == EPOCH:
            return None
        if line.behaviour.split_ratio is not None:
            return Split(place, *line.behaviour.split_ratio)
        if price >= 60:
            return Split(
                place, 1, next(to for least, to in ((600, 10), (250, 5), (120, 3), (60, 2)) if price >= least)
            )
        if price >= 30:
            return Split(place, 2, 3)
        if price < 3:
            return Split(place, 20 if price < 0.5 else 10, 1)
        return None

    def _halting(self, year: int) -> list[tuple[int, date, date]]:
        if year not in self._halts:
            rng = np.random.Generator(np.random.PCG64([self._seed, year, 5]))
            chances, offsets = rng.random(len(self._lines)), rng.integers(0, 365, len(self._lines))
            halts = []
            for line, chance, offset in zip(self._lines, chances, offsets, strict=True):
                starts = [date(year, 3, 10), date(year, 9, 10)] if line.behaviour.halts else []
                if line.type_code == "CS" and line.place >= CAST and chance < HALT_CHANCE_A_YEAR:
                    starts.append(date(year, 1, 1) + timedelta(days=int(offset)))
                halts += [(line.place, start, start + timedelta(days=HALT_DAYS)) for start in starts]
            self._halts[year] = halts
        return self._halts[year]


def _adjustments(splits: dict[int, Split], payments: list[Payment]) -> Adjustments:
    cash: dict[int, float] = {}
    for payment in payments:
        cash[payment.place] = cash.get(payment.place, 0.0) + payment.amount
    return Adjustments(
        split_places=np.array(list(splits), dtype=np.intp),
        split_ratios=np.array([s.split_to / s.split_from for s in splits.values()], dtype=np.float64),
        cash_places=np.array(list(cash), dtype=np.intp),
        cash=np.array(list(cash.values()), dtype=np.float64),
    )

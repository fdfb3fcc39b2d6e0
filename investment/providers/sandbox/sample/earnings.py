"""
When the sample market's companies report, and how far that was from what was expected.

A company reports within a few sessions each quarter, on the evening before (or the morning of)
that one among them on which the price process moves it most by itself; and the surprise follows
that move. So the gaps are those of the prices, and nothing has to be added to them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from investment.providers.sandbox.sample.instruments import EPOCH, Instrument
from investment.providers.sandbox.sample.market import SampleMarket
from investment.providers.sandbox.sample.process import Floats

NEW_YORK = ZoneInfo("America/New_York")
COMPANIES = ("CS", "ADRC")
WINDOW = 6  # sessions among which the report falls
MOST_SURPRISE = 0.4
DRAWS = 16


@dataclass(frozen=True, slots=True)
class Report:
    """
    One quarter's report: ``end`` is the last day of the quarter, ``day`` that of the report.

    It comes before the session ``moves`` opens: in the morning (``bmo``) or after the close before
    (``amc``). ``surprise`` is the earnings above what was expected, as a fraction of the latter.
    """

    place: int
    fiscal_year: int
    quarter: int
    start: date
    end: date
    day: date
    hour: Literal["bmo", "amc"]
    moves: date
    shock: float
    surprise: float

    @property
    def at(self) -> datetime:
        """The instant of the report, UTC."""
        local = time(7, 0) if self.hour == "bmo" else time(16, 5)
        return datetime.combine(self.day, local, NEW_YORK).astimezone(UTC)


class Earnings:
    """The reports of one sample market. Nothing is stored but each company's draws."""

    def __init__(self, market: SampleMarket) -> None:
        self.market = market

    @cached_property
    def draws(self) -> Floats:
        """Uniform numbers of each instrument, ``DRAWS`` of them, by place."""
        market = self.market
        rng = np.random.Generator(np.random.PCG64([market.seed, len(market.lines), 7]))
        return rng.random((len(market.lines), DRAWS))

    def company(self, line: Instrument) -> Instrument | None:
        """Return whose figures a line has: its own or its other share class's; None for funds and rights."""
        if line.type_code not in COMPANIES:
            return None
        return line if line.parent is None else self.market.lines[line.parent]

    def year_end(self, line: Instrument) -> int:
        """Return the month (1 to 12) with which the company's fiscal year ends."""
        drawn = self.draws[line.place, 0]
        return 12 if drawn < 0.7 else (9, 6, 3, 1)[int((drawn - 0.7) / 0.075) % 4]

    def of(self, line: Instrument, first: date, last: date) -> list[Report]:
        """Return a company's reports with a day between two dates, both included, oldest first."""
        company = self.company(line)
        if company is None:
            return []
        ends = _quarter_ends(self.year_end(company), first - timedelta(days=100), last)
        found = (self._report(company, end) for end in ends)
        return [report for report in found if report is not None and first <= report.day <= last]

    def calendar(self, first: date, last: date) -> Iterator[Report]:
        """Yield all companies' reports between two dates, both included, by company."""
        for line in self.market.lines:
            if line.parent is None and line.type_code in COMPANIES:
                yield from self.of(line, first, last)

    def _report(self, line: Instrument, end: date) -> Report | None:
        market, drawn = self.market, self.draws[line.place]
        first = market.number_of(end + timedelta(days=18 + int(drawn[1] * 24)))
        numbers = range(max(first, 1), min(first + WINDOW, len(market.sessions)))
        if not numbers or first == 0:
            return None
        shocks = [market.shock(line.place, number) for number in numbers]
        best = max(range(len(shocks)), key=lambda place: abs(shocks[place]))
        number, shock = numbers[best], shocks[best]
        hour: Literal["bmo", "amc"] = "bmo" if drawn[2] < 0.45 else "amc"
        day = market.sessions[number if hour == "bmo" else number - 1]
        if not line.listed(day) or day < EPOCH:
            return None
        quarter, year = _fiscal(self.year_end(line), end)
        return Report(
            place=line.place,
            fiscal_year=year,
            quarter=quarter,
            start=_months_before(end, 3) + timedelta(days=1),
            end=end,
            day=day,
            hour=hour,
            moves=market.sessions[number],
            shock=shock,
            surprise=float(np.clip(0.045 * shock, -MOST_SURPRISE, MOST_SURPRISE)),
        )


def _quarter_ends(year_end: int, first: date, last: date) -> list[date]:
    """Return the last days of all fiscal quarters between two dates, both included."""
    ends = []
    for year in range(first.year, last.year + 1):
        for month in range(1, 13):
            if (month - year_end) % 3 == 0:
                end = _month_end(year, month)
                if first <= end <= last:
                    ends.append(end)
    return ends


def _fiscal(year_end: int, end: date) -> tuple[int, int]:
    """Return the quarter (1 to 4) and the fiscal year, which is named after the year in which it ends."""
    after = (end.month - year_end - 1) % 12 + 1  # months into the fiscal year
    return after // 3, end.year + (1 if end.month > year_end else 0)


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _months_before(end: date, months: int) -> date:
    """Return the last day of the month that lies ``months`` before."""
    number = end.year * 12 + end.month - 1 - months
    return _month_end(number // 12, number % 12 + 1)

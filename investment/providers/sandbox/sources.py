"""What the sandbox serves: one protocol, and the sample market behind it."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import numpy as np

from investment.lib.exchange_days import ExchangeDays, SessionDay
from investment.providers.contracts import (
    BarColumns,
    DividendRecord,
    InstrumentKind,
    InstrumentRecord,
    SplitRecord,
)
from investment.providers.sandbox.ecb.rates import Rates, SampleRates
from investment.providers.sandbox.sample import SampleMarket
from investment.providers.sandbox.sample.earnings import Earnings
from investment.providers.sandbox.sample.fundamentals import Fundamentals
from investment.providers.sandbox.sample.fx import Fx
from investment.providers.sandbox.sample.headlines import Headlines
from investment.providers.sandbox.sample.instruments import Instrument
from investment.providers.sandbox.sample.intraday import Minutes, minutes_of
from investment.providers.sandbox.sample.names import SECTORS

TYPE_CODES: dict[InstrumentKind, str] = {
    "common_stock": "CS",
    "adr": "ADRC",
    "etf": "ETF",
    "preferred": "PFD",
    "warrant": "WARRANT",
    "right": "RIGHT",
    "unit": "UNIT",
    "fund": "FUND",
    "other": "ETN",
}


@dataclass(frozen=True, slots=True)
class Listing:
    """An instrument on a day. ``details`` are further fields of the details endpoint, in its words."""

    record: InstrumentRecord
    type_code: str | None
    details: dict[str, Any] = field(default_factory=dict)


class Invented:
    """What a sample market has besides prices and actions, all of it in step with them."""

    def __init__(self, market: SampleMarket) -> None:
        self.market = market
        self.earnings = Earnings(market)
        self.fundamentals = Fundamentals(self.earnings)
        self.headlines = Headlines(self.fundamentals)
        self.fx = Fx(market.seed)


class Source(Protocol):
    """Raw bars and actions by ticker and session; every date is the exchange's."""

    days: ExchangeDays
    invented: "Invented | None"  # what only the sample market has
    rates: Rates | None  # of the European Central Bank

    def listings(self, day: date) -> list[Listing]:
        """Return everything listed by ``day``, those gone by then as inactive, without details."""

    def listing(self, symbol: str, day: date) -> Listing | None:
        """Return who trades under this ticker on ``day``, with details."""

    def grouped(self, session: date) -> BarColumns:
        """Return every raw bar of a session; none where the date is no session."""

    def bars(self, symbol: str, start: date, end: date) -> tuple[list[date], BarColumns]:
        """Return raw bars under one ticker, oldest first, both dates included."""

    def splits(self, start: date, end: date) -> list[SplitRecord]:
        """Return all splits with an ex-date in the range, oldest first."""

    def dividends(self, start: date, end: date, symbol: str | None = None) -> list[DividendRecord]:
        """Return cash dividends with an ex-date in the range, of one ticker or of all, oldest first."""

    def shares(self, symbol: str, until: date) -> list[tuple[date, float]]:
        """Return ex-date and new shares per old of this ticker's splits up to ``until``."""

    def share_factors(self, session: date, until: date) -> dict[str, float]:
        """Return, by ticker, how many shares at ``until`` one share of ``session`` has become; 1 left out."""

    def minutes(self, symbol: str, session: SessionDay) -> Minutes | None:
        """Return the raw minutes of a session, None where nobody knows them or nothing traded."""

    def payment_shares(self, symbol: str, until: date) -> list[tuple[date, float]]:
        """Return, by ex-date up to ``until``, what share of the close before was paid out, oldest first."""

    def actions_known(self, symbol: str) -> bool:
        """Whether its splits and dividends are known. False for none but a listed instrument."""


def session_day(days: ExchangeDays, day: date) -> SessionDay | None:
    """Return the session of that date."""
    place = bisect_left(days.sessions, day, key=lambda session: session.session)
    found = place < len(days.sessions) and days.sessions[place].session == day
    return days.sessions[place] if found else None


class SampleSource:
    """The invented market."""

    def __init__(self, market: SampleMarket, days: ExchangeDays) -> None:
        self.days = days
        self.market = market
        self._invented = Invented(market)
        self.invented: Invented | None = self._invented
        self.rates: Rates | None = SampleRates(self._invented.fx)

    def listings(self, day: date) -> list[Listing]:
        return [
            Listing(self.market.record(line, day), line.type_code)
            for line in self.market.lines
            if line.listed_on <= day
        ]

    def listing(self, symbol: str, day: date) -> Listing | None:
        line = self.market.find(symbol, day)
        if line is None:
            return None
        return Listing(self.market.record(line, day), line.type_code, self._details(line, day))

    def grouped(self, session: date) -> BarColumns:
        return self.market.day(session)

    def bars(self, symbol: str, start: date, end: date) -> tuple[list[date], BarColumns]:
        return self.market.bars(symbol, start, end)

    def splits(self, start: date, end: date) -> list[SplitRecord]:
        return self.market.splits(start, end)

    def dividends(self, start: date, end: date, symbol: str | None = None) -> list[DividendRecord]:
        return self.market.dividends(start, end, symbol)

    def shares(self, symbol: str, until: date) -> list[tuple[date, float]]:
        names = {name for line in self.market.named(symbol) for name in (line.symbol, line.later_symbol)}
        return [
            (split.ex_date, split.split_to / split.split_from)
            for split in self.market.splits(date.min, until)
            if split.symbol in names
        ]

    def share_factors(self, session: date, until: date) -> dict[str, float]:
        earlier = {line.later_symbol: line for line in self.market.lines if line.renamed_on}
        factors: dict[str, float] = {}
        for split in self.market.splits(date.fromordinal(session.toordinal() + 1), until):
            line = earlier.get(split.symbol)
            symbol = line.symbol_on(session) if line else split.symbol
            factors[symbol] = factors.get(symbol, 1.0) * split.split_to / split.split_from
        return factors

    def minutes(self, symbol: str, session: SessionDay) -> Minutes | None:
        line = self.market.find(symbol, session.session)
        bar = self.market.one(line.place, session.session) if line else None
        if line is None or bar is None:
            return None
        return minutes_of(bar, session, seed=self.market.seed, place=line.place)

    def payment_shares(self, symbol: str, until: date) -> list[tuple[date, float]]:
        lines = self.market.named(symbol)
        return [each for line in lines for each in self.market.payment_shares(line.place, until)]

    def actions_known(self, symbol: str) -> bool:  # noqa: ARG002 - the protocol's
        return True

    def _details(self, line: Instrument, day: date) -> dict[str, Any]:
        sector, _, sic, words = SECTORS[line.sector]
        fund = line.type_code in ("ETF", "ETN", "FUND")
        shares = self._invented.fundamentals.shares(line, day)
        details: dict[str, Any] = {
            "description": f"{line.name} is invented: it exists only in the sample market.",
            "homepage_url": f"https://{line.symbol.split('.')[0].lower()}.example.com",
            "list_date": line.listed_on.isoformat(),
            "share_class_shares_outstanding": shares,
            "weighted_shares_outstanding": shares,
            "round_lot": 100,
            "ticker_root": line.symbol.split(".")[0],
        }
        if "." in line.symbol:
            details["ticker_suffix"] = line.symbol.split(".")[1]
        if not fund:
            details |= {
                "sic_code": str(sic),
                "sic_description": words,
                "total_employees": 20 + line.shares_outstanding // 5_000,
                "address": {"address1": f"{line.place} Fiction Row", "city": sector, "state": "NY"},
            }
            number = bisect_left(self.market.sessions, day)  # the session before: today's is not over
            bar = self.market.one(line.place, self.market.sessions[number - 1]) if number else None
            if bar is not None:
                details["market_cap"] = round(shares * bar["close"], 2)
        return details


def adjusted(bars: BarColumns, factors: Sequence[float] | np.ndarray[Any, Any]) -> BarColumns:
    """Return the bars in today's shares: prices divided by the factors, volumes multiplied."""
    by = np.asarray(factors, dtype=np.float64)

    def scale(prices: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.where(by == 1.0, prices, np.round(prices / by, 6))

    return BarColumns(
        symbols=bars.symbols,
        open=scale(bars.open),
        high=scale(bars.high),
        low=scale(bars.low),
        close=scale(bars.close),
        volume=np.where(by == 1.0, bars.volume, np.round(bars.volume * by, 4)),
        vwap=scale(bars.vwap),
        trades=bars.trades,
    )

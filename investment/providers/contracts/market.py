"""
Prices, instruments and actions of the US market.

Bulk records are columns (NumPy arrays of equal length), because a day of the whole market is twelve
thousand rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Basis = Literal["raw", "splits"]
InstrumentKind = Literal[
    "common_stock", "adr", "etf", "preferred", "warrant", "right", "unit", "fund", "other", "unknown"
]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BarColumns:
    """
    Bars as columns; row i of each column is one bar. Nothing here has been judged plausible yet.

    ``symbols`` are the provider's tickers. ``volume`` is in shares. In ``vwap`` and ``trades``
    NaN is «not told».
    """

    symbols: list[str]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    vwap: Floats
    trades: Floats

    def __len__(self) -> int:
        return len(self.symbols)


@dataclass(frozen=True, slots=True)
class MalformedRow:
    """A row that could not be read: its place in the answer, what it said, and why it was not read."""

    index: int
    payload: str
    reason: str
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class MarketDay:
    """One session of the whole market. ``bars`` may be empty: no session, or not published."""

    session: date
    bars: BarColumns
    malformed: Sequence[MalformedRow]
    basis: Basis
    digest: str  # SHA-256 of the answer's body, hexadecimal

    @property
    def row_count(self) -> int:
        return len(self.bars) + len(self.malformed)


@dataclass(frozen=True, slots=True)
class BarSeries:
    """Bars of one instrument, oldest first; ``sessions[i]`` is the date of row i of ``bars``."""

    symbol: str
    sessions: Sequence[date]
    bars: BarColumns
    malformed: Sequence[MalformedRow]
    basis: Basis
    digest: str


@dataclass(frozen=True, slots=True)
class InstrumentRecord:
    """What a provider says an instrument is. ``exchange`` is a MIC (XNAS); None is «not told»."""

    symbol: str
    name: str
    kind: InstrumentKind
    exchange: str | None
    currency: str | None
    active: bool
    listed_on: date | None = None
    delisted_on: date | None = None
    cik: str | None = None
    composite_figi: str | None = None
    share_class_figi: str | None = None


@dataclass(frozen=True, slots=True)
class SplitRecord:
    """``split_to`` new shares for ``split_from`` old ones, from the opening of ``ex_date`` on."""

    symbol: str
    ex_date: date
    split_from: float
    split_to: float
    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class DividendRecord:
    """Cash per share as declared (raw: not adjusted for later splits)."""

    symbol: str
    ex_date: date
    amount: Decimal
    currency: str
    declared_on: date | None = None
    record_date: date | None = None
    pay_date: date | None = None
    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class MarketStatus:
    """``market`` is open, closed or extended-hours, in the provider's words."""

    market: str
    server_time: str


class MarketDataProvider(Protocol):
    """
    Anything that can answer for prices and actions of the US market.

    Every method raises the errors of :mod:`investment.providers.errors`, and
    ``quotas.errors.QuotaExhausted`` where the ledger does not allow the call.
    """

    name: str

    def grouped_daily(self, *, session: date) -> MarketDay:
        """Return every stock's raw bar of one session, in one call."""

    def daily_bars(self, *, symbol: str, start: date, end: date) -> BarSeries:
        """Return raw bars of one instrument, both ends included; clipped to the plan's history."""

    def previous_close(self, *, symbol: str) -> BarSeries:
        """Return the last raw bar of one instrument."""

    def instruments(
        self, *, active: bool = True, on: date | None = None, after: str = ""
    ) -> Iterator[list[InstrumentRecord]]:
        """Yield the instruments of the US stock market, a page (one call) at a time, those after a ticker."""

    def instrument(self, *, symbol: str, on: date | None = None) -> InstrumentRecord:
        """Return what is known of one instrument, at a date if one is given."""

    def splits(self, *, start: date, end: date, symbol: str | None = None) -> list[SplitRecord]:
        """Return splits with an ex-date in the range, both ends included, oldest first."""

    def dividends(self, *, start: date, end: date, symbol: str | None = None) -> list[DividendRecord]:
        """Return cash dividends with an ex-date in the range, both ends included, oldest first."""

    def market_status(self) -> MarketStatus:
        """Return whether the market is open now."""

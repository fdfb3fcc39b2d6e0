"""
How a provider tells another story than the market: a stale quote, a wrong scale, a shifted day.

A deviation is switched on for one provider and stays until it is switched off. It lies between the
speaker and the market, so every endpoint that tells prices deviates alike.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from investment.lib.exchange_days import ExchangeDays, SessionDay
from investment.providers.contracts import BarColumns, DividendRecord, SplitRecord
from investment.providers.sandbox.ecb.rates import Rates
from investment.providers.sandbox.sample.intraday import Minutes
from investment.providers.sandbox.sources import Invented, Listing, Source

DEVIATIONS = {
    "stale": "seconds by which its prices lag: what is younger is not told yet",
    "scale": "factor on its prices: 100 for pence instead of pounds",
    "shift": "days by which its bars are late: 1 tells each session's bar under the following session",
    "symbols": "the symbols that deviate; none given means all",
}


@dataclass(frozen=True, slots=True)
class Deviation:
    """See :data:`DEVIATIONS`."""

    stale: float = 0.0
    scale: float = 1.0
    shift: int = 0
    symbols: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "Deviation":
        """
        Return what ``stale=900,scale=100,shift=1,symbols=ZLUD+QUAX`` says.

        :raises ValueError: if it says something else.
        """
        pairs = dict(part.partition("=")[::2] for part in text.split(","))
        named: dict[str, Any] = dict(pairs)
        if "symbols" in named:
            named["symbols"] = pairs["symbols"].split("+")
        return cls.read(named)

    @classmethod
    def read(cls, document: dict[str, Any]) -> "Deviation":
        """
        Return what ``{"stale": 900, "scale": 100, "shift": 1, "symbols": ["ZLUD"]}`` says.

        :raises ValueError: if it says something else.
        """
        unknown = set(document) - set(DEVIATIONS)
        if unknown:
            raise ValueError(f"no deviation {', '.join(sorted(unknown))}; there are: {', '.join(DEVIATIONS)}")
        symbols = document.get("symbols", [])
        if not isinstance(symbols, list) or not all(isinstance(each, str) for each in symbols):
            raise ValueError("symbols is a list of texts")
        try:
            told = cls(
                float(document.get("stale", 0)),
                float(document.get("scale", 1)),
                int(document.get("shift", 0)),
                frozenset(symbols),
            )
        except TypeError as error:
            raise ValueError(f"stale, scale and shift are numbers: {error}") from None
        if told.stale < 0 or told.scale <= 0:
            raise ValueError("stale is not negative, and scale above nothing")
        return told

    def words(self) -> str:
        """Return what is switched on, for people."""
        told = [f"stale by {self.stale:g} s"] if self.stale else []
        told += [f"prices × {self.scale:g}"] if self.scale != 1 else []
        told += [f"days late by {self.shift}"] if self.shift else []
        return ", ".join(told) + (f" ({', '.join(sorted(self.symbols))})" if self.symbols else "")

    def hits(self, symbol: str) -> bool:
        return not self.symbols or symbol in self.symbols


class Deviating:
    """
    A source as one provider tells of it.

    Staleness is the clock's business: who asks :func:`~investment.providers.sandbox.prices.last_price`
    gives :meth:`told_at` for now, and daily bars end with the last session that had closed then.
    """

    def __init__(self, source: Source, deviation: Deviation, now: date) -> None:
        self._source = source
        self._deviation = deviation
        self._last = now
        self.days: ExchangeDays = source.days
        self.invented: Invented | None = source.invented
        self.rates: Rates | None = source.rates

    def listings(self, day: date) -> list[Listing]:
        return self._source.listings(day)

    def listing(self, symbol: str, day: date) -> Listing | None:
        return self._source.listing(symbol, day)

    def grouped(self, session: date) -> BarColumns:
        told = self._source.grouped(session)
        other = self._scaled(self._source.grouped(self._told_for(session)))
        if not self._deviation.symbols:
            return other
        places = {symbol: row for row, symbol in enumerate(other.symbols) if self._deviation.hits(symbol)}
        rows = [places.get(symbol) for symbol in told.symbols]
        columns = {
            name: getattr(told, name).copy()
            for name in ("open", "high", "low", "close", "volume", "vwap", "trades")
        }
        for row, found in enumerate(rows):
            if found is not None:
                for name, column in columns.items():
                    column[row] = getattr(other, name)[found]
        return BarColumns(symbols=told.symbols, **columns)

    def bars(self, symbol: str, start: date, end: date) -> tuple[list[date], BarColumns]:
        if not self._deviation.hits(symbol):
            return self._source.bars(symbol, start, end)
        end = min(end, self._last)
        shift = self._deviation.shift
        if not shift:
            dates, bars = self._source.bars(symbol, start, end)
            return dates, self._scaled(bars)
        dates, bars = self._source.bars(symbol, self._moved(start, -shift), self._moved(end, -shift))
        return [self._moved(day, shift) for day in dates], self._scaled(bars)

    def splits(self, start: date, end: date) -> list[SplitRecord]:
        return self._source.splits(start, end)

    def dividends(self, start: date, end: date, symbol: str | None = None) -> list[DividendRecord]:
        return self._source.dividends(start, end, symbol)

    def shares(self, symbol: str, until: date) -> list[tuple[date, float]]:
        return self._source.shares(symbol, until)

    def share_factors(self, session: date, until: date) -> dict[str, float]:
        return self._source.share_factors(session, until)

    def minutes(self, symbol: str, session: SessionDay) -> Minutes | None:
        minutes = self._source.minutes(symbol, session)
        if minutes is None or not self._deviation.hits(symbol) or self._deviation.scale == 1:
            return minutes
        by = self._deviation.scale
        return replace(
            minutes,
            open=minutes.open * by,
            high=minutes.high * by,
            low=minutes.low * by,
            close=minutes.close * by,
            vwap=minutes.vwap * by,
        )

    def payment_shares(self, symbol: str, until: date) -> list[tuple[date, float]]:
        return self._source.payment_shares(symbol, until)

    def actions_known(self, symbol: str) -> bool:
        return self._source.actions_known(symbol)

    def _scaled(self, bars: BarColumns) -> BarColumns:
        by = self._deviation.scale
        if by == 1:
            return bars
        return BarColumns(
            symbols=bars.symbols, open=bars.open * by, high=bars.high * by, low=bars.low * by,
            close=bars.close * by, volume=bars.volume, vwap=bars.vwap * by, trades=bars.trades,
        )  # fmt: skip

    def _told_for(self, session: date) -> date:
        return self._moved(session, -self._deviation.shift) if session <= self._last else date.max

    def _moved(self, day: date, sessions: int) -> date:
        """Return the session so many after (or before) the one of a day, or after it where it is none."""
        if not sessions:
            return day
        days = [each.session for each in self.days.sessions]
        place = min(max(bisect_left(days, day) + sessions, 0), len(days) - 1)
        return days[place]

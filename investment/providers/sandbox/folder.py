"""A folder of real bars as a source: served on its own dates, nothing filled in."""

from bisect import bisect_left
from collections.abc import Mapping
from copy import copy
from datetime import date
from pathlib import Path

import numpy as np

from investment.lib.exchange_days import ExchangeDays, SessionDay
from investment.providers.contracts import BarColumns, DividendRecord, Floats, SplitRecord
from investment.providers.datafolder import (
    FileBars,
    FolderEntry,
    FolderRefused,
    read_bars,
    read_folder,
    split_factors,
)
from investment.providers.sandbox.ecb.rates import Rates, folder_rates
from investment.providers.sandbox.sample.intraday import Minutes
from investment.providers.sandbox.sources import TYPE_CODES, Invented, Listing

MALFORMED_SHARE = 0.01


class FolderSource:
    """
    Holds a folder's bars in memory. Prices that the folder has split-adjusted are made raw again,
    for raw is what the wire carries.

    :raises FolderRefused: if the folder cannot be read, more than one row in a hundred of a file
        cannot, or a file is split-adjusted by splits that nobody lists.
    """

    def __init__(self, folder: Path, days: ExchangeDays) -> None:
        self.days = days
        self.invented: Invented | None = None
        self.rates: Rates | None = folder_rates(folder)
        self._entries = {entry.record.symbol: entry for entry in read_folder(folder).entries}
        self._series = {symbol: _raw(entry) for symbol, entry in self._entries.items()}
        self._rows = _places(self._series)

    def telling(self, files: Mapping[str, Path]) -> "FolderSource":
        """
        Return the folder as a source that tells other bars of some symbols: raw ones, from a file each.

        :raises FolderRefused: if a file cannot be read, or the folder has no such symbol.
        """
        strangers = files.keys() - self._series.keys()
        if strangers:
            raise FolderRefused(f"there is no {', '.join(sorted(strangers))} in the folder")
        other = copy(self)
        other._series = {**self._series, **{name: _readable(file, name) for name, file in files.items()}}
        other._rows = _places(other._series)
        return other

    def listings(self, day: date) -> list[Listing]:  # noqa: ARG002 - a folder knows of no listings and delistings
        return [Listing(entry.record, TYPE_CODES.get(entry.record.kind)) for entry in self._entries.values()]

    def listing(self, symbol: str, day: date) -> Listing | None:  # noqa: ARG002
        entry = self._entries.get(symbol)
        return Listing(entry.record, TYPE_CODES.get(entry.record.kind)) if entry else None

    def grouped(self, session: date) -> BarColumns:
        found = [(symbol, rows[session]) for symbol, rows in self._rows.items() if session in rows]
        columns = [
            np.array([getattr(self._series[symbol].bars, name)[row] for symbol, row in found])
            for name in ("open", "high", "low", "close", "volume", "vwap", "trades")
        ]
        return BarColumns([symbol for symbol, _ in found], *columns)

    def bars(self, symbol: str, start: date, end: date) -> tuple[list[date], BarColumns]:
        series = self._series.get(symbol)
        if series is None:
            return [], BarColumns([], *(np.empty(0) for _ in range(7)))
        kept = [row for row, session in enumerate(series.sessions) if start <= session <= end]
        bars = series.bars
        columns = (bars.open, bars.high, bars.low, bars.close, bars.volume, bars.vwap, bars.trades)
        return (
            [series.sessions[row] for row in kept],
            BarColumns([symbol] * len(kept), *(column[kept] for column in columns)),
        )

    def splits(self, start: date, end: date) -> list[SplitRecord]:
        found = [split for entry in self._entries.values() for split in entry.splits]
        return sorted((s for s in found if start <= s.ex_date <= end), key=lambda s: s.ex_date)

    def dividends(self, start: date, end: date, symbol: str | None = None) -> list[DividendRecord]:
        entries = [entry for name, entry in self._entries.items() if symbol in (None, name)]
        found = [dividend for entry in entries for dividend in entry.dividends]
        return sorted((d for d in found if start <= d.ex_date <= end), key=lambda d: d.ex_date)

    def shares(self, symbol: str, until: date) -> list[tuple[date, float]]:
        entry = self._entries.get(symbol)
        splits = entry.splits if entry else []
        return [(s.ex_date, s.split_to / s.split_from) for s in splits if s.ex_date <= until]

    def share_factors(self, session: date, until: date) -> dict[str, float]:
        factors: dict[str, float] = {}
        for split in self.splits(session, until):
            if split.ex_date > session:
                factors[split.symbol] = factors.get(split.symbol, 1.0) * split.split_to / split.split_from
        return factors

    def minutes(self, symbol: str, session: SessionDay) -> Minutes | None:  # noqa: ARG002 - folders hold days
        return None

    def payment_shares(self, symbol: str, until: date) -> list[tuple[date, float]]:
        series, told = self._series.get(symbol), dict[date, float]()
        if series is None:
            return []
        for dividend in self.dividends(date.min, until, symbol):
            row = bisect_left(series.sessions, dividend.ex_date) - 1
            if row >= 0:
                share = float(dividend.amount) / float(series.bars.close[row])
                told[dividend.ex_date] = told.get(dividend.ex_date, 0.0) + share
        return list(told.items())

    def actions_known(self, symbol: str) -> bool:
        entry = self._entries.get(symbol)
        return entry is None or entry.actions_known


def first_and_last_session(folder: Path) -> tuple[date, date]:
    """
    Return the first and the last session of any file of the folder.

    :raises FolderRefused: if it holds no bars, or cannot be read.
    """
    files = [read_bars(entry.file, entry.record.symbol) for entry in read_folder(folder).entries]
    sessions = [session for file in files for session in (*file.sessions[:1], *file.sessions[-1:])]
    if not sessions:
        raise FolderRefused(f"{folder} holds no bars: its files have no rows below their first lines")
    return min(sessions), max(sessions)


def _places(series: Mapping[str, FileBars]) -> dict[str, dict[date, int]]:
    return {
        symbol: {session: row for row, session in enumerate(told.sessions)} for symbol, told in series.items()
    }


def _readable(file: Path, symbol: str) -> FileBars:
    series = read_bars(file, symbol)
    bad = len(series.malformed)
    if bad > MALFORMED_SHARE * (bad + len(series.sessions)):
        first = series.malformed[0].reason
        raise FolderRefused(f"{file} has {bad} rows that are no bars, first {first}: correct the file")
    return series


def _raw(entry: FolderEntry) -> FileBars:
    series = _readable(entry.file, entry.record.symbol)
    if entry.basis == "raw":
        return series
    if not entry.actions_known:
        raise FolderRefused(
            f"{entry.file} is split-adjusted, by splits that nobody lists: give its actions, or raw prices"
        )
    factors = split_factors(entry.splits, series.sessions)
    bars = series.bars

    def times(prices: Floats) -> Floats:
        return np.round(prices * factors, 6).astype(np.float64)

    raw = BarColumns(
        symbols=bars.symbols,
        open=times(bars.open),
        high=times(bars.high),
        low=times(bars.low),
        close=times(bars.close),
        volume=np.round(bars.volume / factors, 4).astype(np.float64),
        vwap=times(bars.vwap),
        trades=bars.trades,
    )
    return FileBars(series.sessions, raw, series.malformed)

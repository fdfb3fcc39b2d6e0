"""
Massive's aggregates: https://massive.com/docs/rest/stocks/aggregates.

Prices are asked for raw (``adjusted=false``) unless a basis says otherwise.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import TypeVar

import numpy as np

from investment.providers import errors
from investment.providers.adapters.massive import payloads, reading, records, symbols
from investment.providers.adapters.massive.transport import Params, Transport, quoted
from investment.providers.contracts import BarSeries, Basis, MalformedRow, MarketDay
from investment.providers.contracts.windows import BarWindows, DayPrices, Timespan

_DAY = 86_400_000  # milliseconds
# The longest that a window of each timespan can be, in milliseconds.
_SPANS: dict[Timespan, int] = {
    "second": 1_000,
    "minute": 60_000,
    "hour": 3_600_000,
    "day": 25 * 3_600_000,
    "week": 8 * _DAY,
    "month": 32 * _DAY,
    "quarter": 93 * _DAY,
    "year": 367 * _DAY,
}
_MOST_BARS = 50_000  # base aggregates in one call: minutes for minutes and hours, days for the rest
Place = TypeVar("Place", date, int)


class BarQuestions:
    """What :class:`MassiveClient` answers about prices."""

    _way: Transport

    def grouped_daily(self, *, session: date, basis: Basis = "raw", include_otc: bool = False) -> MarketDay:
        """
        Return every stock's bar of one session, in one call.

        A row of another date is unreadable; where most are, the answer is refused.
        """
        body = self._way.get(
            "grouped_daily",
            f"/v2/aggs/grouped/locale/us/market/stocks/{session}",
            {"adjusted": _adjusted(basis), "include_otc": str(include_otc).lower()},
            first_day=session,
        )
        what = f"the market of {session}"
        _, rows, places, unreadable = reading.read_bars(
            body, payloads.TickerBars, payloads.TickerBar, what, basis
        )
        starts, ends = records.session_bounds(session)
        instants = np.fromiter((row.t for row in rows), dtype=np.float64, count=len(rows))
        instants[instants >= records.NANOSECONDS] /= 1e6
        astray = np.flatnonzero((instants < starts) | (instants >= ends))
        if len(astray) > len(rows) / 2:
            raise reading.malformed(f"{what}: the rows are of another date", body)
        wrong = {int(i): "not of the session asked for" for i in astray}
        tickers = []
        for i, row in enumerate(rows):
            try:
                tickers.append(symbols.from_massive(row.T))
            except ValueError as e:
                tickers.append("")
                wrong[i] = str(e) if row.T else "no ticker"
        unreadable += [
            MalformedRow(places[i], reading.describe(rows[i]), reason, rows[i].T[:64])
            for i, reason in wrong.items()
        ]
        kept = [i for i in range(len(rows)) if i not in wrong]
        return MarketDay(
            session=session,
            bars=records.columns([rows[i] for i in kept], [tickers[i] for i in kept]),
            malformed=unreadable,
            basis=basis,
            digest=hashlib.sha256(body).hexdigest(),
        )

    def daily_bars(self, *, symbol: str, start: date, end: date) -> BarSeries:
        """
        Return raw bars of one instrument, both ends included; clipped to the plan's history.

        An unknown symbol has no bars: Massive does not tell it from one without trades.
        """
        path = f"/v2/aggs/ticker/{quoted(symbol)}/range/1/day/{start}/{end}"
        params: Params = {"adjusted": "false", "sort": "asc", "limit": _MOST_BARS}
        return self._series("daily_bars", path, params, symbol, start, end)

    def previous_close(self, *, symbol: str) -> BarSeries:
        """Return the last raw bar of one instrument; empty if Massive has none."""
        path = f"/v2/aggs/ticker/{quoted(symbol)}/prev"
        return self._series("previous_close", path, {"adjusted": "false"}, symbol, None, None)

    def aggregates(
        self,
        *,
        symbol: str,
        timespan: Timespan,
        multiplier: int = 1,
        start: date | datetime,
        end: date | datetime,
        basis: Basis = "raw",
    ) -> BarWindows:
        """
        Return bars of one instrument over windows of any length, both ends included.

        A call brings at most 50,000 base aggregates: minutes for minutes and hours, days for what is
        longer; more are asked for page by page, and a page may hold none. A year of one stock's
        minutes is about 200,000. The first window may begin before ``start`` (weeks begin on Sunday).
        """
        first, last = _edge(start), _edge(end)
        path = f"/v2/aggs/ticker/{quoted(symbol)}/range/{multiplier}/{timespan}/{first}/{last}"
        params: Params = {"adjusted": _adjusted(basis), "sort": "asc", "limit": _MOST_BARS}
        earliest = _millis(start) - multiplier * _SPANS[timespan]
        latest = _millis(end) if isinstance(end, datetime) else int(records.session_bounds(end)[1]) - 1

        def place(row: payloads.Bar) -> int:
            instant = records.instant_of(row.t)
            if not earliest < instant <= latest:
                raise ValueError("outside the range asked for")
            return instant

        read, unreadable, digest = self._bars(
            f"aggregates_{timespan}", path, params, symbol, place, basis, "window", _date(start)
        )
        starts = sorted(read)
        return BarWindows(
            symbol=symbol,
            timespan=timespan,
            multiplier=multiplier,
            starts=np.array(starts, dtype=np.int64),
            bars=records.columns([read[at] for at in starts], [symbol] * len(starts)),
            malformed=unreadable,
            basis=basis,
            digest=digest,
        )

    def open_close(self, *, symbol: str, session: date, basis: Basis = "raw") -> DayPrices | None:
        """
        Return one session with the prices before and after it.

        None where there was no session, or Massive does not know the ticker: it says the same to both.
        """
        path = f"/v1/open-close/{quoted(symbol)}/{session}"
        try:
            body = self._way.get("open_close", path, {"adjusted": _adjusted(basis)}, first_day=session)
        except errors.RequestRejected as e:
            if e.status == 404 and "data not found" in e.words.lower():
                return None
            raise
        found = reading.read_one(
            body, payloads.OpenClose, lambda answer: records.day_prices(answer, basis=basis), symbol
        )
        if (found.symbol, found.session) != (symbol, session):
            raise reading.malformed(f"asked for {symbol} of {session} and got another", body)
        return found

    def _series(
        self, endpoint: str, path: str, params: Params, symbol: str, start: date | None, end: date | None
    ) -> BarSeries:
        def place(row: payloads.Bar) -> date:
            session = records.session_of(row.t)
            if not (start or date.min) <= session <= (end or date.max):
                raise ValueError("outside the range asked for")
            return session

        read, unreadable, digest = self._bars(endpoint, path, params, symbol, place, "raw", "session", start)
        sessions = sorted(read)
        return BarSeries(
            symbol=symbol,
            sessions=sessions,
            bars=records.columns([read[session] for session in sessions], [symbol] * len(sessions)),
            malformed=unreadable,
            basis="raw",
            digest=digest,
        )

    def _bars(
        self,
        endpoint: str,
        path: str,
        params: Params,
        symbol: str,
        place: Callable[[payloads.Bar], Place],
        basis: Basis,
        of: str,
        first_day: date | None,
    ) -> tuple[dict[Place, payloads.Bar], list[MalformedRow], str]:
        """Return one ticker's bars by their place in time, what could not be read, and the digest."""
        digest = hashlib.sha256()
        read: dict[Place, tuple[int, payloads.Bar]] = {}
        unreadable: list[MalformedRow] = []
        contradicted: set[Place] = set()
        offset = 0

        def set_aside(index: int, row: payloads.Bar, reason: str) -> None:
            unreadable.append(MalformedRow(index, reading.describe(row), reason, symbol))

        for body in self._way.pages(endpoint, path, params, first_day=first_day):
            digest.update(body)
            ticker, rows, places, bad = reading.read_bars(body, payloads.Bars, payloads.Bar, symbol, basis)
            if ticker is not None and ticker != symbols.to_massive(symbol):
                raise reading.malformed(f"asked for {symbol} and got {ticker[:64]}", body)
            unreadable += [MalformedRow(offset + b.index, b.payload, b.reason, symbol) for b in bad]
            for i, row in enumerate(rows):
                index = offset + places[i]
                try:
                    at = place(row)
                except ValueError as e:
                    set_aside(index, row, str(e))
                    continue
                if at not in read and at not in contradicted:
                    read[at] = index, row
                elif at in read and _told(read[at][1]) == _told(row):
                    set_aside(index, row, f"a second bar of its {of}")
                else:
                    # Which one is right, or whether each is a part of it, cannot be told.
                    for other in (read.pop(at, None), (index, row)):
                        if other is not None:
                            set_aside(*other, f"one of several bars of its {of} that differ")
                    contradicted.add(at)
            offset += len(rows) + len(bad)
        return {at: row for at, (_, row) in read.items()}, unreadable, digest.hexdigest()


def _told(row: payloads.Bar) -> tuple[float | None, ...]:
    return (row.o, row.h, row.l, row.c, row.v, row.vw, row.n)


def _adjusted(basis: Basis) -> str:
    return "true" if basis == "splits" else "false"


def _edge(at: date | datetime) -> str:
    """An end of a range as Massive takes it: a date, or milliseconds."""
    return str(_millis(at)) if isinstance(at, datetime) else str(at)


def _millis(at: date | datetime) -> int:
    """:raises ValueError: for an instant without its zone."""
    if isinstance(at, datetime):
        if at.tzinfo is None:
            raise ValueError("an end of a range needs its time zone")
        return int(at.timestamp() * 1000)
    return int(datetime.combine(at, time(), records.NEW_YORK).timestamp() * 1000)


def _date(at: date | datetime) -> date:
    return at.astimezone(UTC).date() if isinstance(at, datetime) else at

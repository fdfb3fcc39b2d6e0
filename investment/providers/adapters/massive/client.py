"""
Massive (formerly Polygon) adapter: US stocks at the end of the day, instruments, splits, dividends.

Reference: https://massive.com/docs/rest/stocks. Prices are always asked for raw (``adjusted=false``).
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from typing import TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import httpx
import msgspec
import numpy as np

from investment.providers import errors
from investment.providers.adapters.massive import payloads, records
from investment.providers.adapters.massive.limits import NAME
from investment.providers.contracts import (
    BarSeries,
    DividendRecord,
    InstrumentRecord,
    MalformedRow,
    MarketDay,
    MarketStatus,
    SplitRecord,
)

_Params = dict[str, str | int]
Answer = TypeVar("Answer")
_MOST_PAGES = 1000  # of one list: far beyond any real one


class MassiveClient:
    """
    Translate our questions to Massive and its answers to our records.

    The client neither retries nor counts: both belong to whoever made ``http``, whose base URL is
    Massive's or the sandbox's. Each request says what it asks in its extension ``endpoint``.
    Every method raises the errors of :mod:`investment.providers.errors`.
    """

    name = NAME

    def __init__(self, *, api_key: str, http: httpx.Client) -> None:
        self._api_key = api_key
        self._http = http

    def grouped_daily(self, *, session: date) -> MarketDay:
        """
        Return every stock's raw bar of one session, in one call.

        A row of another date is unreadable; where most are, the answer is refused.
        """
        body = self._get(
            "grouped_daily",
            f"/v2/aggs/grouped/locale/us/market/stocks/{session}",
            {"adjusted": "false", "include_otc": "false"},
        )
        what = f"the market of {session}"
        rows, places, unreadable = records.decode_market(body, what)
        starts, ends = records.session_bounds(session)
        instants = np.fromiter((row.t for row in rows), dtype=np.float64, count=len(rows))
        astray = np.flatnonzero((instants < starts) | (instants >= ends))
        if len(astray) > len(rows) / 2:
            raise records.malformed(f"{what}: the rows are of another date", body)
        wrong = {int(i): "not of the session asked for" for i in astray}
        wrong |= {i: "no ticker" for i, row in enumerate(rows) if not row.T}
        for i, reason in wrong.items():
            unreadable.append(MalformedRow(places[i], records.describe(rows[i]), reason, rows[i].T))
        kept = [row for i, row in enumerate(rows) if i not in wrong] if wrong else rows
        return MarketDay(
            session=session,
            bars=records.columns(kept, [row.T for row in kept]),
            malformed=unreadable,
            basis="raw",
            digest=hashlib.sha256(body).hexdigest(),
        )

    def daily_bars(self, *, symbol: str, start: date, end: date) -> BarSeries:
        """
        Return raw bars of one instrument, both ends included; clipped to the plan's history.

        An unknown symbol has no bars: Massive does not tell it from one without trades.
        """
        path = f"/v2/aggs/ticker/{quote(symbol, safe='')}/range/1/day/{start}/{end}"
        params: _Params = {"adjusted": "false", "sort": "asc", "limit": 50_000}
        return self._series("daily_bars", path, params, symbol, start, end)

    def previous_close(self, *, symbol: str) -> BarSeries:
        """Return the last raw bar of one instrument; empty if Massive has none."""
        path = f"/v2/aggs/ticker/{quote(symbol, safe='')}/prev"
        return self._series("previous_close", path, {"adjusted": "false"}, symbol, date.min, date.max)

    def instruments(self, *, active: bool = True, on: date | None = None) -> Iterator[list[InstrumentRecord]]:
        """Yield the instruments of the US stock market, a page (one call, up to 1,000) at a time."""
        params: _Params = {"market": "stocks", "active": str(active).lower(), "limit": 1000}
        params |= {"sort": "ticker", "order": "asc"} | ({"date": str(on)} if on else {})
        for body in self._pages("tickers", "/v3/reference/tickers", params):
            rows, _ = records.decode_rows(body, payloads.Ticker, "tickers")
            yield [records.instrument_record(row) for row in rows]

    def instrument(self, *, symbol: str, on: date | None = None) -> InstrumentRecord:
        """
        Return what is known of one instrument, at a date if one is given.

        :raises UnknownSymbol: also for one renamed or delisted since, unless ``on`` is before that.
        """
        path = f"/v3/reference/tickers/{quote(symbol, safe='')}"
        body = self._get("ticker", path, {"date": str(on)} if on else {})
        return records.instrument_record(_decode(body, payloads.TickerDetails, symbol).results)

    def splits(self, *, start: date, end: date, symbol: str | None = None) -> list[SplitRecord]:
        """Return splits with an ex-date in the range, both ends included, oldest first."""
        params = _between("execution_date", start, end, symbol)
        found: list[SplitRecord] = []
        for body in self._pages("splits", "/stocks/v1/splits", params):
            rows, _ = records.decode_rows(body, payloads.Split, "splits")
            found += [records.split_record(row) for row in rows]
        return found

    def dividends(self, *, start: date, end: date, symbol: str | None = None) -> list[DividendRecord]:
        """Return cash dividends with an ex-date in the range, both ends included, oldest first."""
        params = _between("ex_dividend_date", start, end, symbol)
        found: list[DividendRecord] = []
        for body in self._pages("dividends", "/stocks/v1/dividends", params):
            rows, _ = records.decode_rows(body, payloads.Dividend, "dividends")
            found += [records.dividend_record(row) for row in rows]
        return found

    def market_status(self) -> MarketStatus:
        """Return whether the market is open now."""
        body = self._get("market_status", "/v1/marketstatus/now", {})
        answer = _decode(body, payloads.MarketStatusNow, "the market's status")
        return MarketStatus(market=answer.market, server_time=answer.serverTime)

    def _series(
        self, endpoint: str, path: str, params: _Params, symbol: str, start: date, end: date
    ) -> BarSeries:
        digest = hashlib.sha256()
        read: dict[date, payloads.Bar] = {}
        unreadable: list[MalformedRow] = []
        offset = 0
        for body in self._pages(endpoint, path, params):
            digest.update(body)
            ticker, rows, places, bad = records.decode_series(body, symbol)
            if ticker not in (None, symbol):
                raise records.malformed(f"asked for {symbol} and got {ticker}", body)
            unreadable += [MalformedRow(offset + b.index, b.payload, b.reason, symbol) for b in bad]
            for i, row in enumerate(rows):
                try:
                    session = records.session_of(row.t)
                    reason = "outside the range asked for" if not start <= session <= end else ""
                    reason = reason or ("a second bar of its session" if session in read else "")
                except ValueError as e:
                    reason = str(e)
                if reason:
                    place = offset + places[i]
                    unreadable.append(MalformedRow(place, records.describe(row), reason, symbol))
                else:
                    read[session] = row
            offset += len(rows) + len(bad)
        sessions = sorted(read)
        return BarSeries(
            symbol=symbol,
            sessions=sessions,
            bars=records.columns([read[session] for session in sessions], [symbol] * len(sessions)),
            malformed=unreadable,
            basis="raw",
            digest=digest.hexdigest(),
        )

    def _pages(self, endpoint: str, path: str, params: _Params) -> Iterator[bytes]:
        """Yield the bodies of a list's pages, following ``next_url`` on our own base URL."""
        seen: set[str] = set()
        while True:
            body = self._get(endpoint, path, params)
            yield body
            next_url = _next_url(body)
            if next_url is None:
                return
            if next_url in seen or len(seen) >= _MOST_PAGES:
                raise records.malformed(f"{endpoint}: the pages do not end", body)
            seen.add(next_url)
            # The host is not taken over (it may be any), nor a key if one should be in there.
            parts = urlsplit(next_url)
            path = parts.path
            params = {k: v for k, v in parse_qsl(parts.query) if k.lower() != "apikey"}

    def _get(self, endpoint: str, path: str, params: _Params) -> bytes:
        url = f"{path}?{urlencode(params)}" if params else path
        try:
            response = self._http.get(
                url,
                headers={"Authorization": f"Bearer {self._api_key}"},
                extensions={"endpoint": endpoint},
            )
        except httpx.DecodingError as e:
            raise errors.MalformedPayload(
                "Massive: the answer cannot be unpacked", provider=NAME, words=self._redact(str(e))
            ) from None
        except httpx.TransportError as e:
            # Not «from e»: a traceback shows the request's headers, and one of them is the key.
            raise errors.ProviderUnavailable(
                f"Massive did not answer: {type(e).__name__}", provider=NAME, words=self._redact(str(e))
            ) from None
        if response.status_code != 200:
            raise self._refusal(response, path)
        return response.content

    def _refusal(self, response: httpx.Response, path: str) -> errors.ProviderError:
        words, spoken = _words(response)
        words = self._redact(words)
        kind = _classify(response.status_code, words, spoken=spoken)
        return kind(
            f"Massive: HTTP {response.status_code} for {path}: {words or 'no words'}",
            provider=NAME,
            words=words,
            status=response.status_code,
        )

    def _redact(self, text: str) -> str:
        return text.replace(self._api_key, "…") if self._api_key else text


def _classify(status: int, words: str, *, spoken: bool) -> type[errors.ProviderError]:
    """Tell what a refusal means. ``spoken``: Massive's own JSON, not some server's page before it."""
    if status == 401:
        return errors.CredentialsRejected
    if status == 429:
        return errors.ProviderThrottled
    if status >= 500 or status == 408:
        return errors.ProviderUnavailable
    if status == 404 and spoken and "not found" in words.lower():
        return errors.UnknownSymbol
    if status == 403 and spoken:
        # Only known words mean something: an unknown refusal must not stop us from asking again.
        known: dict[str, type[errors.ProviderError]] = {
            "before end of day": errors.NotPublishedYet,
            "data timeframe": errors.OutOfHistory,
            "not entitled": errors.NotEntitled,
        }
        return next((kind for text, kind in known.items() if text in words.lower()), errors.RequestRejected)
    return errors.RequestRejected


def _words(response: httpx.Response) -> tuple[str, bool]:
    """What an answer that is not 200 says, and whether it is in Massive's own form."""
    try:
        failure = msgspec.json.decode(response.content, type=payloads.Failure)
    except msgspec.DecodeError:
        text = re.sub(r"<[^>]*>", " ", response.content[:2000].decode(errors="replace"))
        return " ".join(text.split())[:200], False
    return (failure.message or failure.error or failure.status or "")[:500], True


def _between(field: str, start: date, end: date, symbol: str | None) -> _Params:
    params: _Params = {f"{field}.gte": str(start), f"{field}.lte": str(end)}
    params |= {"sort": f"{field}.asc", "limit": 5000}
    return params | ({"ticker": symbol} if symbol else {})


def _decode(body: bytes, kind: type[Answer], what: str) -> Answer:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as e:
        raise records.malformed(f"{what}: {e}", body) from e


class _Next(msgspec.Struct):
    next_url: str | None = None


def _next_url(body: bytes) -> str | None:
    try:
        return msgspec.json.decode(body, type=_Next).next_url
    except msgspec.DecodeError as e:
        raise records.malformed(f"no envelope: {e}", body) from e

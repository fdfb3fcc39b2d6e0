"""From Massive's answers to our records. Nothing here asks anything."""

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from investment.providers.adapters.massive import payloads
from investment.providers.adapters.massive.limits import NAME
from investment.providers.contracts import (
    BarColumns,
    DividendRecord,
    InstrumentKind,
    InstrumentRecord,
    MalformedRow,
    SplitRecord,
)
from investment.providers.errors import MalformedPayload

NEW_YORK = ZoneInfo("America/New_York")

_logger = logging.getLogger(__name__)
_DAY = 86_400_000  # milliseconds
_KEPT = 500  # characters of an unreadable row
_GOOD_STATUS = ("OK", "DELAYED")  # delayed: 15 minutes late, by plan
_UNREADABLE = 0.01  # of the rows of a list; more refuse it whole

# https://massive.com/docs/rest/stocks/tickers/ticker-types
_KINDS: dict[str, InstrumentKind] = {
    "CS": "common_stock",
    "OS": "common_stock",  # ordinary shares
    "NYRS": "common_stock",  # New York registry shares
    "ADRC": "adr",
    "ADRP": "preferred",
    "ADRR": "right",
    "ADRW": "warrant",
    "PFD": "preferred",
    "WARRANT": "warrant",
    "RIGHT": "right",
    "UNIT": "unit",
    "ETF": "etf",
    "ETS": "etf",  # of a single security
    "FUND": "fund",
}

Row = TypeVar("Row")
BarRow = TypeVar("BarRow", bound=payloads.Bar)
AnyEnvelope = TypeVar("AnyEnvelope", bound=payloads.Envelope)


def decode_market(
    body: bytes, what: str
) -> "tuple[list[payloads.TickerBar], Sequence[int], list[MalformedRow]]":
    """Decode the market's day: its readable rows, their places in the answer, and the unreadable rows."""
    _, rows, places, unreadable = _decode_bars(body, payloads.TickerBars, payloads.TickerBar, what)
    return rows, places, unreadable


def decode_series(
    body: bytes, what: str
) -> "tuple[str | None, list[payloads.Bar], Sequence[int], list[MalformedRow]]":
    """Decode one ticker's bars: whose they are, then as :func:`decode_market`."""
    return _decode_bars(body, payloads.Bars, payloads.Bar, what)


def decode_rows(body: bytes, row: type[Row], what: str) -> tuple[list[Row], str | None]:
    """
    Decode a list of reference data: its rows and the address of the next page.

    :raises MalformedPayload: also where more than 1 % of the rows cannot be read; fewer are logged.
    """
    answer = _decode_loosely(body, what)
    raw = answer.results or []
    rows, _, unreadable = _read_rows(raw, row)
    if len(unreadable) > _UNREADABLE * len(raw):
        worst = unreadable[0]
        raise malformed(
            f"{what}: {len(unreadable)} of {len(raw)} rows cannot be read, first: {worst.reason}", body
        )
    for left_out in unreadable:
        _logger.warning(
            "%s: left out row %d: %s: %s", what, left_out.index, left_out.reason, left_out.payload
        )
    return rows, answer.next_url


def columns(rows: Sequence[payloads.Bar], symbols: list[str]) -> BarColumns:
    """Return rows as columns; what was not told is NaN."""
    o, h, low, c, v, vw, n = (
        np.fromiter(map(attrgetter(name), rows), dtype=np.float64, count=len(rows))
        for name in ("o", "h", "l", "c", "v", "vw", "n")
    )
    return BarColumns(symbols=symbols, open=o, high=h, low=low, close=c, volume=v, vwap=vw, trades=n)


def session_bounds(session: date) -> tuple[float, float]:
    """Return the first millisecond of a date in New York, and the first of the next."""
    start = datetime.combine(session, time(), NEW_YORK)
    end = datetime.combine(session + timedelta(days=1), time(), NEW_YORK)
    return start.timestamp() * 1000, end.timestamp() * 1000


def session_of(milliseconds: float) -> date:
    """
    Return the date in New York at an instant.

    :raises ValueError: if there is no such instant.
    """
    if not abs(milliseconds) < 1e14:  # the year 5138; nanoseconds lie far beyond
        raise ValueError(f"{milliseconds:.0f} is no instant in milliseconds")
    return (
        (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)).astimezone(NEW_YORK).date()
    )


def describe(row: payloads.Bar) -> str:
    """Return a row as it came, for people."""
    return msgspec.json.encode(row).decode()[:_KEPT]


def instrument_record(row: payloads.Ticker) -> InstrumentRecord:
    return InstrumentRecord(
        symbol=row.ticker,
        name=row.name,
        kind=_KINDS.get(row.type, "other") if row.type else "unknown",
        exchange=row.primary_exchange or None,
        currency=row.currency_name.upper() if row.currency_name and len(row.currency_name) == 3 else None,
        active=row.active,
        listed_on=row.list_date,
        delisted_on=_leading_date(row.delisted_utc),
        cik=row.cik or None,
        composite_figi=row.composite_figi or None,
        share_class_figi=row.share_class_figi or None,
    )


def split_record(row: payloads.Split) -> SplitRecord:
    return SplitRecord(
        symbol=row.ticker,
        ex_date=row.execution_date,
        split_from=row.split_from,
        split_to=row.split_to,
        provider_id=row.id,
    )


def dividend_record(row: payloads.Dividend) -> DividendRecord:
    return DividendRecord(
        symbol=row.ticker,
        ex_date=row.ex_dividend_date,
        amount=row.cash_amount,
        currency=row.currency.upper(),
        declared_on=row.declaration_date,
        record_date=row.record_date,
        pay_date=row.pay_date,
        provider_id=row.id,
    )


def malformed(message: str, body: bytes) -> MalformedPayload:
    """Return the error for an answer that does not have its documented shape, with its first words."""
    words = body[:200].decode(errors="replace")
    return MalformedPayload(f"Massive: {message}", provider=NAME, words=words, status=200)


def _decode_bars(
    body: bytes, fast: "type[payloads.BarList[BarRow]]", row: type[BarRow], what: str
) -> tuple[str | None, list[BarRow], Sequence[int], list[MalformedRow]]:
    """Decode the whole at once where every row has its shape, else row by row."""
    try:
        answer = _checked(msgspec.json.decode(body, type=fast), body, what)
        rows = answer.results or []
        found: tuple[list[BarRow], Sequence[int], list[MalformedRow]] = rows, range(len(rows)), []
        adjusted, ticker = answer.adjusted, answer.ticker
    except msgspec.DecodeError:
        loose = _decode_loosely(body, what)
        found = _read_rows(loose.results or [], row)
        adjusted, ticker = loose.adjusted, loose.ticker
    if adjusted and any(found):
        raise malformed(f"{what}: adjusted prices came though raw ones were asked for", body)
    return ticker, *found


def _decode_loosely(body: bytes, what: str) -> payloads.Rows:
    try:
        return _checked(msgspec.json.decode(body, type=payloads.Rows), body, what)
    except msgspec.DecodeError as e:
        raise malformed(f"{what}: {e}", body) from e


def _checked(answer: AnyEnvelope, body: bytes, what: str) -> AnyEnvelope:
    """:raises MalformedPayload: if an answer is not «OK», or not as long as it says."""
    if answer.status not in _GOOD_STATUS:
        raise malformed(f"{what}: status {answer.status!r}", body)
    told, held = answer.resultsCount, len(answer.results or ())
    if told is not None and told != held:
        raise malformed(f"{what}: says {told} rows and holds {held}", body)
    return answer


def _read_rows(raw: Sequence[msgspec.Raw], row: type[Row]) -> tuple[list[Row], list[int], list[MalformedRow]]:
    decoder = msgspec.json.Decoder(row)
    rows: list[Row] = []
    places: list[int] = []
    unreadable: list[MalformedRow] = []
    for place, text in enumerate(raw):
        try:
            rows.append(decoder.decode(text))
            places.append(place)
        except msgspec.ValidationError as e:
            words = bytes(text).decode(errors="replace")[:_KEPT]
            unreadable.append(MalformedRow(index=place, payload=words, reason=str(e), symbol=_symbol(text)))
    return rows, places, unreadable


def _symbol(text: msgspec.Raw) -> str:
    """The ticker of a row that is otherwise unreadable, or ''."""
    row = msgspec.json.decode(text)
    if not isinstance(row, dict):
        return ""
    symbol = row.get("T", row.get("ticker"))
    return symbol[:64] if isinstance(symbol, str) else ""


def _leading_date(text: str | None) -> date | None:
    """The date of an instant whose time Massive leaves at midnight UTC; None where there is none."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None

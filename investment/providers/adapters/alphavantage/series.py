"""Daily series of Alpha Vantage, as JSON or as CSV, to our bars. Nothing here asks anything."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec
import numpy as np

from investment.providers.adapters.alphavantage import payloads, reading
from investment.providers.adapters.alphavantage.reading import Answer
from investment.providers.adapters.alphavantage.symbols import from_alpha_vantage
from investment.providers.contracts import BarColumns, BarSeries, Floats, MalformedRow
from investment.providers.contracts.fx import FxBars

_PRICES = ("open", "high", "low", "close")
_CSV = re.compile(rb"\s*timestamp,")
_ROW = msgspec.json.Decoder(payloads.Row)

# A row that is still to be read: its day, what it says in words, and its texts by name (or why not).
_Raw = tuple[str, str, "dict[str, str] | str"]


@dataclass(slots=True)
class _Bars:
    """Bars by their day; ``values`` are in the order of the names that were asked for."""

    values: dict[date, list[float]] = field(default_factory=dict)
    malformed: list[MalformedRow] = field(default_factory=list)

    def columns(self, count: int) -> tuple[list[date], list[Floats]]:
        days = sorted(self.values)
        table = np.array([self.values[day] for day in days], dtype=np.float64).reshape(len(days), count)
        return days, [np.ascontiguousarray(table[:, place]) for place in range(count)]


def daily_bars(answer: Answer, symbol: str) -> BarSeries:
    """
    Read the raw bars of one instrument, oldest first; ``symbol`` is the one asked for, in our spelling.

    :raises MalformedPayload: if it is no such series, or another instrument's.
    """
    if _CSV.match(answer.body):
        rows = _csv_rows(answer, ("timestamp", *_PRICES, "volume"))
    else:
        told = answer.decode(payloads.Daily)
        theirs = reading.plain(told.meta).get("Symbol")
        if theirs is None or not same_symbol(theirs, symbol):
            raise answer.malformed(f"asked for {symbol} and got {theirs}")
        rows = _json_rows(answer, told.days)
    found = _read(rows, (*_PRICES, "volume"), symbol)
    days, (o, high, low, close, volume) = found.columns(5)
    untold = np.full(len(days), np.nan)
    return BarSeries(
        symbol=symbol,
        sessions=days,
        bars=BarColumns([symbol] * len(days), o, high, low, close, volume, vwap=untold, trades=untold.copy()),
        malformed=found.malformed,
        basis="raw",
        digest=answer.digest,
    )


def fx_bars(answer: Answer, base: str, quote: str) -> FxBars:
    """:raises MalformedPayload: if it is no series of rates, or another pair's."""
    zone = None
    if _CSV.match(answer.body):
        rows = _csv_rows(answer, ("timestamp", *_PRICES))
    else:
        told = answer.decode(payloads.FxDaily)
        meta = reading.plain(told.meta)
        pair = (meta.get("From Symbol"), meta.get("To Symbol"))
        if pair != (base, quote):
            raise answer.malformed(f"asked for {base} in {quote} and got {pair[0]} in {pair[1]}")
        zone = meta.get("Time Zone")
        rows = _json_rows(answer, told.days)
    found = _read(rows, _PRICES, f"{base}/{quote}")
    days, (o, high, low, close) = found.columns(4)
    return FxBars(base, quote, days, o, high, low, close, found.malformed, answer.digest, zone)


def same_symbol(theirs: str, ours: str) -> bool:
    """Whether Alpha Vantage's word for an instrument means ours; it repeats the spelling it was asked in."""
    words = theirs.strip().upper()
    return ours.upper() in (words, from_alpha_vantage(words).upper())


def _json_rows(answer: Answer, days: dict[str, msgspec.Raw]) -> Iterable[_Raw]:
    for day, text in days.items():
        words = answer.describe(text)
        try:
            yield day, words, reading.plain(_ROW.decode(text))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:
            yield day, words, str(e)


def _csv_rows(answer: Answer, header: Sequence[str]) -> Iterable[_Raw]:
    """:raises MalformedPayload: if the columns are not those documented."""
    if len(answer.body) > reading.LARGEST:
        raise answer.malformed(f"an answer of {len(answer.body)} bytes")
    try:
        lines = answer.body.decode().split("\n")
    except UnicodeDecodeError:
        raise answer.malformed("a CSV that is no text") from None
    lines = [line.strip() for line in lines if line.strip()]
    if lines[0].split(",") != list(header):
        raise answer.malformed(f"a CSV of other columns: {lines[0][:100]}")
    for line in lines[1:]:
        cells = line.split(",")
        whole = len(cells) == len(header)
        told = reading.plain(dict(zip(header[1:], cells[1:], strict=True))) if whole else "cells are missing"
        yield cells[0], answer.describe(line), told


def _read(rows: Iterable[_Raw], names: Sequence[str], symbol: str) -> _Bars:
    found = _Bars()
    for place, (day_text, words, told) in enumerate(rows):
        try:
            day, values = reading.day(day_text), _values(told, names)
        except ValueError as e:
            reason = str(e)
        else:
            first = found.values.setdefault(day, values)
            reason = "" if first is values else "a second bar of its session"
        if reason:
            found.malformed.append(MalformedRow(place, words, reason, symbol))
    return found


def _values(told: dict[str, str] | str, names: Sequence[str]) -> list[float]:
    """:raises ValueError: if the row is none, lacks a name, or has one that is no number."""
    if isinstance(told, str):
        raise ValueError(told)  # noqa: TRY004 - it is the reason why there is no row
    missing = [name for name in names if name not in told]
    if missing:
        raise ValueError(f"no {missing[0]}")
    return [reading.figure(told[name]) for name in names]

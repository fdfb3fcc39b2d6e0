"""
Folders of real bars: ``dataset.toml`` and the CSV files it lists. Pure reading, no Django.

    name = "My bars"

    [[bars]]
    file = "bars/AAPL.csv"      # session,open,high,low,close,volume[,vwap,trades]
    symbol = "AAPL"
    name = "Apple Inc."
    exchange = "XNAS"           # a MIC; may be left out
    currency = "USD"
    kind = "common_stock"       # may be left out: an ETF where the name says so, else a common stock
    basis = "raw"               # as traded, or "splits": later splits are already in the prices
    actions = "actions.csv"     # complete; or "none" (there were none), or "unknown"

An actions file has the columns ``symbol,ex_date,kind,value,currency``: kind ``split`` with the new
shares per old one as its value, or ``dividend`` with cash per share as declared.
"""

import csv
import math
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import numpy as np

from investment.lib.errors import DomainError
from investment.providers.contracts import (
    BarColumns,
    Basis,
    DividendRecord,
    Floats,
    InstrumentKind,
    InstrumentRecord,
    MalformedRow,
    SplitRecord,
)

PRICES = ("open", "high", "low", "close")
OPTIONAL = ("vwap", "trades")
ACTION_COLUMNS = ("symbol", "ex_date", "kind", "value")
UNKNOWN, NONE = "unknown", "none"


class FolderRefused(DomainError):
    """A folder or file cannot be read as bars; the message says where and what to change."""

    code = "data_folder_refused"


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """
    One instrument of a folder: what it is, where its bars are, and what is known of its actions.

    ``actions_known`` is False where actions happened but are not listed: an adjusted price is then
    unknown. The splits and dividends are oldest first.
    """

    record: InstrumentRecord
    file: Path
    basis: Basis
    actions_known: bool
    splits: list[SplitRecord]
    dividends: list[DividendRecord]


@dataclass(frozen=True, slots=True)
class FileBars:
    """Rows of one file, oldest first, and the rows that are none (``index`` is their line in the file)."""

    sessions: list[date]
    bars: BarColumns
    malformed: list[MalformedRow]


@dataclass(frozen=True, slots=True)
class DataFolder:
    """What ``dataset.toml`` says; bars are read one file at a time with :func:`read_bars`."""

    name: str
    path: Path
    entries: list[FolderEntry]


def read_folder(path: Path) -> DataFolder:
    """
    Read ``dataset.toml`` and the actions it names; the files of bars are only looked for.

    :raises FolderRefused: if something is missing or cannot be understood.
    """
    document = _document(path / "dataset.toml")
    rows = document.get("bars")
    if not isinstance(rows, list) or not rows:
        raise FolderRefused(f"{path / 'dataset.toml'} lists no bars: add a [[bars]] table for each file")
    actions: dict[Path, list[tuple[str, SplitRecord | DividendRecord]]] = {}
    entries = [_entry(path, place, row, actions) for place, row in enumerate(rows, start=1)]
    twice = [symbol for symbol, times in Counter(e.record.symbol for e in entries).items() if times > 1]
    if twice:
        raise FolderRefused(
            f"{path / 'dataset.toml'} lists {', '.join(twice)} more than once: one file for each symbol"
        )
    return DataFolder(name=str(document.get("name", path.name)), path=path, entries=entries)


def read_bars(file: Path, symbol: str) -> FileBars:
    """
    Read a CSV file of daily bars. Columns are found by name, further ones are ignored.

    Rows that hold no date or number where one belongs, and all rows of a repeated session, are
    returned as malformed. Whether a price is plausible is not judged here.

    :raises FolderRefused: if the file is missing, not text, or lacks a column.
    """
    sessions: list[date] = []
    rows: list[list[float]] = []
    lines: list[int] = []
    texts: list[str] = []
    malformed: list[MalformedRow] = []
    for line, row in _rows(file, ("session", *PRICES, "volume"), aliases={"date": "session"}):
        text = ",".join(str(value) for value in row.values())
        try:
            session, figures = date.fromisoformat(row["session"]), _figures(row)
        except ValueError as error:
            malformed.append(MalformedRow(line, text, f"line {line} of {file.name}: {error}", symbol))
            continue
        sessions.append(session)
        rows.append(figures)
        lines.append(line)
        texts.append(text)

    repeated = {session for session, times in Counter(sessions).items() if times > 1}
    for place in [i for i, session in enumerate(sessions) if session in repeated]:
        reason = f"line {lines[place]} of {file.name}: session {sessions[place]} appears more than once"
        malformed.append(MalformedRow(lines[place], texts[place], reason, symbol))
    order = sorted((i for i in range(len(rows)) if sessions[i] not in repeated), key=sessions.__getitem__)
    table = np.array([rows[i] for i in order], dtype=np.float64).reshape(len(order), 7)
    return FileBars(
        sessions=[sessions[i] for i in order],
        bars=BarColumns([symbol] * len(order), *(table[:, column].copy() for column in range(7))),
        malformed=sorted(malformed, key=lambda row: row.index),
    )


def split_factors(splits: list[SplitRecord], sessions: list[date]) -> Floats:
    """
    Return, for each session, the shares at the end that one share of that day has become.

    A raw price divided by it is split-adjusted, a raw volume is multiplied.
    """
    factors = np.ones(len(sessions))
    days = np.array([session.toordinal() for session in sessions])
    for split in splits:
        factors[days < split.ex_date.toordinal()] *= split.split_to / split.split_from
    return factors


def _document(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FolderRefused(
            f"{file} is missing: it lists the files of bars (see investment/providers/datafolder.py)"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FolderRefused(f"{file} cannot be read: {error}") from error


def _entry(
    folder: Path,
    place: int,
    row: Any,
    actions: dict[Path, list[tuple[str, SplitRecord | DividendRecord]]],
) -> FolderEntry:
    where = f"entry {place} of {folder / 'dataset.toml'}"
    if not isinstance(row, dict):
        raise FolderRefused(f"{where} is not a table: write [[bars]] above it")
    for name in ("file", "symbol"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise FolderRefused(f'{where} has no {name}: add {name} = "…"')
    symbol = row["symbol"].strip()
    file = folder / row["file"]
    if not file.is_file():
        raise FolderRefused(
            f"{where} ({symbol}) names {row['file']}, which is not there: correct or remove it"
        )
    basis: Any = row.get("basis")
    if basis not in get_args(Basis):
        raise FolderRefused(f'{where} ({symbol}) has basis {basis!r}: say basis = "raw" or "splits"')
    kind = row.get("kind") or _guess(str(row.get("name", "")))
    if kind not in get_args(InstrumentKind):
        raise FolderRefused(
            f"{where} ({symbol}) has kind {kind!r}: one of {', '.join(get_args(InstrumentKind))}"
        )
    currency = str(row.get("currency", "USD"))

    named = str(row.get("actions", UNKNOWN))
    found: list[SplitRecord | DividendRecord] = []
    if named not in (UNKNOWN, NONE):
        path = folder / named
        if path not in actions:
            actions[path] = list(_actions(path, currency))
        found = [action for owner, action in actions[path] if owner == symbol]
    return FolderEntry(
        record=InstrumentRecord(
            symbol=symbol,
            name=str(row.get("name", symbol)),
            kind=kind,
            exchange=row.get("exchange"),
            currency=currency,
            active=True,
        ),
        file=file,
        basis=basis,
        actions_known=named != UNKNOWN,
        splits=sorted((a for a in found if isinstance(a, SplitRecord)), key=lambda a: a.ex_date),
        dividends=sorted((a for a in found if isinstance(a, DividendRecord)), key=lambda a: a.ex_date),
    )


def _guess(name: str) -> InstrumentKind:
    return "etf" if "ETF" in name.split() else "common_stock"


def _actions(file: Path, currency: str) -> Iterator[tuple[str, SplitRecord | DividendRecord]]:
    for line, row in _rows(file, ACTION_COLUMNS):
        where = f"line {line} of {file}"
        symbol, kind = row["symbol"].strip(), row["kind"].strip()
        try:
            ex_date, value = date.fromisoformat(row["ex_date"]), Decimal(row["value"])
        except (ValueError, InvalidOperation):
            raise FolderRefused(
                f"{where} needs an ex_date like 2014-06-09 and a number, "
                f"has {row['ex_date']!r} and {row['value']!r}"
            ) from None
        if not value.is_finite() or value <= 0:
            raise FolderRefused(f"{where}: the value must be above 0, is {value}")
        if kind == "split":
            ratio = Fraction(value)  # 1.5 is 3 for 2
            if ratio.limit_denominator(100) != ratio and abs(ratio.limit_denominator(100) - ratio) < 1e-6:
                ratio = ratio.limit_denominator(100)  # 0.33333333 is meant as a third
            small = ratio.denominator <= 10_000
            yield (
                symbol,
                SplitRecord(
                    symbol=symbol,
                    ex_date=ex_date,
                    split_from=float(ratio.denominator) if small else 1.0,
                    split_to=float(ratio.numerator) if small else float(value),
                    provider_id=f"{symbol}-split-{ex_date}",
                ),
            )
        elif kind == "dividend":
            yield (
                symbol,
                DividendRecord(
                    symbol=symbol,
                    ex_date=ex_date,
                    amount=value,
                    currency=row.get("currency", "").strip() or currency,
                    provider_id=f"{symbol}-dividend-{ex_date}",
                ),
            )
        else:
            raise FolderRefused(f"{where}: kind is {kind!r}, must be split or dividend")


def _rows(
    file: Path, needed: tuple[str, ...], aliases: dict[str, str] | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each line's number and its values by column. Empty lines are passed over."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise FolderRefused(f"{file} is missing: correct its name in dataset.toml") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FolderRefused(f"{file} cannot be read as UTF-8 text: {error}") from error
    reader = csv.reader(text.splitlines())
    header = [(aliases or {}).get(n, n) for n in (name.strip().lower() for name in next(reader, []))]
    missing = [name for name in needed if name not in header]
    if missing:
        raise FolderRefused(
            f"{file} has no column {', '.join(missing)}: its first line must name {','.join(needed)}"
        )
    for values in reader:
        if any(value.strip() for value in values):
            padded = values + [""] * (len(header) - len(values))
            yield reader.line_num, {name: v.strip() for name, v in zip(header, padded, strict=False)}


def _figures(row: dict[str, str]) -> list[float]:
    figures = [_number(name, row[name]) for name in (*PRICES, "volume")]
    return figures + [_number(name, row[name]) if row.get(name) else math.nan for name in OPTIONAL]


def _number(name: str, text: str) -> float:
    try:
        figure = float(text)
    except ValueError:
        raise ValueError(f"{name} is {text!r}, not a number") from None
    if not math.isfinite(figure):
        raise ValueError(f"{name} is {text!r}, not a number")
    return figure

"""
Storing daily bars as providers and files tell them.

    DomainError
    └── AnswerRefused   the whole answer cannot be trusted: nothing of it was stored
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn

import numpy as np
from django.db import transaction

from investment.lib.errors import DomainError
from investment.market.calculators.plausibility import (
    ImpossibleRow,
    fails,
    impossible_days,
    impossible_rows,
)
from investment.market.models import DataIssue, Instrument
from investment.market.selectors.instruments import Ids
from investment.market.selectors.sessions import session_on, sessions_between
from investment.market.services import bar_table
from investment.market.services.issues import close_issues, open_issue
from investment.market.services.origins import NewOrigin, reserve_origin_id, write_origin
from investment.market.services.quarantine import BadRow, quarantine, summary
from investment.market.services.tickers import resolve_symbol_over_time, resolve_symbols
from investment.market.services.unadjust import SplitsUnknown, undo_splits
from investment.providers.contracts import BarColumns, BarSeries, MalformedRow, MarketDay

_COLUMNS = ("open", "high", "low", "close", "volume", "vwap", "trades")


class AnswerRefused(DomainError):
    """The answer cannot be trusted; nothing of it was stored, and a data issue says so."""

    code = "answer_refused"


@dataclass(frozen=True, slots=True)
class IngestReport:
    """
    What became of the rows of one answer.

    Every row is inserted, changed (a stored value was replaced), unchanged, not chosen (a better
    source has that bar; kept among the revisions) or refused (quarantined). ``confirmed`` of the
    unchanged now name a better source. ``changed_instruments`` are those whose chosen bar is new
    or another; None is «all of the session». ``origin_id`` is None where nothing was written.
    """

    inserted: int
    changed: int
    unchanged: int
    refused: int
    not_chosen: int
    confirmed: int = 0
    origin_id: int | None = None
    changed_instruments: list[int] | None = None


@dataclass(frozen=True, slots=True)
class CheckedDay:
    """The possible rows of a whole-market day, by instrument, and the others."""

    session: date
    rows: bar_table.Rows
    bad: list[BadRow]


def ingest_market_day(*, day: MarketDay, origin: NewOrigin, now: datetime) -> IngestReport:
    """
    Store one session of the whole market. Repeatable, all or nothing, safe in two processes at once.

    Impossible rows are quarantined and a data issue names them; the rest is stored.

    :raises AnswerRefused: if the day is no session, or more than 1 % of its rows are bad.
    """
    checked = check_market_day(day=day, origin=origin, now=now)
    return store_market_day(checked=checked, origin=origin, now=now)


def check_market_day(*, day: MarketDay, origin: NewOrigin, now: datetime) -> CheckedDay:
    """
    Judge the rows of a whole-market day and find their instruments.

    :raises AnswerRefused: as :func:`ingest_market_day`.
    """
    if day.row_count and session_on(day.session) is None:
        _refuse(
            f"The answer for {day.session} has {day.row_count} bars, but the exchange was closed that day.",
            session=day.session,
            rows=day.row_count,
            bad=[],
            now=now,
        )
    if day.basis != "raw":
        raise ValueError(f"a whole-market day must be raw, was {day.basis!r}")
    impossible = impossible_rows(day.bars, also_named=(row.symbol for row in day.malformed))
    bad = [
        *_malformed(day.malformed, session=day.session),
        *(_as_it_came(day.bars, row, day.session) for row in impossible),
    ]
    if fails(bad=len(bad), rows=day.row_count):
        _refuse(
            f"{len(bad)} of {day.row_count} rows for {day.session} cannot be true: {summary(rows=bad)}."
            " Nothing was stored.",
            session=day.session,
            rows=day.row_count,
            bad=bad,
            now=now,
        )
    bars = _without(day.bars, [row.index for row in impossible])
    ids = resolve_symbols(symbols=bars.symbols, session=day.session, source=origin.provider, now=now)
    if (np.diff(np.sort(ids)) == 0).any():
        twins = _several_tickers(ids)
        bad += [_as_it_came(bars, row, day.session) for row in twins]
        ids = np.delete(ids, [row.index for row in twins])
        bars = _without(bars, [row.index for row in twins])
    sessions = np.full(len(bars), np.datetime64(day.session, "D"))
    return CheckedDay(
        session=day.session,
        rows=bar_table.rows_of(sessions=sessions, instrument_ids=ids, bars=bars),
        bad=bad,
    )


def store_market_day(*, checked: CheckedDay, origin: NewOrigin, now: datetime) -> IngestReport:
    """Store what :func:`check_market_day` returned: from validated arrays to the commit."""
    session, rows = checked.session, checked.rows
    with transaction.atomic():
        bar_table.lock_session(session)
        found = bar_table.look(session)
        if len(rows) and not found.bars:
            written = bar_table.append(rows=rows, origin=origin, now=now)
        else:
            written = bar_table.merge(rows=rows, origin=origin, now=now)
        report = _keep_bad(written, bad=checked.bad, session=session, origin=origin, now=now)
        if found.issues:
            close_issues(kinds=_mended(checked.bad), session=session, now=now)
    return report


def ingest_series(
    *,
    series: BarSeries,
    origin: NewOrigin,
    now: datetime,
    adjusted_until: date | None = None,
) -> IngestReport:
    """
    Store bars of one ticker over many sessions. Repeatable, all or nothing, safe in two processes.

    Bars adjusted for splits are made raw again with the splits we know, so that one series never
    mixes two bases.

    :param adjusted_until: of bars adjusted for splits, the day whose basis they are on; default: now.
    :raises AnswerRefused: if more than 1 % of the rows are bad, or the bars are adjusted for splits
        and the splits are not all known.
    """
    row_count = len(series.bars) + len(series.malformed)
    if not row_count:
        return IngestReport(0, 0, 0, 0, 0, changed_instruments=[])
    impossible = _impossible_in_series(series)
    bad = [
        *_malformed(series.malformed, symbol=series.symbol),
        *(_as_it_came(series.bars, row, series.sessions[row.index]) for row in impossible),
    ]
    instrument = Instrument.objects.filter(symbol=series.symbol, active=True).first()
    if fails(bad=len(bad), rows=row_count):
        _refuse(
            f"{len(bad)} of {row_count} bars of {series.symbol} cannot be true: {summary(rows=bad)}."
            " Nothing was stored.",
            symbol=series.symbol,
            instrument=instrument,
            rows=row_count,
            bad=bad,
            now=now,
        )
    dropped = {row.index for row in impossible}
    bars = _without(series.bars, sorted(dropped))
    sessions = [session for index, session in enumerate(series.sessions) if index not in dropped]
    ids = resolve_symbol_over_time(symbol=series.symbol, sessions=sessions, source=origin.provider, now=now)
    if series.basis == "splits":
        try:
            bars = undo_splits(
                bars=bars, sessions=sessions, instrument_ids=ids, as_of=adjusted_until or now.date()
            )
        except SplitsUnknown as unknown:
            _refuse(
                f"{unknown.message} Nothing was stored.",
                symbol=series.symbol,
                instrument=instrument,
                rows=row_count,
                bad=[],
                now=now,
            )
    rows = bar_table.rows_of(
        sessions=np.array(sessions, dtype="datetime64[D]"), instrument_ids=ids, bars=bars
    )
    with transaction.atomic():
        # Refused before anybody had heard of the ticker, it was an issue of no instrument.
        close_issues(kinds=[DataIssue.Kind.ANSWER_REFUSED], symbol=series.symbol, now=now)
        bar_table.lock_years(session.year for session in sessions)
        written = bar_table.merge(rows=rows, origin=origin, now=now)
        if len(ids):
            instrument = Instrument.objects.get(pk=ids[-1])
        report = _keep_bad(written, bad=bad, instrument=instrument, origin=origin, now=now)
        close_issues(kinds=_mended(bad), instrument=instrument, now=now)
    return report


def _keep_bad(
    written: bar_table.Written,
    *,
    bad: Sequence[BadRow],
    origin: NewOrigin,
    now: datetime,
    session: date | None = None,
    instrument: Instrument | None = None,
) -> IngestReport:
    """Put bad rows into quarantine, say so where a user looks, and report."""
    origin_id = written.origin_id
    if bad:
        spare = origin_id or reserve_origin_id()
        if quarantine(rows=bad, origin_id=spare, now=now) and origin_id is None:
            origin_id = write_origin(origin=origin, now=now, id_=spare)
        open_issue(
            kind=DataIssue.Kind.ROWS_QUARANTINED,
            message=f"{len(bad)} rows were put in quarantine: {summary(rows=bad)}. The others were stored.",
            session=session,
            instrument=instrument,
            detail={"rows": len(bad)},
            now=now,
        )
    return IngestReport(
        inserted=written.inserted,
        changed=written.changed,
        unchanged=written.unchanged,
        refused=len(bad),
        not_chosen=written.not_chosen,
        confirmed=written.confirmed,
        origin_id=origin_id,
        changed_instruments=written.changed_instruments,
    )


def _mended(bad: Sequence[BadRow]) -> list[str]:
    """Return the kinds of issues that are over once an answer has been stored."""
    refused, quarantined = DataIssue.Kind.ANSWER_REFUSED.value, DataIssue.Kind.ROWS_QUARANTINED.value
    return [refused] if bad else [refused, quarantined]


def _refuse(
    message: str,
    *,
    rows: int,
    bad: Sequence[BadRow],
    now: datetime,
    session: date | None = None,
    symbol: str = "",
    instrument: Instrument | None = None,
) -> NoReturn:
    open_issue(
        kind=DataIssue.Kind.ANSWER_REFUSED,
        message=message,
        session=session,
        instrument=instrument,
        detail={
            "symbol": symbol,
            "rows": rows,
            "bad": len(bad),
            "first": [
                {"symbol": row.symbol, "reason": row.reason, "payload": row.payload[:500]} for row in bad[:10]
            ],
        },
        now=now,
    )
    raise AnswerRefused(message, session=session.isoformat() if session else None, rows=rows, bad=len(bad))


def _impossible_in_series(series: BarSeries) -> list[ImpossibleRow]:
    impossible = impossible_days(series.bars, series.sessions)
    found = {row.index for row in impossible}
    if series.sessions:
        open_days = set(sessions_between(min(series.sessions), max(series.sessions)))
        impossible += [
            ImpossibleRow(index, "the exchange was closed on that day")
            for index, session in enumerate(series.sessions)
            if session not in open_days and index not in found
        ]
    return sorted(impossible, key=lambda row: row.index)


def _several_tickers(ids: Ids) -> list[ImpossibleRow]:
    _, inverse, counts = np.unique(ids, return_inverse=True, return_counts=True)
    return [
        ImpossibleRow(index, "another row of this answer is the same instrument, under another ticker")
        for index in np.flatnonzero(counts[inverse] > 1).tolist()
    ]


def _malformed(
    rows: Sequence[MalformedRow], *, session: date | None = None, symbol: str = ""
) -> list[BadRow]:
    return [BadRow(row.symbol or symbol, row.payload, row.reason, session) for row in rows]


def _as_it_came(bars: BarColumns, row: ImpossibleRow, session: date) -> BadRow:
    values = {name: float(getattr(bars, name)[row.index]) for name in _COLUMNS}
    return BadRow(bars.symbols[row.index], json.dumps(values), row.reason, session)


def _without(bars: BarColumns, dropped: Sequence[int]) -> BarColumns:
    """Return the bars without some rows; the very same object if none is to go."""
    if not dropped:
        return bars
    keep = np.ones(len(bars), dtype=np.bool_)
    keep[list(dropped)] = False
    return BarColumns(
        symbols=[symbol for symbol, kept in zip(bars.symbols, keep.tolist(), strict=True) if kept],
        **{name: getattr(bars, name)[keep] for name in _COLUMNS},
    )

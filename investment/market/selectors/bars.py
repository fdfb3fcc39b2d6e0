"""Reads of one instrument's bars, raw or adjusted, and of how many rows a session usually has."""

from dataclasses import dataclass, replace
from datetime import date
from statistics import median
from typing import Literal

import numpy as np
import numpy.typing as npt
from django.db import connection

from investment.market.calculators.adjustment import Factors
from investment.market.models import CorporateAction, Instrument
from investment.market.selectors.actions import actions_between
from investment.market.selectors.panel import Panel, load_factors
from investment.market.selectors.sessions import sessions_before, sessions_between
from investment.providers.contracts import Floats

Adjust = Literal["none", "splits", "all"]
USUAL_OVER = 20  # sessions


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """
    One instrument's own bars, oldest first, as columns; row i is ``sessions[i]``.

    Adjusted prices and volumes are on the basis of ``as_of``; where they are unknown they are NaN,
    ``known`` is False and ``reason`` says why. ``missing`` are sessions between the first and the
    last bar in which the instrument has none. ``actions`` are those that lie in the range or shape it.
    """

    adjust: Adjust
    as_of: date
    sessions: list[date]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    origin_ids: npt.NDArray[np.int64]
    missing: list[date]
    actions: list[CorporateAction]
    known: bool
    reason: str | None

    def __len__(self) -> int:
        return len(self.sessions)


def history(
    *, instrument: Instrument, start: date, end: date, adjust: Adjust = "none", as_of: date | None = None
) -> PriceHistory:
    """
    Return the bars of one instrument from ``start`` to ``end``, both included.

    :param adjust: ``none`` is raw; ``splits``; ``all`` is splits and dividends.
    :param as_of: the day on whose basis adjusted prices are, and whose actions are known: the session
        of an analysis, or the latest one. Default: ``end``.
    """
    basis_day = max(as_of or end, end)
    # The bars after ``end`` are read too: a dividend is measured against the bar before it.
    panel, origin_ids = _own_bars(instrument, start, basis_day if adjust != "none" else end)
    days = np.array(panel.sessions, dtype="datetime64[D]")
    count = int(np.searchsorted(days, np.datetime64(end), side="right"))
    raw = PriceHistory(
        adjust=adjust,
        as_of=basis_day,
        sessions=panel.sessions[:count],
        open=panel.open[:count, 0],
        high=panel.high[:count, 0],
        low=panel.low[:count, 0],
        close=panel.close[:count, 0],
        volume=panel.volume[:count, 0],
        origin_ids=origin_ids[:count],
        missing=_missing(panel.sessions[:count]),
        actions=list(actions_between(instrument=instrument, start=start, end=basis_day)),
        known=True,
        reason=None,
    )
    if adjust == "none" or not count:
        return raw
    factors = load_factors(panel=panel, as_of=basis_day)
    return _adjusted(raw, factors, full=adjust == "all")


def _adjusted(raw: PriceHistory, factors: Factors, *, full: bool) -> PriceHistory:
    count = len(raw)
    splits = factors.splits[:count, 0]
    factor = factors.full[:count, 0] if full else splits
    known = not bool(np.isnan(factor).any())
    return replace(
        raw,
        open=raw.open * factor,
        high=raw.high * factor,
        low=raw.low * factor,
        close=raw.close * factor,
        volume=raw.volume / splits,
        known=known,
        reason=None if known else factors.reasons.get(0, "Splits and dividends are not all known."),
    )


def _own_bars(instrument: Instrument, start: date, end: date) -> tuple[Panel, npt.NDArray[np.int64]]:
    """Return a panel of one instrument over the sessions in which it has a bar, and the bars' origins."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT session, open, high, low, close, volume, origin_id FROM market_dailybar"
            " WHERE instrument_id = %s AND session BETWEEN %s AND %s ORDER BY session",
            [instrument.pk, start, end],
        )
        rows = cursor.fetchall()
    table = np.array([row[1:6] for row in rows], dtype=np.float64).reshape(len(rows), 5)
    panel = Panel([row[0] for row in rows], np.array([instrument.pk]), *np.hsplit(table, 5))
    return panel, np.array([row[6] for row in rows], dtype=np.int64)


def _missing(sessions: list[date]) -> list[date]:
    if not sessions:
        return []
    have = set(sessions)
    return [day for day in sessions_between(sessions[0], sessions[-1]) if day not in have]


def usual_row_count(session: date) -> int | None:
    """
    Return the median number of bars of the 20 sessions before this one, of those that have any.

    None if none has.
    """
    before = [day for day in sessions_before(session, USUAL_OVER + 1) if day != session][-USUAL_OVER:]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM market_dailybar WHERE session = ANY(%s) GROUP BY session", [before]
        )
        counts = [count for (count,) in cursor.fetchall()]
    return round(median(counts)) if counts else None

"""Reads of corporate actions, and of how far back they are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from django.db import connection

from investment.market.calculators.adjustment import DIVIDEND, SPLIT, Actions
from investment.market.models import CorporateAction, Instrument
from investment.market.selectors.instruments import Ids


@dataclass(frozen=True, slots=True)
class Coverage:
    """
    Since when the actions of each instrument are all known: ``since[i]``, NaT where they are not.

    ``reasons`` says why not, by place.
    """

    since: npt.NDArray[np.datetime64]
    reasons: dict[int, str]


def load_actions(*, instrument_ids: Ids, start: date, end: date) -> Actions:
    """
    Return the actions of some instruments with an ex-date from ``start`` to ``end``, both included.

    Withdrawn ones are left out. ``column`` is a place in ``instrument_ids``, which must be ascending.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT action.instrument_id, action.ex_date, action.kind = 'dividend',
                   coalesce(action.ratio, action.amount::float8),
                   action.kind = 'dividend' AND action.currency IS DISTINCT FROM instrument.currency
            FROM market_corporateaction action
            JOIN market_instrument instrument ON instrument.id = action.instrument_id
            WHERE action.withdrawn_at IS NULL AND action.ex_date BETWEEN %s AND %s
              AND (%s OR action.instrument_id = ANY(%s))
            ORDER BY action.ex_date, action.id
            """,
            [
                start,
                end,
                len(instrument_ids) > 1000,
                instrument_ids.tolist() if len(instrument_ids) <= 1000 else [],
            ],
        )
        rows = cursor.fetchall()
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    column = np.searchsorted(instrument_ids, ids)
    wanted = column < len(instrument_ids)
    wanted[wanted] = instrument_ids[column[wanted]] == ids[wanted]
    return Actions(
        column=column,
        ex_date=np.array([row[1] for row in rows], dtype="datetime64[D]"),
        kind=np.where(np.array([row[2] for row in rows], dtype=np.bool_), DIVIDEND, SPLIT).astype(np.int8),
        value=np.array([row[3] for row in rows], dtype=np.float64),
        foreign=np.array([row[4] for row in rows], dtype=np.bool_),
    ).where(wanted)


def load_coverage(*, instrument_ids: Ids) -> Coverage:
    """Return since when the actions of some instruments (ascending ids) are known."""
    rows = Instrument.objects.values_list("pk", "actions_from", "actions_withheld")
    if len(instrument_ids) <= 1000:
        rows = rows.filter(pk__in=instrument_ids.tolist())
    found = {pk: (since, withheld) for pk, since, withheld in rows}
    since = np.full(len(instrument_ids), np.datetime64("NaT"), dtype="datetime64[D]")
    reasons: dict[int, str] = {}
    for place, id_ in enumerate(instrument_ids.tolist()):
        start, withheld = found.get(id_, (None, ""))
        if withheld:
            reasons[place] = f"Splits and dividends are not known: {withheld}"
        elif start is None:
            reasons[place] = "Splits and dividends have not been read yet."
        else:
            since[place] = np.datetime64(start)
    return Coverage(since, reasons)


def actions_between(*, instrument: Instrument, start: date, end: date) -> Sequence[CorporateAction]:
    """Return the actions of one instrument that are not withdrawn, oldest first."""
    return list(
        instrument.actions.filter(withdrawn_at=None, ex_date__range=(start, end)).order_by("ex_date", "id")
    )

"""The bulk read of bars and actions into arrays."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import psycopg
from django.db import connection

from investment.market.models import CorporateAction, Instrument

Matrix = npt.NDArray[np.float64]
_ID = np.dtype([("size", ">i4"), ("value", ">i8")])
_VALUE = np.dtype([("size", ">i4"), ("value", ">f8")])


@dataclass(frozen=True, slots=True)
class Panel:
    sessions: list[date]
    instrument_ids: npt.NDArray[np.int64]
    open: Matrix
    high: Matrix
    low: Matrix
    close: Matrix
    volume: Matrix


def load_panel(*, sessions: list[date]) -> Panel:
    connection.ensure_connection()
    rows: dict[date, list[npt.NDArray[np.generic]]] = {}
    for day in sessions:
        with psycopg.Cursor(connection.connection) as cursor:
            cursor.execute(
                "SELECT array_agg(instrument_id), array_agg(open), array_agg(high), array_agg(low), "
                "array_agg(close), array_agg(volume) FROM market_dailybar WHERE session = %s",
                [day],
                binary=True,
            )
            result = cursor.pgresult
            raw = [result.get_value(0, column) for column in range(6)]
        if raw[0] is None:
            continue
        rows[day] = [
            np.frombuffer(bytes(value)[20:], _ID if place == 0 else _VALUE)["value"].astype(
                np.int64 if place == 0 else np.float64
            )
            for place, value in enumerate(raw)
        ]
    ids = np.unique(np.concatenate([row[0] for row in rows.values()])) if rows else np.empty(0, np.int64)
    matrices = [np.full((len(sessions), len(ids)), np.nan) for _ in range(5)]
    for place, day in enumerate(sessions):
        if day in rows:
            columns = np.searchsorted(ids, rows[day][0])
            for matrix, values in zip(matrices, rows[day][1:], strict=True):
                matrix[place, columns] = values
    return Panel(sessions, ids, *matrices)


def load_actions(*, until: date) -> list[CorporateAction]:
    return list(
        CorporateAction.objects.filter(ex_date__lte=until, withdrawn_at=None).order_by("-ex_date", "-kind")
    )


def adjustment_factors(*, panel: Panel, actions: list[CorporateAction]) -> tuple[Matrix, Matrix]:
    days = np.array(panel.sessions, dtype="datetime64[D]")
    split = np.ones_like(panel.close)
    full = np.ones_like(panel.close)
    places = {int(pk): place for place, pk in enumerate(panel.instrument_ids)}
    for action in actions:
        column = places.get(action.instrument_id)
        before = int(np.searchsorted(days, np.datetime64(action.ex_date)))
        if column is None or before == 0:
            continue
        if action.kind == CorporateAction.Kind.SPLIT and action.ratio:
            split[:before, column] /= action.ratio
            full[:before, column] /= action.ratio
        elif action.amount is not None:
            closes = panel.close[:before, column]
            known = np.nonzero(np.isfinite(closes))[0]
            if known.size:
                full[:before, column] *= 1 - float(action.amount) / closes[known[-1]]
    for pk, first, withheld in Instrument.objects.values_list("pk", "actions_from", "actions_withheld"):
        column = places.get(pk)
        if column is None:
            continue
        if withheld or first is None:
            full[:, column] = np.nan
        else:
            full[days < np.datetime64(first - timedelta(days=1)), column] = np.nan
    return split, full

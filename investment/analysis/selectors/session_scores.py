"""
The scores of all instruments after one session, as columns.

Each table is read by itself and joined here: of a session that came in a moment ago the database's statistics
know nothing, and a join planned for one row takes seconds for thousands.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
from django.db import connection
from django.db.models import Model

from investment.analysis.calculators.own_bars import Vector
from investment.analysis.models import FundamentalScore, OverallScore, Score, SentimentScore

Ids = npt.NDArray[np.int64]

TABLES: Final[dict[str, type[Model]]] = {
    "overall": OverallScore,
    "technical": Score,
    "fundamental": FundamentalScore,
    "sentiment": SentimentScore,
}


def on_boards(session: date) -> tuple[Ids, npt.NDArray[np.str_]]:
    """Return the instruments that are compared after a session, ascending, and their boards."""
    rows = list(
        OverallScore.objects.filter(session=session, board__isnull=False)
        .order_by("instrument_id")
        .values_list("instrument_id", "board")
    )
    return (
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.str_),
    )


def columns_of(*, session: date, table: str, names: Sequence[str], ids: Ids) -> dict[str, Vector]:
    """
    Return numbers of one of :data:`TABLES` by column, one value per instrument; NaN where unknown. One query.

    :param ids: ascending.
    """
    told = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT instrument_id, {told} FROM {TABLES[table]._meta.db_table} WHERE session = %s",  # noqa: S608
            [session],
        )
        rows = cursor.fetchall()
    values = np.full((len(ids), len(names)), np.nan)
    if rows and len(ids):
        have = np.array([row[0] for row in rows], dtype=np.int64)
        place = np.minimum(np.searchsorted(ids, have), len(ids) - 1)
        wanted = ids[place] == have
        values[place[wanted]] = np.array([row[1:] for row in rows], dtype=np.float64)[wanted]
    return {name: values[:, column] for column, name in enumerate(names)}

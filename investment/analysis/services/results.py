"""
How results reach their partitioned tables: by COPY, and only what differs.

In binary where all columns are numbers and dates; columns of objects (texts, ``None``) go as text, which
takes some ten microseconds a row.
"""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
from django.db import connection, models, transaction

from investment.lib import pgcopy
from investment.lib.partitions import ensure_years

Columns = Mapping[str, npt.NDArray[np.generic]]


def lock_results(*, table: str, session: date) -> None:
    """Have the results of one session to ourselves until the transaction ends, and their year made."""
    ensure_years(table=table, first=session, last=session)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [table, session.toordinal()])


def replace_results(
    *, table: str, session: date, columns: Columns, written_at: str, instrument_ids: list[int] | None
) -> int:
    """
    Make ``columns`` the rows of ``session`` and return how many rows were written or deleted.

    A row that differs in nothing but ``written_at`` stays as it is. Rows of instruments that are not in
    ``columns`` are deleted. Runs in the caller's transaction, which should be one.

    :param columns: with ``session`` and ``instrument_id``, as :func:`pgcopy.encode` wants them or of objects.
    :param instrument_ids: the only instruments whose rows are looked at; ``None`` for all.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("results are replaced inside a transaction")
    lock_results(table=table, session=session)
    only = "" if instrument_ids is None else " AND have.instrument_id = ANY(%(ids)s)"
    given = {"session": session, "ids": instrument_ids}
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT EXISTS (SELECT FROM "{table}" have WHERE session = %(session)s{only})',  # noqa: S608
            given,
        )
        (have_rows,) = cursor.fetchone() or (False,)
        if not have_rows:
            _copy(table, columns)
            return len(columns["session"])

        staged = f"{table}_new"
        values = [name for name in columns if name not in ("session", "instrument_id", written_at)]
        cursor.execute(f'DROP TABLE IF EXISTS pg_temp."{staged}"')
        cursor.execute(
            f'CREATE TEMPORARY TABLE "{staged}" (LIKE "{table}" INCLUDING DEFAULTS) ON COMMIT DROP'
        )
        _copy(staged, columns)
        cursor.execute(
            f'DELETE FROM "{table}" have WHERE session = %(session)s{only} AND NOT EXISTS '  # noqa: S608
            f'(SELECT FROM "{staged}" new WHERE new.instrument_id = have.instrument_id)',
            given,
        )
        written = int(cursor.rowcount)
        names = ", ".join(f'"{name}"' for name in columns)
        updates = ", ".join(f'"{name}" = excluded."{name}"' for name in [*values, written_at])
        old = ", ".join(f'have."{name}"' for name in values)
        new = ", ".join(f'excluded."{name}"' for name in values)
        cursor.execute(
            f'INSERT INTO "{table}" AS have ({names}) SELECT {names} FROM "{staged}" '  # noqa: S608
            f"ON CONFLICT (session, instrument_id) DO UPDATE SET {updates} "
            f"WHERE ({old}) IS DISTINCT FROM ({new})"
        )
        written += int(cursor.rowcount)
        cursor.execute(f'DROP TABLE pg_temp."{staged}"')
    return written


def store_scores(
    *,
    model: type[models.Model],
    session: date,
    now: datetime,
    columns: Columns,
    guard: Callable[[], None] | None,
) -> int:
    """
    Make ``columns`` the scores of ``session``; return how many rows were written or deleted.

    :param columns: with ``instrument_id``; the session and when it was scored are put beside it.
    :param guard: called last in the transaction; what it raises undoes the writing.
    """
    count = len(columns["instrument_id"])
    stamped = {
        "session": np.full(count, np.datetime64(session, "D")),
        "scored_at": np.full(count, np.datetime64(now.replace(tzinfo=None), "us")),
        **columns,
    }
    with transaction.atomic():
        written = replace_results(
            table=model._meta.db_table,
            session=session,
            columns=stamped,
            written_at="scored_at",
            instrument_ids=None,
        )
        if guard is not None:
            guard()
    return written


def _copy(table: str, columns: Columns) -> None:
    if all(column.dtype != np.dtype(object) for column in columns.values()):
        pgcopy.copy_in(table=table, columns=columns)
        return
    names = ", ".join(f'"{name}"' for name in columns)
    values = [_values(column) for column in columns.values()]
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        for row in zip(*values, strict=True):
            copy.write_row(row)


def _values(column: npt.NDArray[np.generic]) -> list[object]:
    """Return Python's own values; what is not a number is NULL, and instants are UTC."""
    if column.dtype == np.dtype("datetime64[us]"):
        return [f"{instant}+00" for instant in column]
    if column.dtype.kind == "f":
        return [None if math.isnan(value) else value for value in column.tolist()]
    return list(column.tolist())

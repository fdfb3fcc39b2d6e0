"""
PostgreSQL's binary COPY format, from and to NumPy columns.

A day of the whole market is twelve thousand rows: built as one structured array it is a buffer in
about a millisecond, and neither side parses text.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
from django.db import connection

_HEADER = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8
_TRAILER = b"\xff\xff"
_EPOCH_DAYS = 10_957  # from 1970-01-01 to PostgreSQL's 2000-01-01
_EPOCH_MICROSECONDS = _EPOCH_DAYS * 86_400 * 1_000_000
_PIECE = 2000  # rows

Column = npt.NDArray[np.generic]


def encode(columns: Mapping[str, Column]) -> bytes:
    """
    Return the rows of equally long columns as binary COPY, in their order.

    int32, int64, bool and float64 arrive as integer, bigint, boolean and double precision,
    ``datetime64[D]`` as date, ``datetime64[us]`` (UTC) as timestamptz. A float that is NaN is
    NULL: we store no NaN.

    :raises TypeError: for a column of any other type.
    """
    return b"".join((_HEADER, _encode_rows(columns), _TRAILER))


def copy_in(*, table: str, columns: Mapping[str, Column]) -> None:
    """
    Append the rows of equally long columns, named as in the table, in the current transaction.

    The server stores one piece while we make the next.
    """
    count = len(next(iter(columns.values())))
    with connection.cursor() as cursor, cursor.copy(_statement(table, list(columns))) as copy:
        copy.write(_HEADER)
        for start in range(0, count, _PIECE):
            copy.write(_encode_rows({name: c[start : start + _PIECE] for name, c in columns.items()}))
        copy.write(_TRAILER)


def _encode_rows(columns: Mapping[str, Column]) -> bytes:
    wires = {name: _wire(name, column) for name, column in columns.items()}
    sizes = {name: f"size of {name}" for name in wires}
    dtype = np.dtype(
        [("fields", ">i2")]
        + [field for name, wire in wires.items() for field in ((sizes[name], ">i4"), (name, wire.dtype))]
    )
    count = len(next(iter(columns.values())))
    rows = np.empty(count, dtype)
    rows["fields"] = len(columns)
    nulls: dict[str, npt.NDArray[np.bool_]] = {}
    for name, wire in wires.items():
        rows[sizes[name]] = wire.dtype.itemsize
        rows[name] = wire
        if columns[name].dtype.kind == "f":
            missing = np.isnan(columns[name])
            if missing.any():
                rows[sizes[name]][missing] = -1
                nulls[name] = missing
    return _without_nulls(rows, nulls)


def send(*, table: str, names: list[str], rows: bytes) -> None:
    """Append what :func:`encode` returned, in the current transaction."""
    with connection.cursor() as cursor, cursor.copy(_statement(table, names)) as copy:
        copy.write(rows)


def fetch_row(sql: str, parameters: Sequence[object] | Mapping[str, object]) -> tuple[Any, ...] | None:
    """
    Return the first row of a query, or None. Values arrive in binary.

    Django asks for text, in which a column's bytes would be twice as long and hexadecimal.
    """
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, parameters, binary=True)
        return cursor.fetchone()


def _statement(table: str, names: list[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f'COPY "{table}" ({quoted}) FROM STDIN (FORMAT BINARY)'


def _wire(name: str, column: Column) -> npt.NDArray[np.generic]:
    """Return the values as they go over the wire."""
    if np.issubdtype(column.dtype, np.datetime64):
        if column.dtype == np.dtype("datetime64[D]"):
            return (column.astype(np.int64) - _EPOCH_DAYS).astype(">i4")
        if column.dtype == np.dtype("datetime64[us]"):
            return (column.astype(np.int64) - _EPOCH_MICROSECONDS).astype(">i8")
    types = {"int32": ">i4", "int64": ">i8", "float64": ">f8", "bool": "u1"}
    if column.dtype.name not in types:
        raise TypeError(f"column {name!r} is {column.dtype}, which binary COPY does not carry here")
    return column.astype(types[column.dtype.name])


def _without_nulls(rows: npt.NDArray[np.void], nulls: Mapping[str, npt.NDArray[np.bool_]]) -> bytes:
    """Return the bytes of the rows, leaving out the values that are NULL: they have no bytes."""
    if not nulls:
        return rows.tobytes()
    raw = rows.view(np.uint8).reshape(len(rows), rows.dtype.itemsize)
    keep = np.ones(raw.shape, dtype=np.bool_)
    assert rows.dtype.fields is not None  # noqa: S101 - for the type checker: it is structured
    for name, missing in nulls.items():
        wire, offset = rows.dtype.fields[name][:2]
        keep[:, offset : offset + wire.itemsize] = ~missing[:, None]
    return raw[keep].tobytes()

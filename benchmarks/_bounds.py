"""What the daily job is measured against: COPY, three ways to read the history, TA-Lib."""

from datetime import date
from typing import Any

import numpy as np


def copy_bytes(table: str, names: str, rows: bytes) -> None:
    """COPY into a bound's table, and commit."""
    from django.db import connection, transaction

    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{table}" ({names}) FROM STDIN (FORMAT BINARY)') as copy,
    ):
        copy.write(rows)


def rows_of(query: str) -> bytes:
    """Return the rows of a query as binary COPY."""
    from django.db import connection

    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
        return b"".join(bytes(block) for block in copy)


def bound_table(name: str, like: str) -> str:
    """Make an empty table with the columns and the key of another, and return its columns."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TABLE "{name}" (LIKE "{like}", PRIMARY KEY (session, instrument_id))')
        cursor.execute(f'SELECT * FROM "{name}" LIMIT 0')  # noqa: S608
        return ", ".join(f'"{column.name}"' for column in cursor.description)


def read_by_array_agg(sessions: list[date]) -> None:
    """Read the history with one array of each column a session."""
    import psycopg
    from django.db import connection

    value = np.dtype([("size", ">i4"), ("value", ">f8")])
    with psycopg.Cursor(connection.connection) as cursor:
        for session in sessions:
            cursor.execute(
                "SELECT array_agg(instrument_id), array_agg(open), array_agg(high), array_agg(low), "
                "array_agg(close), array_agg(volume) FROM market_dailybar WHERE session = %s",
                [session],
                binary=True,
            )
            assert cursor.pgresult is not None
            for column in range(6):
                raw = bytes(cursor.pgresult.get_value(0, column) or b"")
                np.frombuffer(raw, value, offset=20)["value"].astype(np.float64)


def read_by_copy(sessions: list[date]) -> None:
    """Read the history as rows of binary COPY."""
    row = np.dtype(
        [("fields", ">i2"), ("size", ">i4"), ("session", ">i4"), ("id size", ">i4"), ("id", ">i8")]
        + [field for name in "ohlcv" for field in ((f"{name} size", ">i4"), (name, ">f8"))]
    )
    raw = rows_of(
        "SELECT session, instrument_id, open, high, low, close, volume FROM market_dailybar "  # noqa: S608
        f"WHERE session BETWEEN '{sessions[0]}' AND '{sessions[-1]}'"
    )
    rows = np.frombuffer(raw, row, offset=19, count=(len(raw) - 21) // row.itemsize)
    for name in ("id", *"ohlcv"):
        rows[name].astype(np.float64)


def read_panel(sessions: list[date]) -> None:
    from investment.market.selectors.panel import load_panel

    load_panel(sessions=sessions)


READERS = {"string_agg, two connections": read_panel, "array_agg": read_by_array_agg, "COPY": read_by_copy}


def series_in_memory(sessions: list[date]) -> list[dict[str, Any]]:
    """Return each instrument's own bars of the last session's instruments, contiguous."""
    from investment.market.selectors.panel import load_panel

    panel = load_panel(sessions=sessions)
    result = []
    for column in np.flatnonzero(np.isfinite(panel.close[-1])).tolist():
        bars = np.isfinite(panel.close[:, column])
        names = ("high", "low", "close", "volume")
        series = {name: np.ascontiguousarray(getattr(panel, name)[bars, column]) for name in names}
        series["market"] = np.linspace(1, 2, len(series["close"]))
        result.append(series)
    return result


def compute_with_talib(series: list[dict[str, Any]]) -> None:
    """Let TA-Lib compute, instrument by instrument, what it has of our figures."""
    import talib

    for each in series:
        high, low, close, volume = each["high"], each["low"], each["close"], each["volume"]
        for period in (20, 50, 200):
            talib.SMA(close, period)
        for period in (12, 26):
            talib.EMA(close, period)
        talib.MACD(close)
        talib.RSI(close, 14)
        talib.BBANDS(close, 20)
        talib.ATR(high, low, close, 14)
        talib.OBV(close, volume)
        talib.SMA(close * volume, 20)
        for period in (1, 5, 21, 63, 126, 252):
            talib.ROCP(close, period)
        logs = talib.LN(close)
        for period in (21, 252):
            talib.STDDEV(logs, period)
        talib.MAX(close, 252)
        talib.BETA(close, each["market"], 252)
        talib.CORREL(close, each["market"], 252)

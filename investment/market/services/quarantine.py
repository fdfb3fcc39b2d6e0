"""Rows that cannot be true: kept as they came, out of the way of everything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

_LONGEST_PAYLOAD = 4000


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row as it came, the ticker and session it claims, and why it cannot be true."""

    symbol: str
    payload: str
    reason: str
    session: date | None = None


def quarantine(*, rows: Sequence[BadRow], origin_id: int, now: datetime) -> int:
    """
    Keep rows that cannot be true; return how many were new.

    A row that is in quarantine already, with the same words, is not kept twice.
    """
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO market_quarantinedrow (origin_id, session, symbol, payload, reason, recorded_at)
            SELECT %(origin)s, new.session, new.symbol, new.payload, new.reason, %(now)s
            FROM unnest(%(sessions)s::date[], %(symbols)s::text[], %(payloads)s::text[], %(reasons)s::text[])
                 AS new (session, symbol, payload, reason)
            WHERE NOT EXISTS (
                SELECT FROM market_quarantinedrow old
                WHERE old.session IS NOT DISTINCT FROM new.session AND old.symbol = new.symbol
                  AND old.payload = new.payload AND old.reason = new.reason
            )
            """,
            {
                "origin": origin_id,
                "now": now,
                "sessions": [row.session for row in rows],
                "symbols": [_clean(row.symbol)[:64] for row in rows],
                "payloads": [_clean(row.payload)[:_LONGEST_PAYLOAD] for row in rows],
                "reasons": [_clean(row.reason)[:255] for row in rows],
            },
        )
        return int(cursor.rowcount)


def summary(*, rows: Sequence[BadRow], shown: int = 3) -> str:
    """Return the first rows in words: «AAPL (the volume is negative), … and 4 more»."""
    words = ", ".join(f"{row.symbol or 'a row without a ticker'} ({row.reason})" for row in rows[:shown])
    return _clean(words) + (f" and {len(rows) - shown} more" if len(rows) > shown else "")


def _clean(text: str) -> str:
    """PostgreSQL stores no NUL, and no half of a character."""
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()

"""The last bar of each of some instruments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from investment.market.models import DailyBar


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure came from, on what basis, and when we asked."""

    provider: str
    channel: str
    basis: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class LatestBar:
    """A raw bar. ``previous_close`` is that of the bar before it, raw as well."""

    source: Source
    session: date
    open: float
    high: float
    low: float
    close: float
    volume: float
    vwap: float | None
    closed_at: datetime | None
    previous_close: float | None


def latest_session_with_bars() -> date | None:
    """Return the last session of which there are bars; None where there are none at all."""
    return DailyBar.objects.order_by("-session").values_list("session", flat=True).first()


def latest_bars(*, instrument_ids: Sequence[int]) -> dict[int, LatestBar]:
    """Return the last raw bar of each instrument that has one, by its id. One query."""
    with connection.cursor() as cursor:
        # PostgreSQL walks the sessions backwards, one probe of the key each, until it has two.
        cursor.execute(
            """
            SELECT wanted.id, origin.provider, origin.channel, origin.basis, origin.fetched_at,
                   bar.session, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.vwap,
                   day.closes_at, bar.before
            FROM unnest(%s::bigint[]) AS wanted (id)
            CROSS JOIN LATERAL (
                SELECT two.*, lead(two.close) OVER (ORDER BY two.session DESC) AS before
                FROM (
                    SELECT * FROM market_dailybar WHERE instrument_id = wanted.id
                    ORDER BY session DESC LIMIT 2
                ) AS two
                ORDER BY two.session DESC LIMIT 1
            ) AS bar
            JOIN market_origin AS origin ON origin.id = bar.origin_id
            LEFT JOIN market_session AS day ON day.session = bar.session
            """,
            [list(instrument_ids)],
        )
        return {row[0]: LatestBar(Source(*row[1:5]), *row[5:]) for row in cursor.fetchall()}

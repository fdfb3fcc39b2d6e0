"""What lies behind an instrument's bars: sources, revisions, gaps, quarantined rows, actions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import F, QuerySet

from investment.market.models import (
    BarRevision,
    CorporateAction,
    DataIssue,
    Instrument,
    Origin,
    QuarantinedRow,
    Ticker,
)

NEWEST = 1000  # rows of a list that a page shows


@dataclass(frozen=True, slots=True)
class SourceCount:
    """How many bars came from where; ``fetched_at`` is the latest time."""

    provider: str
    channel: str
    basis: str
    fetched_at: datetime
    count: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Gap:
    """``sessions`` sessions in a row, from ``first`` to ``last``, without a bar."""

    first: date
    last: date
    sessions: int


def count_sources(*, instrument: Instrument) -> list[SourceCount]:
    """Return where the chosen bars came from, the latest source first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT provider, channel, basis, max(fetched_at), count(*), min(session), max(session)
            FROM market_dailybar AS bar JOIN market_origin AS origin ON origin.id = bar.origin_id
            WHERE bar.instrument_id = %s
            GROUP BY provider, channel, basis
            ORDER BY max(session) DESC, count(*) DESC
            """,
            [instrument.pk],
        )
        return [SourceCount(*row) for row in cursor.fetchall()]


def list_origins(*, ids: Collection[int]) -> QuerySet[Origin]:
    """Return what some bars point to, the earliest first."""
    return Origin.objects.filter(pk__in=ids).order_by("pk")


def list_gaps(*, instrument: Instrument) -> list[Gap]:
    """
    Return where sessions lack a bar, newest first.

    From the instrument's first bar on; up to its last one, and of a listed instrument up to the last
    session of which we have any bars.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH span AS (
                SELECT min(session) AS first,
                       CASE WHEN %(active)s THEN (SELECT max(session) FROM market_dailybar)
                            ELSE max(session) END AS last
                FROM market_dailybar WHERE instrument_id = %(id)s
            ), day AS (
                SELECT session, row_number() OVER (ORDER BY session) AS place
                FROM market_session, span WHERE session BETWEEN span.first AND span.last
            ), missing AS (
                SELECT session, place - row_number() OVER (ORDER BY session) AS island
                FROM day
                WHERE NOT EXISTS (
                    SELECT FROM market_dailybar AS bar
                    WHERE bar.session = day.session AND bar.instrument_id = %(id)s
                )
            )
            SELECT min(session), max(session), count(*) FROM missing GROUP BY island
            ORDER BY min(session) DESC LIMIT %(newest)s
            """,
            {"id": instrument.pk, "active": instrument.active, "newest": NEWEST},
        )
        return [Gap(*row) for row in cursor.fetchall()]


def list_revisions(*, instrument: Instrument) -> QuerySet[BarRevision]:
    """Return values that bars no longer have or never had, the latest recorded first."""
    revisions = BarRevision.objects.filter(instrument=instrument).select_related("origin")
    return revisions.order_by("-recorded_at", "-session", "-pk")[:NEWEST]


def list_quarantined(*, instrument: Instrument) -> QuerySet[QuarantinedRow]:
    """Return refused rows that bear one of the instrument's tickers, the latest recorded first."""
    symbols = {instrument.symbol, *instrument.tickers.values_list("symbol", flat=True)}
    rows = QuarantinedRow.objects.filter(symbol__in=symbols).select_related("origin")
    return rows.order_by("-recorded_at", "-pk")[:NEWEST]


def list_actions(*, instrument: Instrument) -> QuerySet[CorporateAction]:
    """Return splits and dividends as known now, the latest first."""
    actions = CorporateAction.objects.filter(instrument=instrument, withdrawn_at__isnull=True)
    return actions.order_by("-ex_date", "kind")[:NEWEST]


def list_open_issues(*, instrument: Instrument) -> QuerySet[DataIssue]:
    """Return what is wrong with the instrument's data now, the latest first."""
    return DataIssue.objects.filter(instrument=instrument, closed_at__isnull=True).order_by("-last_seen_at")


def list_tickers(*, instrument: Instrument) -> QuerySet[Ticker]:
    """Return the symbols it traded under, the earliest first."""
    return Ticker.objects.filter(instrument=instrument).order_by(
        F("first_session").asc(nulls_first=True), "pk"
    )

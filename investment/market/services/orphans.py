"""Bars that belong to nobody."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from investment.market.models import DataIssue
from investment.market.services.issues import open_issue


@dataclass(frozen=True, slots=True)
class Orphans:
    """How many bars of a session have no instrument, and how many no origin."""

    session: date
    without_instrument: int
    without_origin: int


def check_orphans(*, now: datetime) -> list[Orphans]:
    """Return the sessions with bars that belong to nobody, oldest first; open and close their issues."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT bar.session, count(*) FILTER (WHERE instrument.id IS NULL),
                   count(*) FILTER (WHERE origin.id IS NULL)
            FROM market_dailybar bar
            LEFT JOIN market_instrument instrument ON instrument.id = bar.instrument_id
            LEFT JOIN market_origin origin ON origin.id = bar.origin_id
            WHERE instrument.id IS NULL OR origin.id IS NULL
            GROUP BY bar.session ORDER BY bar.session
            """
        )
        found = [Orphans(*row) for row in cursor.fetchall()]
    for orphan in found:
        open_issue(
            kind=DataIssue.Kind.ORPHAN,
            session=orphan.session,
            message=f"Session {orphan.session}: {orphan.without_instrument} bars belong to no instrument,"
            f" {orphan.without_origin} to no origin. Delete them and fetch the session again.",
            detail={
                "without_instrument": orphan.without_instrument,
                "without_origin": orphan.without_origin,
            },
            now=now,
        )
    still = [orphan.session for orphan in found]
    DataIssue.objects.filter(kind=DataIssue.Kind.ORPHAN, closed_at=None).exclude(session__in=still).update(
        closed_at=now
    )
    return found

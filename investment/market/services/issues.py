"""Opening and closing of data issues."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import F

from investment.lib.json import JSONDict
from investment.market.models import DataIssue, Instrument

_LONGEST_MESSAGE = 500


def open_issue(
    *,
    kind: str,
    message: str,
    now: datetime,
    session: date | None = None,
    instrument: Instrument | int | None = None,
    detail: JSONDict | None = None,
) -> DataIssue:
    """
    Say that something is wrong with the data; said again, it counts one more time.

    There is at most one open issue for a kind, session and instrument; the latest words stand.
    """
    instrument_id = instrument.pk if isinstance(instrument, Instrument) else instrument
    message = message if len(message) <= _LONGEST_MESSAGE else f"{message[: _LONGEST_MESSAGE - 1]}…"
    with transaction.atomic():
        issue, created = DataIssue.objects.select_for_update().get_or_create(
            kind=kind,
            session=session,
            instrument_id=instrument_id,  # type: ignore[misc]  # the stubs forbid NULL here
            closed_at=None,
            defaults={"message": message, "detail": detail or {}, "opened_at": now, "last_seen_at": now},
        )
        if not created:
            DataIssue.objects.filter(pk=issue.pk).update(
                message=message, detail=detail or {}, last_seen_at=now, times=F("times") + 1
            )
            issue.refresh_from_db()
    return issue


def close_issue(
    *,
    kind: str,
    now: datetime,
    session: date | None = None,
    instrument: Instrument | int | None = None,
) -> int:
    """Close what is open for a kind, session and instrument; return how many that were (0 or 1)."""
    return close_issues(kinds=[kind], session=session, instrument=instrument, now=now)


def close_issues(
    *,
    kinds: Sequence[str],
    now: datetime,
    session: date | None = None,
    instrument: Instrument | int | None = None,
    symbol: str | None = None,
) -> int:
    """
    Close what is open for some kinds, a session and an instrument; return how many that were.

    :param symbol: only issues whose detail names this ticker.
    """
    instrument_id = instrument.pk if isinstance(instrument, Instrument) else instrument
    # Plain SQL: the ORM would need longer than the statement, in the path of every ingest.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE market_dataissue SET closed_at = %s
            WHERE closed_at IS NULL AND kind = ANY(%s)
              AND session IS NOT DISTINCT FROM %s AND instrument_id IS NOT DISTINCT FROM %s
              AND (%s::text IS NULL OR detail ->> 'symbol' = %s)
            """,
            [now, list(kinds), session, instrument_id, symbol, symbol],
        )
        return int(cursor.rowcount)

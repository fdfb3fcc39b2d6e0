"""Writes of the exchange calendar."""

from collections.abc import Iterable
from datetime import date

from investment.lib import exchange_days
from investment.market.models import Session


def write_sessions(*, first: date, last: date, days: Iterable[exchange_days.SessionDay] | None = None) -> int:
    """
    Make the calendar from ``first`` to ``last`` what exchange_calendars says; return its length.

    Repeatable. A day in the range that is no session any more (a closure announced late) is deleted.

    :param days: the sessions of the range, where the caller has them. Without them pandas is
        imported: right for ``manage.py write_calendar``, wrong for a process that stays.
    """
    if days is None:
        days = exchange_days.sessions(first, last)
    rows = [
        Session(
            session=day.session, opens_at=day.opens_at, closes_at=day.closes_at, early_close=day.early_close
        )
        for day in days
    ]
    Session.objects.bulk_create(
        rows,
        batch_size=5000,
        update_conflicts=True,
        unique_fields=["session"],
        update_fields=["opens_at", "closes_at", "early_close"],
    )
    kept = [row.session for row in rows]
    Session.objects.filter(session__range=(first, last)).exclude(session__in=kept).delete()
    return len(rows)

"""Reads of the exchange calendar."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from investment.lib.errors import DomainError
from investment.market.models import Session

NEW_YORK = ZoneInfo("America/New_York")


class CalendarMissing(DomainError):
    """The calendar does not reach where we looked."""

    code = "calendar_missing"


def latest_closed_session(now: datetime) -> date:
    """
    Return the last session whose day in New York is over: from then on it is published.

    :raises CalendarMissing: if there is no session before ``now``.
    """
    today = now.astimezone(NEW_YORK).date()
    latest = (
        Session.objects.filter(session__lt=today)
        .order_by("-session")
        .values_list("session", flat=True)
        .first()
    )
    if latest is None:
        raise CalendarMissing(f"No session is known before {today}: run manage.py write_calendar")
    return latest


def session_on(day: date) -> Session | None:
    """Return the session of that date, or None where the exchange is closed."""
    return Session.objects.filter(session=day).first()


def next_session(*, after: date) -> date | None:
    """Return the first session after a date, or None where the calendar ends."""
    return (
        Session.objects.filter(session__gt=after)
        .order_by("session")
        .values_list("session", flat=True)
        .first()
    )


def sessions_between(start: date, end: date) -> list[date]:
    """Return the sessions from ``start`` to ``end``, both included, oldest first."""
    return list(
        Session.objects.filter(session__range=(start, end))
        .order_by("session")
        .values_list("session", flat=True)
    )


def sessions_before(session: date, count: int) -> list[date]:
    """Return the ``count`` sessions that end at ``session``, that one included, oldest first."""
    newest_first = (
        Session.objects.filter(session__lte=session)
        .order_by("-session")
        .values_list("session", flat=True)[:count]
    )
    return list(newest_first)[::-1]

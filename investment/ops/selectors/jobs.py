"""Reads of the daily job: what is due, what has been done."""

from datetime import date, datetime

from django.db.models import Max, Min, Q, QuerySet

from investment.lib import clock
from investment.lib.errors import DomainError
from investment.market.models import DailyBar
from investment.market.selectors.sessions import (
    CalendarMissing,
    latest_closed_session,
    next_session,
    sessions_between,
)
from investment.ops.calculators import timetable
from investment.ops.models import SessionJob
from investment.ops.selectors.prices import has_prices


class NoSessions(DomainError):
    """The calendar has no session in a range, or is not there at all."""

    code = "no_sessions"


def due_jobs(*, now: datetime) -> QuerySet[SessionJob]:
    """
    Return the jobs that have work to do and that nobody works on, oldest session first.

    None where nobody tells prices.
    """
    if not has_prices():
        return SessionJob.objects.none()
    due = Q(next_try_at__lte=now) | Q(reread_due_at__lte=now)
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=clock.real_now())
    return SessionJob.objects.filter(due & free).order_by("session")


def any_in_work() -> bool:
    """True while somebody works on any session's job."""
    return SessionJob.objects.filter(lease_until__gte=clock.real_now()).exists()


def last_done_session() -> date | None:
    """Return the last session whose job is done."""
    last: date | None = SessionJob.objects.filter(state=SessionJob.State.DONE).aggregate(last=Max("session"))[
        "last"
    ]
    return last


def sessions_to_catch_up(*, now: datetime) -> list[date]:
    """
    Return the sessions that a start must bring in, oldest first.

    Those after the last one done, or after the last one that has bars where none was ever done,
    up to the latest that has closed; also earlier ones whose job was begun and is not at its end.
    Without any bars only the latest: older ones are the backfill's. None where nobody tells prices.
    """
    if not has_prices():
        return []
    latest = latest_closed_session(now)
    after = last_done_session() or DailyBar.objects.aggregate(last=Max("session"))["last"]
    wanted = {latest} if after is None else set(sessions_between(after, latest)) - {after}
    # An import may reach to the latest session: its job still analyses and ranks.
    if not SessionJob.objects.filter(session=latest, state=SessionJob.State.DONE).exists():
        wanted.add(latest)
    open_jobs = SessionJob.objects.exclude(state__in=[SessionJob.State.DONE, SessionJob.State.CLOSED])
    wanted.update(open_jobs.filter(session__lte=latest).values_list("session", flat=True))
    return sorted(wanted)


def sessions_since(*, since: date, now: datetime) -> list[date]:
    """
    Return the closed sessions from ``since`` on, oldest first.

    :raises NoSessions: if there is none.
    """
    latest = latest_closed_session(now)
    found = sessions_between(since, latest)
    if not found:
        raise NoSessions(f"No session has closed between {since} and {latest}: give an earlier date")
    return found


def next_file_at(*, now: datetime) -> datetime | None:
    """
    Return when the whole market's file is asked for next.

    None where nobody tells prices, and where the calendar does not reach.
    """
    if not has_prices():
        return None
    waiting: datetime | None = SessionJob.objects.filter(next_try_at__isnull=False).aggregate(
        at=Min("next_try_at")
    )["at"]
    if waiting is not None:
        return max(waiting, now)
    try:
        latest = latest_closed_session(now)
    except CalendarMissing:
        return None
    if now < timetable.first_try_at(latest):  # its day is over, and its job is about to be opened
        return timetable.first_try_at(latest)
    upcoming = next_session(after=latest)
    return timetable.first_try_at(upcoming) if upcoming else None

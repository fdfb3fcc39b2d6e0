"""
When a session's job is tried, in New York time. Pure: dates and instants in, instants out.

A provider on the free plan publishes a session once its day has ended in New York. So the first
try is at 00:05 of the next day, then every 15 minutes until 04:00, then hourly. Steps are counted
in elapsed time: a clock that is set forward or back in between neither skips nor repeats a try.
Early closes change nothing, for the day still ends at midnight.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
FIRST_TRY = time(0, 5)  # New York, the day after the session
QUICK = timedelta(minutes=15)
QUICK_UNTIL = time(4, 0)  # New York
SLOW = timedelta(hours=1)
MIDNIGHT = time(0)
OVERDUE = timedelta(hours=24)
GIVE_UP = timedelta(days=7)
SOON = timedelta(minutes=5)


def new_york(day: date, at: time) -> datetime:
    """
    Return the instant, in UTC, at which clocks in New York show ``at`` on ``day``.

    An hour that is skipped in spring counts from the time before it, as the zone database has it.
    """
    return datetime.combine(day, at, NEW_YORK).astimezone(UTC)


def first_try_at(session: date) -> datetime:
    """Return when the session is asked for first."""
    return new_york(session + timedelta(days=1), FIRST_TRY)


def next_try_at(*, session: date, now: datetime) -> datetime | None:
    """
    Return the first try of the timetable that lies after ``now``; None once it is given up.

    After a week only a person asks again: by then it is a question for the provider.
    """
    first = first_try_at(session)
    if now < first:
        return first
    if now - first >= GIVE_UP:
        return None
    quick_end = new_york(session + timedelta(days=1), QUICK_UNTIL)
    quick = first + ((now - first) // QUICK + 1) * QUICK
    if quick < quick_end:
        return quick
    last_quick = first + ((quick_end - first - timedelta.resolution) // QUICK) * QUICK
    return last_quick + max(1, (now - last_quick) // SLOW + 1) * SLOW


def soon(*, session: date, now: datetime) -> datetime:
    """Return when to try again after a passing failure: by the timetable, but within five minutes."""
    planned = next_try_at(session=session, now=now)
    return min(planned, now + SOON) if planned else now + SLOW


def is_overdue(*, session: date, now: datetime) -> bool:
    """True once a session should have been published for a whole day."""
    return now - first_try_at(session) >= OVERDUE


def reread_at(session: date) -> datetime:
    """Return when a session is read once more for corrections: a day after its first try."""
    return new_york(session + timedelta(days=2), FIRST_TRY)


def next_occurrence(*, at: time, now: datetime, weekdays: frozenset[int] | None = None) -> datetime:
    """
    Return the next instant after ``now`` at which clocks in New York show ``at``.

    :param weekdays: 0 is Monday; None is every day.
    """
    day = now.astimezone(NEW_YORK).date()
    while True:
        instant = new_york(day, at)
        if instant > now and (weekdays is None or day.weekday() in weekdays):
            return instant
        day += timedelta(days=1)

"""What a key may ask for: the plans of Massive that the sandbox can play."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")


@dataclass(frozen=True, slots=True)
class Plan:
    """
    ``calls_a_minute`` and ``years`` of history are None where there is no limit. With
    ``end_of_day`` a session is told from midnight in New York on.
    """

    name: str
    calls_a_minute: int | None
    years: int | None
    end_of_day: bool


PLANS = {
    "basic": Plan("basic", calls_a_minute=5, years=2, end_of_day=True),
    "unlimited": Plan("unlimited", calls_a_minute=None, years=None, end_of_day=False),
}


def today(now: datetime) -> date:
    """Return the date it is in New York."""
    return now.astimezone(NEW_YORK).date()


def first_day(plan: Plan, day: date) -> date:
    """Return the oldest day that the plan tells of on ``day``; the floor rolls with the calendar."""
    if plan.years is None:
        return date.min
    try:
        return day.replace(year=day.year - plan.years)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year - plan.years, day=28)

"""The exchange calendar as rows."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from investment.market.models import Session
from investment.market.selectors.sessions import (
    CalendarMissing,
    latest_closed_session,
    next_session,
    session_on,
    sessions_before,
    sessions_between,
)
from investment.market.tests.days import MONDAY, weekdays

pytestmark = pytest.mark.django_db


def test_the_command_writes_holidays_half_days_and_summer_time_twice_over() -> None:
    out = StringIO()
    for _ in range(2):
        call_command("write_calendar", "--first", "2024-01-01", "--last", "2025-01-31", stdout=out)

    assert Session.objects.count() == 272
    assert session_on(date(2024, 7, 4)) is None
    assert session_on(date(2025, 1, 9)) is None  # a day of mourning
    half = session_on(date(2024, 7, 3))
    assert half is not None
    assert (half.early_close, half.closes_at) == (True, datetime(2024, 7, 3, 17, tzinfo=UTC))
    winter, summer = session_on(date(2024, 1, 2)), session_on(date(2024, 7, 2))
    assert winter is not None
    assert summer is not None
    assert (winter.opens_at.hour, summer.opens_at.hour) == (14, 13)


def test_a_day_that_is_no_session_any_more_is_deleted() -> None:
    Session.objects.create(
        session=date(2024, 7, 4),
        opens_at=datetime(2024, 7, 4, 13, tzinfo=UTC),
        closes_at=datetime(2024, 7, 4, 20, tzinfo=UTC),
    )

    call_command("write_calendar", "--first", "2024-07-01", "--last", "2024-07-10", stdout=StringIO())

    assert session_on(date(2024, 7, 4)) is None


def test_a_session_is_closed_when_its_day_in_new_york_is_over() -> None:
    days = weekdays(MONDAY, 5)

    def latest(*when: int) -> date:
        return latest_closed_session(datetime(2025, 3, *when, tzinfo=UTC))  # type: ignore[misc,arg-type]

    assert latest(5, 4, 59) == days[0]  # 23:59 on Tuesday
    assert latest(5, 5, 0) == days[1]
    assert latest(9, 12) == days[4]
    with pytest.raises(CalendarMissing, match="write_calendar"):
        latest(3, 12)


def test_sessions_are_counted_and_listed_oldest_first() -> None:
    days = weekdays(MONDAY, 8)

    assert sessions_between(days[1], days[3]) == days[1:4]
    assert sessions_before(days[5], 3) == days[3:6]
    assert sessions_before(days[1], 30) == days[:2]
    assert next_session(after=days[4]) == days[5]
    assert next_session(after=days[7]) is None

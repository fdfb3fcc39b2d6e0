"""When a session's job is tried: over clock changes, holidays and early closes."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from investment.ops.calculators import timetable
from investment.ops.calculators.timetable import NEW_YORK

MONDAY = date(2026, 1, 5)
FRIDAY_BEFORE_SPRING = date(2026, 3, 6)  # clocks go forward on Sunday the 8th
FRIDAY_BEFORE_AUTUMN = date(2026, 10, 30)  # clocks go back on Sunday, 1 November
EARLY_CLOSE = date(2026, 11, 27)  # the day after Thanksgiving closes at 13:00


def tries(session: date, until: timedelta) -> list[datetime]:
    found = []
    at = timetable.first_try_at(session) - timedelta(seconds=1)
    end = timetable.first_try_at(session) + until
    while (following := timetable.next_try_at(session=session, now=at)) is not None and following <= end:
        found.append(following)
        at = following
    return found


def in_new_york(instant: datetime) -> str:
    return instant.astimezone(NEW_YORK).strftime("%a %H:%M")


def test_the_first_try_is_five_minutes_into_the_next_day_in_new_york() -> None:
    assert timetable.first_try_at(MONDAY) == datetime(2026, 1, 6, 5, 5, tzinfo=UTC)  # UTC-5
    assert timetable.first_try_at(date(2026, 7, 6)) == datetime(2026, 7, 7, 4, 5, tzinfo=UTC)  # UTC-4


def test_it_is_tried_every_quarter_of_an_hour_until_four_and_then_hourly() -> None:
    found = [in_new_york(instant) for instant in tries(MONDAY, timedelta(hours=8))]

    assert found[:4] == ["Tue 00:05", "Tue 00:20", "Tue 00:35", "Tue 00:50"]
    assert found[14:20] == ["Tue 03:35", "Tue 03:50", "Tue 04:50", "Tue 05:50", "Tue 06:50", "Tue 07:50"]


def test_an_early_close_changes_nothing() -> None:
    found = [in_new_york(instant) for instant in tries(EARLY_CLOSE, timedelta(minutes=20))]

    assert found == ["Sat 00:05", "Sat 00:20"]


@pytest.mark.parametrize(
    ("session", "around"),
    [
        pytest.param(FRIDAY_BEFORE_SPRING, ["Sun 01:50", "Sun 03:50"], id="forward"),
        pytest.param(FRIDAY_BEFORE_AUTUMN, ["Sun 01:50", "Sun 01:50"], id="back"),
    ],
)
def test_hours_go_on_evenly_where_clocks_change(session: date, around: list[str]) -> None:
    found = tries(session, timedelta(hours=40))

    hourly = found[16:]
    assert {later - earlier for earlier, later in pairwise(hourly)} == {timedelta(hours=1)}
    names = [in_new_york(instant) for instant in hourly]
    assert any(list(pair) == around for pair in pairwise(names))


def test_a_clock_that_changes_in_the_small_hours_keeps_the_quick_tries_a_quarter_apart() -> None:
    # No session is followed by such a night today; the timetable must not depend on that.
    for saturday in (date(2026, 3, 7), date(2026, 10, 31)):
        quick = [at for at in tries(saturday, timedelta(hours=6)) if at.astimezone(NEW_YORK).hour < 4]
        assert {later - earlier for earlier, later in pairwise(quick)} == {timedelta(minutes=15)}


@given(
    session=st.dates(date(1990, 1, 1), date(2040, 1, 1)),
    after=st.timedeltas(timedelta(days=-2), timedelta(days=6)),
)
def test_the_next_try_always_lies_ahead_and_at_most_an_hour(session: date, after: timedelta) -> None:
    now = timetable.first_try_at(session) + after

    following = timetable.next_try_at(session=session, now=now)

    assert following is not None
    assert following > now
    assert following == timetable.first_try_at(session) or following - now <= timedelta(hours=1)


def test_after_a_week_only_a_person_asks_again() -> None:
    late = timetable.first_try_at(MONDAY) + timedelta(days=7)

    assert timetable.next_try_at(session=MONDAY, now=late) is None
    assert timetable.soon(session=MONDAY, now=late) == late + timedelta(hours=1)


def test_a_passing_failure_is_tried_again_within_five_minutes() -> None:
    now = timetable.first_try_at(MONDAY)

    assert timetable.soon(session=MONDAY, now=now) == now + timedelta(minutes=5)
    assert timetable.soon(session=MONDAY, now=now + timedelta(minutes=13)) == now + timedelta(minutes=15)


def test_a_session_is_overdue_after_a_day() -> None:
    due = timetable.first_try_at(MONDAY)

    assert not timetable.is_overdue(session=MONDAY, now=due + timedelta(hours=23, minutes=59))
    assert timetable.is_overdue(session=MONDAY, now=due + timedelta(hours=24))


def test_corrections_are_read_a_day_later() -> None:
    assert in_new_york(timetable.reread_at(FRIDAY_BEFORE_SPRING)) == "Sun 00:05"


def test_a_time_of_day_recurs_on_its_weekdays_only() -> None:
    friday_evening = datetime(2026, 1, 10, 4, 29, tzinfo=UTC)  # Friday 23:29 in New York

    soon = timetable.next_occurrence(at=time(23, 30), now=friday_evening, weekdays=frozenset(range(5)))
    later = timetable.next_occurrence(at=time(23, 30), now=soon, weekdays=frozenset(range(5)))

    assert in_new_york(soon) == "Fri 23:30"
    assert in_new_york(later) == "Mon 23:30"

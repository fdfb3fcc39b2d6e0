"""When the whole market's file is asked for next."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from investment.market.models import Session
from investment.ops.models import SessionJob
from investment.ops.selectors.jobs import next_file_at

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 13, 17, 0, tzinfo=UTC)  # a Tuesday; the exchange is open


def test_the_next_file_is_that_of_the_first_job_that_waits(settings: Settings) -> None:
    assert next_file_at(now=NOON) is None  # no calendar: nobody knows
    Session.objects.bulk_create(
        Session(session=day, opens_at=NOON, closes_at=NOON + timedelta(hours=4))
        for day in (date(2026, 1, 9), date(2026, 1, 12), date(2026, 1, 13))
    )
    after_today = datetime(2026, 1, 14, 5, 5, tzinfo=UTC)
    assert next_file_at(now=NOON) == after_today
    assert next_file_at(now=after_today - timedelta(minutes=4)) == after_today  # today is over
    early = NOON + timedelta(minutes=15)
    SessionJob.objects.create(session=date(2026, 1, 9), next_try_at=NOON + timedelta(hours=3))
    SessionJob.objects.create(session=date(2026, 1, 12), next_try_at=early)
    assert next_file_at(now=NOON) == early
    assert next_file_at(now=early + timedelta(hours=9)) == early + timedelta(hours=9)  # overdue: now
    SessionJob.objects.update(next_try_at=None)
    assert next_file_at(now=NOON) == after_today
    Session.objects.filter(session=date(2026, 1, 13)).delete()
    assert next_file_at(now=NOON) is None  # the calendar ends
    settings.MODE = type(settings.MODE).parse("live")
    settings.MASSIVE_API_KEY = "-"
    SessionJob.objects.update(next_try_at=early)
    assert next_file_at(now=NOON) is None  # nobody to ask

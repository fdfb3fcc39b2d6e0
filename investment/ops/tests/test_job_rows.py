"""Making, reopening and choosing the rows of the daily job."""

from datetime import UTC, date, datetime, timedelta

import pytest

from investment.market.services.calendar import write_sessions
from investment.ops.models import SessionJob, SessionStage
from investment.ops.selectors import jobs
from investment.ops.services import job_rows
from investment.providers.sandbox.testing import exchange_days

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 3, 3, 5, 5, tzinfo=UTC)  # Tuesday 00:05 in New York
FRIDAY, MONDAY = date(2026, 2, 27), date(2026, 3, 2)


@pytest.fixture(autouse=True)
def calendar() -> None:
    days = exchange_days("2026-01-01", "2026-12-31")
    write_sessions(days=days.sessions, first=date(2026, 1, 1), last=date(2026, 12, 31))


def done(session: date) -> SessionJob:
    job = job_rows.ensure_job(session=session, try_at=NIGHT)
    SessionStage.objects.filter(job=job).update(state="done")
    SessionJob.objects.filter(pk=session).update(state="done", done_at=NIGHT, next_try_at=None)
    return job


def analyse(session: date) -> SessionStage:
    return SessionStage.objects.get(job_id=session, name="analyse")


def test_a_job_has_its_five_stages_in_order_and_is_made_once() -> None:
    job_rows.ensure_job(session=MONDAY, try_at=NIGHT)
    job_rows.ensure_job(session=MONDAY, try_at=NIGHT + timedelta(days=1))

    stages = SessionStage.objects.order_by("position").values_list("name", flat=True)
    assert list(stages) == ["bars", "actions", "analyse", "rank", "score"]
    assert SessionJob.objects.get().next_try_at == NIGHT


def test_at_first_only_the_latest_session_is_opened() -> None:
    assert job_rows.open_sessions(now=NIGHT) == [MONDAY]
    assert job_rows.open_sessions(now=NIGHT) == []


def test_after_a_pause_every_session_since_the_last_done_one_is_opened() -> None:
    done(FRIDAY)

    opened = job_rows.open_sessions(now=NIGHT + timedelta(days=2))

    assert opened == [date(2026, 3, day) for day in (2, 3, 4)]
    assert SessionJob.objects.get(pk=MONDAY).next_try_at == NIGHT


def test_a_session_that_was_begun_is_caught_up_with_and_a_closed_day_is_not() -> None:
    SessionJob.objects.create(session=date(2026, 2, 20), state="partial", next_try_at=NIGHT)
    SessionJob.objects.create(session=date(2026, 2, 21), state="closed")
    done(FRIDAY)

    assert jobs.sessions_to_catch_up(now=NIGHT) == [date(2026, 2, 20), MONDAY]


def test_instruments_to_look_at_again_add_up_until_they_were_looked_at() -> None:
    done(MONDAY)

    job_rows.reopen_later(after=FRIDAY, instrument_ids=[3, 1], now=NIGHT)
    job_rows.reopen_later(after=FRIDAY, instrument_ids=[2], now=NIGHT)

    assert (analyse(MONDAY).state, analyse(MONDAY).detail) == ("pending", {"instruments": [1, 2, 3]})
    assert SessionJob.objects.get(pk=MONDAY).state == "done"
    assert [job.session for job in jobs.due_jobs(now=NIGHT)] == [MONDAY]


def test_everything_and_some_is_everything() -> None:
    done(MONDAY)

    job_rows.reopen_analysis(session=MONDAY, instrument_ids=None, now=NIGHT)
    job_rows.reopen_analysis(session=MONDAY, instrument_ids=[1], now=NIGHT)
    assert analyse(MONDAY).detail == {"instruments": None}

    SessionStage.objects.update(state="done")
    job_rows.reopen_analysis(session=MONDAY, instrument_ids=range(5001), now=NIGHT)
    assert analyse(MONDAY).detail == {"instruments": None}


def test_earlier_sessions_and_those_not_done_are_left_alone() -> None:
    done(FRIDAY)
    job_rows.ensure_job(session=date(2026, 3, 3), try_at=NIGHT)

    assert job_rows.reopen_later(after=FRIDAY, instrument_ids=None, now=NIGHT) == []
    assert analyse(FRIDAY).state == "done"

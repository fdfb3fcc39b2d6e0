"""The schedule and the one who watches over it."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from celery import Celery
from django.conf import settings as django_settings
from pytest_django import Settings

from investment.celery import app
from investment.lib import clock, redis
from investment.lib.modes import Mode
from investment.ops import schedule, tasks
from investment.ops.management.commands.beat import Beat
from investment.ops.models import Lock, Run, ScheduleEntry, SessionJob
from investment.ops.services import leases, runs
from investment.providers.models import RawAnswer, RawBody
from investment.quotas.models import Call, HourlyTotal
from investment.quotas.services.calls import make_partition

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)  # Monday 12:00 in New York
NIGHT = datetime(2026, 3, 3, 5, 5, tzinfo=UTC)  # Tuesday 00:05


def messages(queue: str) -> list[dict[str, dict[str, str]]]:
    """Return what lies in a queue of the broker, the latest first."""
    key = f"{django_settings.MODE.name}:celery:{queue}"
    return [json.loads(raw) for raw in redis.state().lrange(key, 0, -1)]


def sent() -> list[tuple[str, dict[str, str]]]:
    """Return what lies in the broker's queue, the latest first: tasks and their arguments."""
    lying = messages(django_settings.CELERY_TASK_DEFAULT_QUEUE)
    return [(m["headers"]["task"], eval(m["headers"]["kwargsrepr"])) for m in lying]  # noqa: S307 - our own


def daily(now: datetime) -> list[str]:
    """Return what is due, without what comes again and again the whole day."""
    return [entry.name for entry in schedule.due_entries(now=now) if entry.every is None]


@pytest.fixture
def beat() -> Beat:
    celery: Celery = app
    return Beat(celery)


def test_every_task_of_the_schedule_exists() -> None:
    app.loader.import_default_modules()

    assert {entry.task for entry in schedule.SCHEDULE} <= set(app.tasks)


def test_an_entry_is_due_once_at_its_time_in_new_york() -> None:
    schedule.due_entries(now=NOON)

    due = daily(NIGHT)

    assert due == [
        "sync-instruments", "sync-spellings", "cross-check", "open-sessions", "sync-fx-late", "sync-facts",
    ]  # fmt: skip
    assert schedule.due_entries(now=NIGHT) == []
    row = ScheduleEntry.objects.get(name="open-sessions")
    assert (row.due_at, row.last_sent_at) == (NIGHT + timedelta(days=1), NIGHT)


def test_reference_data_are_due_at_once_where_there_are_none_and_again_soon_where_that_failed() -> None:
    assert daily(NOON) == ["sync-fx", "sync-companies", "sync-earnings"]
    assert schedule.due_entries(now=NOON) == []
    # What takes minutes comes when that which is quick is done.
    assert daily(NOON + schedule.AFTER_PRICES) == ["sync-facts"]

    schedule.try_again_soon(name="sync-companies", now=NOON)

    assert ScheduleEntry.objects.get(name="sync-companies").due_at == NOON + timedelta(hours=1)
    schedule.try_again_soon(name="sync-companies", now=NOON + timedelta(minutes=5))
    assert ScheduleEntry.objects.get(name="sync-companies").due_at == NOON + timedelta(hours=1)


def test_on_a_first_start_nothing_is_asked_before_prices(settings: Settings) -> None:
    settings.MODE = Mode.parse("live")
    settings.MASSIVE_API_KEY, settings.MASSIVE_PLAN = "a-key-of-massive", "basic"

    assert schedule.due_entries(now=NOON) == []
    assert daily(NOON + schedule.AFTER_PRICES) == [
        "sync-fx", "sync-companies", "sync-earnings", "sync-facts",
    ]  # fmt: skip


def test_a_contact_that_came_with_a_start_is_used_at_once(settings: Settings) -> None:
    schedule.due_entries(now=NOON)
    assert "sync-facts" in daily(NOON + timedelta(minutes=1))
    schedule.look_again_at_start(now=NOON + timedelta(minutes=1))
    assert schedule.due_entries(now=NOON + timedelta(minutes=1)) == []

    settings.SEC_CONTACT = "Jane Doe jane@example.com"
    schedule.look_again_at_start(now=NOON + timedelta(minutes=2))

    assert daily(NOON + timedelta(minutes=2)) == [
        "sync-companies", "sync-facts",
    ]  # fmt: skip


def test_old_calls_are_folded_daily() -> None:
    schedule.due_entries(now=NIGHT)

    assert daily(NIGHT + timedelta(hours=3)) == [
        "probe-idle", "fold-calls", "sync-facts",
    ]  # fmt: skip


def test_folding_may_be_sent_twice() -> None:
    day = NIGHT - timedelta(days=50)
    clock.set_clock(origin=NIGHT, rate=0)
    make_partition(day=day)
    Call.objects.create(
        id=UUID(int=1),
        provider="provider",
        scope="provider:stocks:1",
        endpoint="grouped_daily",
        lane="planned",
        purpose="session 2026-01-05",
        reserved_at=day,
        hold_until=day,
    )

    tasks.fold_calls()
    tasks.fold_calls()

    assert HourlyTotal.objects.get().calls == 1
    assert not Call.objects.exists()


def test_what_was_missed_while_nothing_ran_is_due_once() -> None:
    schedule.due_entries(now=NOON)

    assert len(schedule.due_entries(now=NOON + timedelta(days=30))) == len(schedule.SCHEDULE)
    assert schedule.due_entries(now=NOON + timedelta(days=30)) == []


def test_polls_do_not_wait_behind_jobs_and_are_worthless_when_the_next_one_comes(beat: Beat) -> None:
    schedule.due_entries(now=NOON)

    beat.tick(now=NOON + timedelta(hours=4))

    polls = [found["headers"] for found in messages("fetch")]
    assert {found["task"] for found in polls} == {"ops.sync_news"}
    asked = {eval(found["kwargsrepr"])["provider"] for found in polls}  # noqa: S307 - our own
    assert asked == {"massive", "finnhub", "alphavantage", "newsapi"}
    assert all(found["expires"] for found in polls)
    assert "ops.sync_news" not in {task for task, _ in sent()}


def test_a_paused_entry_moves_on_without_being_due() -> None:
    schedule.due_entries(now=NOON)
    ScheduleEntry.objects.filter(name="open-sessions").update(paused=True)

    assert "open-sessions" not in {entry.name for entry in schedule.due_entries(now=NIGHT)}
    ScheduleEntry.objects.filter(name="open-sessions").update(paused=False)
    assert daily(NIGHT + timedelta(hours=1)) == []


def test_a_clock_that_is_set_back_does_not_stop_the_schedule() -> None:
    schedule.due_entries(now=NOON + timedelta(days=400))

    assert schedule.due_entries(now=NOON) == []
    assert ScheduleEntry.objects.get(name="open-sessions").due_at == NIGHT


def test_entries_that_the_table_no_longer_has_are_forgotten() -> None:
    ScheduleEntry.objects.create(name="long-gone", due_at=NOON)

    assert "long-gone" not in {entry.name for entry in schedule.due_entries(now=NOON)}
    assert not ScheduleEntry.objects.filter(name="long-gone").exists()


def test_beat_nudges_the_oldest_due_job_once_in_a_while(beat: Beat) -> None:
    for day in (3, 2):
        SessionJob.objects.create(session=f"2026-03-0{day}", next_try_at=NOON)

    beat.tick(now=NIGHT)
    beat.tick(now=NIGHT)

    nudges = [found for found in sent() if found[0] == "ops.advance_session"]
    assert nudges == [("ops.advance_session", {"session": "2026-03-02"})]


def test_beat_leaves_alone_what_is_being_worked_on_and_what_is_not_due(beat: Beat) -> None:
    job = SessionJob.objects.create(session="2026-03-02", next_try_at=NOON)
    SessionJob.objects.create(session="2026-03-03", next_try_at=NIGHT + timedelta(days=1))
    schedule.due_entries(now=NOON)

    with leases.held(SessionJob, job.pk):
        beat.tick(now=NOON)

    assert sent() == []


def test_runs_whose_process_is_gone_are_marked(beat: Beat) -> None:
    with leases.lock("instruments") as lease:
        gone = runs.open_run(
            kind=Run.Kind.INSTRUMENTS, subject="b", trigger=Run.Trigger.COMMAND, lease=lease, now=NOON
        )
    with leases.lock("backfill") as lease:
        alive = runs.open_run(
            kind=Run.Kind.BACKFILL, subject="a", trigger=Run.Trigger.COMMAND, lease=lease, now=NOON
        )
        beat.tick(now=clock.now())

    states = dict(Run.objects.values_list("pk", "state"))
    assert states == {alive.run_id: "running", gone.run_id: "abandoned"}


def test_who_leads_no_more_writes_and_sends_nothing(beat: Beat) -> None:
    schedule.due_entries(now=NOON)
    SessionJob.objects.create(session="2026-03-02", next_try_at=NOON)
    with leases.lock("beat") as paused:
        Lock.objects.update(lease_until=clock.real_now() - timedelta(seconds=1))
        leases.claim(Lock, "beat")

        with pytest.raises(leases.LeaseLost):
            beat.tick(now=NIGHT, lease=paused)

    assert sent() == []
    assert not ScheduleEntry.objects.filter(last_sent_at__gt=NOON).exists()


def test_who_may_lead_no_more_sends_nothing(beat: Beat) -> None:
    """Stopped between looking and sending, and nobody has taken over as yet."""
    SessionJob.objects.create(session="2026-03-02", next_try_at=NOON)
    with leases.lock("beat") as lease:
        lease.until = clock.real_now()

        with pytest.raises(leases.LeaseLost):
            beat.tick(now=NIGHT, lease=lease)

    assert sent() == []


def test_raw_answers_go_every_night_when_their_time_is_over() -> None:
    body = RawBody.objects.create(digest="d", packed=b"", size=0, keep_until=NIGHT)
    RawAnswer.objects.create(call_id=UUID(int=1), status=200, received_at=NIGHT, keep_until=NIGHT, body=body)
    clock.set_clock(origin=NIGHT, rate=0)

    assert "ops.expire_answers" in {entry.task for entry in schedule.SCHEDULE}
    tasks.expire_answers()

    assert not RawAnswer.objects.exists()
    assert not RawBody.objects.exists()

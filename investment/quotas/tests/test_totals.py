"""Rows become totals, and no figure changes."""

import subprocess
import sys
import time as real_time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from itertools import combinations
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from investment.lib import clock, redis
from investment.quotas import ids, scripts
from investment.quotas.models import Call, HourlyTotal, Scope
from investment.quotas.selectors import Usage, WindowStatus, call_days, calls_by, window_status
from investment.quotas.services import memory, scopes, totals
from investment.quotas.services.calls import make_partition
from investment.quotas.services.memory import MAX_HOLD
from investment.quotas.tests.conftest import MORNING, Time
from investment.quotas.tests.factories import SCOPE, declare

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
LATE = MIDNIGHT + timedelta(days=60)
ALL = ("provider", "scope", "endpoint", "lane", "kind", "state", "status", "hour")


def row(at: datetime = MORNING, **different: Any) -> Call:
    """A call that took a quarter of a second, sent by nobody."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "provider": "provider",
        "scope": "provider:stocks:1",
        "endpoint": "grouped_daily",
        "lane": "planned",
        "purpose": "session 2026-01-05",
        "state": "sent",
        "reserved_at": at,
        "hold_until": at + timedelta(seconds=30),
        "finished_at": at + timedelta(seconds=1),
        "status": 200,
        "bytes": 1000,
        "duration_seconds": 0.25,
    }
    return Call(**values | different)


def write(*calls: Call) -> None:
    for day in {call.reserved_at.astimezone(UTC).date() for call in calls}:
        make_partition(day=datetime(day.year, day.month, day.day, tzinfo=UTC))
    Call.objects.bulk_create(calls)


def usage(*by: str) -> list[Usage]:
    return calls_by(since=MIDNIGHT, until=LATE, by=by)  # type: ignore[arg-type]


def everything() -> list[list[Usage]]:
    """Every figure there is: by nothing, by each word, by each two of them, by all."""
    ways: list[Sequence[str]] = [(), *([name] for name in (*ALL, "day")), *combinations(ALL, 2), ALL]
    return [usage(*by) for by in ways]


def partitions() -> list[str]:
    return [f"{day:%Y%m%d}" for day in call_days()]


@contextmanager
def another_connection() -> Iterator[psycopg.Connection]:
    name = connection.settings_dict["NAME"]
    parameters = connection.get_connection_params() | {"dbname": name}
    known = {
        key: parameters[key] for key in ("host", "port", "user", "password", "dbname") if key in parameters
    }
    with psycopg.connect(**known) as other:
        yield other


@pytest.fixture
def no_partitions(transactional_db: None) -> None:
    """What earlier tests with transactions of their own left behind goes first."""
    for day in call_days():
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE quotas_call_{day:%Y%m%d}")


CALLS = st.builds(
    row,
    at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 4), timezones=st.just(UTC)),  # noqa: DTZ001
    provider=st.sampled_from(["a", "b"]),
    scope=st.sampled_from(["a:1", "a:2"]),
    endpoint=st.sampled_from(["quote", "news", ""]),
    lane=st.sampled_from(["essential", "interactive", "planned"]),
    purpose=st.sampled_from(["session 2026-01-05", "session 2026-01-06", "refresh", ""]),
    calls=st.integers(0, 50),
    state=st.sampled_from(["reserved", "sent", "not_sent", "unknown"]),
    status=st.sampled_from([None, 0, 200, 429]),
    bytes=st.none() | st.integers(0, 2**40),
    duration_seconds=st.none() | st.floats(0, 1000),
    cost=st.none(),
) | st.builds(
    row,
    at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 4), timezones=st.just(UTC)),  # noqa: DTZ001
    cost=st.decimals(0, 1000, places=8),
    cost_currency=st.sampled_from(["USD", "EUR"]),
    duration_seconds=st.floats(0, 1e-3),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    calls=st.lists(CALLS, max_size=40),
    moments=st.lists(st.integers(30, 40), max_size=4),
    late=st.lists(CALLS, max_size=10),
)
def test_no_figure_changes_whatever_is_folded_when(
    calls: list[Call], moments: list[int], late: list[Call]
) -> None:
    with transaction.atomic():
        write(*calls)
        before = everything()
        for days in moments:  # in any order: the clock can be set back
            totals.fold(now=MIDNIGHT + timedelta(days=days))
            assert everything() == before
        # The same days again, as where a clock is set back: what was folded is added to.
        write(*late)
        before = everything()
        for days in [*moments, 100]:
            totals.fold(now=MIDNIGHT + timedelta(days=days))
            assert everything() == before
        assert not Call.objects.exists()
        assert sum(found.calls for found in usage()) == len(calls) + len(late)
        transaction.set_rollback(True)


def test_the_figures_are_those_of_the_rows() -> None:
    write(
        row(purpose="session 2026-01-05", bytes=1000, duration_seconds=0.25, calls=3),
        row(purpose="session 2026-01-06", bytes=None, duration_seconds=None),
        row(purpose="refresh A", cost=Decimal("0.00000001"), cost_currency="USD"),
        row(MORNING + timedelta(hours=1), purpose="refresh B", cost=Decimal("1.5"), cost_currency="EUR"),
    )

    by_kind = usage("kind")

    assert by_kind == [
        Usage(
            ("refresh",),
            calls=2,
            slots=2,
            sized=2,
            bytes=2000,
            timed=2,
            duration=timedelta(seconds=0.5),
            cost={"EUR": Decimal("1.5"), "USD": Decimal("0.00000001")},
            unpriced=0,
        ),
        Usage(
            ("session",),
            calls=2,
            slots=4,
            sized=1,
            bytes=1000,
            timed=1,
            duration=timedelta(seconds=0.25),
            unpriced=2,
        ),
    ]
    assert [(found.group, found.calls) for found in usage("hour", "status")] == [
        ((MORNING.replace(minute=0), 200), 3),
        ((MORNING.replace(minute=0) + timedelta(hours=1), 200), 1),
    ]


@pytest.mark.parametrize("fold_first", [False, True])
def test_a_time_is_whole_hours_and_takes_what_begins_in_it(fold_first: bool) -> None:
    write(row(MORNING.replace(minute=0)), row(MORNING.replace(hour=15, minute=0)))
    if fold_first:
        totals.fold(now=LATE)

    found = calls_by(since=MORNING.replace(minute=0), until=MORNING.replace(hour=15, minute=0))

    assert [each.calls for each in found] == [1]
    with pytest.raises(ValueError, match="whole hour"):
        calls_by(since=MORNING, until=LATE)


def test_rows_are_kept_for_35_whole_days() -> None:
    write(row(MIDNIGHT), row(MIDNIGHT + timedelta(days=1)))
    over = MIDNIGHT + timedelta(days=1)

    assert totals.fold(now=over + timedelta(days=35, microseconds=-1)).folded == []
    done = totals.fold(now=over + timedelta(days=35))

    assert [(day.day, day.calls) for day in done.folded] == [(date(2026, 1, 1), 1)]
    # Others' tests leave the partitions of their days behind, empty.
    assert [day for day in partitions() if day <= "20260102"] == ["20260102"]
    assert HourlyTotal.objects.get().hour == MIDNIGHT


def test_a_window_that_is_longer_keeps_its_rows_longer() -> None:
    declare((1000, 86_400 * 90))
    write(row(MIDNIGHT))
    needed = timedelta(days=1 + 90, seconds=MAX_HOLD)

    assert totals.fold(now=MIDNIGHT + needed - timedelta(seconds=1)).folded == []
    assert len(totals.fold(now=MIDNIGHT + needed).folded) == 1


WINDOWS = [(500, 60), (2000, 43_200), (5000, 86_400), (50_000, 86_400 * 40)]
RECENT = st.builds(
    row,
    at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    scope=st.just(SCOPE),
    id=st.integers(0, 2**36 - 1).map(
        lambda token: ids.make(microseconds=0, scope_number=1, lane="planned", calls=1, token=token)
    ),
    lane=st.sampled_from(["essential", "interactive", "planned"]),
    state=st.sampled_from(["reserved", "sent", "not_sent", "unknown"]),
)


def rebuilt(now: datetime) -> list[WindowStatus]:
    """Return the windows as they are after the state server has forgotten everything."""
    for key in redis.state().scan_iter(match=redis.key("quota", "*")):
        redis.state().delete(key)
    redis.state().set(redis.key(*scripts.LOST), 0)  # long ago: nobody is waited for
    assert memory.establish(now=now) is None
    return window_status(now=now)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(calls=st.lists(RECENT, max_size=40, unique_by=lambda call: call.id), days=st.integers(20, 100))
def test_no_window_changes_when_detail_is_folded(time: Time, calls: list[Call], days: int) -> None:
    with transaction.atomic():
        declare(*WINDOWS, share=0.2)
        Scope.objects.update(longest_hold=MAX_HOLD)
        write(*calls)
        now = MIDNIGHT + timedelta(days=days)
        clock.set_clock(origin=now, rate=0)
        before = rebuilt(now)

        totals.fold(now=now)

        assert rebuilt(now) == before
        transaction.set_rollback(True)
    scopes._declared.clear()


def test_folding_again_finds_nothing() -> None:
    write(row())

    assert len(totals.fold(now=LATE).folded) == 1
    assert totals.fold(now=LATE).folded == []
    assert HourlyTotal.objects.get().calls == 1


def test_a_day_that_somebody_else_has_just_folded_is_nothing_to_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(totals, "call_days", lambda: [date(2026, 1, 5)])

    assert totals.fold(now=LATE) == totals.Folding()


def test_the_command_says_what_was_folded(time: Time) -> None:
    write(row(), row(), row(MORNING + timedelta(days=1)))
    time.passes(86_400 * 50)
    first, second = StringIO(), StringIO()

    call_command("fold_calls", stdout=first)
    call_command("fold_calls", stdout=second)

    lines = first.getvalue().splitlines()
    assert lines[0].startswith("2026-01-05: 2 calls, ")
    assert lines[1].startswith("2026-01-06: 1 calls, ")
    assert lines[2].startswith("3 calls of 2 days are hourly totals now, ")
    assert second.getvalue() == "Nothing to fold: no calls are older than 35 days.\n"


def test_nobody_waits_for_folding_and_it_gives_way(
    no_partitions: None, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(totals, "_PAUSE", 0.01)
    write(row())
    before = everything()
    time.passes(86_400 * 50)
    with another_connection() as reader:
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT count(*) FROM quotas_call")  # as a backup does, which keeps its lock

        started = real_time.monotonic()
        with pytest.raises(CommandError, match="2026-01-05"):
            call_command("fold_calls", stdout=StringIO())

        assert real_time.monotonic() - started < 5
        assert everything() == before
        assert not HourlyTotal.objects.exists()
    call_command("fold_calls", stdout=StringIO())
    assert everything() == before
    assert not Call.objects.exists()


def test_a_call_completed_very_late_is_counted_as_it_ended_or_not_at_all(
    no_partitions: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(totals, "_PAUSE", 0.01)
    write(row(state="reserved", finished_at=None))
    with another_connection() as other:
        other.execute("UPDATE quotas_call SET state = 'unknown', finished_at = reserved_at")

        assert totals.fold(now=LATE).busy == [date(2026, 1, 5)]
    totals.fold(now=LATE)

    assert HourlyTotal.objects.get().state == "unknown"


def test_nobody_can_complete_a_call_between_its_being_summed_and_dropped(no_partitions: None) -> None:
    write(row(state="reserved", finished_at=None))
    tried = []

    def complete_before_dropping(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("DROP TABLE"):
            with another_connection() as other:
                other.execute("SET lock_timeout = '50ms'")
                with pytest.raises(psycopg.errors.LockNotAvailable):
                    other.execute("UPDATE quotas_call SET state = 'unknown', finished_at = reserved_at")
            tried.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(complete_before_dropping):
        totals.fold(now=LATE)

    assert tried == ["DROP TABLE quotas_call_20260105"]
    assert HourlyTotal.objects.get().state == "reserved"


@pytest.mark.slow
def test_folding_that_is_killed_leaves_the_rows(
    no_partitions: None, time: Time, process_environment: dict[str, str]
) -> None:
    write(row(), row())
    before = everything()
    time.passes(86_400 * 50)
    with another_connection() as reader:
        reader.execute("SELECT count(*) FROM quotas_call")
        process = subprocess.Popen(
            [sys.executable, "manage.py", "fold_calls"],
            cwd=Path(__file__).parents[3],
            env=process_environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait_until_it_wants_to_drop(reader)
        process.kill()
        process.wait()

    assert everything() == before
    assert Call.objects.count() == 2
    assert not HourlyTotal.objects.exists()
    totals.fold(now=LATE)
    assert everything() == before
    assert HourlyTotal.objects.get().calls == 2


def _wait_until_it_wants_to_drop(reader: psycopg.Connection) -> None:
    """Wait until the totals are written and the partition is about to go."""
    end = real_time.monotonic() + 60
    while real_time.monotonic() < end:
        waiting = reader.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'")
        if waiting.fetchone():
            return
        real_time.sleep(0.01)
    raise AssertionError("it never came to that")


@pytest.mark.slow
def test_two_at_once_fold_each_row_once(
    no_partitions: None, time: Time, process_environment: dict[str, str]
) -> None:
    write(*(row(MORNING + timedelta(days=day)) for day in range(10) for _ in range(3)))
    before = everything()
    time.passes(86_400 * 60)
    processes = [
        subprocess.Popen(
            [sys.executable, "manage.py", "fold_calls"],
            cwd=Path(__file__).parents[3],
            env=process_environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for _ in range(3)
    ]
    for process in processes:
        words, _ = process.communicate(timeout=60)
        assert process.returncode == 0, words

    assert everything() == before
    assert not Call.objects.exists()
    assert sum(HourlyTotal.objects.values_list("calls", flat=True)) == 30

"""A leader is stopped past its lease, another takes over, the first goes on: it asks and writes no more."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from django.conf import settings as django_settings
from django.db import connection
from pytest_django import Settings

from investment.lib import clock, redis
from investment.ops import schedule
from investment.ops.models import Installation, Lease, Lock, Run, SessionJob
from investment.ops.services import leases
from investment.ops.services.job_rows import ensure_job
from investment.ops.tests.processes import PATIENCE, blocked_backends, holding, process, wait_until
from investment.ops.tests.stage import FRIDAY, MONDAY, job, night_after
from investment.providers.sandbox.testing import RunningSandbox
from investment.quotas.models import Call, Epoch
from investment.quotas.services.calls import make_partition
from investment.quotas.services.memory import SEND_WITHIN

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(180)]

# A command of ours whose lease runs out a second after it was stopped.
IMPATIENT = """
import sys
from datetime import timedelta
import django
from django.core.management import execute_from_command_line
django.setup()
from investment.ops.services import leases
leases.LEASE, leases.HEARTBEAT = timedelta(seconds=1), 0.2
execute_from_command_line(["manage.py", *sys.argv[1:]])
"""
SESSION = ("run_session", "--session", MONDAY.isoformat())
BACKFILL = ("backfill", "--since", FRIDAY.isoformat())

Rows = dict[str, list[str]]


@pytest.fixture
def past() -> int:
    """How many sessions are stored before the one at hand."""
    return 25


@pytest.fixture
def sandbox(settings: Settings, past: int) -> Iterator[RunningSandbox]:
    with night_after(settings, past=past) as running:
        Installation.objects.create(mode=django_settings.MODE.name, created_at=clock.real_now())
        yield running


@pytest.fixture
def environment(process_environment: dict[str, str], sandbox: RunningSandbox) -> dict[str, str]:
    reach = {"MASSIVE_BASE_URL": sandbox.url, "MASSIVE_API_KEY": sandbox.key, "MASSIVE_PLAN": "unlimited"}
    return process_environment | reach


def impatient(environment: dict[str, str], *command: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    return process(environment, "-c", IMPATIENT, *command)


def pause(leader: subprocess.Popen[bytes], lease: type[Lease], key: object) -> float:
    """Stop a process for longer than its lease lasts; return when that was."""
    os.killpg(leader.pid, signal.SIGSTOP)
    stopped = time.monotonic()
    wait_until(lambda: not leases.is_held(lease._default_manager.get(pk=key)), "its lease runs out")
    return stopped


def go_on(leader: subprocess.Popen[bytes]) -> None:
    os.killpg(leader.pid, signal.SIGCONT)


def take_over(environment: dict[str, str], *command: str) -> None:
    """Another does all the work, while the first is stopped."""
    with process(environment, "manage.py", *command) as successor:
        output, _ = successor.communicate(timeout=PATIENCE)
    assert successor.returncode == 0, output.decode()


def correct(sandbox: RunningSandbox) -> None:
    """Let the next be told another price: if the first wrote what it has been told, it would show."""
    symbol = str(sandbox.market.day(MONDAY).symbols[0])
    sandbox.fault("scale", endpoint="grouped", tickers=[symbol], factor=1.01)


def all_rows() -> Rows:
    """Return every row of every table but the calls, in words."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if not table.startswith("quotas_call"):
                cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')  # noqa: S608 - our own names
                found[table] = [row[0] for row in cursor.fetchall()]
    return found


def calls() -> dict[object, str]:
    """Return the state of each call that there is a row of."""
    return dict(Call.objects.values_list("id", "state"))


def check_nothing_more(leader: subprocess.Popen[bytes], sandbox: RunningSandbox, *, on_its_way: int) -> str:
    """
    Let the first go on to its end, and return what it said.

    Only the row of the call that it had on its way is completed, for the books: where it was granted
    and not sent yet, it is not sent.
    """
    rows, spent, asked = all_rows(), calls(), sandbox.counts().received
    settled = {id_: state for id_, state in spent.items() if state != "reserved"}
    go_on(leader)
    output, _ = leader.communicate(timeout=PATIENCE)

    assert sandbox.counts().received == asked, "it asked again"
    assert all_rows() == rows
    ended = calls()
    assert {id_: ended.pop(id_) for id_ in settled} == settled
    assert len(ended) == on_its_way
    assert set(ended.values()) <= {"sent", "not_sent"}
    assert Call.objects.exclude(state="not_sent").count() == asked
    return output.decode()


def check_session(leader: subprocess.Popen[bytes], sandbox: RunningSandbox, *, on_its_way: int = 0) -> None:
    assert job().state == "done"
    said = check_nothing_more(leader, sandbox, on_its_way=on_its_way)
    assert f"The lease on SessionJob {MONDAY} was taken over" in said
    assert "Traceback" not in said
    assert leader.returncode == 0, "the session is done, by whomever"
    assert list(Run.objects.order_by("pk").values_list("state", flat=True)) == ["abandoned", "done"]
    assert not Epoch.objects.exclude(name="memory").exists(), "nobody reigns any more"


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("LOCK TABLE ops_sessionstage IN ACCESS EXCLUSIVE MODE", id="before-a-call"),
        pytest.param("LOCK TABLE market_dailybar IN ACCESS EXCLUSIVE MODE", id="while-writing"),
    ],
)
def test_stopped_at_its_work(sandbox: RunningSandbox, environment: dict[str, str], statement: str) -> None:
    ensure_job(session=MONDAY, try_at=clock.now())
    with impatient(environment, *SESSION) as leader:
        with holding(statement):
            wait_until(lambda: blocked_backends() > 0, "it is held")
            pause(leader, SessionJob, MONDAY)
        take_over(environment, *SESSION)

        check_session(leader, sandbox)


def test_stopped_with_a_grant_in_its_hand(sandbox: RunningSandbox, environment: dict[str, str]) -> None:
    make_partition(day=clock.now())
    with impatient(environment, *SESSION) as leader:
        with holding("LOCK TABLE quotas_call IN EXCLUSIVE MODE"):
            wait_until(lambda: blocked_backends() > 0, "its row is held")
            stopped = pause(leader, SessionJob, MONDAY)
        take_over(environment, *SESSION)
        # No lease is as short as a grant is valid, but for this test's.
        time.sleep(max(0.0, stopped + SEND_WITHIN - time.monotonic()))

        check_session(leader, sandbox, on_its_way=1)


def test_stopped_while_it_waits_for_an_answer(sandbox: RunningSandbox, environment: dict[str, str]) -> None:
    sandbox.fault("latency", endpoint="grouped", seconds=1)
    with impatient(environment, *SESSION) as leader:
        wait_until(lambda: not sandbox.sandbox.faults.armed, "the request arrives")
        pause(leader, SessionJob, MONDAY)
        correct(sandbox)
        take_over(environment, *SESSION)

        check_session(leader, sandbox, on_its_way=1)


def test_stopped_between_writing_and_committing(sandbox: RunningSandbox, environment: dict[str, str]) -> None:
    """It has locked the very row that its successor must claim."""
    sandbox.fault("latency", endpoint="grouped", seconds=1)
    with impatient(environment, *SESSION) as leader:
        wait_until(lambda: not sandbox.sandbox.faults.armed, "the request arrives")
        with holding("SELECT 1 FROM ops_sessionjob FOR NO KEY UPDATE"):
            wait_until(lambda: blocked_backends() > 1, "its guard is held, and its heartbeat")
            pause(leader, SessionJob, MONDAY)
        take_over(environment, *SESSION)

        check_session(leader, sandbox)


@pytest.mark.parametrize("past", [0])
def test_a_backfill_that_was_stopped_adds_nothing(
    sandbox: RunningSandbox, environment: dict[str, str]
) -> None:
    sandbox.fault("latency", endpoint="grouped", seconds=1)
    with impatient(environment, *BACKFILL) as leader:
        wait_until(lambda: not sandbox.sandbox.faults.armed, "the request arrives")
        pause(leader, Lock, "backfill")
        correct(sandbox)
        take_over(environment, *BACKFILL)

        said = check_nothing_more(leader, sandbox, on_its_way=1)

    assert "The lease on Lock backfill was taken over" in said
    assert "Traceback" not in said
    assert leader.returncode == 1
    states = Run.objects.filter(kind="backfill").order_by("pk").values_list("state", flat=True)
    assert list(states) == ["abandoned", "done"]


def test_a_leader_of_the_schedule_that_was_stopped_sends_nothing(
    sandbox: RunningSandbox, environment: dict[str, str]
) -> None:
    schedule.due_entries(now=clock.now())  # what is due at once is so only before this
    with impatient(environment, "beat") as leader:
        wait_until(lambda: owner_of_the_schedule() != "", "it leads")
        first = owner_of_the_schedule()
        pause(leader, Lock, "beat")
        ensure_job(session=MONDAY, try_at=clock.now())
        with process(environment, "manage.py", "beat") as successor:
            wait_until(lambda: owner_of_the_schedule() not in ("", first), "another leads")
            wait_until(lambda: bool(senders()), "it nudges")
            go_on(leader)
            time.sleep(3.0)
            leader.terminate()
            output, _ = leader.communicate(timeout=PATIENCE)

            assert senders() == {successor.pid}
            assert owner_of_the_schedule() != first
    assert b"Leading no more: The lease on Lock beat was taken over" in output
    assert leader.returncode == 0


def owner_of_the_schedule() -> str:
    return Lock.objects.filter(name="beat").values_list("lease_owner", flat=True).first() or ""


def senders() -> set[int]:
    """Return the processes that have sent what lies in the broker's queue."""
    key = f"{django_settings.MODE.name}:celery:{django_settings.CELERY_TASK_DEFAULT_QUEUE}"
    messages = [json.loads(raw) for raw in redis.state().lrange(key, 0, -1)]
    origins = [str(message["headers"]["origin"]) for message in messages]
    return {int(origin.removeprefix("gen").split("@")[0]) for origin in origins}

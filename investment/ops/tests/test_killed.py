"""A process of the daily job is killed by force at several points: nothing is lost, nothing is twice."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from investment.analysis.models import Figures, Score
from investment.lib import clock
from investment.market.models import DailyBar
from investment.ops.models import Installation, Run, SessionJob, SessionStage
from investment.ops.services import leases
from investment.ops.services.job_rows import ensure_job
from investment.ops.tests.processes import (
    PATIENCE,
    blocked_backends,
    holding,
    kill,
    process,
    run_session,
    wait_until,
)
from investment.ops.tests.stage import MONDAY, job, night_after, stages
from investment.providers.sandbox.testing import RunningSandbox
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    with night_after(settings) as running:
        Installation.objects.create(mode=django_settings.MODE.name, created_at=clock.real_now())
        yield running


@pytest.fixture
def environment(process_environment: dict[str, str], sandbox: RunningSandbox) -> dict[str, str]:
    reach = {"MASSIVE_BASE_URL": sandbox.url, "MASSIVE_API_KEY": sandbox.key, "MASSIVE_PLAN": "unlimited"}
    return process_environment | reach


def stage_is(name: str, state: str) -> bool:
    return SessionStage.objects.filter(job_id=MONDAY, name=name, state=state).exists()


def let_the_lease_run_out() -> None:
    SessionJob.objects.filter(pk=MONDAY).update(lease_until=clock.real_now() - timedelta(seconds=1))


def finish(environment: dict[str, str]) -> None:
    let_the_lease_run_out()
    with run_session(environment) as successor:
        output, _ = successor.communicate(timeout=PATIENCE)
    assert successor.returncode == 0, output.decode()


def check_all_is_there(sandbox: RunningSandbox) -> None:
    expected = sandbox.market.day(MONDAY)
    stored = DailyBar.objects.filter(session=MONDAY)
    assert sorted(stored.values_list("instrument__symbol", flat=True)) == sorted(expected.symbols)
    assert Figures.objects.filter(session=MONDAY).count() == len(expected)
    assert Score.objects.filter(session=MONDAY).exists()
    assert job().state == "done"
    assert set(stages().values()) == {"done"}
    # Every request that the provider saw has its row, those of the killed process as well.
    assert Call.objects.exclude(state="not_sent").count() == sandbox.counts().received
    runs = Run.objects.filter(kind="session").order_by("pk").values_list("state", flat=True)
    assert list(runs) == ["abandoned", "done"]


@pytest.mark.parametrize("endpoint", ["grouped", "splits_v1", "dividends_v1"])
def test_killed_while_it_waits_for_an_answer(
    sandbox: RunningSandbox, environment: dict[str, str], endpoint: str
) -> None:
    sandbox.fault("latency", endpoint=endpoint, seconds=30)
    with run_session(environment) as victim:
        wait_until(lambda: not sandbox.sandbox.faults.armed, "the request arrives")
        kill(victim)
    assert Call.objects.filter(state="reserved").count() == 1

    finish(environment)

    check_all_is_there(sandbox)


@pytest.mark.parametrize(
    ("statement", "stage"),
    [
        pytest.param("LOCK TABLE market_dailybar IN ACCESS EXCLUSIVE MODE", "bars", id="before-bars"),
        pytest.param("LOCK TABLE market_corporateaction IN ACCESS EXCLUSIVE MODE", "actions", id="actions"),
        pytest.param("LOCK TABLE analysis_figures IN ACCESS EXCLUSIVE MODE", "analyse", id="analyse"),
        pytest.param("LOCK TABLE analysis_score IN ACCESS EXCLUSIVE MODE", "rank", id="rank"),
    ],
)
def test_killed_in_the_middle_of_writing(
    sandbox: RunningSandbox, environment: dict[str, str], statement: str, stage: str
) -> None:
    with (
        holding(statement),
        run_session(environment) as victim,
    ):
        wait_until(lambda: stage_is(stage, "running") and blocked_backends() > 0, f"{stage} is held")
        kill(victim)

    finish(environment)

    check_all_is_there(sandbox)


def test_killed_between_writing_and_committing(sandbox: RunningSandbox, environment: dict[str, str]) -> None:
    sandbox.fault("latency", endpoint="grouped", seconds=2)
    with run_session(environment) as victim:
        wait_until(lambda: not sandbox.sandbox.faults.armed, "the request arrives")
        # Its guard, the last statement before the commit, waits for this row.
        with holding("SELECT 1 FROM ops_sessionjob FOR NO KEY UPDATE"):
            wait_until(lambda: blocked_backends() > 0, "the guard is held")
            time.sleep(0.5)
            kill(victim)
    assert not DailyBar.objects.filter(session=MONDAY).exists()

    finish(environment)

    check_all_is_there(sandbox)


def test_another_worker_takes_over_within_thirty_seconds(
    sandbox: RunningSandbox, environment: dict[str, str]
) -> None:
    worker = ("-m", "celery", "--app", "investment", "worker", "--pool", "solo", "--loglevel", "WARNING")
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    sandbox.fault("latency", endpoint="splits_v1", seconds=120)
    ensure_job(session=MONDAY, try_at=clock.now())
    with (
        process(environment, "manage.py", "beat"),
        process(environment, *worker, *quiet, "--hostname", "first@here") as victim,
    ):
        wait_until(lambda: not sandbox.sandbox.faults.armed, "the first worker asks for splits")
        with process(environment, *worker, *quiet, "--hostname", "second@here"):
            first_owner = job().lease_owner
            kill(victim)
            taken = wait_until(
                lambda: (leases.is_held(job()) and job().lease_owner != first_owner) or job().state == "done",
                "another worker takes over",
                within=30.0,
            )
            wait_until(lambda: job().state == "done", "the job is done")
    assert taken < 30.0
    check_all_is_there(sandbox)

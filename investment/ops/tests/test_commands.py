"""The commands that people type."""

from collections.abc import Iterator
from datetime import date, timedelta
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from investment.lib import clock
from investment.market.models import Instrument
from investment.ops import tasks
from investment.ops.models import Installation, Run, SessionJob
from investment.ops.services import leases
from investment.ops.services.session_job import Outcome
from investment.ops.tests.stage import FRIDAY, MONDAY, NIGHT, at, job, night_after, run
from investment.providers.sandbox.testing import RunningSandbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

THURSDAY = date(2026, 2, 26)


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    with night_after(settings) as running:
        Installation.objects.create(mode=settings.MODE.name, created_at=NIGHT)
        yield running


def sessions_run() -> list[str]:
    return list(Run.objects.filter(kind="session").order_by("pk").values_list("subject", flat=True))


def test_without_arguments_the_latest_closed_session_is_run_and_summed_up(
    sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("run_session")

    out = capsys.readouterr().out
    assert "Analyse what changed" in out
    assert "session 2026-03-02, state done, new" in out
    assert job().state == "done"
    assert Run.objects.get().trigger == "command"


def test_catching_up_runs_what_came_after_the_import(sandbox: RunningSandbox) -> None:
    at(NIGHT + timedelta(days=2))

    call_command("run_session", "--catch-up")
    call_command("run_session", "--catch-up")

    assert sessions_run() == ["2026-03-02", "2026-03-03", "2026-03-04"]


def test_all_sessions_since_a_date_are_run_that_are_not_done(sandbox: RunningSandbox) -> None:
    run(FRIDAY)

    call_command("run_session", "--since", "2026-02-26")

    assert sessions_run() == ["2026-02-27", "2026-02-26", "2026-03-02"]
    assert job(THURSDAY).state == "done"


def test_one_session_is_run_again_where_it_is_done(
    sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    run()
    capsys.readouterr()

    call_command("run_session", "--session", "2026-03-02")

    assert f"same {len(sandbox.market.day(MONDAY))}, refused 0" in capsys.readouterr().out


def test_a_session_that_will_be_tried_again_ends_with_its_own_code(
    sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox.fault("empty", endpoint="grouped")

    with pytest.raises(SystemExit) as ended:
        call_command("run_session")

    assert ended.value.code == 2
    assert "Not published yet" in capsys.readouterr().out


def test_a_session_that_failed_ends_in_an_error(
    sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox.fault("html", endpoint="grouped")

    with pytest.raises(CommandError, match="table says why"):
        call_command("run_session")

    assert "Answer refused" in capsys.readouterr().out


def test_a_provider_that_stumbles_is_asked_again_at_once(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from investment.ops.management.commands import run_session

    monkeypatch.setattr(run_session, "_PAUSES", (0.0, 0.0))
    sandbox.fault("status", endpoint="grouped", times=2)

    call_command("run_session")

    assert job().state == "done"


@pytest.mark.slow
def test_it_waits_for_whoever_is_at_the_session(sandbox: RunningSandbox) -> None:
    sandbox.fault("latency", endpoint="grouped", seconds=1.5)
    found: list[Outcome] = []

    def other() -> None:
        found.append(run())
        connection.close()

    thread = Thread(target=other)
    thread.start()
    while not SessionJob.objects.filter(lease_until__gt=clock.real_now()).exists():
        pass
    call_command("run_session", "--session", "2026-03-02")
    thread.join()

    assert found[0].state == job().state == "done"


def test_the_list_of_instruments_is_read_first_where_nobody_has_told_us(sandbox: RunningSandbox) -> None:
    Instrument.objects.update(kind="unknown")

    call_command("run_session")

    assert Run.objects.order_by("pk").values_list("kind", flat=True)[0] == "instruments"
    assert Instrument.objects.filter(kind="common_stock").exists()


def test_a_date_of_the_future_is_refused(sandbox: RunningSandbox) -> None:
    with pytest.raises(CommandError, match="has not begun"):
        call_command("run_session", "--session", "2026-03-09")
    with pytest.raises(CommandError, match="No session has closed"):
        call_command("run_session", "--since", "2026-03-09")


def test_syncing_reads_listed_and_delisted_instruments(
    sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    Instrument.objects.all().delete()

    call_command("sync_instruments")

    assert Instrument.objects.filter(active=True).exists()
    assert Instrument.objects.filter(active=False).exists()
    assert f"{Instrument.objects.count()} instruments, 2 calls" in capsys.readouterr().out


def test_tasks_advance_open_and_sync(sandbox: RunningSandbox) -> None:
    tasks.open_sessions()
    assert job().next_try_at == NIGHT

    tasks.advance_session(session="2026-03-02")
    tasks.advance_session(session="2026-03-02", a_newer_callers="argument")
    tasks.sync_instruments()

    assert job().state == "done"
    assert Run.objects.filter(kind="instruments", state="done").count() == 1


def test_a_task_leaves_alone_what_somebody_else_is_at(sandbox: RunningSandbox) -> None:
    tasks.open_sessions()

    with leases.held(SessionJob, MONDAY):
        tasks.advance_session(session="2026-03-02")

    assert not Run.objects.exists()

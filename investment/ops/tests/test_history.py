"""A live installation from its first start: prices at once, everything else a slice at a time."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from pytest_django import Settings

from investment.analysis.models import Figures
from investment.analysis.selectors.market_table import market_table
from investment.lib import clock
from investment.market.models import CorporateAction, DailyBar, Instrument
from investment.market.services.calendar import write_sessions
from investment.ops.models import BackfillStep, History, Installation, Lock, Run, SessionJob
from investment.ops.selectors.history import HistoryStatus, due_history, history_status
from investment.ops.selectors.jobs import due_jobs
from investment.ops.services.history import (
    FAULT,
    MOST_TRIES,
    PASSING,
    _Slice,
    bring_history,
    open_history,
)
from investment.ops.services.session_job import advance_session
from investment.ops.tests.processes import kill, process, wait_until
from investment.ops.tests.stage import FRIDAY, MONDAY, NIGHT, at, mode, reach
from investment.providers.sandbox.testing import RunningSandbox, exchange_days, running_sandbox
from investment.providers.services.terms import accept
from investment.providers.terms import NON_DISPLAY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SYMBOLS = 40
FLOOR = date(2026, 2, 20)
SESSIONS = 7  # from there to MONDAY
NOT_AUTHORIZED = '{"status":"NOT_AUTHORIZED","message":"%s"}'


@contextmanager
def fresh(settings: Settings, *, plan: str = "unlimited", accepted: bool = True) -> Iterator[RunningSandbox]:
    """Let this be a live installation of which nothing is stored, on the night after MONDAY."""
    with mode(settings, "live"):
        clock.set_clock(origin=NIGHT, rate=0)
        calendar = exchange_days("2024-01-02", "2026-12-31")
        write_sessions(days=calendar.sessions, first=date(2024, 1, 2), last=date(2026, 12, 31))
        Installation.objects.create(mode="live", created_at=NIGHT)
        if accepted:
            accept(clause=NON_DISPLAY, provider="massive", by="the tests", actor=None, now=NIGHT)
        with running_sandbox(symbols=SYMBOLS, plan=plan, clock=clock.now) as sandbox:
            reach(settings, sandbox, plan=plan)
            yield sandbox


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the history be of a few weeks."""
    monkeypatch.setattr("investment.providers.registry.market_data_begins", lambda **_: FLOOR)


def status() -> HistoryStatus:
    found = history_status(now=clock.now())
    assert found is not None
    return found


def state_of(name: str) -> str:
    return next(step.state for step in status().steps if step.name == name)


def work(*, most: int = 200) -> list[datetime]:
    """Do what beat would send, moving the clock on where nothing is due; return when slices began."""
    begun: list[datetime] = []
    for _ in range(most):
        now = clock.now()
        job = due_jobs(now=now).first()
        if job is not None:
            advance_session(session=job.session, now=now, trigger=Run.Trigger.SCHEDULE)
            continue
        row = History.objects.get()
        if row.state != History.State.WAITING:
            return begun
        if due_history(now=now) is None:
            assert row.next_try_at is not None
            assert row.next_try_at > now
            at(row.next_try_at)
            continue
        begun.append(now)
        bring_history(now=now, trigger=Run.Trigger.SCHEDULE)
    raise AssertionError("it does not end")


def asked(sandbox: RunningSandbox) -> list[str]:
    return [str(call["path"]) for call in sandbox.sandbox.calls]


def check_bars(sandbox: RunningSandbox) -> None:
    """Check that every stored session holds what the market did."""
    for session in DailyBar.objects.order_by().values_list("session", flat=True).distinct():
        closes = DailyBar.objects.filter(session=session).values_list("close", flat=True)
        assert sorted(closes) == sorted(sandbox.market.day(session).close.tolist())


def stored() -> list[date]:
    return sorted(DailyBar.objects.order_by().values_list("session", flat=True).distinct())


def refuse(sandbox: RunningSandbox, endpoint: str, words: str, **options: int | None) -> None:
    sandbox.fault(
        "status",
        endpoint=endpoint,
        status=403,
        body=NOT_AUTHORIZED % words,
        content_type="application/json",
        **options,
    )


@pytest.mark.usefixtures("short")
def test_a_first_start_asks_for_prices_first_and_everything_comes(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with fresh(settings, plan="basic") as sandbox:
        sandbox.fault("empty", endpoint="grouped")  # the newest session is not published yet
        with pytest.raises(SystemExit):
            call_command("run_session", "--catch-up")

        first, second = asked(sandbox)
        assert first.endswith(f"/stocks/{MONDAY}")
        assert second.endswith(f"/stocks/{FRIDAY}")
        page = market_table()
        assert page.count > SYMBOLS / 2
        assert {row.kind for row in page.results} == {"unknown"}
        assert {row.unranked.code for row in page.results if row.unranked} == {"class_unknown"}
        assert None not in {row.close for row in page.results}
        early = status()
        assert (early.state, early.since, early.until) == ("waiting", FLOOR, MONDAY)
        assert [step.state for step in early.steps] == ["done", "running", "pending", "pending", "pending"]

        calls_left = [early.calls_left or 0]
        for _ in range(3):
            at(History.objects.get().next_try_at or NIGHT)
            bring_history(now=clock.now(), trigger=Run.Trigger.SCHEDULE)
            calls_left.append(status().calls_left or 0)
        assert calls_left == sorted(set(calls_left), reverse=True)
        began = work()
        at(NIGHT + timedelta(minutes=15))
        work()

        # The newest was published at last, and nobody else had asked for it.
        assert SessionJob.objects.get(pk=MONDAY).state == "done"
        assert sandbox.counts().refused == 0
        assert stored() == [date(2026, 2, day) for day in (20, 23, 24, 25, 26, 27)] + [MONDAY]
        check_bars(sandbox)
        paths = [path for path in asked(sandbox) if "grouped" in path]
        assert len(paths) == len(set(paths)) + 1  # MONDAY twice
        late = status()
        assert (late.state, late.calls_left, late.estimated_end_at) == ("done", 0, None)
        assert {step.state for step in late.steps} == {"done"}
        assert not Instrument.objects.filter(active=True, kind="unknown").exists()
        assert set(Instrument.objects.values_list("actions_from", flat=True)) == {FLOOR}
        # Four calls a minute: estimated at first as long as it took, about.
        assert early.estimated_end_at is not None
        assert abs(began[-1] - early.estimated_end_at) <= timedelta(minutes=2)
        figures = Figures.objects.filter(session=MONDAY)
        assert figures.filter(return_5__isnull=False).count() > SYMBOLS / 2
        # Five were the session jobs' own: three for prices, two for actions.
        (run,) = Run.objects.filter(kind="backfill")
        assert (run.state, run.calls) == (
            "done",
            len(asked(sandbox)) - 5,
        )


@pytest.mark.usefixtures("short")
def test_what_the_plan_lacks_is_said_in_its_words_and_the_rest_comes(settings: Settings) -> None:
    """No actions, no old sessions, one answer is broken, and nobody has accepted the terms."""
    with fresh(settings, accepted=False) as sandbox:
        with pytest.raises(SystemExit):  # its analysis waits for a person
            call_command("run_session", "--catch-up")
        refuse(sandbox, "dividends_v1", "You are not entitled to this data.", times=None)
        sandbox.fault("latency", endpoint="grouped", seconds=0.0, times=2)
        sandbox.fault("cut_json", endpoint="grouped", times=1)
        refuse(sandbox, "grouped", "Your plan doesn't include this data timeframe.", times=None)

        work()

        assert stored() == [date(2026, 2, 26), FRIDAY, MONDAY]
        found = status()
        assert (found.state, found.since) == ("done", date(2026, 2, 26))
        assert state_of("actions") == "refused"
        assert "not entitled" in next(step.words for step in found.steps if step.name == "actions")
        assert "accept_terms" in next(step.words for step in found.steps if step.name == "analysis")
        assert Instrument.objects.filter(actions_withheld__contains="not entitled").count() > SYMBOLS / 2
        assert len([path for path in asked(sandbox) if "dividends" in path]) == 1
        assert market_table().results[0].close is not None
        assert not Figures.objects.exists()

        accept(clause=NON_DISPLAY, provider="massive", by="ada", actor=None, now=clock.now())
        at(clock.now() + timedelta(hours=1))
        work()
        assert Figures.objects.filter(session=MONDAY).exists()

        # Another plan was bought: what it may include now is asked for, and nothing else.
        before = len(asked(sandbox))
        sandbox.sandbox.faults.clear()
        History.objects.update(plan="basic")
        open_history(now=clock.now())
        work()
        assert stored()[:4] == [date(2026, 2, day) for day in (20, 23, 24, 25)]
        assert not Instrument.objects.exclude(actions_withheld="").exists()
        assert not [path for path in asked(sandbox)[before:] if f"/stocks/{FRIDAY}" in path]
        assert not [path for path in asked(sandbox)[before:] if "tickers" in path]


@pytest.mark.usefixtures("short")
def test_what_fails_is_asked_again_when_the_provider_says_and_not_for_ever(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh(settings) as sandbox:
        call_command("run_session", "--catch-up")
        sandbox.fault("status", endpoint="tickers", status=503)
        bring_history(now=NIGHT, trigger=Run.Trigger.SCHEDULE)
        row = History.objects.get()
        assert (row.state, row.next_try_at) == ("waiting", NIGHT + PASSING)
        assert row.error
        assert due_history(now=NIGHT + timedelta(seconds=59)) is None

        at(NIGHT + PASSING)
        unknown = '{"status":"ERROR","error":"Unknown API Key"}'
        sandbox.fault("status", endpoint="tickers", status=401, body=unknown, content_type="application/json")
        bring_history(now=clock.now(), trigger=Run.Trigger.SCHEDULE)
        assert status().state == "stopped"
        assert "Unknown API Key" in status().words
        assert due_history(now=NIGHT + timedelta(days=9)) is None

        open_history(now=clock.now())  # started anew
        with monkeypatch.context() as broken:
            broken.setattr("investment.ops.services.history.upsert_instruments", lambda **_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                bring_history(now=clock.now(), trigger=Run.Trigger.SCHEDULE)
        assert "ZeroDivisionError" in status().words
        assert due_history(now=clock.now() + FAULT - timedelta(seconds=30)) is None
        sandbox.fault("cut_json", endpoint="grouped", times=None)
        sandbox.fault("latency", endpoint="tickers", seconds=0.0)
        refuse(sandbox, "tickers", "You are not entitled to this data.", times=1)
        work()
        # Without the list of those listed no more it goes on all the same.
        assert state_of("instruments") == "done"
        assert "not entitled" in BackfillStep.objects.get(kind="instruments", key="delisted").note
        assert not Instrument.objects.filter(kind="unknown").exists()
        paths = [path for path in asked(sandbox) if "grouped" in path]
        assert len(paths) == 1 + MOST_TRIES * (SESSIONS - 1)
        assert status().state == "done"
        notes = BackfillStep.objects.filter(kind="session").values_list("note", flat=True)
        assert [note.split(":")[0] for note in notes] == ["was refused"] * (SESSIONS - 1)


@pytest.mark.usefixtures("short")
def test_a_question_of_more_pages_than_calls_becomes_smaller(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh(settings, plan="basic") as sandbox:
        call_command("run_session", "--catch-up")
        monkeypatch.setattr("investment.providers.adapters.massive.reference._MOST_ACTIONS", {"v1": 1})
        monkeypatch.setattr("investment.providers.adapters.massive.reference._MOST_TICKERS", 10)

        # As if its time were over after three pages of the list.
        with monkeypatch.context() as hurried:
            hurried.setattr(_Slice, "over", property(lambda self: self.provider.calls_spent >= 3))
            bring_history(now=clock.now(), trigger=Run.Trigger.SCHEDULE)
        assert History.objects.get().reading["active"]["read"] == 30
        assert due_history(now=clock.now()) is not None

        work()

        listed = Instrument.objects.filter(active=True).exclude(kind="unknown").count()
        assert History.objects.get().reading["active"]["read"] == listed > 30
        assert History.objects.get().days < 91
        assert status().state == "done"
        told = sandbox.market.dividends(FLOOR, MONDAY)
        assert CorporateAction.objects.filter(kind="dividend", withdrawn_at=None).count() == len(told) > 3


@pytest.mark.usefixtures("short")
def test_a_killed_worker_loses_one_call_at_most(
    settings: Settings, process_environment: dict[str, str]
) -> None:
    with fresh(settings) as sandbox:
        call_command("run_session", "--catch-up")
        environment = process_environment | {
            "INVESTMENT_MODE": "live",
            "MASSIVE_BASE_URL": sandbox.url,
            "MASSIVE_API_KEY": sandbox.key,
            "MASSIVE_PLAN": "unlimited",
        }
        sandbox.fault("latency", endpoint="grouped", seconds=0.0, times=3)
        sandbox.fault("latency", endpoint="grouped", seconds=30)
        task = "import django; django.setup(); from investment.ops import tasks as t"
        task += "; [t.bring_history() for _ in range(6)]"
        with process(environment, "-c", task) as victim:
            wait_until(lambda: not sandbox.sandbox.faults.armed, "the fourth session is asked for")
            kill(victim)
        assert len(stored()) == 1 + 3
        assert due_history(now=clock.now()) is None  # its lease has not run out
        Lock.objects.filter(name="backfill").update(lease_until=clock.real_now() - timedelta(seconds=1))

        work()

        assert status().state == "done"
        assert len(stored()) == SESSIONS
        check_bars(sandbox)
        times = Counter(path for path in asked(sandbox) if "grouped" in path)
        assert sorted(times.values()) in ([1] * SESSIONS, [1] * (SESSIONS - 1) + [2])
        assert [run.state for run in Run.objects.filter(kind="backfill")] == ["done"]


def test_without_a_key_nothing_is_asked_and_nothing_fails(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with mode(settings, "live"):
        settings.MASSIVE_API_KEY = "-"
        Installation.objects.create(mode="live", created_at=NIGHT)

        call_command("run_session", "--catch-up")

        assert "put MASSIVE_API_KEY into .env" in capsys.readouterr().out
        assert open_history(now=NIGHT) is None
        assert history_status(now=NIGHT) is None
        assert not SessionJob.objects.exists()
        assert not Run.objects.exists()

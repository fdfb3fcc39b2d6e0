"""History: newest first, the cheaper way, within the quota, going on where it stopped."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count
from pytest_django import Settings

from investment.acquisition.importance import Tier
from investment.acquisition.kinds import Kind
from investment.acquisition.services.demand import declare_interest
from investment.analysis.models import Figures
from investment.analysis.services.run import analyse_session
from investment.lib import clock
from investment.market.models import DailyBar, Instrument, Origin, QuarantinedRow
from investment.ops.models import BackfillStep, Installation, Run
from investment.ops.selectors.backfill import plan_backfill
from investment.ops.services.backfill import Backfilled, run_backfill
from investment.ops.tests.stage import MONDAY, NIGHT, folder_of_bars, mode, night_after, run
from investment.providers.errors import CircuitOpen, ProviderUnavailable
from investment.providers.sandbox.testing import RunningSandbox
from investment.quotas.errors import QuotaExhausted
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SINCE = date(2026, 2, 23)  # a Monday: six sessions up to the latest


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    """A market of which nothing is stored yet, in an installation that has no imported past."""
    with mode(settings, "live"), night_after(settings, past=0) as running:
        Installation.objects.create(mode="live", created_at=NIGHT)
        yield running


def backfill(since: date = SINCE) -> Backfilled:
    plan = plan_backfill(since=since, now=clock.now())
    return run_backfill(
        plan=plan, now=clock.now(), trigger=Run.Trigger.COMMAND, patience=0.0, sleep=lambda _seconds: None
    )


def stored() -> list[date]:
    return sorted(DailyBar.objects.order_by().values_list("session", flat=True).distinct())


def test_few_sessions_of_many_instruments_are_fetched_whole_newest_first(sandbox: RunningSandbox) -> None:
    plan = plan_backfill(since=SINCE, now=NIGHT)

    assert plan.strategy == "session"
    assert plan.sessions == sorted(plan.sessions, reverse=True)
    assert (plan.sessions[0], plan.sessions[-1]) == (MONDAY, SINCE)
    done = backfill()
    assert stored() == sorted(plan.sessions)
    assert done.calls == 6 + 2
    asked = [call["path"] for call in sandbox.sandbox.calls if "grouped" in str(call["path"])]
    assert [str(path).rsplit("/", 1)[1] for path in asked] == [day.isoformat() for day in plan.sessions]


def test_many_sessions_of_few_instruments_are_fetched_one_by_one(sandbox: RunningSandbox) -> None:
    keep = (
        Instrument.objects.filter(kind="etf", active=True).order_by("symbol")[:2].values_list("pk", flat=True)
    )
    Instrument.objects.exclude(pk__in=list(keep)).delete()

    plan = plan_backfill(since=date(2025, 9, 1), now=NIGHT)

    assert (plan.strategy, len(plan.symbols), plan.calls) == ("symbol", 2, 6)
    assert backfill(date(2025, 9, 1)).calls == 6
    assert len(stored()) > 100
    assert set(Instrument.objects.values_list("actions_from", flat=True)) == {date(2025, 9, 1)}


def test_what_is_stored_is_not_asked_for_again(sandbox: RunningSandbox) -> None:
    backfill()
    before = Call.objects.count()

    plan = plan_backfill(since=SINCE, now=NIGHT)

    assert plan.empty
    earlier = plan_backfill(since=SINCE - timedelta(days=7), now=NIGHT)
    assert earlier.sessions == [date(2026, 2, day) for day in (20, 19, 18, 17)]
    assert Call.objects.count() == before


def test_it_goes_on_where_it_was_cut_off(sandbox: RunningSandbox) -> None:
    sandbox.fault("status", endpoint="grouped", times=None)
    with pytest.raises(ProviderUnavailable):
        backfill()
    assert Run.objects.get().state == "failed"
    sandbox.reset()
    sandbox.fault("cut_json", endpoint="grouped")

    first = backfill()

    assert [note for note in first.notes if "2026-03-02 was refused" in note]
    assert stored() == [date(2026, 2, day) for day in (23, 24, 25, 26, 27)]
    backfill()
    assert stored()[-1] == MONDAY


def test_it_says_how_long_the_quota_makes_it_take(
    sandbox: RunningSandbox, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MASSIVE_PLAN = "basic"

    call_command("backfill", "--since", "2025-12-01", "--plan")

    out = capsys.readouterr().out
    assert "sessions of the whole market, newest first" in out
    assert "0:1" in out  # some sixty calls, four a minute
    assert not Run.objects.exists()


def test_it_stops_at_the_quota_and_keeps_what_it_has(sandbox: RunningSandbox, settings: Settings) -> None:
    settings.MASSIVE_PLAN = "basic"

    with pytest.raises(QuotaExhausted):
        backfill()

    assert stored() == [date(2026, 2, 27), MONDAY]  # four calls a minute, two of them for actions
    assert BackfillStep.objects.filter(kind="session").count() == 2


def test_it_ends_where_the_plans_history_ends(sandbox: RunningSandbox) -> None:
    body = '{"status":"NOT_AUTHORIZED","message":"Your plan doesn\'t include this data timeframe."}'
    sandbox.fault("latency", endpoint="grouped", seconds=0.0, times=2)
    sandbox.fault(
        "status", endpoint="grouped", status=403, body=body, content_type="application/json", times=None
    )

    done = backfill()

    assert stored() == [date(2026, 2, 27), MONDAY]
    assert "history ends" in done.notes[-1]
    assert Run.objects.get().state == "done"


@pytest.mark.shared_data
@pytest.mark.slow
def test_a_folder_of_bars_is_read_and_analysed_as_of_each_last_session(
    settings: Settings, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with folder_of_bars(settings, shared_data) as sandbox:
        call_command("run_session", "--catch-up")

        rows = dict(
            DailyBar.objects.order_by().values_list("instrument__symbol").annotate(n=Count("session"))
        )
        # Two days of SPY open below their low: they cannot be true and are in quarantine.
        assert rows == {"AAPL": 3379, "TSLA": 754, "SPY": 2519 - 2}
        assert QuarantinedRow.objects.filter(symbol="SPY").count() == 2
        assert set(Run.objects.filter(kind="session").values_list("subject", "state")) == {
            ("2017-12-29", "done"),
            ("2018-01-19", "done"),
        }
        spy = Instrument.objects.get(symbol="SPY")
        assert spy.actions_withheld
        assert Instrument.objects.get(symbol="AAPL").actions_from is not None
        before = sandbox.counts().received
        call_command("run_session", "--catch-up")
        assert sandbox.counts().received == before
        assert "Nothing to do" in capsys.readouterr().out


@pytest.mark.shared_data
@pytest.mark.slow
def test_what_comes_through_the_sandbox_is_analysed_as_what_is_imported(
    settings: Settings, shared_data: Path
) -> None:
    last_sessions = [date(2017, 12, 29), date(2018, 1, 19)]
    with folder_of_bars(settings, shared_data):
        call_command("run_session", "--catch-up")
        fetched = all_figures()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE market_instrument, market_dailybar, analysis_figures CASCADE")

        call_command("import_bars", str(shared_data))
        for session in last_sessions:
            analyse_session(session=session, now=clock.now())

    assert all_figures() == fetched
    assert sorted((session, symbol) for session, symbol in fetched) == [
        (last_sessions[0], "AAPL"),
        (last_sessions[0], "SPY"),
        (last_sessions[0], "TSLA"),
        (last_sessions[1], "AAPL"),
    ]


def all_figures() -> dict[tuple[date, str], dict[str, float | None]]:
    """Return every stored figure by session and symbol."""
    about = {"session", "instrument_id", "instrument__symbol", "analysed_at"}
    names = [field.attname for field in Figures._meta.concrete_fields if field.attname not in about]
    rows = Figures.objects.order_by().values("session", "instrument__symbol", *names)
    return {(row["session"], row["instrument__symbol"]): {name: row[name] for name in names} for row in rows}


def test_an_unprepared_installation_is_refused() -> None:
    with pytest.raises(CommandError, match="prepare"):
        call_command("backfill", "--since", "2026-01-05")


def test_afterwards_the_latest_session_is_analysed_again(
    sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    run(MONDAY)

    call_command("backfill", "--since", "2026-02-23")
    out = capsys.readouterr().out
    call_command("backfill", "--since", "2026-02-23")

    assert "5 sessions of the whole market, newest first; about" in out
    assert [run.analysed > 0 for run in Run.objects.filter(subject="2026-03-02").order_by("pk")] == [True] * 2
    assert "Nothing is missing from 2026-02-23 to 2026-03-02" in capsys.readouterr().out


@pytest.fixture
def two_sources(sandbox: RunningSandbox, settings: Settings) -> list[str]:
    """Two funds, the first of which somebody holds, and a second source of bars; returns their symbols."""
    settings.ALPHAVANTAGE_BASE_URL = f"{sandbox.url}/alphavantage/query"
    settings.ALPHAVANTAGE_API_KEY = sandbox.key
    funds = list(Instrument.objects.filter(kind="etf", active=True).order_by("symbol")[:2])
    Instrument.objects.exclude(pk__in=[fund.pk for fund in funds]).delete()
    Instrument.objects.update(currency="USD")
    declare_interest(
        who="test", instrument_ids=[funds[0].pk], kind=Kind.BARS, tier=Tier.HELD, now=clock.now()
    )
    return [fund.symbol for fund in funds]


def bars_by_source() -> dict[tuple[str, str], int]:
    rows = DailyBar.objects.order_by().values_list("instrument__symbol", "origin__provider")
    return {(symbol, provider): n for symbol, provider, n in rows.annotate(n=Count("session"))}


def test_what_the_first_source_does_not_know_comes_from_the_next_for_what_people_hold(
    sandbox: RunningSandbox, two_sources: list[str]
) -> None:
    held, _ = two_sources
    sandbox.fault("empty", endpoint="range", times=2)

    done = backfill(date(2025, 9, 1))

    assert bars_by_source() == {(held, "alphavantage"): 100}
    assert set(Origin.objects.values_list("basis", flat=True)) == {"raw"}
    assert done.notes == [f"{held}: no bars; 100 sessions come from Alpha Vantage instead"]
    assert done.calls == 6 + 1


def test_while_the_first_source_is_down_the_next_one_brings_what_people_hold(
    sandbox: RunningSandbox, two_sources: list[str]
) -> None:
    held, _ = two_sources
    sandbox.fault("status", endpoint="range", status=503, times=None)
    with pytest.raises(ProviderUnavailable):
        backfill(date(2025, 9, 1))
    with pytest.raises(CircuitOpen):
        backfill(date(2025, 9, 1))

    assert bars_by_source() == {(held, "alphavantage"): 100}
    assert not BackfillStep.objects.filter(kind="symbol").exists()
    sandbox.reset()
    clock.set_clock(origin=NIGHT + timedelta(minutes=20), rate=0)
    backfill(date(2025, 9, 1))
    assert {provider for _, provider in bars_by_source()} == {"massive"}

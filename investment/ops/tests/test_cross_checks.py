"""Second sources are asked with what is left over, and what they say otherwise is there to be seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from math import ceil
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from investment.acquisition.models import CrossCheck, Trust
from investment.acquisition.services.bar_sources import single_sources
from investment.lib import clock
from investment.lib.level import Level, set_level
from investment.lib.modes import Mode
from investment.market.models import BarRevision, DailyBar, DataIssue, Origin
from investment.market.services.bars import ingest_series
from investment.market.services.calendar import write_sessions
from investment.market.services.instruments import upsert_instruments
from investment.market.services.origins import NewOrigin
from investment.ops import tasks
from investment.ops.models import Run
from investment.ops.services.cross_checking import LEFT_FREE, CrossChecked, cross_check, room
from investment.ops.services.installation import record_mode
from investment.ops.tests.stage import mode, reach
from investment.providers import gateway
from investment.providers.contracts import InstrumentRecord
from investment.providers.sandbox.testing import RunningSandbox, exchange_days, running_sandbox
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.shared_data]

AFTERWARDS = datetime(2018, 1, 21, 3, 30, tzinfo=UTC)  # 22:30 in New York, the day after its last session
DISPUTED = date(2015, 9, 30)
MISSING = [date(2017, 8, 7), date(2017, 11, 8)]


@contextmanager
def two_sources(
    settings: Settings, folder: Path, *, plan: str, symbol: str, second: Path, now: datetime
) -> Iterator[RunningSandbox]:
    """Let a folder be stored as Massive told it, and Alpha Vantage tell one symbol from another file."""
    settings.DATA_DIR = str(folder)
    calendar = exchange_days("2004-01-01", "2018-12-31")
    write_sessions(days=calendar.sessions, first=date(2004, 1, 1), last=date(2018, 12, 31))
    with mode(settings, Mode.for_data(folder).name):
        clock.set_clock(origin=now, rate=1)
        record_mode(now=clock.real_now())
        with running_sandbox(
            folder=folder,
            plan="unlimited",
            plans={"alphavantage": plan},
            second_sources={"alphavantage": {symbol: second}},
            clock=clock.now,
        ) as sandbox:
            reach(settings, sandbox, plan="unlimited")
            settings.ALPHAVANTAGE_BASE_URL = f"{sandbox.url}/alphavantage/query"
            settings.ALPHAVANTAGE_API_KEY, settings.ALPHAVANTAGE_PLAN = sandbox.key, plan
            _store(symbol, now)
            yield sandbox


def _store(symbol: str, now: datetime) -> None:
    record = InstrumentRecord(
        symbol=symbol, name=symbol, kind="common_stock", exchange="XNAS", currency="USD", active=True
    )
    upsert_instruments(records=[record], source="folder", now=now)
    with gateway.market_data(lane="planned", purpose="the past") as massive:
        series = massive.daily_bars(symbol=symbol, start=date(2014, 6, 9), end=date(2018, 1, 19))
        origin = NewOrigin(
            provider="folder", endpoint="daily_bars", call_id=massive.last_call_id, digest=series.digest
        )
        ingest_series(series=series, origin=origin, now=now)


def checked(symbols: list[str] | None = None) -> CrossChecked:
    done = cross_check(now=clock.now(), trigger=Run.Trigger.SCHEDULE, symbols=symbols)
    assert done is not None
    return done


def bars() -> list[tuple[object, ...]]:
    return list(DailyBar.objects.order_by("session").values_list("session", "open", "close", "origin_id"))


def counts() -> tuple[int, ...]:
    models = (DailyBar, BarRevision, DataIssue, Origin)
    return tuple(model._default_manager.count() for model in models)


def trust() -> dict[str, tuple[int, int]]:
    return {row.provider: (row.agreed, row.disagreed) for row in Trust.objects.all()}


def test_real_sources_that_disagree_are_shown_with_both_values_and_nothing_is_changed(
    settings: Settings, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = shared_data / "expected" / "AAPL-second-source.csv"
    with two_sources(
        settings, shared_data, plan="premium_75", symbol="AAPL", second=second, now=AFTERWARDS
    ) as sandbox:
        before = bars()

        done = checked()

        issues = {issue.session: issue for issue in DataIssue.objects.all() if issue.session}
        assert sorted(issues) == [DISPUTED, *MISSING]
        assert {issue.kind for issue in issues.values()} == {"disagreement"}
        assert {issue.instrument.symbol for issue in issues.values() if issue.instrument} == {"AAPL"}
        told = issues[DISPUTED].detail
        assert told["values"]["massive"]["close"] == 110.3
        assert told["values"]["alphavantage"]["close"] == 109.95
        assert told["differences"] == [
            {
                "field": "close", "massive": 110.3, "alphavantage": 109.95,
                "basis_points": 31.73, "usual": 10.0,
            }
        ]  # fmt: skip
        assert (
            "close 110.3 from Massive (folder), 109.95 from Alpha Vantage (folder)"
            in issues[DISPUTED].message
        )
        for session in MISSING:
            assert issues[session].detail["lacks"] == ["alphavantage"]
            assert "Alpha Vantage (folder) has no bar, Massive (folder) has" in issues[session].message

        assert bars() == before
        kept = BarRevision.objects.get()
        assert (kept.session, kept.close, kept.reason) == (DISPUTED, 109.95, "not_chosen")
        assert (kept.origin.endpoint, kept.origin.basis) == ("daily", "raw")
        assert kept.origin.call_id == Call.objects.get(provider="alphavantage").id

        assert (done.calls, done.checked[0].compared) == (1, 755)
        assert trust() == {"massive": (752, 3), "alphavantage": (752, 3)}
        run = Run.objects.get(kind="cross_checks")
        assert (run.state, run.calls, run.unchanged, run.changed, run.inserted) == ("done", 1, 752, 3, 1)
        look = CrossCheck.objects.get()
        assert (look.since, look.until) == (date(2015, 1, 2), date(2017, 12, 29))

        # A second run adds nothing.
        now_there = counts()
        call_command("cross_check", "aapl", "--provider", "alphavantage")
        out = capsys.readouterr().out
        assert counts() == now_there
        assert trust() == {"massive": (752, 3), "alphavantage": (752, 3)}
        assert bars() == before
        assert set(DataIssue.objects.values_list("closed_at", "times")) == {(None, 2)}
        assert "AAPL, Alpha Vantage: 755 sessions from 2015-01-02 to 2017-12-29, 3 differ" in out
        assert "31.7 basis points apart, up to 10.0 are usual" in out
        assert "(1 calls)" in out

        # At any other level no call is spent on it.
        asked = sandbox.counts("alphavantage").received
        set_level(Level.THRIFT)
        assert "thrift" in checked().message
        assert sandbox.counts("alphavantage").received == asked == 2


def test_with_a_free_plan_a_hundred_sessions_at_a_time_are_compared_and_the_next_day_keeps_its_share(
    settings: Settings, shared_data: Path
) -> None:
    second = shared_data / "expected" / "AAPL-second-source.csv"
    with two_sources(
        settings, shared_data, plan="free", symbol="AAPL", second=second, now=AFTERWARDS
    ) as sandbox:
        tasks.cross_check()
        assert [issue.session for issue in DataIssue.objects.all()] == [MISSING[1]]
        assert CrossCheck.objects.get().compared == 101  # 100 and the one that it lacks
        tasks.cross_check()
        assert Run.objects.latest("pk").message == "There is nothing left to compare"
        assert sandbox.counts("alphavantage").admitted == 1

        # As it would have been on other days.
        for day in (datetime(2017, 8, 20, 3, 30, tzinfo=UTC), datetime(2015, 10, 10, 3, 30, tzinfo=UTC)):
            clock.set_clock(origin=day, rate=1)
            assert checked(["AAPL"]).calls == 1
        assert sorted(str(issue.session) for issue in DataIssue.objects.all()) == [
            str(day) for day in (DISPUTED, *MISSING)
        ]
        assert trust()["alphavantage"][1] == 3

        # Of its 25 calls a day 5 are for people who wait, and two in five for the day to come.
        clock.set_clock(origin=AFTERWARDS + timedelta(days=2), rate=60)
        source = next(each for each in single_sources() if each.provider == "alphavantage")
        assert room(source, clock.now()) == 25 - 5 - ceil(25 * LEFT_FREE) == 10
        for _ in range(20):
            if not checked(["AAPL"]).calls:
                break
        assert sandbox.counts("alphavantage").admitted - 3 == 10
        assert Run.objects.latest("pk").message.endswith("0 calls were left over, the rest waits for its day")


@pytest.mark.parametrize(("symbol", "session"), [("TSLA", date(2016, 2, 10)), ("SPY", date(2016, 6, 24))])
def test_planted_errors_of_other_symbols_are_found_and_nothing_else(
    settings: Settings, shared_data: Path, tmp_path: Path, symbol: str, session: date
) -> None:
    """A wrong close, a factor of ten in the volume, a session that is not there; the rest as it is."""
    lines = (shared_data / "bars" / f"{symbol}.csv").read_text().splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith(f"{session},"))
    day, o, high, low, close, volume = lines[place].split(",")
    lines[place] = ",".join((day, o, high, low, str((float(high) + float(low)) / 2 * 1.0005), volume))
    assert abs(float(lines[place].split(",")[4]) / float(close) - 1) > 0.002
    gone = lines.pop(place + 4).split(",")[0]
    cells = lines[place + 9].split(",")
    lines[place + 9] = ",".join((*cells[:5], str(float(cells[5]) * 10)))
    second = tmp_path / "second.csv"
    second.write_text("\n".join(lines))
    with two_sources(
        settings,
        shared_data,
        plan="premium_75",
        symbol=symbol,
        second=tmp_path / "second.csv",
        now=AFTERWARDS,
    ):
        done = checked()

    issues = {str(issue.session): issue.detail for issue in DataIssue.objects.filter(kind="disagreement")}
    # Of SPY two rows cannot be true: what the second source lacks may have been one of them.
    assert set(issues) == {day, cells[0]} | ({gone} if symbol == "TSLA" else set())
    assert [each["field"] for each in issues[day]["differences"]] == ["close"]
    assert [each["field"] for each in issues[cells[0]]["differences"]] == ["volume"]
    assert done.checked[0].compared > 500

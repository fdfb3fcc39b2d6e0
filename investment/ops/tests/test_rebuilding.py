"""Bars and actions made again from the archive are those that are stored, row for row, without a call."""

import zlib
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from investment.lib import clock
from investment.market.models import CorporateAction, DailyBar, DataIssue, Instrument
from investment.ops.models import Installation, Run, SessionJob
from investment.ops.selectors.backfill import plan_backfill
from investment.ops.services.backfill import run_backfill
from investment.ops.services.rebuilding import rebuild
from investment.ops.tests import stage
from investment.ops.tests.stage import FRIDAY, MONDAY, NIGHT, mode, night_after, run
from investment.providers.models import RawAnswer, RawBody
from investment.providers.sandbox.testing import RunningSandbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SINCE = date(2026, 2, 23)
Rows = list[tuple[object, ...]]
_OF = "o.provider, o.channel, o.basis, o.fetched_at, o.endpoint, o.call_id, o.digest, o.detail"
_VALUES = "session, instrument_id, open, high, low, close, volume, vwap, trades"


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    """A market of which nothing is stored yet."""
    with mode(settings, "live"), night_after(settings, past=0) as running:
        Installation.objects.create(mode="live", created_at=NIGHT)
        yield running


def backfill(since: date = SINCE) -> None:
    plan = plan_backfill(since=since, now=clock.now())
    run_backfill(
        plan=plan, now=clock.now(), trigger=Run.Trigger.COMMAND, patience=0.0, sleep=lambda _seconds: None
    )


def rows(sql: str) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def bars() -> Rows:
    """Every column of every bar, and of the answer it came from."""
    return rows(
        f"SELECT {_VALUES}, {_OF} FROM market_dailybar b"  # noqa: S608
        " JOIN market_origin o ON o.id = b.origin_id ORDER BY 1, 2"
    )


def revisions() -> Rows:
    sql = (
        f"SELECT {_VALUES}, reason, recorded_at, {_OF} FROM market_barrevision b"  # noqa: S608
        " JOIN market_origin o ON o.id = b.origin_id ORDER BY 1, 2, 6, 10, 11"
    )
    return rows(sql)


def actions() -> Rows:
    own = CorporateAction.objects.order_by("instrument_id", "kind", "ex_date", "known_at", "amount")
    return [tuple(v for k, v in row.items() if k not in ("id", "known_at")) for row in own.values()]


def lose(*tables: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {'; DELETE FROM '.join(tables)}")  # noqa: S608


def correct(sandbox: RunningSandbox, symbols: list[str], factor: float) -> None:
    """Let the source correct itself the next day, and read it."""
    sandbox.fault("scale", endpoint="grouped", tickers=symbols, factor=factor)
    again = SessionJob.objects.get(pk=MONDAY).reread_due_at or clock.now() + timedelta(hours=1)
    stage.at(max(again, clock.now() + timedelta(hours=1)))
    SessionJob.objects.filter(pk=MONDAY).update(reread_due_at=clock.now())
    run()


def test_bars_made_again_equal_the_stored_ones_row_for_row(sandbox: RunningSandbox) -> None:
    run()
    backfill()
    before, told, asked = bars(), actions(), sandbox.counts().received
    assert len(before) > 200
    assert told

    lose("market_dailybar", "market_corporateaction")
    done = rebuild()

    assert bars() == before
    assert actions() == told
    assert (done.restored, done.different, done.lacking) == (len(before), 0, 0)
    assert sandbox.counts().received == asked
    assert rebuild(check=True).equal


def test_corrections_are_made_again_in_their_order_with_what_they_replaced(sandbox: RunningSandbox) -> None:
    run()
    symbols = list(sandbox.market.day(MONDAY).symbols)
    correct(sandbox, symbols[:5], 1.01)
    correct(sandbox, symbols[:2], 1.02)
    before, replaced = bars(), revisions()
    assert len(replaced) >= 7

    lose("market_dailybar", "market_barrevision")
    rebuild()

    assert bars() == before
    assert revisions() == replaced
    assert rebuild(check=True).equal


def test_nothing_changes_where_nothing_is_missing(sandbox: RunningSandbox) -> None:
    run()
    correct(sandbox, list(sandbox.market.day(MONDAY).symbols[:5]), 1.01)
    backfill()
    before = bars(), revisions(), actions()
    issues = list(DataIssue.objects.values())

    for _ in range(2):
        done = rebuild()
        assert done.equal
        assert done.same == len(before[0])

    assert (bars(), revisions(), actions()) == before
    assert list(DataIssue.objects.values()) == issues


def test_series_of_many_pages_and_years_are_made_again(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("investment.providers.adapters.massive.bars._MOST_BARS", 50)
    keep = (
        Instrument.objects.filter(kind="etf", active=True).order_by("symbol").values_list("pk", flat=True)[:2]
    )
    Instrument.objects.exclude(pk__in=list(keep)).delete()
    backfill(date(2025, 9, 1))
    before = bars()
    assert RawAnswer.objects.filter(asked__contains="cursor").exists()

    lose("market_dailybar", "market_origin")
    done = rebuild()

    assert [row[:-6] for row in bars()] == [row[:-6] for row in before]
    assert [row[-2:] for row in bars()] == [row[-2:] for row in before]
    assert done.notes == []


def test_a_range_is_made_again_and_no_other(sandbox: RunningSandbox) -> None:
    backfill()
    before = bars()
    lose("market_dailybar")

    rebuild(since=date(2026, 2, 25), until=FRIDAY)

    assert bars() == [row for row in before if date(2026, 2, 25) <= row[0] <= FRIDAY]  # type: ignore[operator]


def test_a_check_says_what_differs_and_mends_nothing(
    sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    run()
    before = bars()
    one = DailyBar.objects.order_by("instrument_id").first()
    assert one is not None
    DailyBar.objects.filter(session=MONDAY, instrument_id=one.instrument_id).update(close=one.low)
    DailyBar.objects.filter(session=MONDAY, instrument__symbol=sandbox.market.day(MONDAY).symbols[5]).delete()
    changed = bars()

    with pytest.raises(CommandError, match="What is stored is not what the archive makes"):
        call_command("rebuild", "--from-archive", "--check")

    told = capsys.readouterr().out
    assert "1 were missing, 1 were different, 0 stay" in told
    assert f"the archive says {one.close}" in told
    assert bars() == changed
    call_command("rebuild", "--from-archive")
    assert bars() == before
    call_command("rebuild", "--from-archive", "--check")


def test_what_the_archive_lacks_stays_as_it_is(sandbox: RunningSandbox) -> None:
    run()
    symbols = list(sandbox.market.day(MONDAY).symbols)
    correct(sandbox, symbols[:5], 1.01)
    before, replaced = bars(), revisions()
    RawAnswer.objects.filter(endpoint="grouped_daily").order_by("-received_at")[0].delete()

    done = rebuild()

    assert (done.lacking, done.different, done.restored) == (5, 0, 0)
    assert done.notes == [f"5 bars of {MONDAY} stay as they are: the archive lacks an answer that made them"]
    assert (bars(), revisions()) == (before, replaced)


def test_a_body_that_is_not_kept_is_told(sandbox: RunningSandbox) -> None:
    run()
    before = bars()
    grouped = RawAnswer.objects.filter(endpoint="grouped_daily")
    grouped.update(body=None, not_kept="It is longer than 24 MiB")

    done = rebuild()

    assert any("It is longer than 24 MiB" in note for note in done.notes)
    assert bars() == before
    assert done.lacking == len(before)


@pytest.mark.parametrize("packed", [zlib.compress(b"{}"), b"not packed at all"], ids=["another", "no zlib"])
def test_a_damaged_body_spoils_nothing(sandbox: RunningSandbox, packed: bytes) -> None:
    run()
    before = bars()
    grouped = RawAnswer.objects.get(endpoint="grouped_daily")
    RawBody.objects.filter(pk=grouped.body_id).update(packed=packed)

    done = rebuild()

    assert bars() == before
    assert done.lacking == len(before)
    assert len(done.notes) == 2
    assert "is damaged" in done.notes[0]


def test_an_imported_past_comes_back_under_what_outranked_it(settings: Settings) -> None:
    with mode(settings, "live"), night_after(settings, past=3):
        Installation.objects.create(mode="live", created_at=NIGHT)
        plan = plan_backfill(since=SINCE, now=clock.now())
        run_backfill(plan=plan, now=clock.now(), trigger=Run.Trigger.COMMAND, patience=0.0)
        DailyBar.objects.filter(session=FRIDAY).update(volume=1.0)
        before = bars()

        done = rebuild()

        assert done.different > 0
        assert {row[8] for row in bars()} == {row[8] for row in before}
        assert rebuild(check=True).equal


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(CommandError, match="is after --until"):
        call_command("rebuild", "--from-archive", since=MONDAY, until=SINCE)

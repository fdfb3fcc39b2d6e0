"""Storing one session of the whole market."""

import threading
from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection, connections

from investment.lib import partitions
from investment.market.models import (
    BarRevision,
    DailyBar,
    DataIssue,
    Instrument,
    Origin,
    QuarantinedRow,
    Ticker,
)
from investment.market.services.bars import AnswerRefused, IngestReport, ingest_market_day
from investment.market.services.origins import NewOrigin
from investment.market.tests.days import MONDAY, NAN, NOW, Bar, bar, columns, instrument, market_day, weekdays
from investment.providers.contracts import MalformedRow, MarketDay

pytestmark = pytest.mark.django_db

FETCHED = NewOrigin(provider="massive", endpoint="grouped_daily")
IMPORTED = NewOrigin(provider="import:file", channel="imported")


@pytest.fixture(autouse=True)
def _calendar() -> None:
    weekdays(MONDAY, 10)


def ingest(day: MarketDay, origin: NewOrigin = FETCHED) -> IngestReport:
    return ingest_market_day(day=day, origin=origin, now=NOW)


def close_of(symbol: str, session: date = MONDAY) -> float:
    return DailyBar.objects.get(session=session, instrument__symbol=symbol).close


def versions() -> set[tuple[object, ...]]:
    """Every stored bar with the transaction that wrote it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT session, instrument_id, xmin::text, ctid::text FROM market_dailybar")
        return set(cursor.fetchall())


def test_a_new_session_is_stored_with_its_source() -> None:
    report = ingest(market_day(MONDAY, {"AAA": bar(10), "BBB": bar(20)}))

    assert (report.inserted, report.changed, report.unchanged, report.refused) == (2, 0, 0, 0)
    stored = DailyBar.objects.select_related("origin").get(instrument__symbol="BBB")
    assert (stored.open, stored.high, stored.low, stored.close, stored.volume) == bar(20)
    assert (stored.vwap, stored.trades) == (None, None)
    assert (stored.origin.provider, stored.origin.channel, stored.origin.basis) == (
        "massive",
        "fetched",
        "raw",
    )
    assert stored.origin.fetched_at == NOW
    assert report.origin_id == stored.origin_id


def test_what_is_told_of_average_and_trades_is_kept_and_the_rest_is_unknown() -> None:
    bars = columns(
        [("AAA", bar(10)), ("BBB", bar(20)), ("CCC", bar(30))], vwap=[9.9, NAN, 30.1], trades=[NAN, 7, 8]
    )

    ingest(MarketDay(MONDAY, bars, [], "raw", ""))

    told = DailyBar.objects.order_by("instrument__symbol").values_list("vwap", "trades", "close")
    assert list(told) == [(9.9, None, 10.0), (None, 7.0, 20.0), (30.1, 8.0, 30.0)]


def test_the_same_answer_again_writes_nothing() -> None:
    day = market_day(MONDAY, {"AAA": bar(10), "BBB": bar(20)})
    ingest(day)
    before = versions(), Origin.objects.count()

    report = ingest(day)

    assert (report.inserted, report.changed, report.unchanged) == (0, 0, 2)
    assert (report.origin_id, report.changed_instruments) == (None, [])
    assert (versions(), Origin.objects.count()) == before


def test_a_correction_replaces_the_bar_and_keeps_what_it_was() -> None:
    first = ingest(market_day(MONDAY, {"AAA": bar(10), "BBB": bar(20)}))

    report = ingest(market_day(MONDAY, {"AAA": bar(11), "BBB": bar(20), "CCC": bar(30)}))

    assert (report.inserted, report.changed, report.unchanged) == (1, 1, 1)
    assert close_of("AAA") == 11
    kept = BarRevision.objects.get()
    assert (kept.close, kept.reason, kept.origin_id, kept.recorded_at) == (
        10,
        "replaced",
        first.origin_id,
        NOW,
    )
    changed = Instrument.objects.filter(pk__in=report.changed_instruments or []).values_list(
        "symbol", flat=True
    )
    assert set(changed) == {"AAA", "CCC"}


def test_a_row_that_an_answer_lacks_stays() -> None:
    ingest(market_day(MONDAY, {"AAA": bar(10), "BBB": bar(20)}))

    ingest(market_day(MONDAY, {"AAA": bar(10)}))

    assert close_of("BBB") == 20


def test_a_fetched_bar_replaces_an_imported_one_and_not_the_other_way_round() -> None:
    ingest(market_day(MONDAY, {"AAA": bar(10)}), IMPORTED)
    outranked = ingest(market_day(MONDAY, {"AAA": bar(11)}), FETCHED)
    refused = [ingest(market_day(MONDAY, {"AAA": bar(12)}), IMPORTED) for _ in range(2)]

    assert outranked.changed == 1
    assert [report.not_chosen for report in refused] == [1, 1]
    assert close_of("AAA") == 11
    kept = BarRevision.objects.order_by("pk").values_list("close", "reason")
    assert list(kept) == [(10, "outranked"), (12, "not_chosen")]
    assert refused[1].origin_id is None


def test_a_better_source_with_the_same_values_becomes_the_source() -> None:
    ingest(market_day(MONDAY, {"AAA": bar(10)}), IMPORTED)

    report = ingest(market_day(MONDAY, {"AAA": bar(10)}), FETCHED)

    assert (report.unchanged, report.confirmed, report.changed_instruments) == (1, 1, [])
    assert DailyBar.objects.select_related("origin").get().origin.channel == "fetched"
    assert not BarRevision.objects.exists()


IMPOSSIBLE: list[tuple[Bar, str]] = [
    ((10, 11, 9, -10, 5), "not positive"),
    ((10, 11, 9, 0, 5), "not positive"),
    ((10, 11, 9, NAN, 5), "not a finite number"),
    ((10, float("inf"), 9, 10, 5), "not a finite number"),
    ((10, 9, 11, 10, 5), "high is below the low"),
    ((12, 11, 9, 10, 5), "open lies outside"),
    ((10, 11, 9, 8, 5), "close lies outside"),
    ((10, 11, 9, 10, -5), "volume is negative"),
    ((10, 11, 9, 10, NAN), "volume is not a finite number"),
]


@pytest.mark.parametrize(("row", "reason"), IMPOSSIBLE)
def test_an_impossible_row_goes_to_quarantine_and_the_rest_is_stored(row: Bar, reason: str) -> None:
    report = ingest(market_day(MONDAY, {"BAD": row}, filler=120))

    assert (report.inserted, report.refused) == (120, 1)
    quarantined = QuarantinedRow.objects.select_related("origin").get()
    assert (quarantined.symbol, quarantined.session, quarantined.origin.provider) == (
        "BAD",
        MONDAY,
        "massive",
    )
    assert reason in quarantined.reason
    issue = DataIssue.objects.get(kind="rows_quarantined", closed_at=None)
    assert "BAD" in issue.message
    assert reason in issue.message


def test_quarantine_keeps_a_row_once_and_the_issue_closes_with_a_clean_answer() -> None:
    bad = market_day(MONDAY, {"BAD": (10, 9, 11, 10, 5)}, filler=120)
    for _ in range(2):
        ingest(bad)
    assert QuarantinedRow.objects.count() == 1
    assert DataIssue.objects.get(closed_at=None).times == 2

    ingest(market_day(MONDAY, {"BAD": bar(10)}, filler=120))

    assert not DataIssue.objects.filter(closed_at=None).exists()
    assert QuarantinedRow.objects.count() == 1


def test_an_impossible_row_leaves_the_stored_bar_alone() -> None:
    ingest(market_day(MONDAY, {"AAA": bar(10)}, filler=120))

    ingest(market_day(MONDAY, {"AAA": (10, 9, 11, 10, 5)}, filler=120))

    assert close_of("AAA") == 10


def test_all_rows_of_a_duplicated_ticker_are_quarantined() -> None:
    rows = [("DUP", bar(10)), ("AAA", bar(20)), ("DUP", bar(11))]

    report = ingest(market_day(MONDAY, rows, filler=300))

    assert (report.inserted, report.refused) == (301, 2)
    assert not DailyBar.objects.filter(instrument__symbol="DUP").exists()
    assert set(QuarantinedRow.objects.values_list("symbol", "reason")) == {
        ("DUP", "the ticker appears 2 times in one answer")
    }


def test_a_row_that_could_not_be_read_makes_its_ticker_a_duplicate() -> None:
    malformed = [MalformedRow(7, '{"T": "AAA", "c": "x"}', "close is not a number", "AAA")]

    report = ingest(market_day(MONDAY, {"AAA": bar(20)}, malformed=malformed, filler=300))

    assert (report.inserted, report.refused) == (300, 2)
    assert QuarantinedRow.objects.filter(payload='{"T": "AAA", "c": "x"}').exists()


@pytest.mark.parametrize("symbol", ["", "A\x00B", "X" * 33, "A\nB"])
def test_a_row_without_a_usable_ticker_is_quarantined(symbol: str) -> None:
    report = ingest(market_day(MONDAY, {symbol: bar(20)}, filler=300))

    assert (report.inserted, report.refused) == (300, 1)


def test_more_than_one_bad_row_in_a_hundred_refuses_the_whole_answer() -> None:
    ingest(market_day(MONDAY, {"AAA": bar(10)}))
    before = versions()
    bad = {f"BAD{i}": (10.0, 9.0, 11.0, 10.0, 5.0) for i in range(2)}

    with pytest.raises(AnswerRefused, match="2 of 199 rows"):
        ingest(market_day(MONDAY, {"AAA": bar(11), **bad}, filler=196))

    assert versions() == before
    assert not QuarantinedRow.objects.exists()
    issue = DataIssue.objects.get(kind="answer_refused", closed_at=None)
    assert issue.session == MONDAY
    assert issue.detail["bad"] == 2
    assert "BAD0" in issue.message


def test_exactly_one_bad_row_in_a_hundred_does_not() -> None:
    assert ingest(market_day(MONDAY, {"BAD": (10, 9, 11, 10, 5)}, filler=99)).inserted == 99


def test_a_refusal_is_over_when_a_good_answer_comes() -> None:
    with pytest.raises(AnswerRefused):
        ingest(market_day(MONDAY, {"BAD": (10, 9, 11, 10, 5)}))

    ingest(market_day(MONDAY, {"BAD": bar(10)}))

    assert not DataIssue.objects.filter(closed_at=None).exists()


def test_bars_of_a_day_on_which_the_exchange_was_closed_are_refused() -> None:
    with pytest.raises(AnswerRefused, match="closed"):
        ingest(market_day(MONDAY - timedelta(days=1), {"AAA": bar(10)}))

    assert not DailyBar.objects.exists()


def test_an_empty_answer_changes_nothing() -> None:
    report = ingest(market_day(MONDAY, {}))

    assert (report.inserted, report.unchanged, report.refused, report.origin_id) == (0, 0, 0, None)


def test_each_year_gets_its_partition_when_it_is_first_written() -> None:
    new_year = weekdays(date(2041, 12, 31), 2)

    for session in new_year:
        ingest(market_day(session, {"AAA": bar(10)}))

    with connection.cursor() as cursor:
        cursor.execute("SELECT session, tableoid::regclass::text FROM market_dailybar ORDER BY session")
        assert cursor.fetchall() == [
            (new_year[0], "market_dailybar_2041"),
            (new_year[1], "market_dailybar_2042"),
        ]
    assert partitions.ensure_years(table="market_dailybar", first=new_year[0], last=new_year[1]) == []


def test_a_ticker_nobody_told_of_becomes_an_instrument_of_unknown_class() -> None:
    ingest(market_day(MONDAY, {"NEW": bar(10)}))
    ingest(market_day(MONDAY + timedelta(days=1), {"NEW": bar(11)}))

    made = Instrument.objects.get()
    assert (made.symbol, made.kind, made.active, made.source) == ("NEW", "unknown", True, "massive")
    assert DailyBar.objects.filter(instrument=made).count() == 2


def test_a_renamed_instrument_keeps_one_history() -> None:
    one = instrument("NEWNAME")
    Ticker.objects.all().delete()
    Ticker.objects.create(instrument=one, symbol="OLDNAME", last_session=MONDAY)
    Ticker.objects.create(instrument=one, symbol="NEWNAME", first_session=MONDAY + timedelta(days=1))

    ingest(market_day(MONDAY, {"OLDNAME": bar(10)}))
    ingest(market_day(MONDAY + timedelta(days=1), {"NEWNAME": bar(11)}))

    assert list(DailyBar.objects.order_by("session").values_list("instrument_id", "close")) == [
        (one.pk, 10),
        (one.pk, 11),
    ]


def test_a_ticker_used_again_belongs_to_whoever_had_it_that_day() -> None:
    now = instrument("TICK")
    Ticker.objects.update(first_session=MONDAY + timedelta(days=2))

    ingest(market_day(MONDAY, {"TICK": bar(10)}))
    ingest(market_day(MONDAY + timedelta(days=2), {"TICK": bar(50)}))

    earlier = Instrument.objects.exclude(pk=now.pk).get()
    assert not earlier.active
    assert earlier.tickers.get().last_session == MONDAY + timedelta(days=1)
    assert DailyBar.objects.get(session=MONDAY).instrument_id == earlier.pk
    assert DailyBar.objects.get(session=MONDAY + timedelta(days=2)).instrument_id == now.pk


def test_two_tickers_of_one_instrument_in_one_answer_are_quarantined() -> None:
    one = instrument("AAA")
    Ticker.objects.create(instrument=one, symbol="AAA.OLD")

    report = ingest(market_day(MONDAY, {"AAA": bar(10), "AAA.OLD": bar(11)}, filler=200))

    assert (report.inserted, report.refused) == (200, 2)


@pytest.mark.django_db(transaction=True)
def test_processes_that_store_the_same_sessions_at_once_store_each_bar_once() -> None:
    days = weekdays(date(2044, 1, 4), 4)
    answers = [market_day(day, {f"S{i}": bar(10 + i) for i in range(50)}) for day in days]
    reports: list[IngestReport] = []
    failures: list[BaseException] = []
    start = threading.Barrier(3)

    def work() -> None:
        try:
            start.wait()
            reports.extend(ingest(answer) for answer in answers)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert DailyBar.objects.count() == 200
    assert Instrument.objects.count() == 50
    assert sum(report.inserted for report in reports) == 200
    assert sum(report.unchanged for report in reports) == 400
    assert not BarRevision.objects.exists()


def test_a_market_of_thousands_is_stored_as_it_came() -> None:
    rng = np.random.default_rng(1)
    closes = rng.uniform(1, 500, 3000)
    rows = [(f"T{i:04}", bar(float(close), volume=float(i))) for i, close in enumerate(closes)]

    ingest(market_day(MONDAY, rows))

    stored = DailyBar.objects.order_by("instrument__symbol").values_list(
        "instrument__symbol", "open", "high", "low", "close", "volume"
    )
    assert [(symbol, tuple(values)) for symbol, *values in stored] == rows

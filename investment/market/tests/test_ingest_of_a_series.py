"""Storing bars of one ticker over many sessions."""

from datetime import date, timedelta

import numpy as np
import pytest

from investment.market.models import BarRevision, DailyBar, DataIssue, Instrument, QuarantinedRow, Ticker
from investment.market.selectors.panel import load_panel
from investment.market.services.bars import AnswerRefused, IngestReport, ingest_market_day, ingest_series
from investment.market.services.origins import NewOrigin
from investment.market.tests.days import MONDAY, NOW, bar, instrument, market_day, series, weekdays
from investment.providers.contracts import BarSeries, MalformedRow

pytestmark = pytest.mark.django_db

FETCHED = NewOrigin(provider="massive", endpoint="daily_bars")


def ingest(one: BarSeries) -> IngestReport:
    return ingest_series(series=one, origin=FETCHED, now=NOW)


def test_a_series_over_new_year_is_stored_and_repeats_without_a_write() -> None:
    days = weekdays(date(2046, 12, 20), 15)
    bars = [bar(10 + i) for i in range(15)]

    first, second = ingest(series("AAA", days, bars)), ingest(series("AAA", days, bars))

    assert (first.inserted, second.inserted, second.unchanged, second.origin_id) == (15, 0, 15, None)
    closes = DailyBar.objects.order_by("session").values_list("session", "close")
    assert list(closes) == [(day, 10.0 + i) for i, day in enumerate(days)]


def test_a_series_corrects_a_whole_market_day_and_keeps_what_it_replaces() -> None:
    days = weekdays(MONDAY, 2)
    ingest_market_day(day=market_day(days[0], {"AAA": bar(10), "BBB": bar(20)}), origin=FETCHED, now=NOW)

    report = ingest(series("AAA", days, [bar(10.5), bar(11)]))

    assert (report.inserted, report.changed) == (1, 1)
    assert report.changed_instruments == [Instrument.objects.get(symbol="AAA").pk]
    assert BarRevision.objects.get().close == 10


def test_a_series_under_a_ticker_used_again_is_two_instruments() -> None:
    days = weekdays(MONDAY, 6)
    now = instrument("TICK")
    Ticker.objects.update(first_session=days[3])

    ingest(series("TICK", days, [bar(10 + i) for i in range(6)]))

    earlier = Instrument.objects.exclude(pk=now.pk).get()
    owners = DailyBar.objects.order_by("session").values_list("instrument_id", flat=True)
    assert list(owners) == [earlier.pk] * 3 + [now.pk] * 3
    assert not earlier.active
    ended = earlier.tickers.get().last_session
    assert ended == days[3] - timedelta(days=1)


def test_all_rows_of_a_repeated_session_are_quarantined() -> None:
    days = weekdays(MONDAY, 300)
    sessions = [*days, days[-1]]

    report = ingest(series("AAA", sessions, [bar(10)] * 301))

    assert (report.inserted, report.refused) == (299, 2)
    assert QuarantinedRow.objects.filter(session=days[-1], symbol="AAA").count() == 2


def test_a_series_that_is_refused_is_an_issue_until_a_good_one_comes() -> None:
    days = weekdays(MONDAY, 3)
    bad = series("AAA", days, [bar(10), (10, 9, 11, 10, 5), bar(11)])
    for _ in range(2):
        with pytest.raises(AnswerRefused, match="1 of 3 bars of AAA"):
            ingest(bad)
    assert not DailyBar.objects.exists()
    assert DataIssue.objects.get(closed_at=None).times == 2

    ingest(series("AAA", days, [bar(10)] * 3))

    assert not DataIssue.objects.filter(closed_at=None).exists()


def test_unreadable_rows_alone_are_refused_and_no_rows_at_all_change_nothing() -> None:
    weekdays(MONDAY, 1)
    unreadable = BarSeries(
        "AAA", [], series("AAA", [], []).bars, [MalformedRow(0, "?", "not a number")], "raw", ""
    )
    with pytest.raises(AnswerRefused):
        ingest(unreadable)

    assert ingest(series("AAA", [], [])).changed_instruments == []


@pytest.mark.django_db(transaction=True)
def test_a_panel_read_over_two_connections_is_the_same() -> None:
    days = weekdays(MONDAY, 40)
    for number in range(30):
        ingest(
            series(f"S{number}", days[number % 7 :], [bar(10 + number + i) for i in range(40 - number % 7)])
        )

    panel = load_panel(sessions=days)

    expected = np.full((40, 30), np.nan)
    place = {id_: column for column, id_ in enumerate(panel.instrument_ids.tolist())}
    for session, instrument_id, close in DailyBar.objects.values_list("session", "instrument_id", "close"):
        expected[days.index(session), place[instrument_id]] = close
    np.testing.assert_array_equal(panel.close, expected)

"""What providers tell of companies' earnings and figures: stored once, never by an answer that came late."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from investment.market.models import EarningsDate, EarningsReport, ProviderMetrics, Recommendation
from investment.market.services.earnings_calendar import StoredDates, store_earnings_calendar
from investment.market.services.estimates import (
    store_earnings,
    store_metrics,
    store_overview,
    store_recommendations,
)
from investment.market.tests.days import NOW, instrument
from investment.providers.contracts import CompanyMetrics, MetricPoint
from investment.providers.contracts import EarningsDate as DateRecord
from investment.providers.contracts import EarningsReport as ReportRecord
from investment.providers.contracts import Recommendation as RecommendationRecord
from investment.providers.contracts.overview import Overview

pytestmark = pytest.mark.django_db

CALL = UUID(int=1)
DAY = timedelta(days=1)
TODAY = NOW.date()


def metrics(**values: float | None) -> CompanyMetrics:
    points = [MetricPoint(date(2025, 3, 31), 1.5), MetricPoint(date(2025, 6, 30), None)]
    return CompanyMetrics(
        "AAPL", values, {"52WeekHighDate": date(2025, 2, 3)}, {"quarterly": {"eps": points}}
    )


def recommendation(period: date = date(2025, 6, 1), *, buy: int = 2) -> RecommendationRecord:
    return RecommendationRecord("AAPL", period, strong_buy=1, buy=buy, hold=3, sell=4, strong_sell=5)


def report(period: date = date(2025, 3, 31), **fields: object) -> ReportRecord:
    made = ReportRecord("AAPL", period, 2025, 1, 1.1, 1.0, 0.1, 0.1)
    return replace(made, **fields)  # type: ignore[arg-type]


def coming(symbol: str = "AAPL", on: date = TODAY + 5 * DAY, **fields: object) -> DateRecord:
    made = DateRecord(symbol, on, "after_close", 2025, 2, None, 1.2, None, 9e9)
    return replace(made, **fields)  # type: ignore[arg-type]


def store(*dates: DateRecord, now: datetime = NOW, all_of: int | None = None) -> StoredDates:
    asked = None if all_of is None else (TODAY - 14 * DAY, TODAY + all_of * DAY)
    return store_earnings_calendar(dates=dates, source="sample", now=now, asked=asked)


def test_figures_that_are_told_again_are_one_row_and_others_another() -> None:
    apple = instrument("AAPL").pk
    told: dict[str, Any] = {"instrument_id": apple, "source": "sample", "call_id": CALL}
    store_metrics(record=metrics(epsTTM=6.0, peTTM=None), now=NOW, **told)
    store_metrics(record=metrics(epsTTM=6.0, peTTM=None), now=NOW + DAY, **told)
    store_metrics(record=metrics(epsTTM=7.0), now=NOW + 2 * DAY, **told)
    store_metrics(record=metrics(epsTTM=5.0), now=NOW, **told)  # which came late

    first, second = ProviderMetrics.objects.order_by("fetched_at")
    assert (first.figures, first.words) == ({"epsTTM": 6.0, "peTTM": None}, {"52WeekHighDate": "2025-02-03"})
    assert (first.quarter, first.currency, first.call_id) == (date(2025, 3, 31), None, CALL)
    assert (first.fetched_at, first.checked_at) == (NOW, NOW + DAY)
    assert (second.figures, second.provider) == ({"epsTTM": 7.0}, "finnhub")


def test_of_a_past_month_the_last_figures_are_kept() -> None:
    apple = instrument("AAPL").pk
    for days in (0, 1, 2, 31, 32, 62):  # 30 June to 2 July, 31 July and 1 August, 31 August
        store_metrics(
            instrument_id=apple, record=metrics(epsTTM=float(days)), source="sample", now=NOW + days * DAY
        )

    kept = [row.figures["epsTTM"] for row in ProviderMetrics.objects.order_by("fetched_at")]

    assert kept == [0.0, 31.0, 32.0, 62.0]


def test_an_overview_keeps_figures_as_numbers_and_the_currency_of_its_money() -> None:
    apple = instrument("AAPL").pk
    told = Overview(
        "AAPL", "Apple Inc", currency="usd", sector="TECHNOLOGY", description="Long words",
        latest_quarter=date(2025, 3, 31),
        revenue_ttm=Decimal(391_035_000_000), diluted_eps_ttm=Decimal("6.08"),
        profit_margin=0.24, strong_buy=12,
    )  # fmt: skip

    store_overview(instrument_id=apple, record=told, source="sample", now=NOW, call_id=CALL)

    row = ProviderMetrics.objects.get()
    assert (row.provider, row.currency, row.quarter) == ("alphavantage", "USD", date(2025, 3, 31))
    assert row.figures == {
        "revenue_ttm": 391_035_000_000.0, "diluted_eps_ttm": 6.08, "profit_margin": 0.24, "strong_buy": 12.0,
    }  # fmt: skip
    assert row.words == {"sector": "TECHNOLOGY", "latest_quarter": "2025-03-31"}


def test_earnings_and_recommendations_are_one_row_a_period_and_the_latest_word_counts() -> None:
    apple = instrument("AAPL").pk
    told: dict[str, Any] = {"instrument_id": apple, "source": "sample", "call_id": CALL}
    store_earnings(record=[report(), report(date(2024, 12, 31), fiscal_quarter=7)], now=NOW, **told)
    store_earnings(record=[report(actual=1.3)], now=NOW + DAY, **told)
    store_earnings(record=[report(actual=9.9)], now=NOW, **told)  # which came late
    store_recommendations(
        record=[recommendation(), recommendation(date(2025, 5, 1), buy=-1)], now=NOW, **told
    )
    store_recommendations(record=[recommendation(buy=9)], now=NOW + DAY, **told)
    store_earnings(record=[], now=NOW, **told)

    newest, older = EarningsReport.objects.order_by("-period")
    assert (newest.actual, newest.first_seen_at, newest.fetched_at) == (1.3, NOW, NOW + DAY)
    assert (older.fiscal_year, older.fiscal_quarter) == (None, None)  # there is no seventh quarter
    only = Recommendation.objects.get()
    assert (only.period, only.strong_buy, only.buy, only.strong_sell) == (date(2025, 6, 1), 1, 9, 5)


def test_a_report_that_is_moved_moves_and_one_that_is_told_no_more_is_withdrawn() -> None:
    instrument("AAPL"), instrument("MSFT")
    first = store(coming(), coming("MSFT"), coming("WHO"), all_of=14)
    moved = store(coming(on=TODAY + 6 * DAY), now=NOW + DAY, all_of=14)

    assert (first.inserted, first.strangers, first.withdrawn) == (2, 1, 0)
    assert (moved.inserted, moved.changed, moved.unchanged, moved.withdrawn) == (0, 1, 0, 1)
    apple, microsoft = EarningsDate.objects.order_by("instrument__symbol")
    assert (apple.on, apple.withdrawn_at, apple.first_seen_at) == (TODAY + 6 * DAY, None, NOW)
    assert (microsoft.on, microsoft.withdrawn_at) == (TODAY + 5 * DAY, NOW + DAY)

    again = store(coming(on=TODAY + 6 * DAY), coming("MSFT"), now=NOW + 2 * DAY, all_of=14)
    assert (again.changed, again.unchanged, EarningsDate.objects.filter(withdrawn_at=None).count()) == (
        1,
        1,
        2,
    )


def test_what_was_not_asked_about_or_has_been_released_is_not_withdrawn() -> None:
    instrument("AAPL"), instrument("MSFT"), instrument("SHOP")
    store(
        coming(on=TODAY + 20 * DAY), coming("MSFT", on=TODAY, eps_actual=1.0), coming("SHOP", on=TODAY - DAY)
    )

    done = store(now=NOW + DAY, all_of=14)

    assert done == StoredDates()


def test_a_late_answer_changes_nothing_of_a_later_one() -> None:
    instrument("AAPL")
    store(coming(on=TODAY + 6 * DAY), now=NOW + DAY, all_of=14)

    store(coming(on=TODAY + 5 * DAY), now=NOW, all_of=14)

    assert EarningsDate.objects.get().on == TODAY + 6 * DAY


def test_of_two_rows_of_a_quarter_the_released_one_counts_and_of_a_day_the_one_with_a_quarter() -> None:
    apple = instrument("AAPL")
    nameless: dict[str, Any] = {"fiscal_year": None, "fiscal_quarter": None}
    store(
        coming(on=TODAY + 3 * DAY),
        coming(on=TODAY - DAY, eps_actual=1.3),
        coming(on=TODAY - DAY, **nameless),
        coming(on=TODAY + 90 * DAY, fiscal_year=2025, fiscal_quarter=None),
    )

    rows = [(row.on, row.fiscal_quarter, row.eps_actual) for row in EarningsDate.objects.order_by("on")]
    assert rows == [(TODAY - DAY, 2, 1.3), (TODAY + 90 * DAY, None, None)]
    # Its quarter is told later: the nameless row of that day gives way.
    store(coming(on=TODAY + 90 * DAY, fiscal_quarter=3), now=NOW + DAY, all_of=100)
    assert list(
        apple.earnings_dates.filter(withdrawn_at=None, on__gt=TODAY).values_list("fiscal_quarter")
    ) == [(3,)]

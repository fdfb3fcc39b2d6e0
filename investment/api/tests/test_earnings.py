"""What companies earn and are expected to, and the calendars of the market."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from investment.api.tests.contract import get
from investment.api.tests.factories import signed_in
from investment.api.tests.market import make_instrument
from investment.lib import clock
from investment.market.models import CorporateAction, Instrument
from investment.market.services.earnings_calendar import store_earnings_calendar
from investment.market.services.estimates import store_earnings, store_recommendations
from investment.providers.contracts import EarningsDate, EarningsReport, Recommendation

pytestmark = pytest.mark.django_db
EARNINGS, REPORTING, PAYING = (
    "/api/stocks/{symbol}/earnings",
    "/api/calendar/earnings",
    "/api/calendar/dividends",
)
NOW = datetime(2026, 2, 3, 2, 0, tzinfo=UTC)  # still the 2nd in New York
TODAY = date(2026, 2, 2)
DAY = timedelta(days=1)


@pytest.fixture
def client() -> Client:
    clock.set_clock(origin=NOW, rate=0)
    return signed_in()


def reports(
    symbol: str, on: date, quarter: int = 1, *, year: int = 2026, actual: float | None = None
) -> EarningsDate:
    return EarningsDate(symbol, on, "before_open", year, quarter, actual, 1.2, None, 9e9)


def calendar(*dates: EarningsDate, at: datetime = NOW) -> None:
    store_earnings_calendar(dates=dates, source="sample", now=at)


def earned(instrument: Instrument, *, at: datetime = NOW) -> None:
    rows = [
        EarningsReport(instrument.symbol, date(2025, 9, 30), 2025, 4, 1.0, 1.25, -0.25, -0.2),
        EarningsReport(instrument.symbol, date(2025, 12, 31), 2026, 1, 1.5, None, None, None),
    ]
    store_earnings(instrument_id=instrument.pk, record=rows, source="sample", now=at)


def dividend(instrument: Instrument, ex_date: date, pay_date: date | None, **fields: Any) -> None:
    CorporateAction.objects.create(
        instrument=instrument, kind="dividend", ex_date=ex_date, pay_date=pay_date, amount="0.26",
        currency="USD", provider="sample", known_at=NOW, **fields,
    )  # fmt: skip


def test_everything_that_is_told_of_a_companys_earnings(client: Client) -> None:
    apple = make_instrument("AAPL")
    calendar(
        reports("AAPL", TODAY - 3 * DAY, actual=1.5),
        reports("AAPL", TODAY, 2),
        reports("AAPL", TODAY + 90 * DAY, 3),
    )
    earned(apple)
    opinions = [Recommendation("AAPL", date(2026, 2, 1), 13, 24, 7, 1, 0)]
    store_recommendations(instrument_id=apple.pk, record=opinions, source="sample", now=NOW)
    dividend(apple, TODAY - 90 * DAY, TODAY - 60 * DAY)
    dividend(apple, TODAY - 3 * DAY, TODAY + 10 * DAY)
    dividend(apple, TODAY + 60 * DAY, None)
    dividend(apple, TODAY + 70 * DAY, None, withdrawn_at=NOW)

    answer = get(client, EARNINGS, symbol="aapl")

    told = {"provider": "finnhub", "source": "sample", "fetched_at": "2026-02-03T02:00:00Z"}
    assert (answer["symbol"], answer["currency"], answer["note"]) == ("AAPL", "USD", None)
    assert answer["next"] == {
        "on": "2026-02-02", "hour": "before_open", "fiscal_year": 2026, "fiscal_quarter": 2,
        "eps_estimate": 1.2, "revenue_estimate": 9e9, **told,
    }  # fmt: skip
    assert answer["reports"] == [
        {
            "period": "2025-12-31", "fiscal_year": 2026, "fiscal_quarter": 1, "actual": 1.5, "estimate": None,
            "surprise": None, "surprise_ratio": None, "reported_on": "2026-01-30", **told,
        },
        {
            "period": "2025-09-30", "fiscal_year": 2025, "fiscal_quarter": 4, "actual": 1.0, "estimate": 1.25,
            "surprise": -0.25, "surprise_ratio": -0.2, "reported_on": None, **told,
        },
    ]  # fmt: skip
    assert answer["recommendations"] == [
        {"period": "2026-02-01", "strong_buy": 13, "buy": 24, "hold": 7, "sell": 1, "strong_sell": 0, **told}
    ]
    assert [each["ex_date"] for each in answer["dividends"]["due"]] == ["2026-01-30", "2026-04-03"]
    assert answer["dividends"]["paid"] == [
        {
            "ex_date": "2025-11-04", "pay_date": "2025-12-04", "record_date": None, "declared_on": None,
            "amount": 0.26, "currency": "USD", "provider": "sample", "known_at": "2026-02-03T02:00:00Z",
        }
    ]  # fmt: skip


def test_what_is_per_share_is_in_the_shares_of_today_and_a_split_that_may_be_unknown_is_said(
    client: Client,
) -> None:
    apple = make_instrument("AAPL")
    earned(apple, at=NOW - 10 * DAY)
    calendar(reports("AAPL", TODAY + DAY), at=NOW - 10 * DAY)
    for ex_date, ratio in ((TODAY - 20 * DAY, 7.0), (TODAY, 2.0), (TODAY + DAY, 5.0)):
        CorporateAction.objects.create(
            instrument=apple, kind="split", ex_date=ex_date, ratio=ratio, provider="sample", known_at=NOW
        )

    answer = get(client, EARNINGS, symbol="AAPL")

    assert (answer["next"]["eps_estimate"], answer["next"]["revenue_estimate"]) == (0.6, 9e9)
    figures = [answer["reports"][1][name] for name in ("actual", "estimate", "surprise", "surprise_ratio")]
    assert figures == [0.5, 0.625, -0.125, -0.2]
    Instrument.objects.update(actions_from=None)
    assert "splits since then are not known" in get(client, EARNINGS, symbol="AAPL")["note"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [("common_stock", "Nobody has told"), ("etf", "not common stock"), ("adr", "Nobody has told")],
)
def test_without_anything_told_it_says_why(client: Client, kind: str, words: str) -> None:
    make_instrument("AAPL", kind=kind, currency=None)

    answer = get(client, EARNINGS, symbol="AAPL")

    assert (answer["currency"], answer["next"], answer["reports"], answer["recommendations"]) == (
        None,
        None,
        [],
        [],
    )
    assert words in answer["note"]


def test_the_currency_of_a_depositary_receipts_earnings_is_not_made_up(client: Client) -> None:
    earned(make_instrument("TSM", kind="adr"))

    answer = get(client, EARNINGS, symbol="TSM")

    assert (answer["currency"], answer["reports"][0]["actual"]) == (None, 1.5)
    assert "which currency" in answer["note"]


def test_the_calendar_of_reports_is_two_weeks_unless_asked_otherwise(client: Client) -> None:
    make_instrument("AAPL"), make_instrument("MSFT", name=""), make_instrument("SHOP")
    assert get(client, REPORTING)["read_at"] is None
    calendar(
        reports("MSFT", TODAY), reports("AAPL", TODAY + 14 * DAY), reports("SHOP", TODAY + 15 * DAY),
        reports("AAPL", TODAY - DAY, 4, year=2025, actual=1.0),
    )  # fmt: skip

    answer = get(client, REPORTING)

    assert (answer["start"], answer["end"], answer["total"]) == ("2026-02-02", "2026-02-16", 2)
    assert answer["rows"][0] == {
        "symbol": "MSFT", "name": None, "on": "2026-02-02", "hour": "before_open", "fiscal_year": 2026,
        "fiscal_quarter": 1, "eps_estimate": 1.2, "eps_actual": None, "revenue_estimate": 9e9,
        "revenue_actual": None, "provider": "finnhub", "source": "sample",
        "fetched_at": "2026-02-03T02:00:00Z",
    }  # fmt: skip
    assert [row["symbol"] for row in get(client, REPORTING, limit=1, offset=1)["rows"]] == ["AAPL"]
    of_two = get(client, REPORTING, symbols="aapl,NOPE", start="2026-02-01", end="2026-04-04")
    assert ([row["eps_actual"] for row in of_two["rows"]], of_two["unknown"]) == ([1.0, None], ["NOPE"])


def test_the_calendar_of_dividends_is_by_ex_date(client: Client) -> None:
    apple, microsoft = make_instrument("AAPL"), make_instrument("MSFT")
    dividend(apple, TODAY + DAY, TODAY + 20 * DAY)
    dividend(microsoft, TODAY, None)
    dividend(microsoft, TODAY - DAY, TODAY + DAY)
    dividend(microsoft, TODAY + DAY, None, withdrawn_at=NOW)

    answer = get(client, PAYING)

    assert [(row["symbol"], row["ex_date"], row["amount"]) for row in answer["rows"]] == [
        ("MSFT", "2026-02-02", 0.26), ("AAPL", "2026-02-03", 0.26),
    ]  # fmt: skip
    assert get(client, PAYING, symbols="AAPL")["total"] == 1


@pytest.mark.parametrize("address", [REPORTING, PAYING])
@pytest.mark.parametrize(
    "wrong",
    [
        {"start": "soon"}, {"start": "9999-12-31"}, {"symbols": ","}, {"limit": 1001},
        {"start": "2026-02-02", "end": "2026-02-01"}, {"start": "2026-02-02", "end": "2026-04-06"},
    ],
)  # fmt: skip
def test_wrong_days_are_refused(client: Client, address: str, wrong: dict[str, Any]) -> None:
    get(client, address, expect=400, **wrong)


@pytest.mark.parametrize("address", [REPORTING, PAYING])
def test_many_rows_cost_as_many_queries_as_one(
    client: Client, address: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(6):
        made = make_instrument(f"S{number}")
        dividend(made, TODAY, None)
    calendar(*(reports(f"S{number}", TODAY) for number in range(6)))

    with django_assert_max_num_queries(5):  # who asks, the page, the count, when it was read
        assert len(get(client, address)["rows"]) == 6

"""What providers tell where filings do not, and how the two agree where both do."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from investment.analysis.calculators.fundamentals.lines import READERS
from investment.api.tests.contract import get
from investment.api.tests.factories import signed_in
from investment.api.tests.market import make_instrument
from investment.market.models import CorporateAction, Instrument
from investment.market.services.estimates import store_metrics, store_overview
from investment.market.services.facts import store_facts
from investment.providers.contracts import CompanyFact, CompanyFacts, CompanyMetrics, MetricPoint
from investment.providers.contracts.overview import Overview

pytestmark = pytest.mark.django_db
ADDRESS = "/api/stocks/{symbol}/fundamentals"
CIK = "0000320193"
YEAR_END = date(2025, 12, 27)
TOLD = datetime(2026, 2, 2, 20, tzinfo=UTC)
BILLION = 1e9


@pytest.fixture
def client() -> Client:
    return signed_in()


def file_a_year() -> None:
    """Revenue of 400 billion, 6 a share, 15 billion shares, equity of 60 billion; no gross profit."""
    told = {
        "us-gaap:Revenues": ("USD", 400 * BILLION, True),
        "us-gaap:NetIncomeLoss": ("USD", 100 * BILLION, True),
        "us-gaap:EarningsPerShareDiluted": ("USD/shares", 6.0, True),
        "us-gaap:StockholdersEquity": ("USD", 60 * BILLION, False),
        "us-gaap:CommonStockSharesOutstanding": ("shares", 15 * BILLION, False),
    }
    facts = [
        CompanyFact(
            taxonomy=tag.split(":")[0], tag=tag.split(":")[1], unit=unit, value=Decimal(value),
            start=date(2024, 12, 29) if flow else None, end=YEAR_END, filed=date(2026, 1, 30), form="10-K",
            accession="0000320193-26-000001", fiscal_year=2025, fiscal_period="FY",
        )
        for tag, (unit, value, flow) in told.items()
    ]  # fmt: skip
    company = CompanyFacts(cik=CIK, name="Apple Inc.", facts=facts, digest="1")
    store_facts(told=[company], tags=READERS, source="sec", now=TOLD)


def overview(instrument: Instrument, *, at: datetime = TOLD, **told: Any) -> None:
    record = Overview(
        instrument.symbol, "Apple Inc", **{"currency": "USD", "latest_quarter": date(2025, 12, 31), **told}
    )
    store_overview(instrument_id=instrument.pk, record=record, source="sample", now=at)


def metrics(
    instrument: Instrument, *, at: datetime = TOLD, quarter: date = date(2025, 12, 31), **told: float
) -> None:
    series = {"quarterly": {"eps": [MetricPoint(quarter, 1.5)]}}
    record = CompanyMetrics(instrument.symbol, told, {}, series)
    store_metrics(instrument_id=instrument.pk, record=record, source="sample", now=at)


def asked(client: Client, as_of: date) -> tuple[dict[str, Any], dict[tuple[str, str], Any]]:
    answer = get(client, ADDRESS, symbol="AAPL", as_of=as_of)
    checks = {(check["figure"], check["provider"]): check for check in answer["checks"]}
    return {filled["figure"]: filled for filled in answer["supplements"]}, checks


def test_what_filings_lack_is_filled_and_what_both_tell_is_compared(client: Client) -> None:
    apple = make_instrument("AAPL", cik=CIK)
    file_a_year()
    overview(
        apple, revenue_ttm=Decimal(402_000_000_000), diluted_eps_ttm=Decimal("6.05"), shares_outstanding=16e9,
        book_value_per_share=Decimal("4.01"), profit_margin=0.27, gross_profit_ttm=Decimal(180_000_000_000),
    )  # fmt: skip
    metrics(apple, epsTTM=9.0, grossMarginTTM=0.45, roeTTM=150.0, enterpriseValue=3.1e6, peTTM=31.5)

    filled, checks = asked(client, TOLD.date())

    assert filled["gross_profit"] == {
        "figure": "gross_profit", "label": "Gross profit", "value": 180e9, "unit": "money", "currency": "USD",
        "provider": "alphavantage", "source": "sample", "fetched_at": "2026-02-02T20:00:00Z",
    }  # fmt: skip
    # The adapter brings margins as fractions; returns come in percent, enterprise value in millions.
    told = {name: (each["value"], each["currency"]) for name, each in filled.items()}
    assert told == {
        "gross_profit": (180e9, "USD"),
        "gross_margin": (0.45, None),
        "return_on_equity": (1.5, None),
        "enterprise_value": (pytest.approx(3.1e12), "USD"),
        "price_to_earnings": (31.5, None),
    }
    differences = {key: (round(each["differs_by"], 6), each["agrees"]) for key, each in checks.items()}
    assert differences == {
        ("revenue", "alphavantage"): (0.005, True),
        ("eps_diluted", "alphavantage"): (0.008333, True),
        ("eps_diluted", "finnhub"): (0.5, False),
        ("shares", "alphavantage"): (0.066667, False),
        ("book_value_per_share", "alphavantage"): (0.0025, True),
        ("net_margin", "alphavantage"): (0.02, False),
    }
    assert (checks["revenue", "alphavantage"]["ours"], checks["revenue", "alphavantage"]["theirs"]) == (
        400e9,
        402e9,
    )


def test_nothing_is_seen_before_it_was_told_nor_for_long_after(client: Client) -> None:
    apple = make_instrument("AAPL", cik=CIK)
    file_a_year()
    metrics(apple, grossMarginTTM=0.40, peTTM=30.0, at=TOLD - timedelta(days=1))
    metrics(apple, grossMarginTTM=0.45, peTTM=31.5)

    def on(days: int) -> dict[str, float]:
        filled, _ = asked(client, TOLD.date() + timedelta(days=days))
        return {name: each["value"] for name, each in filled.items()}

    assert on(-2) == {}
    assert on(-1) == {"gross_margin": 0.40, "price_to_earnings": 30.0}
    assert on(31) == {"gross_margin": 0.45, "price_to_earnings": 31.5}
    assert on(32) == {"gross_margin": 0.45}  # a price of more than a month ago says nothing
    assert on(121) == {}


def test_a_split_after_it_was_told_counts_and_an_unknown_one_makes_it_unknown(client: Client) -> None:
    apple = make_instrument("AAPL", cik=CIK)
    file_a_year()
    overview(apple, dividend_per_share=Decimal(1), diluted_eps_ttm=Decimal(6), shares_outstanding=15e9)
    metrics(apple, dividendPerShareTTM=1.04, at=TOLD + timedelta(days=2))
    for days, ratio in ((1, 2.0), (3, 4.0)):
        CorporateAction.objects.create(
            instrument=apple, kind="split", ex_date=TOLD.date() + timedelta(days=days), ratio=ratio,
            provider="sample", known_at=TOLD,
        )  # fmt: skip

    filled, checks = asked(client, TOLD.date() + timedelta(days=5))

    assert filled["dividends_per_share"]["value"] == pytest.approx(0.26)  # told after the first of the two
    assert [(check["theirs"], check["agrees"]) for check in checks.values()] == [(0.75, True), (120e9, True)]
    Instrument.objects.update(actions_from=None)
    filled, checks = asked(client, TOLD.date() + timedelta(days=5))
    assert (filled, [key[0] for key in checks]) == ({}, [])


def test_another_quarter_is_not_compared_nor_another_currency(client: Client) -> None:
    apple = make_instrument("AAPL", cik=CIK)
    file_a_year()
    metrics(apple, epsTTM=6.0, quarter=date(2025, 9, 30))
    overview(
        apple,
        currency="EUR",
        revenue_ttm=Decimal(400_000_000_000),
        gross_profit_ttm=Decimal(1),
        profit_margin=0.25,
    )

    filled, checks = asked(client, TOLD.date())

    assert (filled, list(checks)) == ({}, [("net_margin", "alphavantage")])


@pytest.mark.parametrize(
    ("kind", "country", "expected"),
    [
        ("common_stock", "USA", {"revenue", "eps_diluted", "net_margin", "gross_margin", "price_to_sales"}),
        ("common_stock", "Taiwan", {"net_margin", "gross_margin", "price_to_sales"}),
        ("common_stock", None, {"net_margin", "gross_margin", "price_to_sales"}),
        ("adr", "USA", {"net_margin", "gross_margin"}),
    ],
)
def test_without_filings_money_is_told_only_where_its_currency_is_sure(
    client: Client, kind: str, country: str | None, expected: set[str]
) -> None:
    apple = make_instrument("AAPL", kind=kind)
    overview(
        apple, country=country, revenue_ttm=Decimal(100), diluted_eps_ttm=Decimal(1), profit_margin=0.25,
        price_to_sales_ttm=4.0,
    )  # fmt: skip
    metrics(apple, epsTTM=2.0, grossMarginTTM=0.45)

    filled, checks = asked(client, TOLD.date())

    assert (set(filled), checks) == (expected, {})


def test_of_two_providers_the_one_asked_last_counts(client: Client) -> None:
    apple = make_instrument("AAPL")
    overview(apple, return_on_equity_ttm=0.3, at=TOLD + timedelta(hours=1))
    metrics(apple, roeTTM=25.0)

    filled, _ = asked(client, TOLD.date())

    assert (filled["return_on_equity"]["value"], filled["return_on_equity"]["provider"]) == (
        0.3,
        "alphavantage",
    )

"""What a company told in its filings, as known on a day."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client

from investment.analysis.calculators.fundamentals.lines import READERS
from investment.api.tests.contract import get
from investment.api.tests.factories import signed_in
from investment.api.tests.market import make_bars, make_instrument, make_sessions
from investment.market.services.facts import store_facts
from investment.providers.contracts import CompanyFact, CompanyFacts

pytestmark = pytest.mark.django_db
ADDRESS = "/api/stocks/{symbol}/fundamentals"
CIK = "0000320193"


@pytest.fixture
def client() -> Client:
    return signed_in()


def store_two_years() -> None:
    facts = [
        CompanyFact(
            taxonomy="us-gaap",
            tag="NetIncomeLoss",
            unit="USD",
            value=Decimal(value),
            start=date(year, 1, 1),
            end=date(year, 12, 31),
            filed=date(year + 1, 2, 15),
            form="10-K",
            accession=f"0000320193-{year - 1999}-000001",
            fiscal_year=year,
        )
        for year, value in ((2023, 100), (2024, 120_000))
    ]
    facts.append(
        replace(facts[0], value=Decimal(100_000), filed=date(2025, 2, 15), accession=facts[1].accession)
    )
    told = CompanyFacts(cik=CIK, name="Apple Inc.", facts=facts, digest="1")
    store_facts(told=[told], tags=READERS, source="sample", now=datetime(2025, 3, 1, tzinfo=UTC))


def test_statements_say_what_was_known_where_it_is_from_and_what_is_not_known(client: Client) -> None:
    make_bars(make_instrument("AAPL", cik=CIK), {make_sessions(1)[0]: 100.0})
    store_two_years()

    answer = get(client, ADDRESS, symbol="aapl")

    assert (answer["symbol"], answer["currency"], answer["period_end"]) == ("AAPL", "USD", "2024-12-31")
    assert [year["fiscal_year"] for year in answer["years"]] == [2024, 2023]
    assert answer["years"][0]["figures"]["net_income"] == {
        "value": 120_000.0,
        "derived": False,
        "known_on": "2025-02-15",
        "accessions": ["0000320193-25-000001"],
        "tags": ["us-gaap:NetIncomeLoss"],
    }
    assert answer["years"][0]["figures"]["revenue"] is None
    assert answer["ratios"]["net_income_growth"] == pytest.approx(0.2)  # what was told last counts
    assert answer["doubts"] == [
        {
            "line": "net_income",
            "end": "2023-12-31",
            "value": 100_000.0,
            "before": 100.0,
            "times": 1000.0,
            "accessions": ["0000320193-24-000001", "0000320193-25-000001"],
        }
    ]
    assert answer["ratios"]["price_to_book"] is None
    assert {line["name"] for line in answer["lines"]} == answer["years"][0]["figures"].keys()
    assert (answer["piotroski"]["of"], answer["altman"]["score"]) == (9, None)


def test_a_past_day_is_read_as_it_was_known(client: Client) -> None:
    make_instrument("AAPL", cik=CIK)
    store_two_years()

    answer = get(client, ADDRESS, symbol="AAPL", as_of="2025-02-14")

    assert [year["fiscal_year"] for year in answer["years"]] == [2023]
    assert answer["as_of"] == "2025-02-14"


@pytest.mark.parametrize("cik", [None, CIK])
def test_a_company_that_told_nothing_has_nothing(client: Client, cik: str | None) -> None:
    make_instrument("AAPL", cik=cik)

    answer = get(client, ADDRESS, symbol="AAPL")

    assert (answer["years"], answer["trailing"], answer["piotroski"]) == ([], {}, None)


def test_a_day_to_come_is_today(client: Client) -> None:
    make_instrument("AAPL", cik=CIK)

    assert get(client, ADDRESS, symbol="AAPL", as_of="2999-01-01")["as_of"] < "2999"


@pytest.mark.parametrize("as_of", ["yesterday", "1989-12-31"])
def test_a_wrong_day_is_refused(client: Client, as_of: str) -> None:
    make_instrument("AAPL")

    get(client, ADDRESS, expect=400, symbol="AAPL", as_of=as_of)


def test_an_unknown_symbol_is_not_found(client: Client) -> None:
    get(client, ADDRESS, expect=404, symbol="NOPE")

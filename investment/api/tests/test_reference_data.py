"""Exchange rates, and companies with their filings, as they are asked for."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from investment.api.tests.contract import get
from investment.api.tests.factories import make_user, program, signed_in
from investment.api.tests.market import make_instrument
from investment.lib import clock
from investment.market.models import Company, Filing, Instrument
from investment.market.selectors import fx
from investment.market.services.fx import store_rates
from investment.providers.contracts.fx import FxHistory, FxRates

pytestmark = pytest.mark.django_db
RATES, HISTORY = "/api/fx/rates", "/api/fx/rates/{quote}/history"
COMPANY = "/api/stocks/{symbol}/company"
THURSDAY, FRIDAY = date(2026, 1, 8), date(2026, 1, 9)
SATURDAY = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def client() -> Client:
    clock.set_clock(origin=SATURDAY, rate=0)
    return signed_in()


def store(**rates: str) -> None:
    days = [
        FxRates(day, "EUR", {quote: Decimal(rate) for quote, rate in rates.items()})
        for day in (THURSDAY, FRIDAY)
    ]
    store_rates(document=FxHistory(days, [], "d"), name=fx.DAILY, source="ecb", now=SATURDAY)


def make_company(instrument: Instrument, filings: int = 2) -> Company:
    company = Company.objects.create(
        cik=instrument.cik or "", name="Apple Inc.", sic="3571", source="sec",
        first_seen_at=SATURDAY, updated_at=SATURDAY, fetched_at=SATURDAY,
    )  # fmt: skip
    Filing.objects.bulk_create(
        Filing(
            company=company, accession=f"0000320193-26-{n:06d}", form="10-Q", filed_on=FRIDAY,
            fetched_at=SATURDAY,
        )
        for n in range(filings)
    )  # fmt: skip
    return company


def test_rates_say_of_which_day_they_are(client: Client) -> None:
    store(USD="1.0800", IDR="18000", GBP="0.864")

    answer = get(client, RATES)

    day = str(FRIDAY)
    assert (answer["base"], answer["day"], answer["history_from"]) == ("EUR", day, str(THURSDAY))
    assert "2026-01-10" in answer["words"]
    assert answer["rates"] == [
        {"quote": "GBP", "rate": "0.864", "day": day, "computed": False},
        {"quote": "IDR", "rate": "18000", "day": day, "computed": False},
        {"quote": "USD", "rate": "1.08", "day": day, "computed": False},
    ]
    assert answer["source"] == {
        "provider": "ecb", "fetched_at": "2026-01-10T12:00:00Z", "published_day": day,
    }  # fmt: skip
    crossed = get(client, RATES, base="USD", on=THURSDAY)
    assert crossed["rates"][1] == {"quote": "GBP", "rate": "0.8", "day": str(THURSDAY), "computed": True}
    points = get(client, HISTORY, quote="GBP", base="USD", days=2)
    assert (points["computed"], points["points"]) == (True, [{"day": day, "rate": "0.8"}])


def test_without_any_rates_there_is_an_answer_all_the_same(client: Client) -> None:
    answer = get(client, RATES, base="USD")
    assert (answer["day"], answer["rates"], answer["source"], answer["history_from"]) == (
        None,
        [],
        None,
        None,
    )
    assert "No exchange rates yet" in answer["words"]
    history = get(client, HISTORY, quote="USD")
    assert (history["points"], history["source"]) == ([], None)
    assert "No exchange rates yet" in history["words"]


@pytest.mark.parametrize("wrong", [{"base": "ZZZ"}, {"base": "GBp"}, {"on": "yesterday"}])
def test_what_cannot_be_answered_is_a_400_in_words(client: Client, wrong: dict[str, str]) -> None:
    store(USD="1.08")

    assert get(client, RATES, expect=400, **wrong)["message"]
    assert get(client, HISTORY, expect=400, quote="ZZZ")["code"] == "unknown_currency"
    assert get(client, HISTORY, expect=400, quote="USD", days=0)["code"] == "invalid"


def test_a_company_with_everything_known_and_with_nothing(client: Client) -> None:
    apple = make_instrument("AAPL", cik="0000320193")
    assert get(client, COMPANY, symbol="aapl")["status"] == "not_asked"
    company = make_company(apple)
    Filing.objects.filter(accession__endswith="1").update(
        url="https://www.sec.gov/Archives/a.htm", period_end=THURSDAY, description="Quarterly report"
    )

    answer = get(client, COMPANY, symbol="AAPL")

    assert (answer["cik"], answer["name"], answer["sic"], answer["state"]) == (
        company.cik, "Apple Inc.", "3571", None,
    )  # fmt: skip
    assert answer["source"] == {"provider": "sec", "fetched_at": "2026-01-10T12:00:00Z"}
    assert answer["filings"] == [
        {
            "form": "10-Q", "filed_on": str(FRIDAY), "period_end": str(THURSDAY),
            "description": "Quarterly report", "url": "https://www.sec.gov/Archives/a.htm",
        },
        {"form": "10-Q", "filed_on": str(FRIDAY), "period_end": None, "description": None, "url": None},
    ]  # fmt: skip
    make_instrument("SPY")
    fund = get(client, COMPANY, symbol="SPY")
    assert (fund["status"], fund["cik"], fund["filings"]) == ("no_cik", None, [])
    assert "SPY has no CIK" in fund["words"]
    assert get(client, COMPANY, symbol="GHOST", expect=404)["code"] == "instrument_not_found"


def test_only_who_may_write_can_have_the_sec_asked_and_only_about_who_files(client: Client) -> None:
    make_instrument("SPY")
    address = COMPANY.format(symbol="SPY")

    refused = client.post(address)
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot_ask")
    assert "no CIK" in refused.json()["message"]
    assert program("read", user=make_user("bob")).post(address).status_code == 403


def test_many_filings_and_rates_cost_as_many_queries_as_few(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_company(make_instrument("AAPL", cik="0000320193"), filings=1)
    make_company(make_instrument("MSFT", cik="0000789019"), filings=0)
    store(USD="1.08")
    with django_assert_num_queries(5):
        client.get("/api/stocks/AAPL/company")
    with django_assert_num_queries(5):
        client.get("/api/stocks/MSFT/company")
    with django_assert_num_queries(6):
        client.get(RATES)
    store(**{f"{a}{b}X": "1.5" for a in "ABCDEF" for b in "ABCDEF"})
    with django_assert_num_queries(6):
        client.get(RATES)

"""Who files under which ticker: instruments that only the SEC knows, and what it may add to others."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from investment.market.models import Company, Filing, Instrument, Ticker
from investment.market.selectors.companies import SHOWN, company_of
from investment.market.services.companies import document_url, store_filer
from investment.market.services.company_list import StoredTickers, store_tickers
from investment.market.services.instruments import upsert_instruments
from investment.market.services.tickers import resolve_symbols
from investment.providers.adapters.sec.symbols import from_sec
from investment.providers.contracts import Filer, InstrumentRecord, SecTicker
from investment.providers.contracts import Filing as Filed

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 3, 5, 0, tzinfo=UTC)
BERKSHIRE, ALPHABET = "0001067983", "0001652044"


def ticker(sec_symbol: str, cik: str, name: str = "Some Corp", exchange: str | None = "NYSE") -> SecTicker:
    return SecTicker(from_sec(sec_symbol), sec_symbol, cik, name, exchange)


def record(symbol: str, **fields: Any) -> InstrumentRecord:
    known: dict[str, Any] = {
        "name": f"{symbol} by Massive", "kind": "common_stock", "exchange": "ARCX", "currency": "USD",
        "active": True,
    }  # fmt: skip
    return InstrumentRecord(symbol=symbol, **(known | fields))


LISTED = [
    ticker("BRK-B", BERKSHIRE, "BERKSHIRE HATHAWAY INC"),
    ticker("BRK-A", BERKSHIRE, "BERKSHIRE HATHAWAY INC"),
    ticker("GOOGL", ALPHABET, "Alphabet Inc.", "Nasdaq"),
    ticker("GOOG", ALPHABET, "Alphabet Inc.", "Nasdaq"),
    ticker("SOMEF", "0000000042", "Somewhere Else PLC", "OTC"),
    ticker("NOWHR", "0000000043", "Told of No Venue", None),
]


def tell(tickers: list[SecTicker]) -> StoredTickers:
    return store_tickers(tickers=tickers, source="sec", now=NOW)


def massive(*records: InstrumentRecord) -> None:
    upsert_instruments(records=records, source="massive", now=NOW)


def test_what_only_the_sec_knows_is_of_unknown_class() -> None:
    assert tell(LISTED) == StoredTickers(inserted=6, filled=0, unchanged=0, companies=4)
    assert tell(LISTED) == StoredTickers(inserted=0, filled=0, unchanged=6, companies=0)

    rows = Instrument.objects.order_by("symbol").values_list(
        "symbol", "exchange", "cik", "kind", "actions_from"
    )
    assert list(rows) == [
        ("BRK.A", "XNYS", BERKSHIRE, "unknown", None),
        ("BRK.B", "XNYS", BERKSHIRE, "unknown", None),
        ("GOOG", "XNAS", ALPHABET, "unknown", None),
        ("GOOGL", "XNAS", ALPHABET, "unknown", None),
        ("NOWHR", None, "0000000043", "unknown", None),
        ("SOMEF", "OTCM", "0000000042", "unknown", None),
    ]
    assert Ticker.objects.count() == 6
    assert Company.objects.get(cik=ALPHABET).name == "Alphabet Inc."


@pytest.mark.parametrize("sec_first", [True, False])
def test_in_whatever_order_they_tell_there_is_one_instrument_with_the_better_words(sec_first: bool) -> None:
    records = [record("BRK.B", composite_figi="BBG000DWG505"), record("GOOG", cik=ALPHABET)]
    for first in (sec_first, not sec_first):
        if first:
            tell(LISTED)
        else:
            massive(*records)

    assert Instrument.objects.count() == 6
    berkshire = Instrument.objects.get(symbol="BRK.B")
    assert (berkshire.name, berkshire.kind, berkshire.exchange) == (
        "BRK.B by Massive",
        "common_stock",
        "ARCX",
    )
    assert (berkshire.cik, berkshire.composite_figi, berkshire.source) == (
        BERKSHIRE,
        "BBG000DWG505",
        "massive",
    )
    assert Instrument.objects.get(symbol="GOOG").kind == "common_stock"


def test_a_ticker_that_came_with_bars_alone_gets_its_name_and_nothing_that_is_known_is_replaced() -> None:
    resolve_symbols(symbols=["GOOG"], session=date(2026, 3, 2), source="massive", now=NOW)
    massive(record("BRK.B", cik="0000000001", exchange=None))

    assert tell(LISTED).filled == 1

    goog = Instrument.objects.get(symbol="GOOG")
    assert (goog.name, goog.cik, goog.exchange, goog.source) == ("Alphabet Inc.", ALPHABET, "XNAS", "massive")
    # Another company's venue is not its own, and who told first of its CIK knows better.
    berkshire = Instrument.objects.get(symbol="BRK.B")
    assert (berkshire.cik, berkshire.exchange) == ("0000000001", None)


def test_a_former_ticker_of_the_same_company_makes_no_second_instrument() -> None:
    massive(record("FB", composite_figi="F1", cik="0001326801"))
    massive(record("META", composite_figi="F1", cik="0001326801"))
    massive(record("GONE", active=False, delisted_on=date(2025, 6, 2), cik="0000000007"))

    tell([ticker("FB", "0001326801"), ticker("META", "0001326801"), ticker("GONE", "0000000007")])

    assert set(Instrument.objects.values_list("symbol", "active")) == {("META", True), ("GONE", False)}


@pytest.mark.parametrize("sec_first", [True, False])
def test_a_ticker_that_another_company_had_before_is_a_second_instrument(sec_first: bool) -> None:
    gone = record("SOMEF", active=False, delisted_on=date(2020, 6, 1), cik="0000000099")
    for first in (sec_first, not sec_first):
        if first:
            tell(LISTED)
        else:
            massive(gone)

    had = {row.cik: row for row in Instrument.objects.filter(symbol="SOMEF")}
    assert {cik: row.active for cik, row in had.items()} == {"0000000099": False, "0000000042": True}
    assert had["0000000042"].tickers.get().first_session == date(2020, 6, 2)


def test_of_a_ticker_that_is_listed_twice_the_first_counts() -> None:
    tell([ticker("AAA", "0000000001", "First"), ticker("AAA", "0000000002", "Second")])

    assert Instrument.objects.get().cik == "0000000001"


def test_two_thousand_companies_cost_as_many_queries_as_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    many = [ticker(f"T{n}", f"{n + 1:010d}", f"Company {n}") for n in range(2000)]

    with django_assert_max_num_queries(13):
        assert tell(many[:1]).inserted == 1
    with django_assert_max_num_queries(13):
        assert tell(many).inserted == 1999


def filed(number: int, form: str = "10-Q", **fields: Any) -> Filed:
    known: dict[str, Any] = {
        "cik": ALPHABET,
        "accession": f"0001652044-26-{number:06d}",
        "filed": date(2026, 1, 1) + timedelta(days=number),
        "accepted_at": None,
        "report_date": date(2025, 12, 31),
        "document": "goog-20251231.htm",
        "description": form,
    }
    return Filed(form=form, **(known | fields))


def filer(*filings: Filed, **fields: Any) -> Filer:
    known: dict[str, Any] = {
        "cik": ALPHABET, "name": "Alphabet Inc.", "entity_type": "operating", "sic": "7370",
        "sic_description": "Services", "symbols": [], "exchanges": [], "category": None,
        "fiscal_year_end": "1231", "state_of_incorporation": "DE", "former_names": [], "website": "",
    }  # fmt: skip
    return Filer(filings=filings, **(known | fields))


def test_a_company_has_its_newest_filings_of_the_forms_that_matter() -> None:
    tell(LISTED)
    goog = Instrument.objects.get(symbol="GOOG")
    assert company_of(instrument=goog).status == "not_asked"
    insiders = [filed(500 + n, "4") for n in range(30)]
    reports = [filed(n) for n in range(SHOWN + 5)]
    current = filed(100, "8-K/A", items=["2.02", "9.01"], description="FORM 8-K/A")

    for _ in range(2):
        store_filer(filer=filer(*insiders, *reports, current), source="sec", now=NOW)

    found = company_of(instrument=goog)
    assert (found.status, found.sic, found.fiscal_year_end, found.website) == ("known", "7370", "12-31", None)
    assert len(found.filings) == SHOWN == Filing.objects.count()
    assert [filing.form for filing in found.filings[:2]] == ["8-K/A", "10-Q"]
    assert found.filings[0].description == "Items 2.02, 9.01"
    assert found.filings[1].url == (
        "https://www.sec.gov/Archives/edgar/data/1652044/000165204426000044/goog-20251231.htm"
    )
    # What was told once stays, also the name where the list says another; newer filings come before it.
    store_filer(filer=filer(filed(200, "10-K"), website="abc.xyz"), source="sec", now=NOW)
    tell([ticker("GOOG", ALPHABET, "ALPHABET")])
    found = company_of(instrument=goog)
    assert (found.name, found.website, len(found.filings)) == ("Alphabet Inc.", "https://abc.xyz", SHOWN)
    assert found.filings[0].form == "10-K"


def test_what_two_companies_file_together_is_a_filing_of_each() -> None:
    for cik in (ALPHABET, BERKSHIRE, ALPHABET):
        store_filer(filer=filer(filed(1, cik=cik), cik=cik), source="sec", now=NOW)

    urls = set(Filing.objects.values_list("company__cik", "url"))
    assert {(cik, url.split("/")[6]) for cik, url in urls} == {(ALPHABET, "1652044"), (BERKSHIRE, "1067983")}


@pytest.mark.parametrize(
    ("document", "ends"),
    [
        ("xslF345X05/primary doc.xml", "/000165204426000001/xslF345X05/primary%20doc.xml"),
        ("", "/000165204426000001/0001652044-26-000001-index.htm"),
        ("../evil.htm", "/000165204426000001/0001652044-26-000001-index.htm"),
        ("https://evil.example/", "/000165204426000001/0001652044-26-000001-index.htm"),
    ],
)
def test_a_document_has_an_address_below_its_filing(document: str, ends: str) -> None:
    url = document_url(filed(1, document=document))

    assert url == f"https://www.sec.gov/Archives/edgar/data/1652044{ends}"


@pytest.mark.parametrize("website", ["javascript:alert(1)", "https://a b", 'https://x"><script>'])
def test_an_address_that_no_browser_should_be_sent_to_is_none(website: str) -> None:
    store_filer(filer=filer(website=website, fiscal_year_end="0230x"), source="sec", now=NOW)

    company = Company.objects.get()
    assert (company.website, company.fiscal_year_end) == ("", "")

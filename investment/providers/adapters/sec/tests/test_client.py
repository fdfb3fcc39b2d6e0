"""The SEC's answers, and what we make of them."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.sec.client import user_agent
from investment.providers.adapters.sec.symbols import from_sec, ten_digits, to_sec
from investment.providers.adapters.sec.tests.wire import CONTACT, Wire, recorded
from investment.providers.contracts import (
    CompanyFact,
    CompanyFacts,
    FactLabel,
    Filing,
    FormerName,
    OlderFilings,
    SecTicker,
    Stamped,
    Validators,
)

APPLE = "0000320193"


def facts_of(*figures: object) -> bytes:
    document = {"cik": 320193, "facts": {"us-gaap": {"Revenues": {"units": {"USD": figures}}}}}
    return json.dumps(document).encode()


def figure(**changes: Any) -> dict[str, Any]:
    told = json.loads(recorded("companyfacts.json"))["facts"]["us-gaap"]["Revenues"]["units"]["USD"][0]
    return dict(told) | changes


def facts(body: bytes) -> CompanyFacts:
    found = Wire(body).client.company_facts(cik=320193).value
    assert found is not None
    return found


def test_reads_the_tickers_with_their_exchanges() -> None:
    wire = Wire(recorded("company_tickers_exchange.json"))

    found = wire.client.tickers().value

    assert found is not None
    assert list(found.tickers) == [
        SecTicker("AAPL", "AAPL", APPLE, "Apple Inc.", "Nasdaq"),
        SecTicker("BRK.B", "BRK-B", "0001067983", "BERKSHIRE HATHAWAY INC", "NYSE"),
        SecTicker("ACHR.WS", "ACHR-WT", "0001824502", "Archer Aviation Inc.", "NYSE"),
        SecTicker("EXSH", "EXSH", "0001000001", "EXAMPLE SHELL CO", None),
    ]
    assert str(wire.asked[0].url) == "http://sandbox.test/sec/files/company_tickers_exchange.json"


def test_reads_the_tickers_without_their_exchanges() -> None:
    wire = Wire(recorded("company_tickers.json"))

    found = wire.client.tickers(exchanges=False).value

    assert found is not None
    assert [(t.symbol, t.cik) for t in found.tickers] == [
        ("NVDA", "0001045810"), ("BRK.B", "0001067983"), ("BRK.A", "0001067983"), ("BACpL", "0000070858")
    ]  # fmt: skip
    assert str(wire.asked[0].url) == "http://sandbox.test/sec/files/company_tickers.json"


def test_says_who_asks_in_every_request() -> None:
    wire = Wire(recorded("submissions.json"))

    wire.client.filer(cik=320193)

    assert wire.asked[0].headers["User-Agent"] == CONTACT
    assert wire.asked[0].extensions["endpoint"] == "submissions"


@pytest.mark.parametrize(
    ("contact", "agent"),
    [
        ("jane@example.com", "Investment analysis jane@example.com"),
        ("  Jane   Doe jane@example.com ", "Jane Doe jane@example.com"),
    ],
)
def test_a_contact_is_a_name_and_an_address(contact: str, agent: str) -> None:
    assert user_agent(contact) == agent


@pytest.mark.parametrize(
    "contact",
    ["", "-", "Jane Doe", "https://example.com (contact)", "jane@", "Jané j@example.com", "a@b.co" * 99],
)
def test_without_a_contact_nothing_is_asked(contact: str) -> None:
    with pytest.raises(errors.CredentialsRejected, match=r"SEC_CONTACT=Jane Doe jane@example\.com"):
        user_agent(contact)


def test_reads_a_company_and_its_filings() -> None:
    wire = Wire(recorded("submissions.json"))

    filer = wire.client.filer(cik="320193").value

    assert str(wire.asked[0].url) == "http://sandbox.test/sec/data/submissions/CIK0000320193.json"
    assert filer is not None
    assert (filer.cik, filer.name, filer.symbols, filer.exchanges) == (
        APPLE,
        "Apple Inc.",
        ["AAPL"],
        ["Nasdaq"],
    )
    assert (filer.sic, filer.fiscal_year_end, filer.website) == ("3571", "0928", None)
    assert filer.former_names == [
        FormerName("APPLE COMPUTER INC", date(1994, 1, 26), date(2007, 1, 4)),
        FormerName("APPLE COMPUTER INC/ FA", None, None),
    ]
    first, second, third = filer.filings
    assert first == Filing(
        cik=APPLE,
        accession="0000320193-24-000123",
        form="10-K",
        filed=date(2024, 11, 1),
        accepted_at=datetime(2024, 11, 1, 10, 1, 36, tzinfo=UTC),
        report_date=date(2024, 9, 28),
        items=[],
        document="aapl-20240928.htm",
        description="10-K",
        size=9759333,
        is_xbrl=True,
    )
    assert second.items == ["2.02", "9.01"]
    assert (third.report_date, third.accepted_at, third.items, third.is_xbrl) == (None, None, [], False)
    assert filer.malformed == []
    assert list(filer.older) == [
        OlderFilings("CIK0000320193-submissions-001.json", 1062, date(1994, 1, 26), date(2015, 3, 20))
    ], "a name that is no such file is not followed"


def test_an_acceptance_may_be_new_yorks_clock_and_is_public_at_the_latest_by_that() -> None:
    filer = Wire(recorded("submissions.json")).client.filer(cik=320193).value

    assert filer is not None
    assert filer.filings[0].public_by == datetime(2024, 11, 1, 14, 1, 36, tzinfo=UTC)
    assert filer.filings[2].public_by is None


def test_reads_the_older_filings_of_a_named_file() -> None:
    wire = Wire(recorded("submissions_older.json"))

    first, second = wire.client.older_filings(cik=320193, name="CIK0000320193-submissions-001.json")

    assert str(wire.asked[0].url).endswith("/sec/data/submissions/CIK0000320193-submissions-001.json")
    assert (first.form, first.document) == ("4", "xslF345X03/doc4.xml")
    assert (second.filed, second.document, second.report_date) == (date(1994, 1, 26), None, None)


@pytest.mark.parametrize(
    "name", ["CIK0000000001-submissions-001.json", "../x.json", "CIK0000320193-submissions-001.json/../../x"]
)
def test_no_other_file_is_asked_for(name: str) -> None:
    with pytest.raises(ValueError, match="no file of older filings"):
        Wire().client.older_filings(cik=320193, name=name)


def test_reads_every_figure_exactly_as_filed() -> None:
    wire = Wire(recorded("companyfacts.json"))

    found = wire.client.company_facts(cik=320193).value

    assert found is not None
    assert str(wire.asked[0].url) == "http://sandbox.test/sec/data/api/xbrl/companyfacts/CIK0000320193.json"
    assert (found.cik, found.name, len(found.facts), found.unvalued) == (APPLE, "Apple Inc.", 6, 1)
    first, again = found.of("Revenues", "USD")
    assert first == CompanyFact(
        taxonomy="us-gaap",
        tag="Revenues",
        unit="USD",
        value=Decimal(383285000000),
        start=date(2022, 9, 25),
        end=date(2023, 9, 30),
        filed=date(2023, 11, 3),
        form="10-K",
        accession="0000320193-23-000106",
        fiscal_year=2023,
        fiscal_period="FY",
        frame=None,
    )
    assert (again.value, again.filed, again.frame) == (Decimal(383285000001), date(2024, 11, 1), "CY2023")
    (shares,) = found.of("EntityCommonStockSharesOutstanding", taxonomy="dei")
    assert (shares.unit, shares.start, shares.end) == ("shares", None, date(2024, 10, 18))
    (earned,) = found.of("EarningsPerShareDiluted")
    assert (str(earned.value), earned.unit, earned.fiscal_year, earned.fiscal_period, earned.frame) == (
        "6.08", "USD/shares", None, None, None
    )  # fmt: skip
    (rate,) = found.of("EffectiveIncomeTaxRateContinuingOperations", "pure")
    assert str(rate.value) == "0.2409100000000000001", "no float was on the way"
    (equity,) = found.of("StockholdersEquity")
    assert equity.value == Decimal(-56_950_000_000)
    assert found.labels["us-gaap", "Revenues"] == FactLabel("Revenues", None)


@pytest.mark.parametrize("told", [None, {}], ids=["null", "empty"])
def test_a_company_may_have_no_figures(told: object) -> None:
    found = facts(json.dumps({"cik": "0000320193", "entityName": None, "facts": told}).encode())

    assert (list(found.facts), found.name) == ([], "")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"val": "many"}, "Invalid decimal"),
        ({"val": "NaN"}, "no figure"),
        ({"val": "1" * 61}, "no figure"),
        ({"val": 10**41}, "beyond every figure"),
        ({"end": "0000-00-00"}, "Invalid"),
        ({"accn": " "}, "no accession number"),
        ({"filed": None}, "Expected `date`, got `null`"),
        ({"form": 10}, "Expected `str`"),
    ],
    ids=str,
)
def test_an_unreadable_figure_is_set_aside_in_its_own_words(changes: dict[str, Any], reason: str) -> None:
    found = facts(facts_of(*[figure()] * 99, figure(**changes)))

    (left,) = found.malformed
    assert (len(found.facts), left.index) == (99, 99)
    assert reason in left.reason
    assert left.reason.startswith("us-gaap:Revenues: ")
    assert '"accn"' in left.payload


def test_whether_a_figure_can_be_true_is_not_judged_here() -> None:
    (fact,) = facts(facts_of(figure(start="2026-01-01", end="0201-12-31", accn="0000320193-23-000106"))).facts

    assert (fact.start, fact.end) == (date(2026, 1, 1), date(201, 12, 31))


def test_more_unreadable_figures_refuse_the_whole() -> None:
    with pytest.raises(
        errors.MalformedPayload, match="2 of 100 rows or more cannot be read, first: us-gaap:Rev"
    ):
        facts(facts_of(*[figure()] * 98, figure(end=None), 7))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (recorded("companyfacts.json")[:700], "malformed|truncated"),
        (b"", "truncated"),
        (b"[]", "Expected `object`, got `array`"),
        (b"{}", "missing required field `cik`"),
        (b'{"cik":1045810,"facts":{}}', "asked for CIK 0000320193 and got 0001045810"),
        (b'{"cik":"x","facts":{}}', "is no CIK"),
        (b'{"cik":320193,"facts":[]}', "Expected `object"),
        (b'{"cik":320193,"facts":{"us-gaap":{"X":null}}}', "Expected `object`, got `null`"),
        (b'{"cik":320193,"facts":{"x":{"y":{"units":{"USD":[' + b"1," * 2_000_000, "values are more than"),
        (b'{"cik":320193,"facts":{"x":{' + b'"a":{},' * 2_000_000, "values are more than"),
        (b'{"cik":320193,"entityName":"' + b"x" * 65 * 2**20 + b'"}', "bytes are more than"),
        (b'{"cik":320193,"facts":' + b'{"a":' * 50_000, "recursion|malformed|truncated|Expected"),
        (b'{"cik":320193,"entityName":"\xff","facts":{}}', "utf-8|malformed"),
    ],
    ids=[
        "cut off", "nothing", "a list", "no fields", "another company", "no CIK", "a list of facts",
        "no concept", "rows without an end", "tags without an end", "a text without an end",
        "depth without an end", "no text",
    ],
)  # fmt: skip
def test_facts_without_their_documented_shape_are_refused_whole(body: bytes, words: str) -> None:
    with pytest.raises(errors.MalformedPayload, match=f"(?i){words}"):
        facts(body)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"form": ["10-K"]}, "1 of form for 3 filings"),
        ({"filingDate": ["2024-11-01", "", "2024-09-10"]}, "1 of 3 rows or more cannot be read"),
        ({"accessionNumber": ["1", "2", ""]}, "1 of 3 rows or more cannot be read"),
        ({"acceptanceDateTime": ["never"] * 3}, "1 of 3 rows"),
        ({"acceptanceDateTime": ["0001-01-01T00:00:00+14:00"] * 3}, "out of range"),
        ({"form": None}, "Expected `array`"),
    ],
    ids=str,
)
def test_filings_without_their_documented_shape_are_refused_whole(change: dict[str, Any], words: str) -> None:
    document = json.loads(recorded("submissions.json"))
    document["filings"]["recent"] |= change

    with pytest.raises(errors.MalformedPayload, match=words):
        Wire(json.dumps(document).encode()).client.filer(cik=320193)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"fields":["cik","name"],"data":[]}', "'ticker' is not in list of the fields"),
        (b'{"fields":["cik","name","ticker","exchange"],"data":[[1,"x","Y"]]}', "3 values for 4 fields"),
        (b'{"fields":["cik","name","ticker","exchange"],"data":[[0,"x","Y",null]]}', "'0' is no CIK"),
        (b'{"fields":["cik","name","ticker","exchange"],"data":[[1,"x",null,null]]}', "'None' is no ticker"),
        (b'{"fields":["cik","name","ticker","exchange"],"data":[[null,"x","Y",null]]}', "no CIK"),
    ],
)
def test_tickers_without_their_documented_shape_are_refused_whole(body: bytes, words: str) -> None:
    with pytest.raises(errors.MalformedPayload, match=words):
        Wire(body).client.tickers()


def test_what_has_not_changed_is_not_sent_again() -> None:
    stamped = {"ETag": '"abc"', "Last-Modified": "Mon, 05 Jan 2026 03:00:00 GMT"}
    wire = Wire(
        httpx.Response(200, content=recorded("companyfacts.json"), headers=stamped),
        *[httpx.Response(304, headers=stamped)] * 3,
    )
    marks = wire.client.company_facts(cik=320193).validators
    assert marks == Validators('"abc"', "Mon, 05 Jan 2026 03:00:00 GMT")

    again: list[Stamped[Any]] = [
        wire.client.company_facts(cik=320193, since=marks),
        wire.client.filer(cik=320193, since=marks),
        wire.client.tickers(since=marks),
    ]

    assert [(each.value, each.validators) for each in again] == [(None, marks)] * 3
    for request in wire.asked[1:]:
        assert request.headers["If-None-Match"] == '"abc"'
        assert request.headers["If-Modified-Since"] == "Mon, 05 Jan 2026 03:00:00 GMT"
    assert "If-None-Match" not in wire.asked[0].headers


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("AAPL", "AAPL"), ("BRK.B", "BRK-B"), ("BACpL", "BAC-PL"), ("ACHR.WS", "ACHR-WT"),
        ("ABC.WS.A", "ABC-WTA"), ("ABC.U", "ABC-UN"), ("ABCr", "ABC-RI"), ("ABCDW", "ABCDW"), ("Fp", "F-P"),
    ],
)  # fmt: skip
def test_our_symbols_and_theirs(ours: str, theirs: str) -> None:
    assert to_sec(ours) == theirs
    assert from_sec(theirs) == ours if ours != "Fp" else from_sec(theirs) == "F.P"


@pytest.mark.parametrize("symbol", ["", "X:BTCUSD", "brk.b", "A" * 33, "A.", "A B"])
def test_what_is_no_ticker_is_not_translated(symbol: str) -> None:
    with pytest.raises(ValueError, match="is no ticker"):
        to_sec(symbol)


def test_a_cik_has_ten_digits() -> None:
    assert ten_digits(320193) == ten_digits("320193") == ten_digits("0000320193") == APPLE
    for wrong in (0, -1, "", "12345678901", "1e5", "٣", True):
        with pytest.raises(ValueError, match="is no CIK"):
            ten_digits(wrong)

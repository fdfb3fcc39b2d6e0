"""Every file, refusal and oddity of the SEC, over real HTTP; and our adapter over them."""

import io
import ssl
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.sec.client import SecClient
from investment.providers.contracts import CompanyFact, CompanyFacts, Filer, TickerList, Validators
from investment.providers.sandbox.sample.fundamentals import Quarter
from investment.providers.sandbox.sample.instruments import Instrument
from investment.providers.sandbox.sec import archives, companies
from investment.providers.sandbox.testing import NOW, RunningSandbox, running_sandbox

pytestmark = pytest.mark.slow

TLS = ssl.create_default_context()  # never used, and costly to make for every call
CONTACT = "Jane Doe jane@example.com"
FACTS_ZIP = "/Archives/edgar/daily-index/xbrl/companyfacts.zip"


@pytest.fixture(scope="module")
def open_to_all() -> Iterator[RunningSandbox]:
    """A sandbox that lets a test ask as fast as it can."""
    with running_sandbox(symbols=40, plans={"sec": "100000/1"}) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(open_to_all: RunningSandbox) -> RunningSandbox:
    open_to_all.reset()
    return open_to_all


@pytest.fixture(scope="module")
def ours(open_to_all: RunningSandbox) -> Iterator[SecClient]:
    url = f"{open_to_all.url}/sec"
    with httpx.Client(base_url=url, verify=TLS) as http:
        yield SecClient(contact=CONTACT, http=http, data_url=f"{url}/data")


def get(sandbox: RunningSandbox, path: str, **headers: str) -> httpx.Response:
    told = {"User-Agent": CONTACT} | {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.get(f"{sandbox.url}/sec{path}", headers=told, verify=TLS)


def quarters(sandbox: RunningSandbox, line: Instrument) -> list[Quarter]:
    invented = sandbox.sandbox.source.invented
    assert invented is not None
    return companies.reported(invented, line, NOW)


def company(sandbox: RunningSandbox, **wanted: Any) -> Instrument:
    """Return the first company of the market with this behaviour, and at least nine quarters."""
    return next(
        line for line in sandbox.market.lines
        if line.type_code == "CS" and line.parent is None and len(quarters(sandbox, line)) > 8
        and all(getattr(line.behaviour, name) == value for name, value in wanted.items())
    )  # fmt: skip


def facts_of(ours: SecClient, line: Instrument) -> CompanyFacts:
    found = ours.company_facts(cik=line.cik or "").value
    assert found is not None
    return found


def filer_of(ours: SecClient, line: Instrument) -> Filer:
    found = ours.filer(cik=line.cik or "").value
    assert found is not None
    return found


# ── who may ask, and how often ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("agent", ["", "python-requests/2.32", "Tool/1.0 (+https://example.com/bot)"])
def test_who_does_not_say_who_asks_is_refused_with_a_page(sandbox: RunningSandbox, agent: str) -> None:
    answer = get(sandbox, "/files/company_tickers.json", User_Agent=agent)

    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "text/html")
    assert "Your Request Originates from an Undeclared Automated Tool" in answer.text


def test_the_eleventh_in_a_second_shuts_for_ten_minutes() -> None:
    with running_sandbox() as sandbox, httpx.Client(base_url=f"{sandbox.url}/sec", verify=TLS) as http:
        client = SecClient(contact=CONTACT, http=http, data_url=f"{sandbox.url}/sec/data")
        for _ in range(10):
            client.tickers()
        with pytest.raises(errors.ProviderThrottled, match="limited for 10 minutes") as caught:
            client.tickers()
        assert caught.value.status == 403
        assert caught.value.retry_at == NOW + timedelta(minutes=10)
        sandbox.advance(minutes=9, seconds=59)
        with pytest.raises(errors.ProviderThrottled):
            client.tickers()
        sandbox.advance(seconds=2)
        client.tickers()


def test_unknown_files_are_told_in_xml_by_the_store_and_in_html_by_the_site(
    sandbox: RunningSandbox, ours: SecClient
) -> None:
    for path in ("/data/submissions/CIK0000000001.json", "/data/api/xbrl/companyfacts/x", "/data/nowhere"):
        answer = get(sandbox, path)
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/xml")
        assert "<Code>NoSuchKey</Code>" in answer.text
    site = get(sandbox, "/files/nothing.json")
    assert (site.status_code, site.headers["Content-Type"]) == (404, "text/html")
    for cik in ("0000000001", "9900000000", "9900999999"):
        with pytest.raises(errors.UnknownSymbol):
            ours.company_facts(cik=cik)
        with pytest.raises(errors.UnknownSymbol):
            ours.filer(cik=cik)


def test_failures_are_those_of_the_site(sandbox: RunningSandbox, ours: SecClient) -> None:
    sandbox.fault("status", endpoint="sec.tickers", status=503)
    with pytest.raises(errors.ProviderUnavailable, match="Service Unavailable"):
        ours.tickers()
    sandbox.fault("cut_json", endpoint="sec.*")
    with pytest.raises(errors.MalformedPayload):
        ours.tickers()
    sandbox.fault("html", endpoint="sec.*")
    with pytest.raises(errors.MalformedPayload):
        ours.tickers()


# ── who files ─────────────────────────────────────────────────────────────────────────────────


def listed(found: TickerList | None) -> dict[str, tuple[str, str | None]]:
    assert found is not None
    assert list(found.malformed) == []
    return {ticker.symbol: (ticker.cik, ticker.exchange) for ticker in found.tickers}


def test_both_lists_of_tickers_are_the_markets(sandbox: RunningSandbox, ours: SecClient) -> None:
    with_exchange = listed(ours.tickers().value)
    plain = listed(ours.tickers(exchanges=False).value)
    expected = {
        record.symbol: record.cik
        for record in sandbox.market.instruments(date(2026, 3, 3))
        if record.active and record.cik
    }

    assert {symbol: cik for symbol, (cik, _) in with_exchange.items()} == expected
    assert {symbol: cik for symbol, (cik, _) in plain.items()} == expected
    assert {exchange for _, exchange in with_exchange.values()} == {"Nasdaq", "NYSE", None}
    assert {exchange for _, exchange in plain.values()} == {None}
    sent = get(sandbox, "/files/company_tickers.json").json()
    tickers = {row["ticker"] for row in sent.values()}
    assert any(ticker.endswith("-B") for ticker in tickers)
    assert any("-P" in ticker for ticker in tickers)
    assert type(sent["0"]["cik_str"]) is int


def test_a_company_lists_its_filings_and_names_its_older_file(
    sandbox: RunningSandbox, ours: SecClient
) -> None:
    line = company(sandbox)

    filer = filer_of(ours, line)
    (file,) = filer.older
    older = ours.older_filings(cik=filer.cik, name=file.name)

    assert (filer.cik, filer.name, list(filer.malformed)) == (line.cik, line.name.upper(), [])
    assert line.symbol_on(NOW.date()) in filer.symbols
    together = [*filer.filings, *older]
    assert len(older) == file.count
    assert (older[-1].filed, older[0].filed) == (file.first, file.last)
    assert {filing.accession for filing in together if filing.form in ("10-K", "10-Q")} == {
        quarter.accession for quarter in quarters(sandbox, line)
    }
    reports = [filing for filing in together if filing.form == "8-K"]
    assert all(filing.items == ["2.02", "9.01"] for filing in reports)
    assert len({filing.accession for filing in together}) == len(together)


def test_some_companies_acceptances_are_new_yorks_clock_and_public_by_then(
    sandbox: RunningSandbox, ours: SecClient
) -> None:
    odd = {True: 0, False: 0}
    for line in sandbox.market.lines:
        told = quarters(sandbox, line) if line.parent is None and line.cik else []
        if not told:
            continue
        filing = next(f for f in filer_of(ours, line).filings if f.accession == told[-1].accession)
        filed_at = told[-1].report.at + timedelta(minutes=25)
        odd[filing.accepted_at != filed_at] += 1
        assert filing.public_by is not None
        assert filing.public_by >= filed_at
    assert min(odd.values()) > 0


def test_several_lines_of_one_company_share_its_cik(sandbox: RunningSandbox, ours: SecClient) -> None:
    line = next(each for each in sandbox.market.lines if each.symbol.endswith(".B"))

    filer = filer_of(ours, line)

    assert len(filer.symbols) == len(filer.exchanges) >= 2
    assert line.symbol in filer.symbols


# ── figures ───────────────────────────────────────────────────────────────────────────────────


def test_the_figures_are_those_of_the_markets_books(sandbox: RunningSandbox, ours: SecClient) -> None:
    line = company(sandbox)
    told = quarters(sandbox, line)
    last = next(quarter for quarter in reversed(told) if quarter.report.quarter == 3)

    found = facts_of(ours, line)

    def first(tag: str, start: date | None, end: date) -> CompanyFact:
        return next(
            fact for fact in found.of(tag)
            if (fact.start, fact.end, fact.accession) == (start, end, last.accession)
        )  # fmt: skip

    report = last.report
    assert first("Revenues", report.start, report.end).value == last.revenue
    assert first("NetIncomeLoss", report.start, report.end).value == last.net_income
    assert first("Assets", None, report.end).value == last.assets
    assert first("StockholdersEquity", None, report.end).value == last.equity
    earned = first("EarningsPerShareDiluted", report.start, report.end)
    assert (earned.value, earned.unit) == (Decimal(str(last.eps)), "USD/shares")
    assert (earned.form, earned.filed, earned.fiscal_period) == ("10-Q", report.day, "Q3")
    assert list(found.malformed) == []
    (shares,) = (
        fact
        for fact in found.of("EntityCommonStockSharesOutstanding", taxonomy="dei")
        if fact.accession == last.accession
    )
    assert (shares.value, shares.unit) == (Decimal(last.shares), "shares")
    year = [quarter for quarter in told if quarter.report.fiscal_year == report.fiscal_year]
    so_far = first("Revenues", year[0].report.start, report.end)
    assert so_far.value == sum(quarter.revenue for quarter in year[:3])


def test_a_year_is_told_as_a_whole_and_its_last_quarter_never(
    sandbox: RunningSandbox, ours: SecClient
) -> None:
    line = company(sandbox)
    told = quarters(sandbox, line)
    at = max(i for i, quarter in enumerate(told) if quarter.report.quarter == 4)
    annual, year = told[at], told[at - 3 : at + 1]

    revenues = list(facts_of(ours, line).of("Revenues", "USD"))

    (whole,) = (f for f in revenues if f.accession == annual.accession and f.end == annual.report.end)
    assert (whole.start, int(whole.value)) == (year[0].report.start, sum(q.revenue for q in year))
    assert (whole.form, whole.fiscal_period) == ("10-K", "FY")
    assert not any(fact.start == annual.report.start for fact in revenues)


def test_a_figure_filed_again_keeps_its_period_and_the_last_has_the_frame(
    sandbox: RunningSandbox, ours: SecClient
) -> None:
    line = company(sandbox)
    told = quarters(sandbox, line)
    place = max(i for i, q in enumerate(told[:-4]) if q.report.quarter != 4)
    before, after = told[place], told[place + 4]

    original, again = (
        fact
        for fact in facts_of(ours, line).of("Revenues")
        if (fact.start, fact.end) == (before.report.start, before.report.end)
    )

    assert (original.accession, original.frame) == (before.accession, None)
    assert again.accession == after.accession
    assert again.frame is not None
    assert again.frame.startswith("CY")
    assert again.value == original.value
    assert again.fiscal_year == after.report.fiscal_year, "of the filing, not of the figure"


def test_earnings_per_share_are_filed_again_in_the_shares_after_a_split(
    sandbox: RunningSandbox, ours: SecClient
) -> None:
    line = company(sandbox, split_years="even")
    told = quarters(sandbox, line)
    splits = sandbox.market.splits_of(line.place, NOW.date())
    before, after = next(
        (told[i], told[i + 4]) for i in range(len(told) - 4)
        if told[i].report.quarter != 4
        and any(told[i].report.day < day <= told[i + 4].report.day for day, _ in splits)
    )  # fmt: skip

    original, again = (
        fact
        for fact in facts_of(ours, line).of("EarningsPerShareDiluted")
        if (fact.start, fact.end) == (before.report.start, before.report.end)
    )

    assert original.value == Decimal(str(before.eps))
    assert again.accession == after.accession
    assert again.value != original.value


def test_nothing_is_told_before_it_was_filed(ours: SecClient, open_to_all: RunningSandbox) -> None:
    line = company(open_to_all)
    report = quarters(open_to_all, line)[-1].report
    open_to_all.set_now(report.at - timedelta(seconds=1))
    before = facts_of(ours, line)
    open_to_all.set_now(report.at)
    after = facts_of(ours, line)
    open_to_all.set_now(NOW)

    assert max(fact.end for fact in before.of("Assets")) < report.end
    assert max(fact.end for fact in after.of("Assets")) == report.end


def test_what_has_not_changed_is_not_sent_again(sandbox: RunningSandbox, ours: SecClient) -> None:
    line = company(sandbox)
    for ask in (
        lambda since: ours.company_facts(cik=line.cik or "", since=since),
        lambda since: ours.filer(cik=line.cik or "", since=since),
        lambda since: ours.tickers(since=since),
    ):
        first = ask(Validators())
        assert first.value is not None
        assert ask(first.validators).value is None
        assert ask(Validators(last_modified=first.validators.last_modified)).value is None
        assert ask(Validators('"another"', first.validators.last_modified)).value is not None


# ── archives ──────────────────────────────────────────────────────────────────────────────────


def test_a_nights_archive_is_brought_in_pieces_and_says_what_the_files_say(
    sandbox: RunningSandbox, ours: SecClient, tmp_path: Path
) -> None:
    brought = ours.archive("companyfacts", to=tmp_path / "facts.zip", piece=100_000)

    assert brought.value is not None
    found = list(brought.value.facts())
    assert len(found) > 15
    for each in found[:3]:
        assert isinstance(each, CompanyFacts)
        same = ours.company_facts(cik=each.cik).value
        assert same is not None
        assert (same.facts, same.name) == (each.facts, each.name)
    again = ours.archive("companyfacts", to=tmp_path / "facts.zip", since=brought.validators)
    assert again.value is None


def test_the_archive_of_filings_has_the_older_ones_too(ours: SecClient, tmp_path: Path) -> None:
    brought = ours.archive("submissions", to=tmp_path / "submissions.zip").value

    assert brought is not None
    (filer,) = brought.filers({"9900000004"})
    (older,) = brought.older_filings({"9900000004"})
    assert isinstance(filer, Filer)
    assert isinstance(older, list)
    assert (filer.older[0].count, filer.older[0].last) == (len(older), older[0].filed)


def test_a_range_is_answered_as_http_says(sandbox: RunningSandbox) -> None:
    whole = get(sandbox, FACTS_ZIP)
    assert zipfile.ZipFile(io.BytesIO(whole.content)).testzip() is None
    size, etag = len(whole.content), whole.headers["ETag"]
    assert whole.headers["Last-Modified"] == "Mon, 02 Mar 2026 08:00:00 GMT"

    piece = get(sandbox, FACTS_ZIP, Range="bytes=5-9", If_Match=etag)
    assert (piece.status_code, piece.content) == (206, whole.content[5:10])
    assert piece.headers["Content-Range"] == f"bytes 5-9/{size}"
    rest = get(sandbox, FACTS_ZIP, Range=f"bytes={size - 3}-")
    assert (rest.status_code, rest.content) == (206, whole.content[-3:])
    assert get(sandbox, FACTS_ZIP, Range=f"bytes={size}-").status_code == 416
    assert get(sandbox, FACTS_ZIP, If_Match='"yesterday\'s"').status_code == 412
    assert get(sandbox, FACTS_ZIP, If_None_Match=etag).status_code == 304


def test_the_archive_of_the_next_night_is_another(open_to_all: RunningSandbox) -> None:
    first = get(open_to_all, FACTS_ZIP).headers["ETag"]
    open_to_all.set_now(NOW + timedelta(days=1))
    second = get(open_to_all, FACTS_ZIP, If_Match=first)
    open_to_all.set_now(NOW)

    assert second.status_code == 412


def test_a_night_ends_at_three_in_new_york() -> None:
    assert archives.last_night(NOW) == NOW.replace(day=2, hour=8, minute=0)
    assert archives.last_night(NOW.replace(hour=8, minute=0)) == NOW.replace(hour=8, minute=0)
    assert archives.last_night(NOW).tzinfo is UTC


def test_while_an_archive_is_being_written_the_site_is_unavailable(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch, ours: SecClient, tmp_path: Path
) -> None:
    monkeypatch.setattr(archives.Shelf, "get", lambda *_: None)
    with pytest.raises(errors.ProviderUnavailable):
        ours.archive("companyfacts", to=tmp_path / "x.zip")
    assert list(tmp_path.iterdir()) == []

"""Who files in the sample market, under which CIK and tickers, and what was filed when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from investment.providers.sandbox.sample.fundamentals import Quarter
from investment.providers.sandbox.sample.instruments import Instrument
from investment.providers.sandbox.sample.names import SECTORS
from investment.providers.sandbox.sources import Invented

NEW_YORK = ZoneInfo("America/New_York")
EXCHANGES = {"XNAS": "Nasdaq", "XNYS": "NYSE"}
# The real one keeps a year or a thousand filings in the first file; here are few, so older files show up.
RECENT = timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True)
class Filed:
    """One filing: with its accession number, when, which form, about which quarter."""

    accession: str
    at: datetime
    form: str
    items: str
    quarter: Quarter


def filers(invented: Invented, day: date) -> Iterator[Instrument]:
    """Yield the companies that were listed by ``day``, also those gone since."""
    for line in invented.market.lines:
        if line.parent is None and line.listed_on <= day and invented.earnings.company(line) is line:
            yield line


def filer(invented: Invented, cik: str, day: date) -> Instrument | None:
    """Return the company with this CIK (ten digits) if it was listed by ``day``."""
    place = int(cik[2:])
    lines = invented.market.lines
    if not cik.startswith("99") or place >= len(lines):
        return None
    line = lines[place]
    known = line.parent is None and line.listed_on <= day and invented.earnings.company(line) is line
    return line if known else None


def tickers(invented: Invented, day: date) -> list[tuple[Instrument, str]]:
    """Return what is listed on ``day`` and has a CIK, each with the SEC's ticker."""
    return [
        (line, ticker_of(line, day))
        for line in invented.market.lines
        if line.cik is not None and line.listed(day)
    ]


def ticker_of(line: Instrument, day: date) -> str:
    """Return a ticker as the SEC writes it: with dashes for classes and series."""
    symbol = line.symbol_on(day)
    if line.type_code == "PFD" and "p" in symbol:
        root, _, series = symbol.partition("p")
        return f"{root}-P{series}"
    return symbol.replace(".", "-")


def exchange_of(line: Instrument) -> str | None:
    """Return an exchange's name; one line of twenty-three has none, as there are in the real list."""
    return None if line.place % 23 == 11 else EXCHANGES.get(line.exchange)


def filings(invented: Invented, line: Instrument, until: datetime) -> list[Filed]:
    """Return a company's filings up to an instant, newest first."""
    found: list[Filed] = []
    for quarter in reported(invented, line, until):
        report = quarter.report
        stem = quarter.accession[:14]
        found.append(Filed(f"{stem}{10 + report.quarter:06d}", report.at, "8-K", "2.02,9.01", quarter))
        at = report.at + timedelta(minutes=25)
        if at <= until:
            found.append(Filed(quarter.accession, at, quarter.form, "", quarter))
    return sorted(found, key=lambda filed: filed.at, reverse=True)


def reported(invented: Invented, line: Instrument, until: datetime) -> list[Quarter]:
    """Return the quarters that a company has told by an instant, oldest first."""
    day = until.astimezone(NEW_YORK).date()
    return [quarter for quarter in invented.fundamentals.quarters(line, day) if quarter.report.at <= until]


def submissions(invented: Invented, line: Instrument, until: datetime) -> dict[str, Any]:
    """Return the document of a company: who it is, and its filings of three years."""
    day = until.astimezone(NEW_YORK).date()
    told = filings(invented, line, until)
    recent = [filed for filed in told if filed.at > until - RECENT]
    listed = [each for each in invented.market.lines if each.cik == line.cik and each.listed(day)]
    sector, _, sic, words = SECTORS[line.sector]
    year_end = invented.earnings.year_end(line)
    last_day = (date(2001, year_end % 12 + 1, 1) - timedelta(days=1)).day
    address = {
        "street1": f"{line.place} Fiction Row", "street2": None, "city": sector, "stateOrCountry": "NY",
        "zipCode": "00000", "stateOrCountryDescription": "NY",
    }  # fmt: skip
    rest = told[len(recent) :]
    return {
        "cik": line.cik,
        "entityType": "operating",
        "sic": str(sic),
        "sicDescription": words,
        "ownerOrg": "06 Technology",
        "insiderTransactionForOwnerExists": 0,
        "insiderTransactionForIssuerExists": 0,
        "name": line.name.upper(),
        "tickers": [ticker_of(each, day) for each in listed],
        "exchanges": [exchange_of(each) for each in listed],
        "ein": "000000000",
        "lei": None,
        "description": "",
        "website": "",
        "investorWebsite": "",
        "category": "Large accelerated filer",
        "fiscalYearEnd": f"{year_end:02d}{last_day:02d}",
        "stateOfIncorporation": "DE",
        "stateOfIncorporationDescription": "DE",
        "addresses": {"mailing": address, "business": address},
        "phone": "000-000-0000",
        "flags": "",
        "formerNames": [],
        "filings": {"recent": columns(line, recent), "files": [file_of(line, rest)] if rest else []},
    }


def file_of(line: Instrument, told: list[Filed]) -> dict[str, Any]:
    """Return what is said of the file with a company's older filings, of which there is one at least."""
    return {
        "name": older_name(line),
        "filingCount": len(told),
        "filingFrom": filed_on(told[-1]).isoformat(),
        "filingTo": filed_on(told[0]).isoformat(),
    }


def older_name(line: Instrument) -> str:
    return f"CIK{line.cik}-submissions-001.json"


def older(invented: Invented, line: Instrument, until: datetime) -> dict[str, list[Any]] | None:
    """Return the file of a company's older filings, None where it has none."""
    found = [filed for filed in filings(invented, line, until) if filed.at <= until - RECENT]
    return columns(line, found) if found else None


def columns(line: Instrument, told: list[Filed]) -> dict[str, list[Any]]:
    """Return filings column by column."""
    names = [f"{line.symbol.lower()}-{filed.quarter.report.end:%Y%m%d}.htm" for filed in told]
    return {
        "accessionNumber": [filed.accession for filed in told],
        "filingDate": [filed_on(filed).isoformat() for filed in told],
        "reportDate": [
            (filed_on(filed) if filed.form == "8-K" else filed.quarter.report.end).isoformat()
            for filed in told
        ],
        "acceptanceDateTime": [accepted(line, filed) for filed in told],
        "act": ["34"] * len(told),
        "form": [filed.form for filed in told],
        "fileNumber": [f"001-{line.place:05d}"] * len(told),
        "filmNumber": ["" if filed.form == "8-K" else f"{filed.at:%y}{line.place:07d}" for filed in told],
        "items": [filed.items for filed in told],
        "core_type": [filed.form for filed in told],
        "size": [1000 * (line.place + 300) + filed.quarter.report.quarter for filed in told],
        "isXBRL": [1] * len(told),
        "isInlineXBRL": [1] * len(told),
        "isXBRLNumeric": [None if filed.form == "8-K" else 1 for filed in told],
        "primaryDocument": names,
        "primaryDocDescription": [filed.form for filed in told],
    }


def filed_on(filed: Filed) -> date:
    return filed.at.astimezone(NEW_YORK).date()


def accepted(line: Instrument, filed: Filed) -> str:
    """Return when a filing was accepted; of every fifth company it is New York's clock, called UTC."""
    at = filed.at.astimezone(NEW_YORK if line.place % 5 == 0 else UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"

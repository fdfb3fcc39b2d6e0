"""Reads of companies and their filings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from investment.market.models import Company, Filing, Instrument

SHOWN = 40  # filings
TICKERS = "sec.tickers"  # the name of a publication

Status = Literal["known", "not_asked", "no_cik"]
STATUSES = [
    ("known", "The company has been asked about"),
    ("not_asked", "Nobody has asked about it yet"),
    ("no_cik", "It is not known to file with the SEC"),
]


@dataclass(frozen=True, slots=True)
class CompanySource:
    provider: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class CompanyView:
    """What is stored of an instrument's company; ``None`` is unknown. ``filings`` are newest first."""

    status: Status
    words: str
    cik: str | None = None
    name: str | None = None
    sic: str | None = None
    sic_description: str | None = None
    state: str | None = None
    fiscal_year_end: str | None = None
    website: str | None = None
    filings: tuple[Filing, ...] = ()
    source: CompanySource | None = None


def company_of(*, instrument: Instrument) -> CompanyView:
    """Return what is stored of an instrument's company. Two queries."""
    if instrument.cik is None:
        return CompanyView(
            "no_cik",
            f"{instrument.symbol} has no CIK: no source says that it files with the SEC (funds and foreign "
            "shares often do not)",
        )
    company = Company.objects.filter(cik=instrument.cik).first()
    if company is None or company.fetched_at is None:
        name = (company.name if company else "") or instrument.name
        return CompanyView(
            "not_asked",
            "The SEC has not been asked about this company yet",
            cik=instrument.cik,
            name=name or None,
        )
    filings = company.filings.order_by("-filed_on", "-accession")[:SHOWN]
    return CompanyView(
        "known",
        "",
        cik=company.cik,
        name=company.name or None,
        sic=company.sic or None,
        sic_description=company.sic_description or None,
        state=company.state or None,
        fiscal_year_end=company.fiscal_year_end or None,
        website=company.website or None,
        filings=tuple(filings),
        source=CompanySource(company.source, company.fetched_at),
    )

"""Storing who files with the SEC, under which tickers, and what."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import quote

from django.db import transaction

from investment.market.models import Company, Filing
from investment.market.selectors.companies import SHOWN
from investment.providers.contracts import Filer
from investment.providers.contracts import Filing as FiledRecord

# Annual, quarterly and current reports, those of foreign companies, proxy statements, registrations of new
# shares. Not those of insiders (3, 4, 5, 144), of holders (13F, 13G), nor prospectuses: the most by far.
FORMS = ("10-K", "10-Q", "8-K", "20-F", "40-F", "6-K", "DEF 14A", "S-1")
_AMENDED = "/A"

_ARCHIVES = "https://www.sec.gov/Archives/edgar/data"
_REAL = "sec"  # only what the SEC itself told can be read there
_ADDRESS = re.compile(r"https?://[a-z0-9.-]+\.[a-z]{2,}(/[^\s\"<>]*)?", re.ASCII | re.IGNORECASE)
_YEAR_END = re.compile(r"(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])", re.ASCII)
# A name below the filing's folder, perhaps within one more: «xslF345X05/form.xml».
_DOCUMENT = re.compile(r"[\w .()&+,=@~-]+(/[\w .()&+,=@~-]+)?", re.ASCII)


def store_filer(*, filer: Filer, source: str, now: datetime) -> Company:
    """
    Store a company as it was told, and its newest filings of the forms that matter. Repeatable.

    Filings that were stored before and are told no more stay: what was filed remains filed.

    :param source: whose words these are; filings of an invented company have no address.
    """
    told = {
        "name": filer.name[:255],
        "sic": (filer.sic or "")[:8],
        "sic_description": (filer.sic_description or "")[:255],
        "state": (filer.state_of_incorporation or "")[:8],
        "fiscal_year_end": _month_and_day(filer.fiscal_year_end),
        "website": _website(filer.website),
        "source": source,
        "updated_at": now,
        "fetched_at": now,
    }
    with transaction.atomic():
        company, _ = Company.objects.update_or_create(
            cik=filer.cik, defaults=told, create_defaults={**told, "first_seen_at": now}
        )
        Filing.objects.bulk_create(
            [
                Filing(
                    company=company,
                    accession=filing.accession[:20],
                    form=filing.form[:20],
                    filed_on=filing.filed,
                    period_end=filing.report_date,
                    description=_description(filing),
                    url=document_url(filing) if source == _REAL else "",
                    fetched_at=now,
                )
                for filing in _that_matter(filer.filings)
            ],
            update_conflicts=True,
            unique_fields=["company", "accession"],
            update_fields=["form", "filed_on", "period_end", "description", "url", "fetched_at"],
        )
    return company


def document_url(filing: FiledRecord) -> str:
    """Return where a filing's main document is to be read; its table of contents where it has none."""
    folder = f"{_ARCHIVES}/{int(filing.cik)}/{quote(filing.accession.replace('-', ''), safe='')}"
    document = filing.document or ""
    if not _DOCUMENT.fullmatch(document) or ".." in document:
        document = f"{filing.accession}-index.htm"
    return f"{folder}/{quote(document)}"


def _that_matter(filings: Iterable[FiledRecord]) -> Sequence[FiledRecord]:
    """Return the newest filings of the forms that matter, each once; amendments are such, too."""
    wanted = {filing.accession: filing for filing in filings if filing.form.removesuffix(_AMENDED) in FORMS}
    return sorted(wanted.values(), key=lambda each: (each.filed, each.accession), reverse=True)[:SHOWN]


def _description(filing: FiledRecord) -> str:
    """Return what a filing is about beyond its form: in its own words, and the items of a current report."""
    words = (filing.description or "").strip()
    parts = [words] if words.upper() not in ("", filing.form, f"FORM {filing.form}") else []
    if filing.items:
        parts.append("Items " + ", ".join(item.strip() for item in filing.items))
    return " · ".join(parts)[:255]


def _month_and_day(text: str | None) -> str:
    """Return ``09-28`` for ``0928``; empty for what is no day."""
    found = _YEAR_END.fullmatch(text or "")
    return f"{found[1]}-{found[2]}" if found else ""


def _website(text: str | None) -> str:
    """Return an address that a browser may be sent to; empty for anything else."""
    address = (text or "").strip()
    if address and "://" not in address:
        address = f"https://{address}"
    return address if _ADDRESS.fullmatch(address) and len(address) <= 255 else ""

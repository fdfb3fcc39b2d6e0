"""
The SEC's wire format, as it is really sent. Nothing outside this folder may see these names.

Texts may be empty or null; a CIK is a number in one file and ten digits in the next; figures are
numbers of any precision, so they are read as decimals, never as floats.
"""

from datetime import date
from decimal import Decimal

import msgspec

# What decoding raises: also for a text that is not UTF-8, and for depth without an end.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Ticker(msgspec.Struct):
    """A value of ``company_tickers.json``, whose keys are only places."""

    cik_str: int | str
    ticker: str
    title: str | None = None


class Table(msgspec.Struct):
    """``company_tickers_exchange.json``: each row has a value per field."""

    fields: list[str]
    data: list[msgspec.Raw]


class Figure(msgspec.Struct, gc=False):
    """A fact. ``start`` is absent at an instant, ``frame`` on all but one filing of a period."""

    end: date
    accn: str
    form: str
    filed: date
    val: Decimal | None = None
    start: date | None = None
    fy: int | None = None
    fp: str | None = None
    frame: str | None = None


class Concept(msgspec.Struct):
    label: str | None = None
    description: str | None = None
    units: dict[str, list[Figure] | None] | None = None


class LooseConcept(msgspec.Struct):
    """A concept whose figures are still to be read."""

    label: str | None = None
    description: str | None = None
    units: dict[str, list[msgspec.Raw] | None] | None = None


class Facts(msgspec.Struct):
    cik: int | str
    facts: dict[str, dict[str, Concept]] | None = None
    entityName: str | None = None  # noqa: N815


class LooseFacts(msgspec.Struct):
    cik: int | str
    facts: dict[str, dict[str, LooseConcept]] | None = None
    entityName: str | None = None  # noqa: N815


class Columns(msgspec.Struct):
    """Filings column by column; a file of older ones is nothing but this."""

    accessionNumber: list[str]  # noqa: N815
    filingDate: list[str]  # noqa: N815
    form: list[str]
    reportDate: list[str | None] | None = None  # noqa: N815
    acceptanceDateTime: list[str | None] | None = None  # noqa: N815
    items: list[str | None] | None = None
    size: list[int | None] | None = None
    isXBRL: list[int | bool | None] | None = None  # noqa: N815
    primaryDocument: list[str | None] | None = None  # noqa: N815
    primaryDocDescription: list[str | None] | None = None  # noqa: N815


class File(msgspec.Struct):
    name: str
    filingCount: int | None = None  # noqa: N815
    filingFrom: str | None = None  # noqa: N815
    filingTo: str | None = None  # noqa: N815


class Filings(msgspec.Struct):
    recent: Columns
    files: list[File] | None = None


class Former(msgspec.Struct, rename={"start": "from", "end": "to"}):
    name: str
    start: str | None = None
    end: str | None = None


class Submissions(msgspec.Struct):
    cik: int | str
    filings: Filings
    name: str | None = None
    entityType: str | None = None  # noqa: N815
    sic: int | str | None = None
    sicDescription: str | None = None  # noqa: N815
    tickers: list[str | None] | None = None
    exchanges: list[str | None] | None = None
    ein: str | None = None
    category: str | None = None
    fiscalYearEnd: str | None = None  # noqa: N815
    stateOfIncorporation: str | None = None  # noqa: N815
    phone: str | None = None
    website: str | None = None
    formerNames: list[Former] | None = None  # noqa: N815

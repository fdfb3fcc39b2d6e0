"""
What companies file with the SEC: who files, what was filed when, and the figures in it.

A CIK is the SEC's number of a filer, here always its ten digits as text (``0000320193``). Dates of
periods and of filings are calendar dates; instants are aware, in UTC.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from investment.providers.contracts.market import MalformedRow

_NEW_YORK = ZoneInfo("America/New_York")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SecTicker:
    """
    A ticker and who files for it. ``symbol`` is ours (``BRK.B``), ``sec_symbol`` the SEC's (``BRK-B``).

    Several tickers may share a CIK. ``exchange`` is the SEC's name (``Nasdaq``, ``NYSE``, ``CBOE``,
    ``OTC``), None where it is not told; it is no MIC.
    """

    symbol: str
    sec_symbol: str
    cik: str
    name: str
    exchange: str | None = None


@dataclass(frozen=True, slots=True)
class Filing:
    """
    One filing. ``report_date`` is the end of the period it is about, None where it is about none.

    ``accession`` is the SEC's own name of it, ``0000320193-26-000012``. ``items`` are the numbers of
    an 8-K (``2.02``). ``document`` is the name of its main document, below the filing's folder.

    ``accepted_at`` is the instant as sent. For some companies the SEC writes New York's clock and calls it
    UTC, and nothing in the answer tells which: it may be four or five hours too early. What must not
    know a filing before it was public takes :attr:`public_by`.
    """

    cik: str
    accession: str
    form: str
    filed: date
    accepted_at: datetime | None
    report_date: date | None
    items: Sequence[str] = ()
    document: str | None = None
    description: str | None = None
    size: int | None = None  # bytes
    is_xbrl: bool | None = None

    @property
    def public_by(self) -> datetime | None:
        """The later of the two instants that :attr:`accepted_at` can mean."""
        if self.accepted_at is None:
            return None
        return self.accepted_at.replace(tzinfo=_NEW_YORK).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class OlderFilings:
    """A further file with older filings of a company: its name, how many there are, and of which days."""

    name: str
    count: int | None
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name of the past; None is «not told»."""

    name: str
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class Filer:
    """
    A company as the SEC knows it, with its newest filings, newest first as sent.

    ``symbols`` are ours. ``fiscal_year_end`` is month and day (``0928``). ``older`` names the files in
    which the filings go on.
    """

    cik: str
    name: str
    entity_type: str | None
    sic: str | None
    sic_description: str | None
    symbols: Sequence[str]
    exchanges: Sequence[str | None]
    category: str | None
    fiscal_year_end: str | None
    state_of_incorporation: str | None
    former_names: Sequence[FormerName]
    filings: Sequence[Filing]
    older: Sequence[OlderFilings] = ()
    ein: str | None = None
    phone: str | None = None
    website: str | None = None
    malformed: Sequence[MalformedRow] = ()
    digest: str = ""  # SHA-256 of the answer's body, hexadecimal


@dataclass(frozen=True, slots=True)
class CompanyFact:
    """
    One figure of one filing, exactly as written there.

    ``unit`` is the SEC's: ``USD``, ``shares``, ``USD/shares``, ``pure``. ``start`` is None for a figure
    at an instant (a balance sheet's), whose day is ``end``. ``fiscal_year`` and ``fiscal_period`` (``FY``,
    ``Q1``…) are those **of the filing**, not of the figure: a comparison with last year carries this
    year's. The same period filed again, restated or not, is a further fact with its own ``filed``
    and ``accession``. ``frame`` (``CY2025Q1``) marks, of several filings of one period, the SEC's choice.
    """

    taxonomy: str
    tag: str
    unit: str
    value: Decimal
    start: date | None
    end: date
    filed: date
    form: str
    accession: str
    fiscal_year: int | None = None
    fiscal_period: str | None = None
    frame: str | None = None


@dataclass(frozen=True, slots=True)
class FactLabel:
    """What a tag means, in the taxonomy's words."""

    label: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """
    All figures of one company, in the order sent. ``labels`` are by taxonomy and tag.

    ``unvalued`` counts figures that were sent as null: said to be nothing, and left out.
    """

    cik: str
    name: str
    facts: Sequence[CompanyFact]
    labels: Mapping[tuple[str, str], FactLabel] = field(default_factory=dict)
    malformed: Sequence[MalformedRow] = ()
    unvalued: int = 0
    digest: str = ""

    def of(self, tag: str, unit: str | None = None, taxonomy: str = "us-gaap") -> Iterator[CompanyFact]:
        """Yield the facts of one tag, of one unit if it is given."""
        for fact in self.facts:
            if fact.tag == tag and fact.taxonomy == taxonomy and unit in (None, fact.unit):
                yield fact


@dataclass(frozen=True, slots=True)
class Validators:
    """What an answer was marked with, to ask next time only for something newer."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Stamped(Generic[T]):
    """An answer, and its marks. ``value`` is None where nothing has changed since the marks we sent."""

    value: T | None
    validators: Validators


@dataclass(frozen=True, slots=True)
class TickerList:
    """All tickers the SEC knows."""

    tickers: Sequence[SecTicker]
    malformed: Sequence[MalformedRow] = ()
    digest: str = ""

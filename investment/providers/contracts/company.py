"""What a provider tells of a company: who it is, its figures, what analysts and the company announce."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from investment.providers.contracts.market import InstrumentKind

# Before the market opens, after it closes, or while it is open.
ReportingHour = Literal["before_open", "after_close", "during"]


@dataclass(frozen=True, slots=True)
class CompanyProfile:
    """
    Who a company is. ``symbol`` is the one asked for.

    ``market_cap`` is money in ``currency``, whole units; ``shares_outstanding`` counts shares.
    ``exchange`` and ``industry`` are the provider's words, ``country`` is ISO 3166 alpha-2.
    """

    symbol: str
    name: str
    exchange: str | None = None
    country: str | None = None
    currency: str | None = None
    industry: str | None = None
    listed_on: date | None = None
    market_cap: Decimal | None = None
    shares_outstanding: float | None = None
    website: str | None = None
    logo_url: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One figure of a company's history; ``period`` is the last day that it covers."""

    period: date
    value: float | None


@dataclass(frozen=True, slots=True)
class CompanyMetrics:
    """
    Figures of a company under the provider's own names, None where it has the name and no figure.

    Volumes are in shares, margins are fractions, market capitalisation is in whole units; the
    others are in the provider's unit, which its documentation tells. ``dates`` are the figures that
    are days. ``series`` are histories by frequency (annual, quarterly) and name, in the provider's
    unit, oldest first.
    """

    symbol: str
    values: Mapping[str, float | None]
    dates: Mapping[str, date]
    series: Mapping[str, Mapping[str, Sequence[MetricPoint]]]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """How many analysts say what; ``period`` is the first day of the month it is about."""

    symbol: str
    period: date
    strong_buy: int
    buy: int
    hold: int
    sell: int
    strong_sell: int


@dataclass(frozen=True, slots=True)
class EarningsReport:
    """
    Earnings per share of a fiscal quarter that has been reported, in the company's own currency.

    ``period`` is the provider's end of the quarter, ``surprise`` actual less estimate,
    ``surprise_ratio`` that over the estimate (a fraction).
    """

    symbol: str
    period: date
    fiscal_year: int | None
    fiscal_quarter: int | None
    actual: float | None
    estimate: float | None
    surprise: float | None
    surprise_ratio: float | None


@dataclass(frozen=True, slots=True)
class EarningsDate:
    """
    When a company reports, or reported; per share and revenue in its own currency, whole units.

    ``on`` is the exchange's date. Actual figures are None before the release.
    """

    symbol: str
    on: date
    hour: ReportingHour | None
    fiscal_year: int | None
    fiscal_quarter: int | None
    eps_actual: float | None
    eps_estimate: float | None
    revenue_actual: float | None
    revenue_estimate: float | None


@dataclass(frozen=True, slots=True)
class SymbolMatch:
    """An instrument that a search found; ``symbol`` in our spelling, or the provider's if we have none."""

    symbol: str
    provider_symbol: str
    name: str
    kind: InstrumentKind
    region: str | None = None
    currency: str | None = None
    score: float | None = None  # from 0 to 1, where the provider tells it


@dataclass(frozen=True, slots=True)
class ListedSymbol:
    """One line of a provider's list of an exchange. ``mic`` is the venue, ``figi`` the composite one."""

    symbol: str
    provider_symbol: str
    name: str
    kind: InstrumentKind
    currency: str | None = None
    mic: str | None = None
    figi: str | None = None
    share_class_figi: str | None = None
    isin: str | None = None

"""
Which figure of a provider is which of ours, and in what unit it is told: the one table.

Sources: Alpha Vantage's documentation of OVERVIEW, whose adapter brings fractions and whole units. Finnhub
documents no units (https://finnhub.io/docs/api/company-basic-financials); its adapter makes fractions of
margins, shares of volumes and whole units of the market's value. All else is as it is sent: returns,
growth, yields and payouts are percents, enterprise value is in millions, debt to equity is a ratio.

Left out on purpose: figures whose definition is another than ours (return on investment, coverage of
interest), forecasts, and what prices alone say (ranges, averages, beta), which we have from bars.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Final, Literal

Unit = Literal["money", "per_share", "shares", "fraction", "multiple"]

CENT: Final = 0.0101  # what is told to the cent may be off by one
PERCENT: Final = 0.01
MILLIONS: Final = 1e6


@dataclass(frozen=True, slots=True)
class ProviderFigure:
    """
    A line over the last twelve months, a count or a ratio of ours, and who tells it under which name.

    ``told``: by provider, its names (the first that has a figure counts) with the factor that makes our unit
    of the adapter's. ``priced``: with a market price in it, so that it ages by the day. ``tolerance``: up to
    which difference two are the same, relative, of fractions absolute; None where their definitions differ
    too much, or their prices, to be compared at all.
    """

    name: str
    label: str
    unit: Unit
    told: Mapping[str, tuple[tuple[str, float], ...]]
    priced: bool = False
    tolerance: float | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """``by`` is theirs over ours less one; for fractions theirs less ours."""

    by: float
    agrees: bool


def _row(
    name: str,
    label: str,
    unit: Unit,
    *,
    finnhub: str = "",
    alphavantage: str = "",
    factor: float = 1.0,
    priced: bool = False,
    tolerance: float | None = None,
) -> ProviderFigure:
    """``factor`` is Finnhub's; Alpha Vantage's figures are in our units."""
    told = {"finnhub": (finnhub, factor), "alphavantage": (alphavantage, 1.0)}
    names = {who: tuple((each, by) for each in names.split()) for who, (names, by) in told.items() if names}
    return ProviderFigure(name, label, unit, names, priced, tolerance)


_ROWS: Final = (
    # Lines over the last twelve months, counts, and what is per share.
    _row("revenue", "Revenue", "money", alphavantage="revenue_ttm", tolerance=0.01),
    _row("gross_profit", "Gross profit", "money", alphavantage="gross_profit_ttm", tolerance=0.02),
    _row("eps_diluted", "Earnings per share, diluted", "per_share", finnhub="epsTTM epsInclExtraItemsTTM",
         alphavantage="diluted_eps_ttm", tolerance=0.02),
    _row("dividends_per_share", "Dividends per share", "per_share", finnhub="dividendPerShareTTM"),
    _row("shares", "Shares outstanding", "shares", alphavantage="shares_outstanding", tolerance=0.03),
    _row("book_value_per_share", "Book value per share", "per_share", finnhub="bookValuePerShareQuarterly",
         alphavantage="book_value_per_share", tolerance=0.03),
    _row("revenue_per_share", "Revenue per share", "per_share", finnhub="revenuePerShareTTM",
         alphavantage="revenue_per_share_ttm", tolerance=0.05),
    # Growth, margins, returns, leverage.
    _row("revenue_growth", "Growth of revenue", "fraction", finnhub="revenueGrowthTTMYoy", factor=PERCENT,
         tolerance=0.02),
    _row("eps_growth", "Growth of earnings per share", "fraction", finnhub="epsGrowthTTMYoy", factor=PERCENT),
    _row("gross_margin", "Gross margin", "fraction", finnhub="grossMarginTTM", tolerance=0.01),
    _row("operating_margin", "Operating margin", "fraction", finnhub="operatingMarginTTM",
         alphavantage="operating_margin_ttm", tolerance=0.01),
    _row("net_margin", "Net margin", "fraction", finnhub="netProfitMarginTTM", alphavantage="profit_margin",
         tolerance=0.01),
    _row("return_on_equity", "Return on equity", "fraction", finnhub="roeTTM",
         alphavantage="return_on_equity_ttm", factor=PERCENT),
    _row("return_on_assets", "Return on assets", "fraction", finnhub="roaTTM",
         alphavantage="return_on_assets_ttm", factor=PERCENT),
    _row("current_ratio", "Current ratio", "multiple", finnhub="currentRatioQuarterly", tolerance=0.03),
    _row("debt_to_equity", "Debt to equity", "multiple", finnhub="totalDebt/totalEquityQuarterly"),
    # Valuation, at the price of the day on which they were told.
    _row("market_value", "Market value", "money", finnhub="marketCapitalization", alphavantage="market_cap",
         priced=True),
    _row("enterprise_value", "Enterprise value", "money", finnhub="enterpriseValue", factor=MILLIONS,
         priced=True),
    _row("price_to_earnings", "Price to earnings", "multiple", finnhub="peTTM",
         alphavantage="trailing_pe pe_ratio", priced=True),
    _row("price_to_book", "Price to book", "multiple", finnhub="pb pbQuarterly", alphavantage="price_to_book",
         priced=True),
    _row("price_to_sales", "Price to sales", "multiple", finnhub="psTTM", alphavantage="price_to_sales_ttm",
         priced=True),
    _row("price_to_free_cash_flow", "Price to free cash flow", "multiple", finnhub="pfcfShareTTM",
         priced=True),
    _row("ev_to_revenue", "Enterprise value to revenue", "multiple", finnhub="evRevenueTTM",
         alphavantage="ev_to_revenue", priced=True),
    _row("dividend_yield", "Dividend yield", "fraction", finnhub="currentDividendYieldTTM",
         alphavantage="dividend_yield", factor=PERCENT, priced=True),
)  # fmt: skip

FIGURES: Final[Mapping[str, ProviderFigure]] = {row.name: row for row in _ROWS}
PER_SHARE: Final[frozenset[Unit]] = frozenset({"per_share", "shares"})
IN_MONEY: Final[frozenset[Unit]] = frozenset({"money", "per_share"})


def value_of(figure: ProviderFigure, provider: str, told: Mapping[str, float | None]) -> float | None:
    """Return a provider's word on a figure, in our unit; None where it has none."""
    for name, factor in figure.told.get(provider, ()):
        value = told.get(name)
        if value is not None and isfinite(value):
            return value * factor
    return None


def in_shares_of(value: float, unit: Unit, ratio: float) -> float:
    """Return a figure in later shares, of which there are ``ratio`` for one of those it was told in."""
    if unit == "shares":
        return value * ratio
    return value / ratio if unit == "per_share" else value


def compare(figure: ProviderFigure, ours: float, theirs: float) -> Difference | None:
    """Compare two values of a figure; None where there is nothing to compare by."""
    if figure.tolerance is None:
        return None
    if figure.unit == "fraction":
        return Difference(theirs - ours, abs(theirs - ours) <= figure.tolerance)
    if not ours:
        return None
    by = (theirs - ours) / abs(ours)
    to_the_cent = figure.unit == "per_share" and abs(theirs - ours) <= CENT
    return Difference(by, abs(by) <= figure.tolerance or to_the_cent)

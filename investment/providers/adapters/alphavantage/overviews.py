"""From Alpha Vantage's OVERVIEW, a flat object of some fifty texts, to our record."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from investment.providers.adapters.alphavantage import reading
from investment.providers.adapters.alphavantage.payloads import Row
from investment.providers.adapters.alphavantage.reading import Answer
from investment.providers.adapters.alphavantage.series import same_symbol
from investment.providers.contracts.overview import Overview

_MOST_UNREADABLE = 5  # figures; with more it is another document


def _percent(text: str) -> float:
    """The two holdings are percents (65.274), though all other ratios are fractions."""
    return reading.figure(text) / 100


def _count(text: str) -> int:
    return int(reading.figure(text))


def _cik(text: str) -> str:
    """The central index key with its ten digits, as the SEC writes it."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        raise ValueError(f"{text[:40]!r} is no CIK")
    return text.zfill(10)


_DAY: Callable[[str], date] = reading.day
_MONEY: Callable[[str], Decimal] = reading.amount
_FIGURE: Callable[[str], float] = reading.figure

_FIELDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "asset_type": ("AssetType", str),
    "description": ("Description", str),
    "cik": ("CIK", _cik),
    "exchange": ("Exchange", str),
    "currency": ("Currency", str),
    "country": ("Country", str),
    "sector": ("Sector", str),
    "industry": ("Industry", str),
    "address": ("Address", str),
    "website": ("OfficialSite", str),
    "fiscal_year_end": ("FiscalYearEnd", str),
    "latest_quarter": ("LatestQuarter", _DAY),
    "market_cap": ("MarketCapitalization", _MONEY),
    "ebitda": ("EBITDA", _MONEY),
    "revenue_ttm": ("RevenueTTM", _MONEY),
    "gross_profit_ttm": ("GrossProfitTTM", _MONEY),
    "book_value_per_share": ("BookValue", _MONEY),
    "dividend_per_share": ("DividendPerShare", _MONEY),
    "eps": ("EPS", _MONEY),
    "diluted_eps_ttm": ("DilutedEPSTTM", _MONEY),
    "revenue_per_share_ttm": ("RevenuePerShareTTM", _MONEY),
    "analyst_target_price": ("AnalystTargetPrice", _MONEY),
    "dividend_yield": ("DividendYield", _FIGURE),
    "profit_margin": ("ProfitMargin", _FIGURE),
    "operating_margin_ttm": ("OperatingMarginTTM", _FIGURE),
    "return_on_assets_ttm": ("ReturnOnAssetsTTM", _FIGURE),
    "return_on_equity_ttm": ("ReturnOnEquityTTM", _FIGURE),
    "quarterly_earnings_growth_yoy": ("QuarterlyEarningsGrowthYOY", _FIGURE),
    "quarterly_revenue_growth_yoy": ("QuarterlyRevenueGrowthYOY", _FIGURE),
    "held_by_insiders": ("PercentInsiders", _percent),
    "held_by_institutions": ("PercentInstitutions", _percent),
    "pe_ratio": ("PERatio", _FIGURE),
    "peg_ratio": ("PEGRatio", _FIGURE),
    "trailing_pe": ("TrailingPE", _FIGURE),
    "forward_pe": ("ForwardPE", _FIGURE),
    "price_to_sales_ttm": ("PriceToSalesRatioTTM", _FIGURE),
    "price_to_book": ("PriceToBookRatio", _FIGURE),
    "ev_to_revenue": ("EVToRevenue", _FIGURE),
    "ev_to_ebitda": ("EVToEBITDA", _FIGURE),
    "beta": ("Beta", _FIGURE),
    "week_52_high": ("52WeekHigh", _FIGURE),
    "week_52_low": ("52WeekLow", _FIGURE),
    "moving_average_50": ("50DayMovingAverage", _FIGURE),
    "moving_average_200": ("200DayMovingAverage", _FIGURE),
    "shares_outstanding": ("SharesOutstanding", _FIGURE),
    "shares_float": ("SharesFloat", _FIGURE),
    "strong_buy": ("AnalystRatingStrongBuy", _count),
    "buy": ("AnalystRatingBuy", _count),
    "hold": ("AnalystRatingHold", _count),
    "sell": ("AnalystRatingSell", _count),
    "strong_sell": ("AnalystRatingStrongSell", _count),
    "dividend_date": ("DividendDate", _DAY),
    "ex_dividend_date": ("ExDividendDate", _DAY),
}


def overview(answer: Answer, symbol: str) -> Overview | None:
    """
    Read what is told of a company; None: it is not covered (unknown symbols, and funds).

    A figure that cannot be read is left out, and logged.

    :raises MalformedPayload: if it is none, another company's, or has many such figures.
    """
    told = reading.plain(answer.decode(Row))
    if not told:
        return None
    theirs, name = told.get("Symbol"), told.get("Name")
    if theirs is None or name is None or not same_symbol(theirs, symbol):
        raise answer.malformed(f"asked for {symbol} and got {theirs}")
    read: dict[str, Any] = {}
    unreadable: list[tuple[str, str]] = []
    for field, (wire, convert) in _FIELDS.items():
        if wire not in told:
            continue
        try:
            read[field] = convert(told[wire])
        except (ValueError, OverflowError):
            unreadable.append((wire, told[wire]))
    if len(unreadable) > _MOST_UNREADABLE:
        raise answer.malformed(f"{len(unreadable)} figures cannot be read, first: {unreadable[0][0]}")
    for wire, text in unreadable:
        answer.left_out(wire, text)
    return Overview(symbol=symbol, name=name, **read)

"""What a provider tells of a company in one answer: who it is, its figures, what analysts think."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Overview:
    """
    A company at a glance, in the provider's figures; unknown is None.

    ``symbol`` is in our spelling. Money is Decimal in ``currency``, whole units, and per share where
    the name says so; margins, returns, yields, growth and percentages held are fractions (0.25,
    never 25); multiples (``pe_ratio``, ``beta``, …) are bare numbers. TTM is the last twelve months,
    YOY against the same quarter a year ago. Moving averages and extremes of prices are floats, as
    observed. ``asset_type``, ``exchange``, ``country``, ``sector``, ``industry`` and
    ``fiscal_year_end`` (a month) are the provider's words.
    """

    symbol: str
    name: str
    asset_type: str | None = None
    description: str | None = None
    cik: str | None = None
    exchange: str | None = None
    currency: str | None = None
    country: str | None = None
    sector: str | None = None
    industry: str | None = None
    address: str | None = None
    website: str | None = None
    fiscal_year_end: str | None = None
    latest_quarter: date | None = None
    market_cap: Decimal | None = None
    ebitda: Decimal | None = None
    revenue_ttm: Decimal | None = None
    gross_profit_ttm: Decimal | None = None
    book_value_per_share: Decimal | None = None
    dividend_per_share: Decimal | None = None
    eps: Decimal | None = None
    diluted_eps_ttm: Decimal | None = None
    revenue_per_share_ttm: Decimal | None = None
    analyst_target_price: Decimal | None = None
    dividend_yield: float | None = None
    profit_margin: float | None = None
    operating_margin_ttm: float | None = None
    return_on_assets_ttm: float | None = None
    return_on_equity_ttm: float | None = None
    quarterly_earnings_growth_yoy: float | None = None
    quarterly_revenue_growth_yoy: float | None = None
    held_by_insiders: float | None = None
    held_by_institutions: float | None = None
    pe_ratio: float | None = None
    peg_ratio: float | None = None
    trailing_pe: float | None = None
    forward_pe: float | None = None
    price_to_sales_ttm: float | None = None
    price_to_book: float | None = None
    ev_to_revenue: float | None = None
    ev_to_ebitda: float | None = None
    beta: float | None = None
    week_52_high: float | None = None
    week_52_low: float | None = None
    moving_average_50: float | None = None
    moving_average_200: float | None = None
    shares_outstanding: float | None = None
    shares_float: float | None = None
    strong_buy: int | None = None
    buy: int | None = None
    hold: int | None = None
    sell: int | None = None
    strong_sell: int | None = None
    dividend_date: date | None = None
    ex_dividend_date: date | None = None

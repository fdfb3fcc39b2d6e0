"""
Growth, margins, returns, leverage and valuation, on columns of :func:`snapshot.columns`.

Ratios are fractions (0.25 is 25 %) or multiples; NaN is unknown. A ratio to something that is not above
zero has no meaning and is unknown: growth from a loss, a return on negative equity, a price-earnings
ratio without earnings. Yields have a meaning below zero, so what is compared across companies is yields.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from investment.analysis.calculators.own_bars import Vector

# Earnings of so many times the price, or equity of so many times the market value, are not of the share that
# is traded: some companies tell their shares as if all were of the dearest class.
_EARNED, _OWNED = 10, 100

Columns = Mapping[str, Vector]
Formula = Callable[[Columns], Vector]


def over(above: Vector, below: Vector) -> Vector:
    """Return a quotient; unknown where the divisor is not above zero."""
    return np.asarray(above / np.where(below > 0, below, np.nan))


def _to(above: str, below: str) -> Formula:
    return lambda known: over(known[above], known[below])


def _growth(name: str) -> Formula:
    return lambda known: over(known[name] - known[f"{name}_1"], known[f"{name}_1"])


def mean_of_year(known: Columns, name: str) -> Vector:
    """Return the mean of a balance now and a year before."""
    return (known[name] + known[f"{name}_1"]) / 2


def _on_mean(above: str, below: str) -> Formula:
    return lambda known: over(known[above], mean_of_year(known, below))


def _return_on_invested_capital(known: Columns) -> Vector:
    # After the tax rate the company really had; beyond 0 to 1 it says nothing about its business.
    rate = over(known["tax"], known["pretax_income"])
    rate = np.where((rate >= 0) & (rate <= 1), rate, np.nan)
    invested = sum(mean_of_year(known, name) for name in ("debt", "equity")) - mean_of_year(known, "cash")
    return over(known["ebit"] * (1 - rate), np.asarray(invested))


def enterprise_value(known: Columns) -> Vector:
    """Return market value, debt, and what minorities and preferred shares are told to have, without cash."""
    others = np.nan_to_num(known["minorities"]) + np.nan_to_num(known["preferred"])
    return known["market_value"] + known["debt"] + others - known["cash"]


def _compound_growth(known: Columns) -> Vector:
    grown = over(known["revenue"], known["revenue_3"])
    return np.asarray(np.where(grown > 0, grown, np.nan) ** (1 / 3) - 1)


RATIOS: Final[dict[str, Formula]] = {
    # Growth, the last twelve months against those before.
    "revenue_growth": _growth("revenue"),
    "net_income_growth": _growth("net_income"),
    "eps_growth": _growth("eps_diluted"),
    "operating_cash_flow_growth": _growth("operating_cash_flow"),
    "revenue_growth_3y": _compound_growth,  # a year
    "income_change_to_assets": lambda known: over(
        known["net_income"] - known["net_income_1"], known["assets_1"]
    ),
    # Margins.
    "gross_margin": _to("gross_profit", "revenue"),
    "operating_margin": _to("operating_income", "revenue"),
    "net_margin": _to("net_income", "revenue"),
    "free_cash_flow_margin": _to("free_cash_flow", "revenue"),
    # Returns, on the mean of the balance now and a year before.
    "return_on_equity": _on_mean("net_income", "equity"),
    "return_on_assets": _on_mean("net_income", "assets"),
    "return_on_invested_capital": _return_on_invested_capital,
    # Novy-Marx, The Other Side of Value, Journal of Financial Economics 108 (2013).
    "gross_profitability": _to("gross_profit", "assets"),
    # Sloan, The Accounting Review 71 (1996): earnings that came in as cash last.
    "cash_earnings": lambda known: over(
        known["operating_cash_flow"] - known["net_income"], mean_of_year(known, "assets")
    ),
    # Leverage.
    "debt_to_equity": _to("debt", "equity"),
    "debt_to_assets": _to("debt", "assets"),
    "liabilities_to_assets": _to("liabilities", "assets"),
    "current_ratio": _to("current_assets", "current_liabilities"),
    "interest_coverage": _to("ebit", "interest_expense"),
    "cash_flow_to_liabilities": _to("operating_cash_flow", "liabilities"),
    # Valuation, at the raw price and the shares of its session.
    "price_to_earnings": lambda known: over(known["price"], known["eps_diluted"]),
    "price_to_book": lambda known: over(known["market_value"], known["equity"]),
    "price_to_sales": lambda known: over(known["market_value"], known["revenue"]),
    "price_to_free_cash_flow": lambda known: over(known["market_value"], known["free_cash_flow"]),
    "enterprise_value": enterprise_value,  # in the books' currency
    "ev_to_ebit": lambda known: over(enterprise_value(known), known["ebit"]),
    "ev_to_revenue": lambda known: over(enterprise_value(known), known["revenue"]),
    "earnings_yield": _to("net_income", "market_value"),
    "free_cash_flow_yield": _to("free_cash_flow", "market_value"),
    "book_to_price": _to("equity", "market_value"),
    "sales_to_price": _to("revenue", "market_value"),
    "dividend_yield": _to("dividends_per_share", "price"),
}


def valued(known: Columns) -> Columns:
    """Return the inputs; without the price and the market value where they are of another share."""
    earned = np.fmax(known["eps_basic"], known["eps_diluted"])
    other = (earned > _EARNED * known["price"]) | (known["equity"] > _OWNED * known["market_value"])
    return {
        **known,
        **{name: np.where(other, np.nan, known[name]) for name in ("price", "market_value")},
    }


def ratios(known: Columns) -> dict[str, Vector]:
    """Return every ratio, a column each."""
    with np.errstate(invalid="ignore", over="ignore"):
        known = valued(known)
        return {name: np.asarray(formula(known), dtype=np.float64) for name, formula in RATIOS.items()}

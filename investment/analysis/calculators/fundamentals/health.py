"""
Two published scores of a company's health, on columns of :func:`snapshot.columns`.

Every component may be unknown; each score says how many of its components are known.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from investment.analysis.calculators.fundamentals.ratios import Columns, mean_of_year, over, valued
from investment.analysis.calculators.own_bars import Vector

# Below the first a failure is likely, above the second unlikely; between them nothing is said.
DISTRESSED, SAFE = 1.81, 2.99
_WEIGHTS: Final = (1.2, 1.4, 3.3, 0.6, 1.0)
_FINANCIAL = range(6000, 7000)  # standard industrial classification


@dataclass(frozen=True, slots=True)
class Health:
    """
    ``score`` by company, NaN where unknown; ``known`` says how many of the ``components`` are.

    A component of Piotroski's is 1, 0 or NaN, of Altman's a ratio.
    """

    score: Vector
    known: npt.NDArray[np.int64]
    components: dict[str, Vector]


def piotroski(known: Columns) -> Health:
    """
    Return the F score: of nine signals those that are met, of those that are known.

    The last twelve months take the place of the fiscal year. «No shares issued» is that no more shares
    are counted than a year before, in the same shares.
    Source: Piotroski, Value Investing: The Use of Historical Financial Statement Information to Separate
    Winners from Losers, Journal of Accounting Research 38 (2000).
    """
    return_on_assets = over(known["net_income"], known["assets_1"])
    return_before = over(known["net_income_1"], known["assets_2"])
    cash_return = over(known["operating_cash_flow"], known["assets_1"])
    leverage = over(known["long_debt"], mean_of_year(known, "assets"))
    leverage_before = over(known["long_debt_1"], (known["assets_1"] + known["assets_2"]) / 2)
    liquidity = over(known["current_assets"], known["current_liabilities"])
    liquidity_before = over(known["current_assets_1"], known["current_liabilities_1"])
    margin = over(known["gross_profit"], known["revenue"])
    margin_before = over(known["gross_profit_1"], known["revenue_1"])
    turnover = over(known["revenue"], known["assets_1"])
    turnover_before = over(known["revenue_1"], known["assets_2"])
    zero = np.zeros(return_on_assets.shape)
    signals = {
        "profitable": _greater(return_on_assets, zero),
        "cash_from_operations": _greater(cash_return, zero),
        "more_profitable": _greater(return_on_assets, return_before),
        "earnings_are_cash": _greater(cash_return, return_on_assets),
        "less_leverage": _greater(leverage_before, leverage),
        "more_liquid": _greater(liquidity, liquidity_before),
        "no_shares_issued": 1 - _greater(known["shares_told"], known["shares_told_1"]),
        "better_margin": _greater(margin, margin_before),
        "faster_turnover": _greater(turnover, turnover_before),
    }
    stacked = np.vstack(list(signals.values()))
    count = np.isfinite(stacked).sum(axis=0)
    points = np.where(count > 0, np.nansum(stacked, axis=0), np.nan)
    return Health(points, count, signals)


def altman(known: Columns, *, sic: npt.NDArray[np.int64] | None = None) -> Health:
    """
    Return the Z score of listed companies; unknown unless all five of its ratios are known.

    It was found on manufacturers and says nothing about banks and insurers, whose score is unknown.
    Source: Altman, Financial Ratios, Discriminant Analysis and the Prediction of Corporate Bankruptcy,
    Journal of Finance 23 (1968); ratios as fractions, as its author gives the formula since.

    :param sic: standard industrial classification of each company, 0 where unknown.
    """
    components = {
        "working_capital": over(known["current_assets"] - known["current_liabilities"], known["assets"]),
        "retained_earnings": over(known["retained_earnings"], known["assets"]),
        "ebit": over(known["ebit"], known["assets"]),
        "market_value": over(valued(known)["market_value"], known["liabilities"]),
        "revenue": over(known["revenue"], known["assets"]),
    }
    stacked = np.vstack(list(components.values()))
    score = np.asarray(np.array(_WEIGHTS) @ stacked)
    if sic is not None:
        score = np.where((sic >= _FINANCIAL[0]) & (sic <= _FINANCIAL[-1]), np.nan, score)
    return Health(score, np.isfinite(stacked).sum(axis=0), components)


def _greater(one: Vector, other: Vector) -> Vector:
    """Return 1 where greater, 0 where not, NaN where either is unknown."""
    return np.where(np.isfinite(one) & np.isfinite(other), (one > other).astype(np.float64), np.nan)

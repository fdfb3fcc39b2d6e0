"""
The fundamental score, 0 to 100: which ratios it is made of. How they are compared: :mod:`scoring`.

What is expensive, and what a ratio without meaning would be, is settled in :mod:`ratios`; here all inputs
can be ranked from worst to best. Give :func:`scoring.score` these parts, and of :func:`comparable` the
companies of which :func:`scoring.complete` says that every part has what it needs.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from investment.analysis.calculators.fundamentals.ratios import Columns
from investment.analysis.calculators.own_bars import Vector
from investment.analysis.calculators.scoring import Input, Part

# Banks, insurers and the like, by standard industrial classification: their debt is their trade, they
# have no gross profit and no current assets.
FINANCIAL: Final = range(6000, 6500)
NOT_OF_FINANCIALS: Final = (
    "free_cash_flow_yield", "sales_to_price", "gross_profitability", "return_on_invested_capital",
    "cash_earnings", "liabilities_to_assets", "current_ratio", "interest_coverage",
    "cash_flow_to_liabilities",
)  # fmt: skip

UNUSABLE_AFTER: Final = 400  # days since the end of the newest period; such a company reports no more


def _plain(name: str) -> Callable[[Columns], Vector]:
    return lambda ratios: ratios[name]


def _input(name: str, label: str, unit: str = "fraction", *, higher_is_better: bool = True) -> Input:
    return Input(name, label, unit, _plain(name), higher_is_better)


PARTS: Final = (
    Part("value", "Value", 0.30, 2, (
        _input("earnings_yield", "Earnings to market value"),
        _input("free_cash_flow_yield", "Free cash flow to market value"),
        _input("book_to_price", "Book value to market value", "ratio"),
        _input("sales_to_price", "Revenue to market value", "ratio"),
    )),
    Part("quality", "Quality", 0.30, 2, (
        _input("gross_profitability", "Gross profit to assets"),
        _input("return_on_assets", "Return on assets"),
        _input("return_on_invested_capital", "Return on invested capital"),
        _input("return_on_equity", "Return on equity"),
        _input("cash_earnings", "Cash flow beyond earnings, to assets"),
    )),
    Part("growth", "Growth", 0.20, 1, (
        _input("revenue_growth", "Revenue against the year before"),
        _input("revenue_growth_3y", "Revenue growth a year, over three"),
        _input("income_change_to_assets", "Change of net income, to assets"),
    )),
    Part("safety", "Safety", 0.20, 1, (
        _input("liabilities_to_assets", "Liabilities to assets", higher_is_better=False),
        _input("current_ratio", "Current assets to current liabilities", "ratio"),
        _input("interest_coverage", "Operating income to interest", "ratio"),
        _input("cash_flow_to_liabilities", "Operating cash flow to liabilities"),
        _input("piotroski", "Piotroski's F, of the signals known"),
    )),
)  # fmt: skip


def comparable(
    ratios: Columns,
    *,
    piotroski: Vector,
    piotroski_known: npt.NDArray[np.int64],
    age_days: Vector,
    sic: npt.NDArray[np.int64],
) -> dict[str, Vector]:
    """
    Return the inputs of :data:`PARTS`, unknown where they would not mean the same as elsewhere.

    :param piotroski: points, and ``piotroski_known`` of how many signals; below six it is unknown.
    :param age_days: since the end of the newest period told.
    :param sic: standard industrial classification of each company, 0 where unknown.
    """
    share = np.where(piotroski_known >= 6, piotroski / np.maximum(piotroski_known, 1), np.nan)
    names = [item.name for part in PARTS for item in part.inputs]
    found = {name: (share if name == "piotroski" else ratios[name]).astype(np.float64) for name in names}
    financial = (sic >= FINANCIAL[0]) & (sic <= FINANCIAL[-1])
    old = ~(age_days <= UNUSABLE_AFTER)
    return {
        name: np.where(old | (financial if name in NOT_OF_FINANCIALS else False), np.nan, values)
        for name, values in found.items()
    }

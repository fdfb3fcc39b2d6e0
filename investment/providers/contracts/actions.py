"""What some providers tell of a split or a dividend beyond what happened."""

from dataclasses import dataclass
from typing import Literal

from investment.providers.contracts.market import DividendRecord, SplitRecord

SplitKind = Literal["forward", "reverse", "stock_dividend"]
DividendKind = Literal["recurring", "special", "supplemental", "irregular", "capital_gain"]


@dataclass(frozen=True, slots=True)
class DetailedSplit(SplitRecord):
    """
    A split with the provider's own reading of it.

    ``historical_adjustment_factor`` is cumulative: a raw price of any day before ``ex_date`` and not
    before the split that precedes it, times this, is the price in today's shares.
    """

    kind: SplitKind | None = None
    historical_adjustment_factor: float | None = None


@dataclass(frozen=True, slots=True)
class DetailedDividend(DividendRecord):
    """
    A dividend with the provider's own reading of it.

    ``per_year`` is how often it is paid, 0 for once. ``split_adjusted_amount`` is in today's shares.
    ``historical_adjustment_factor`` is cumulative, as in :class:`DetailedSplit`, for dividends.
    """

    kind: DividendKind | None = None
    per_year: int | None = None
    split_adjusted_amount: float | None = None
    historical_adjustment_factor: float | None = None

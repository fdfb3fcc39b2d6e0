"""What one company's ratios are made of, as of a day: numbers by name, NaN where unknown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import nan
from typing import Final, NamedTuple

import numpy as np

from investment.analysis.calculators.fundamentals.books import Figure
from investment.analysis.calculators.fundamentals.facts import Split, Told
from investment.analysis.calculators.fundamentals.statements import Statements
from investment.analysis.calculators.own_bars import Vector

# Over the last twelve months; those of the second row over the twelve months before, too («revenue_1»).
TRAILING: Final = (
    "interest_expense", "pretax_income", "tax", "eps_basic", "dividends_per_share", "capital_expenditure",
    "depreciation", "dividends_paid",
)  # fmt: skip
TRAILING_BOTH: Final = (
    "revenue", "gross_profit", "operating_income", "ebit", "net_income", "eps_diluted",
    "operating_cash_flow", "free_cash_flow",
)  # fmt: skip
# On the last balance sheet; those of the second row also on the one a year before.
BALANCES: Final = ("liabilities", "minorities", "preferred", "retained_earnings", "short_debt")
BALANCES_BOTH: Final = (
    "assets", "current_assets", "current_liabilities", "cash", "debt", "long_debt", "equity",
)  # fmt: skip
INPUTS: Final = (
    *TRAILING, *TRAILING_BOTH, *(f"{name}_1" for name in TRAILING_BOTH), "revenue_3", *BALANCES,
    *BALANCES_BOTH, *(f"{name}_1" for name in BALANCES_BOTH), "assets_2", "shares_told", "shares_told_1",
    "shares", "price", "market_value",
)  # fmt: skip

STALE = 10  # days that a price is good for
# What ended earlier is in none of the inputs: the oldest are of the fourth year before the newest period,
# which may itself be more than a year old.
WINDOW = timedelta(days=6 * 366)
_COUNTED = range(-6, 121)  # days after a balance sheet in which its filing counts the shares


class Price(NamedTuple):
    """A raw close: as traded, in the shares of its session."""

    value: float
    session: date
    currency: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    :data:`INPUTS` of one company. Per share and shares are in those of the price's session.

    ``period_end`` is the end of the newest period told, ``known_on`` the day of the last filing used. The
    suffix ``_1`` is a year before, ``_2`` and ``_3`` two and three years. ``shares_told`` were counted
    with the balance sheet, ``shares`` are the newest count.
    """

    as_of: date
    period_end: date | None
    known_on: date | None
    currency: str | None
    inputs: Mapping[str, float]


def snapshot(
    facts: Iterable[Told],
    *,
    as_of: date,
    splits: Sequence[Split] = (),
    splits_from: date = date.min,
    price: Price | None = None,
) -> Snapshot:
    """
    Return what was known on ``as_of``; splits as for :meth:`Books.of`.

    A price in another currency than the books, or older than :data:`STALE` days, values nothing.

    :raises ValueError: for a price of a later day than ``as_of``.
    """
    if price is not None and price.session > as_of:
        raise ValueError(f"a price of {price.session} was not known on {as_of}")
    basis = price.session if price is not None and (as_of - price.session).days <= STALE else as_of
    first = as_of - WINDOW
    recent = (fact for fact in facts if fact.end >= first)
    statements = Statements.of(recent, as_of=as_of, splits=splits, splits_from=splits_from, basis=basis)
    found: dict[str, Figure | None] = {}
    end = statements.calendar.latest
    if end is not None:
        found = _periods(statements, end)
        found["shares"] = statements.shares(as_of)
    known = {name: figure for name, figure in found.items() if figure is not None}
    values = dict.fromkeys(INPUTS, nan) | {name: figure.value for name, figure in known.items()}
    if price is not None and price.session == basis and price.currency == statements.books.currency:
        values["price"] = price.value
        values["market_value"] = price.value * values["shares"]
    return Snapshot(
        as_of=as_of,
        period_end=None if end is None else date.fromordinal(end),
        known_on=max((figure.known_on for figure in known.values()), default=None),
        currency=statements.books.currency,
        inputs=values,
    )


def columns(snapshots: Sequence[Snapshot]) -> dict[str, Vector]:
    """Return the inputs of many companies, a column each."""
    return {name: np.array([each.inputs[name] for each in snapshots], dtype=np.float64) for name in INPUTS}


def _periods(statements: Statements, end: int) -> dict[str, Figure | None]:
    calendar = statements.calendar
    found: dict[str, Figure | None] = {}
    year = calendar.year_to(end)
    before = calendar.year_to(year[0]) if year else None
    third = calendar.year_to(before[0]) if before else None
    oldest = calendar.year_to(third[0]) if third else None
    for name in (*TRAILING, *TRAILING_BOTH):
        found[name] = statements.flow(name, year) if year else None
    for name in TRAILING_BOTH:
        found[f"{name}_1"] = statements.flow(name, before) if before else None
    found["revenue_3"] = statements.flow("revenue", oldest) if oldest else None
    for name in (*BALANCES, *BALANCES_BOTH):
        found[name] = statements.balance(name, end)
    if year:
        for name in BALANCES_BOTH:
            found[f"{name}_1"] = statements.balance(name, year[0])
        found["shares_told_1"] = _counted(statements, year[0])
    found["assets_2"] = statements.balance("assets", before[0]) if before else None
    found["shares_told"] = _counted(statements, end)
    return found


def _counted(statements: Statements, end: int) -> Figure | None:
    """Return the shares as counted with a balance sheet: on its day, or on the cover of its filing."""
    days = [day for day in statements.books.balances.get("shares", ()) if day - end in _COUNTED]
    return statements.books.balance("shares", min(days)) if days else None

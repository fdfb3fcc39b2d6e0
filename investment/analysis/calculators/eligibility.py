"""Which instruments are compared with one another, and why the others are not."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from investment.analysis.calculators.own_bars import Mask, Vector

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What an instrument must reach to be ranked. Prices and dollar volume raw, as traded."""

    currency: str = "USD"
    price: float = 1.0  # at least, in ``currency``
    median_dollar_volume: float = 1_000_000.0  # over 63 bars, at least, in ``currency`` a session
    sessions_traded: int = 57  # of the last 63, at least: nine in ten
    fewest: int = 30  # comparable instruments, below which a rank means nothing


THRESHOLDS: Final = Thresholds()

# Like is ranked with like: which board each class belongs to. Classes that are not here are not ranked.
BOARDS: Final = {"common_stock": "stocks", "adr": "stocks", "etf": "etfs"}

# Why an instrument is not ranked. The first that applies, in this order.
REASONS: Final = {
    "no_bar": "It did not trade in this session.",
    "class_unknown": "Its class is not known yet, so there is nothing to compare it with.",
    "class_not_ranked": (
        "Only common stock, depositary receipts and ETFs are ranked; warrants, rights, units, "
        "preferred stock and funds are not."
    ),
    "currency": f"It is not known to be quoted in {THRESHOLDS.currency}; only such prices are compared.",
    "price": f"Its price is below ${THRESHOLDS.price:g}.",
    "traded_too_rarely": (
        f"It traded in fewer than {THRESHOLDS.sessions_traded} of the last 63 sessions: "
        "newly listed, halted or hardly traded."
    ),
    "illiquid": (
        f"Its median dollar volume over 63 sessions is unknown or below "
        f"${THRESHOLDS.median_dollar_volume / 1e6:g} million."
    ),
    "actions_unknown": "Its splits and dividends are not all known, so neither are its returns.",
    "too_little_history": "It has too little history for a score.",
    "too_few": f"Fewer than {THRESHOLDS.fewest} comparable instruments: a rank would mean nothing.",
}


def unset(texts: Texts) -> Mask:
    """Say which are ``None``."""
    return np.array([text is None for text in texts], dtype=np.bool_)


def ineligible(
    *,
    kinds: Texts,
    currencies: Texts,
    price: Vector,
    median_dollar_volume: Vector,
    sessions_traded: Vector,
) -> Texts:
    """
    Return for each instrument the first of :data:`REASONS` that keeps it off a board, or ``None``.

    :param kinds: ``Instrument.kind`` of each.
    :param currencies: quote currency of each, ``None`` where unknown.
    :param price: raw close of the session; NaN where there was no bar.
    :param median_dollar_volume: over 63 bars; NaN where unknown.
    :param sessions_traded: of the last 63; NaN where unknown.
    """
    reasons = np.full(price.shape, None, dtype=object)
    checks: list[tuple[str, Mask]] = [
        ("no_bar", ~np.isfinite(price)),
        ("class_unknown", np.asarray(kinds == "unknown", dtype=np.bool_)),
        ("class_not_ranked", ~np.isin(kinds.astype(str), list(BOARDS))),
        ("currency", np.asarray(currencies != THRESHOLDS.currency, dtype=np.bool_)),
        ("price", ~(price >= THRESHOLDS.price)),
        ("traded_too_rarely", ~(sessions_traded >= THRESHOLDS.sessions_traded)),
        ("illiquid", ~(median_dollar_volume >= THRESHOLDS.median_dollar_volume)),
    ]
    for code, applies in reversed(checks):
        reasons[applies] = code
    return reasons

"""
What each plan of Massive allows, per key and class of assets.

The free plan meters every class of assets (stocks, options, currencies, indices) by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from investment.quotas.contracts import LimitFacts, Window

NAME = "massive"
ASSET_CLASS = "stocks"

_PAID = (
    Window(limit=100, seconds=1, source="https://massive.com/pricing: unlimited, below 100 calls a second"),
)
PLANS: Mapping[str, Sequence[Window]] = {
    "basic": (Window(limit=5, seconds=60, source="https://massive.com/pricing: 5 API calls a minute"),),
    # The sandbox's key for a folder of real bars, and whoever has agreed on more.
    "unlimited": (),
    "starter": _PAID,
    "developer": _PAID,
    "advanced": _PAID,
}

# How far back a plan's history goes, in years (https://massive.com/pricing); None is all there is.
HISTORY_YEARS: Mapping[str, int | None] = {
    "basic": 2,
    "unlimited": None,
    "starter": 5,
    "developer": 10,
    "advanced": None,
}
FIRST_DAY = date(
    2003, 1, 1
)  # «full history since 2003»; what has no rows before its true beginning is learned


def first_day(plan: str, today: date) -> date:
    """Return the oldest day that a plan should tell of on ``today``: it rolls with the calendar."""
    years = HISTORY_YEARS.get(plan)
    if years is None:
        return FIRST_DAY
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # the 29th of February
        return date(today.year - years, 3, 1)


def limit_facts(*, throttled: bool, windows: Sequence[Window]) -> list[LimitFacts]:
    """Return what an answer tells of our windows: no header does, only a refusal of a call too many."""
    if not throttled:
        return []
    return [LimitFacts(seconds=window.seconds, full=True) for window in windows]

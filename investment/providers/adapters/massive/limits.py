"""
What each plan of Massive allows, per key and class of assets.

The free plan meters every class of assets (stocks, options, currencies, indices) by itself.
"""

from collections.abc import Mapping, Sequence

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


def limit_facts(
    status: int,
    _headers: Mapping[str, str],
    _body: bytes,
    windows: Sequence[Window],
) -> list[LimitFacts]:
    """Return what an answer tells of our windows. Massive sends no headers on limits, only HTTP 429."""
    if status != 429:
        return []
    return [LimitFacts(seconds=window.seconds, full=True) for window in windows]

"""Where prices come from in this installation."""

from dataclasses import dataclass

from django.conf import settings

from investment.market.models import DailyBar
from investment.providers.errors import ProviderError
from investment.providers.registry import market_data_access

_NO_KEY = "No source of prices: put MASSIVE_API_KEY into .env and start again"


@dataclass(frozen=True, slots=True)
class PricesSource:
    """Who tells us prices; ``provider`` is None where nobody does, and ``words`` say what to do."""

    provider: str | None
    words: str


def prices_source() -> PricesSource:
    """Return whose prices are shown, asking nobody."""
    if settings.MODE.kind == "sample":
        return PricesSource("sample", "Prices of a fictional market, from our own sandbox")
    if settings.MODE.kind == "data":
        return PricesSource("folder", "Prices from a folder of bars")
    try:
        name = market_data_access().provider
    except ProviderError:
        return PricesSource(None, _NO_KEY)
    except ValueError as error:
        return PricesSource(None, f"No source of prices: {error}")
    return PricesSource(name, f"Prices from {name.capitalize()} (plan {settings.MASSIVE_PLAN}), as traded")


def prices_to_come() -> bool:
    """Return whether prices are about to come in for the first time: nothing else is asked before them."""
    return settings.MODE.kind == "live" and has_prices() and not DailyBar.objects.exists()


def has_prices() -> bool:
    """Return whether there is anybody to ask for prices: without, no session's job is opened."""
    return prices_source().provider is not None

"""How Finnhub's stream of live trades is reached; the key is seen here and in ``access.py`` only."""

from typing import Any

from investment.providers.access import ProviderSettings, required_key
from investment.providers.adapters.finnhub.limits import NAME
from investment.providers.adapters.finnhub.stream import TradeStream
from investment.providers.adapters.finnhub.symbols import Spelling


def trade_stream(settings: ProviderSettings, **options: Any) -> TradeStream:
    """:raises CredentialsRejected: without a key."""
    key = required_key(settings, provider=NAME, title="Finnhub", setting="FINNHUB_API_KEY")
    return TradeStream(api_key=key, url=settings.data_url, spelling=Spelling(settings.learned()), **options)

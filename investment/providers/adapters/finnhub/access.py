"""How Finnhub is reached."""

from collections.abc import Sequence

from investment.providers.access import (
    Access,
    ProviderSettings,
    hide,
    required_key,
    scope_of,
    windows_of_plan,
)
from investment.providers.adapters.finnhub.client import FinnhubClient
from investment.providers.adapters.finnhub.limits import (
    BUCKETS,
    CONNECTS,
    FUNDAMENTAL_ENDPOINTS,
    FUNDAMENTALS,
    MARKET_DATA,
    NAME,
    PLANS,
    STREAM,
    TRADES,
    limit_facts,
)
from investment.providers.adapters.finnhub.symbols import Spelling
from investment.quotas.contracts import ScopeLimits, Window


def access(settings: ProviderSettings) -> Access[FinnhubClient]:
    """:raises CredentialsRejected: without a key. :raises ValueError: for an unknown plan."""
    key = required_key(settings, provider=NAME, title="Finnhub", setting="FINNHUB_API_KEY")
    windows_of_plan(PLANS, settings.plan, setting="FINNHUB_PLAN")

    def metered(name: str, windows: Sequence[Window]) -> ScopeLimits:
        return ScopeLimits(scope=scope_of(NAME, name, key), provider=NAME, windows=tuple(windows))

    market_data, fundamentals = (
        metered(name, BUCKETS[settings.plan][name]) for name in (MARKET_DATA, FUNDAMENTALS)
    )

    return Access(
        provider=NAME,
        base_url=settings.base_url,
        limits=market_data,
        others=dict.fromkeys(FUNDAMENTAL_ENDPOINTS, fundamentals) | {TRADES: metered(STREAM, CONNECTS)},
        make=lambda http: FinnhubClient(api_key=key, http=http, spelling=Spelling(settings.learned())),
        limit_facts=limit_facts,
        redact=hide(key),
    )

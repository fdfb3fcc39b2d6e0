"""How Finnhub is reached."""

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
    FUNDAMENTAL_ENDPOINTS,
    FUNDAMENTALS,
    MARKET_DATA,
    NAME,
    PLANS,
    limit_facts,
)
from investment.quotas.contracts import ScopeLimits


def access(settings: ProviderSettings) -> Access[FinnhubClient]:
    """:raises CredentialsRejected: without a key. :raises ValueError: for an unknown plan."""
    key = required_key(settings, provider=NAME, title="Finnhub", setting="FINNHUB_API_KEY")
    windows_of_plan(PLANS, settings.plan, setting="FINNHUB_PLAN")

    def bucket(name: str) -> ScopeLimits:
        return ScopeLimits(
            scope=scope_of(NAME, name, key), provider=NAME, windows=tuple(BUCKETS[settings.plan][name])
        )

    return Access(
        provider=NAME,
        base_url=settings.base_url,
        limits=bucket(MARKET_DATA),
        others=dict.fromkeys(FUNDAMENTAL_ENDPOINTS, bucket(FUNDAMENTALS)),
        make=lambda http: FinnhubClient(api_key=key, http=http),
        limit_facts=limit_facts,
        redact=hide(key),
    )

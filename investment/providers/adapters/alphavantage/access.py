"""How Alpha Vantage is reached."""

from investment.providers.access import (
    Access,
    ProviderSettings,
    hide,
    required_key,
    scope_of,
    windows_of_plan,
)
from investment.providers.adapters.alphavantage.client import AlphaVantageClient
from investment.providers.adapters.alphavantage.limits import METERED, NAME, PLANS, limit_facts
from investment.quotas.contracts import ScopeLimits


def access(settings: ProviderSettings) -> Access[AlphaVantageClient]:
    """:raises CredentialsRejected: without a key. :raises ValueError: for an unknown plan."""
    key = required_key(settings, provider=NAME, title="Alpha Vantage", setting="ALPHAVANTAGE_API_KEY")
    windows = windows_of_plan(PLANS, settings.plan, setting="ALPHAVANTAGE_PLAN")
    return Access(
        provider=NAME,
        base_url=settings.base_url,
        limits=ScopeLimits(scope=scope_of(NAME, METERED, key), provider=NAME, windows=windows),
        make=lambda http: AlphaVantageClient(api_key=key, http=http),
        limit_facts=lambda status, headers, body: limit_facts(status, headers, body, windows),
        redact=hide(key),
    )

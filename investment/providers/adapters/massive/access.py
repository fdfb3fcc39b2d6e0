"""How Massive is reached."""

from investment.providers.access import (
    Access,
    ProviderSettings,
    hide,
    required_key,
    scope_of,
    windows_of_plan,
)
from investment.providers.adapters.massive.client import MassiveClient
from investment.providers.adapters.massive.limits import ASSET_CLASS, NAME, PLANS, limit_facts
from investment.providers.adapters.massive.refusals import throttled
from investment.quotas.contracts import ScopeLimits


def access(settings: ProviderSettings) -> Access[MassiveClient]:
    """:raises CredentialsRejected: without a key. :raises ValueError: for an unknown plan."""
    key = required_key(settings, provider=NAME, title="Massive", setting="MASSIVE_API_KEY")
    windows = windows_of_plan(PLANS, settings.plan, setting="MASSIVE_PLAN")
    return Access(
        provider=NAME,
        base_url=settings.base_url,
        limits=ScopeLimits(scope=scope_of(NAME, ASSET_CLASS, key), provider=NAME, windows=windows),
        make=lambda http: MassiveClient(api_key=key, http=http),
        limit_facts=lambda status, _, body: limit_facts(throttled=throttled(status, body), windows=windows),
        redact=hide(key),
    )

"""How the European Central Bank is reached: without a key."""

from investment.providers.access import NO_KEY, Access, ProviderSettings, hide, scope_of, windows_of_plan
from investment.providers.adapters.ecb.client import EcbClient
from investment.providers.adapters.ecb.limits import NAME, PLANS, limit_facts
from investment.quotas.contracts import ScopeLimits

_FILES = "eurofxref"


def access(settings: ProviderSettings) -> Access[EcbClient]:
    """:raises ValueError: for an unknown plan."""
    windows = windows_of_plan(PLANS, settings.plan or "public", setting="ECB_PLAN")
    return Access(
        provider=NAME,
        base_url=settings.base_url,
        limits=ScopeLimits(scope=scope_of(NAME, _FILES, NO_KEY), provider=NAME, windows=windows),
        make=lambda http: EcbClient(http=http),
        limit_facts=lambda status, headers, body: limit_facts(status, headers, body, windows),
        redact=hide(),
    )

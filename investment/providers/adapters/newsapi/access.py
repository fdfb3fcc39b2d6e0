"""How NewsAPI is reached."""

from investment.providers import terms
from investment.providers.access import (
    Access,
    ProviderSettings,
    hide,
    required_key,
    scope_of,
    windows_of_plan,
)
from investment.providers.adapters.newsapi.client import NewsApiClient
from investment.providers.adapters.newsapi.limits import METERED, NAME, PLANS, limit_facts
from investment.providers.errors import NotEntitled
from investment.quotas.contracts import ScopeLimits


def access(settings: ProviderSettings) -> Access[NewsApiClient]:
    """
    Return how NewsAPI is reached.

    :raises CredentialsRejected: without a key.
    :raises NotEntitled: in production on a plan whose terms do not allow that, in their words.
    :raises ValueError: for an unknown plan.
    """
    key = required_key(settings, provider=NAME, title="NewsAPI", setting="NEWSAPI_API_KEY")
    windows = windows_of_plan(PLANS, settings.plan, setting="NEWSAPI_PLAN")
    verdict = terms.may(use="production", provider=NAME, plan=settings.plan)
    if settings.production and not verdict.allowed:
        raise NotEntitled(
            f"NewsAPI is off: {verdict.words} If your key has a paid plan, put NEWSAPI_PLAN=business (or "
            "advanced) into .env and start again; else leave NEWSAPI_API_KEY empty, and news come from "
            "the other providers",
            provider=NAME,
        )
    return Access(
        provider=NAME,
        base_url=settings.base_url,
        limits=ScopeLimits(scope=scope_of(NAME, METERED, key), provider=NAME, windows=windows),
        make=lambda http: NewsApiClient(api_key=key, http=http),
        limit_facts=lambda status, headers, body: limit_facts(status, headers, body, windows),
        redact=hide(key),
    )

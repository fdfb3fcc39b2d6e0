"""Which providers there are: how each is reached, what it allows, and under which key."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import httpx
from django.conf import settings

from investment.providers.adapters.massive import limits as massive_limits
from investment.providers.adapters.massive.client import MassiveClient
from investment.providers.contracts import MarketDataProvider
from investment.providers.errors import CredentialsRejected
from investment.quotas.contracts import LimitFacts, ScopeLimits, Window

_NO_KEY = "-"


@dataclass(frozen=True, slots=True)
class Access:
    """
    One provider under one key: everything that the gateway needs, and the only place that holds the key.

    ``make`` builds the adapter over a client; ``limit_facts`` reads what an answer's status and
    headers tell of the windows.
    """

    provider: str
    base_url: str
    limits: ScopeLimits
    make: Callable[[httpx.Client], MarketDataProvider]
    limit_facts: Callable[[int, Mapping[str, str]], Sequence[LimitFacts]]
    redact: Callable[[str], str]

    def __repr__(self) -> str:
        return f"Access({self.provider!r}, {self.limits.scope!r})"


def market_data_access() -> Access:
    """
    Return the provider of prices and actions of the US market.

    :raises CredentialsRejected: if there is no key for it.
    :raises ValueError: if the settings name a plan that we do not know.
    """
    name, key = massive_limits.NAME, settings.MASSIVE_API_KEY
    if key == _NO_KEY:
        raise CredentialsRejected(
            "There is no key for Massive: put MASSIVE_API_KEY into .env and start again", provider=name
        )
    windows = _plan(settings.MASSIVE_PLAN)
    return Access(
        provider=name,
        base_url=settings.MASSIVE_BASE_URL,
        limits=ScopeLimits(
            scope=scope_of(name, massive_limits.ASSET_CLASS, key), provider=name, windows=windows
        ),
        make=lambda http: MassiveClient(api_key=key, http=http),
        limit_facts=lambda status, _headers: massive_limits.limit_facts(status, windows),
        redact=lambda text: text.replace(key, "…"),
    )


def scope_of(provider: str, metered: str, key: str) -> str:
    """
    Return the name of what a provider meters together.

    A digest stands for the key, which cannot be found from it: real keys are long and random.
    """
    digest = hashlib.sha256(f"{provider} {key}".encode()).hexdigest()[:10]
    return f"{provider}:{metered}:{digest}"


def _plan(name: str) -> tuple[Window, ...]:
    plans = massive_limits.PLANS
    if name not in plans:
        raise ValueError(f"MASSIVE_PLAN must be one of {', '.join(plans)}, was {name!r}")
    return tuple(plans[name])

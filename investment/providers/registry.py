"""Which providers there are, and what the settings say of each."""

from dataclasses import replace
from datetime import date
from functools import partial
from importlib import import_module
from typing import Any

from django.conf import settings

from investment.providers.access import Access, ProviderSettings, scope_of
from investment.providers.adapters.massive import limits as massive
from investment.providers.adapters.massive.client import MassiveClient
from investment.providers.selectors import spellings

__all__ = ["NAMES", "access", "market_data_access", "market_data_begins", "plan_of", "scope_of", "source_of"]

# Each is a folder below ``adapters`` with an ``access.py``. Its settings begin with its name.
NAMES = ("massive", "finnhub", "alphavantage", "newsapi", "ecb", "sec")

_BEHIND_THE_SANDBOX = {"sample": "sample", "data": "folder"}
_NO_REAL_KEY = "no-real-key-at-all"
_NO_REAL_CONTACT = "Nobody nobody@example.invalid"


def access(name: str) -> Access[Any]:
    """
    Return how a provider is reached.

    :raises CredentialsRejected: if there is no key for it.
    :raises ValueError: if the settings name a plan that we do not know.
    :raises KeyError: if there is no such provider.
    """
    if name not in NAMES:
        raise KeyError(f"There is no provider {name!r}; there are: {', '.join(NAMES)}")
    module = import_module(f"investment.providers.adapters.{name}.access")
    found: Access[Any] = module.access(_settings_of(name))
    return found


def access_without_key(name: str) -> Access[Any]:
    """
    Return a provider as :func:`access` does, for reading what it once said: nobody can be asked with it.

    :raises KeyError, ValueError: as :func:`access` does.
    """
    module = import_module(f"investment.providers.adapters.{name}.access")
    nobody = replace(_settings_of(name), key=_NO_REAL_KEY, contact=_NO_REAL_CONTACT, production=False)
    found: Access[Any] = module.access(nobody)
    return found


def market_data_access() -> Access[MassiveClient]:
    """Return the provider of prices and actions of the US market; raises as :func:`access` does."""
    return access("massive")


def market_data_begins(*, today: date) -> date:
    """Return the oldest day of prices that the plan in the settings should include, as its terms say."""
    return massive.first_day(_settings_of("massive").plan, today)


def trade_stream(**options: Any) -> Any:
    """
    Return the stream of live trades, of which a key can have one; ``options`` are those of its adapter.

    :raises CredentialsRejected, ValueError: as :func:`access` does.
    """
    # Whoever asks for prices by HTTP needs no WebSocket library.
    module = import_module("investment.providers.adapters.finnhub.streaming")
    return module.trade_stream(_settings_of("finnhub"), **options)


def plan_of(name: str) -> str:
    """Return what is paid a provider for, as the settings name it; empty where all are served alike."""
    return _settings_of(name).plan


def source_of(provider: str) -> str:
    """
    Return whose figures the answers of a provider hold.

    The sandbox speaks the providers' languages, but invented figures, and those of a folder of bars,
    must never bear their names.
    """
    return _BEHIND_THE_SANDBOX.get(settings.MODE.kind) or provider


def _settings_of(name: str) -> ProviderSettings:
    def value(suffix: str) -> str:
        return str(getattr(settings, f"{name.upper()}_{suffix}", ""))

    return ProviderSettings(
        key=value("API_KEY"),
        base_url=value("BASE_URL"),
        plan=value("PLAN"),
        contact=value("CONTACT"),
        data_url=value("DATA_URL") or value("STREAM_URL"),
        learned=partial(spellings.learned, provider=name),
        production=not settings.DEBUG and settings.MODE.kind == "live",
    )

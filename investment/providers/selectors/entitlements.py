"""What is known of the endpoints of a key: for the gateway before each call, and for people."""

import secrets
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from django.conf import settings

from investment.lib import redis
from investment.providers import registry
from investment.providers.errors import ProviderError
from investment.providers.models import Entitlement, HistoryFloor, UncoveredSymbol

State = Literal["included", "not_included", "unknown"]


@dataclass(slots=True)
class Known:
    """
    What is known of a scope's endpoints, by their names, while the state server holds ``token``.

    ``symbols`` tells whether there are symbols that are not covered; they are not read ahead, as they
    may be thousands.
    """

    token: bytes
    entitlements: dict[str, Entitlement] = field(default_factory=dict)
    floors: dict[str, HistoryFloor] = field(default_factory=dict)
    symbols: bool = False


_known: dict[tuple[str, str], Known] = {}


def known(*, scope: str) -> Known:
    """
    Return what is known of a scope: one small read of the state server, unless it has changed.

    Whoever changes it changes the token as well, so what one process learns all others know at once.
    """
    token = _token(scope)
    place = (settings.MODE.name, scope)
    found = _known.get(place)
    if found is None or found.token != token:
        found = _known[place] = Known(
            token,
            {row.endpoint: row for row in Entitlement.objects.filter(scope=scope)},
            {row.endpoint: row for row in HistoryFloor.objects.filter(scope=scope)},
            UncoveredSymbol.objects.filter(scope=scope).exists(),
        )
    return found


def uncovered(*, scope: str, endpoint: str, symbol: str) -> UncoveredSymbol | None:
    """Return the mark of a symbol that an endpoint does not cover; None if there is none."""
    return UncoveredSymbol.objects.filter(scope=scope, endpoint=endpoint, symbol=symbol).first()


def token_key(scope: str) -> str:
    return redis.key("entitlements", scope)


def _token(scope: str) -> bytes:
    client: Any = redis.state()
    found = client.get(token_key(scope))
    if found is None:
        # Before the rows are read: what changes meanwhile changes the token too.
        client.set(token_key(scope), secrets.token_bytes(8), nx=True)
        found = client.get(token_key(scope))
    return found or b""


@dataclass(frozen=True, slots=True)
class EndpointStatus:
    """
    What is known of one endpoint under one key, in the provider's ``words``.

    ``since`` is when its ``state`` was first heard, ``heard_at`` when last. ``floor`` is the first day
    that may be in its history. Times are the one clock's; None: not known, or not so.
    """

    provider: str
    scope: str
    endpoint: str
    state: State
    since: datetime | None = None
    heard_at: datetime | None = None
    words: str = ""
    ask_again_at: datetime | None = None
    floor: date | None = None
    floor_words: str = ""
    uncovered_symbols: int = 0


def entitlements(*, scopes: Collection[str] | None = None) -> list[EndpointStatus]:
    """
    Return what is known of every endpoint that was ever asked for, by provider, scope and endpoint.

    ``scopes``: of which; by default those of the keys that the settings have now. Endpoints that
    nobody has asked for are not in it.
    """
    scopes = scopes_in_use() if scopes is None else scopes
    rows = {(row.scope, row.endpoint): row for row in Entitlement.objects.filter(scope__in=scopes)}
    floors = {(row.scope, row.endpoint): row for row in HistoryFloor.objects.filter(scope__in=scopes)}
    places = {place: row.provider for place, row in {**floors, **rows}.items()}
    symbols: Counter[tuple[str, str]] = Counter()
    for provider, scope, endpoint in UncoveredSymbol.objects.filter(scope__in=scopes).values_list(
        "provider", "scope", "endpoint"
    ):
        symbols[scope, endpoint] += 1
        places[scope, endpoint] = provider
    return [
        _status(provider, scope, endpoint, rows, floors, symbols)
        for provider, scope, endpoint in sorted(
            (provider, scope, endpoint) for (scope, endpoint), provider in places.items()
        )
    ]


def scopes_in_use() -> set[str]:
    """Return the scopes of the keys that the settings have now."""
    found: set[str] = set()
    for name in registry.NAMES:
        try:
            access = registry.access(name)
        except (ProviderError, ValueError):  # no key, or a plan that may not be used here, or is unknown
            continue
        found |= {access.limits.scope, *(limits.scope for limits in access.others.values())}
    return found


def _status(
    provider: str,
    scope: str,
    endpoint: str,
    rows: dict[tuple[str, str], Entitlement],
    floors: dict[tuple[str, str], HistoryFloor],
    symbols: Counter[tuple[str, str]],
) -> EndpointStatus:
    row, floor = rows.get((scope, endpoint)), floors.get((scope, endpoint))
    state: State = "unknown" if row is None else "included" if row.included else "not_included"
    return EndpointStatus(
        provider=provider,
        scope=scope,
        endpoint=endpoint,
        state=state,
        since=row.since if row else None,
        heard_at=row.heard_at if row else None,
        words=row.words if row else "",
        ask_again_at=row.ask_again_at if row else None,
        floor=floor.floor if floor else None,
        floor_words=floor.words if floor else "",
        uncovered_symbols=symbols[scope, endpoint],
    )

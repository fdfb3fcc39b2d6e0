"""What is known of the endpoints of a key: for the gateway before each call, and for people."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from investment.lib.read_once import ReadOnce
from investment.providers import registry
from investment.providers.errors import ProviderError
from investment.providers.models import Entitlement, HistoryFloor, UncoveredSymbol

State = Literal["included", "not_included", "unknown"]


@dataclass(slots=True)
class Known:
    """
    What is known of a scope's endpoints, by their names.

    ``symbols`` tells whether there are symbols that are not covered; they are not read ahead, as they
    may be thousands.
    """

    entitlements: dict[str, Entitlement] = field(default_factory=dict)
    floors: dict[str, HistoryFloor] = field(default_factory=dict)
    symbols: bool = False


def _read(scope: str) -> Known:
    return Known(
        {row.endpoint: row for row in Entitlement.objects.filter(scope=scope)},
        {row.endpoint: row for row in HistoryFloor.objects.filter(scope=scope)},
        UncoveredSymbol.objects.filter(scope=scope).exists(),
    )


rows = ReadOnce("entitlements", _read)


def known(*, scope: str) -> Known:
    """Return what is known of a scope: one small read of the state server, unless it has changed."""
    return rows(scope)


def uncovered(*, scope: str, endpoint: str, symbol: str) -> UncoveredSymbol | None:
    """Return the mark of a symbol that an endpoint does not cover; None if there is none."""
    return UncoveredSymbol.objects.filter(scope=scope, endpoint=endpoint, symbol=symbol).first()


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

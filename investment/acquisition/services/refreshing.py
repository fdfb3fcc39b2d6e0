"""Asking for one datum now, because somebody waits for it: in the interactive lane, once for all who ask."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from investment.acquisition.kinds import RULES, Kind, Source
from investment.acquisition.levels import may_refresh
from investment.acquisition.models import InFlight, Sighting
from investment.acquisition.services import claims
from investment.acquisition.services.fetching import Order, fetch
from investment.lib import clock, level
from investment.lib.errors import DomainError
from investment.market.models import Instrument
from investment.providers import registry
from investment.providers.errors import ProviderError
from investment.quotas.contracts import Lane
from investment.quotas.selectors import window_status
from investment.quotas.services import scopes

LANE: Lane = "interactive"
_HOLD = timedelta(minutes=2)
_WAIT = 10.0  # real seconds for a call of somebody else's
_LOOK = 0.05  # real seconds


class NotRefreshed(DomainError):
    """It was not asked for, or nothing came; the message says why, and what to do."""

    code = "not_refreshed"


@dataclass(frozen=True, slots=True)
class Price:
    """
    What a refresh of one kind costs in calls, and what is there to pay with.

    ``free`` is how many calls the interactive lane would be granted now, of the ``limit`` of that window
    (None: there is no limit), ``resets_at`` when the next one is free where none is.
    """

    kind: Kind
    provider: str
    endpoint: str
    calls: int
    free: int | None
    limit: int | None
    resets_at: datetime | None


def price_of(*, kind: Kind, now: datetime) -> Price:
    """
    Return what asking for one datum of a kind costs. Nothing is asked.

    :raises NotRefreshed: if it cannot be asked for: no key, or not at this spending level.
    """
    source = _source(kind)
    limits = registry.access(source.provider).limits_of(source.endpoint)
    scopes.declare(limits)
    windows = [row for row in window_status(now=now, scope=limits.scope) if row.window is not None]
    tightest = min(windows, key=lambda row: row.lanes[LANE].free, default=None)
    waits = [row.next_slot_at for row in windows if row.next_slot_at is not None]
    return Price(
        kind=kind,
        provider=source.provider,
        endpoint=source.endpoint,
        calls=1,
        free=tightest.lanes[LANE].free if tightest else None,
        limit=tightest.window.limit if tightest and tightest.window else None,
        resets_at=max(waits, default=None),
    )


def refresh(*, instrument: Instrument, kind: Kind, now: datetime) -> Sighting:
    """
    Ask for one datum now, with one call; who asks while another does waits for that answer.

    :raises NotRefreshed: if it cannot be asked for, or the provider has none.
    :raises QuotaExhausted, ProviderError: where no call is free, or the provider cannot be asked.
    """
    source = _source(kind)
    token, ours = claims.claim(
        kind=kind, instrument_ids=[instrument.pk], provider=source.provider, now=now, hold=_HOLD
    )
    if ours:
        order = Order(kind, source.provider, tuple(ours), token)
        stopped = fetch(order=order, lane=LANE, why="refresh").stopped
        if stopped is not None:
            raise stopped
    else:
        _wait(instrument, kind)
    seen = Sighting.objects.filter(kind=kind, instrument=instrument).first()
    if seen is None:
        raise NotRefreshed(f"Nobody has answered about {instrument.symbol}: try again in a moment")
    if seen.error:
        raise NotRefreshed(f"{source.provider} has no {RULES[kind].label.lower()}: {seen.error}")
    return seen


def _source(kind: Kind) -> Source:
    spending, label = level.current(), RULES[kind].label
    if not may_refresh(spending):
        raise NotRefreshed(f"At the spending level «{spending}» nothing is asked for while somebody waits")
    missing: ProviderError | None = None
    for source in (each for each in RULES[kind].sources if not each.market):
        try:
            registry.access(source.provider)
        except ProviderError as error:
            missing = missing or error
        else:
            return source
    raise NotRefreshed(missing.message if missing else f"«{label}» comes with the whole market's file")


def _wait(instrument: Instrument, kind: Kind) -> None:
    deadline = time.monotonic() + _WAIT
    held = InFlight.objects.filter(kind=kind, instrument=instrument)
    while time.monotonic() < deadline and held.filter(until__gt=clock.now()).exists():
        time.sleep(_LOOK)

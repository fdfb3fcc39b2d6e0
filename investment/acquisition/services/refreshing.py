"""Asking for one datum now, because somebody waits for it: in the interactive lane, once for all who ask."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from investment.acquisition.kinds import RULES, Kind, Source
from investment.acquisition.levels import SENTENCES, may_refresh
from investment.acquisition.models import InFlight, Sighting
from investment.acquisition.services import claims
from investment.acquisition.services.fetching import Order, fetch
from investment.lib import clock, level
from investment.lib.errors import DomainError
from investment.market.models import Instrument
from investment.market.services.quotes import ImpossibleQuote
from investment.providers import registry
from investment.providers.errors import MalformedPayload, ProviderError
from investment.providers.titles import TITLES
from investment.quotas.contracts import Lane
from investment.quotas.selectors import WindowStatus, ledger_status
from investment.quotas.services import scopes

LANE: Lane = "interactive"
_HOLD = 60.0  # real seconds until the claim of a process that was killed is void
_WAIT = 10.0  # real seconds for a call of somebody else's
_LOOK = 0.05  # real seconds


class NotRefreshed(DomainError):
    """It was not asked for, or nothing came; the message says why, and what to do."""

    code = "not_refreshed"


class NobodyToAsk(NotRefreshed):
    """There is no source for it here: no key, or none that tells it of this instrument."""

    code = "nobody_to_ask"


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
    source = source_of_kind(kind=kind)
    limits = registry.access(source.provider).limits_of(source.endpoint)
    scopes.declare(limits)
    status = ledger_status(now=now, scope=limits.scope)
    windows = [row for row in status.windows if row.window is not None]
    # What is used of a second's limit is free again before anybody has read it.
    lasting = [row for row in windows if row.window and (row.window.seconds > 1 or not _free(row))]
    tightest = min(lasting or windows, key=_free, default=None)
    free = _free(tightest) if tightest else None
    if status.emergency:  # then the ledger grants this lane nothing
        free = 0
    waits = [row.next_slot_at for row in windows if row.next_slot_at is not None]
    return Price(
        kind=kind,
        provider=source.provider,
        endpoint=source.endpoint,
        calls=1,
        free=free,
        limit=tightest.window.limit if tightest and tightest.window else None,
        resets_at=max(waits, default=None),
    )


def _free(row: WindowStatus) -> int:
    return row.lanes[LANE].free


def refresh(*, instrument: Instrument, kind: Kind) -> Sighting:
    """
    Ask for one datum now, with one call; who asks while another does waits for that answer.

    :raises NotRefreshed: if it cannot be asked for, or another who asks has no answer for long.
    :raises QuotaExhausted, ProviderError: where no call is free, or the provider has no answer.
    """
    source = source_of_kind(kind=kind)
    give_up = time.monotonic() + _WAIT
    before = _sighting(instrument, kind)
    while True:
        now = clock.now()
        # In the clock's seconds: where it runs faster, a call takes more of them.
        hold = timedelta(seconds=_HOLD * max(1.0, clock.rate()))
        token, ours = claims.claim(
            kind=kind, instrument_ids=[instrument.pk], provider=source.provider, now=now, hold=hold
        )
        if ours:
            order = Order(kind, source.provider, tuple(ours), token)
            done = fetch(order=order, lane=LANE, why="refresh")
            if failure := done.stopped or done.error:
                raise _told(failure, source)
            seen = _sighting(instrument, kind) if done.seen else None
        else:
            seen = _wait(instrument, kind, before, give_up)
        if seen is not None and not seen.error:
            return seen
        if seen is not None:  # of somebody else's call we have the words alone
            words = f"{TITLES[seen.provider]} had no answer: {seen.error}"
            raise NotRefreshed(words, symbol=instrument.symbol)
        # The other one gave it up without a word, or its claim is void: it is our turn.
        if time.monotonic() >= give_up:
            words = f"Somebody else is asking {TITLES[source.provider]} for {instrument.symbol}"
            raise NotRefreshed(
                f"{words} and has no answer yet: try again in a moment", symbol=instrument.symbol
            )


def source_of_kind(*, kind: Kind) -> Source:
    """
    Return whom a datum of a kind is asked of, one by one.

    :raises NotRefreshed: if nothing is asked for at this spending level.
    :raises NobodyToAsk: if nobody can be.
    """
    spending, label = level.current(), RULES[kind].label
    if not may_refresh(spending):
        words = spending.value.replace("_", " ")
        raise NotRefreshed(
            f"At the spending level «{words}» nothing is asked for while somebody waits. "
            f"{SENTENCES[spending]}"
        )
    missing = ""
    for source in (each for each in RULES[kind].sources if not each.market):
        try:
            registry.access(source.provider)
        except ProviderError as error:
            missing = missing or error.message
        except ValueError as error:  # the settings name a plan that we do not know
            missing = missing or str(error)
        else:
            return source
    raise NobodyToAsk(missing or f"«{label}» comes with the whole market's file")


def _told(failure: DomainError, source: Source) -> DomainError:
    """Return a failure as a provider's, also where its answer could be read and cannot be true."""
    if isinstance(failure, ImpossibleQuote):
        return MalformedPayload(f"{TITLES[source.provider]}: {failure.message}", provider=source.provider)
    return failure


def _sighting(instrument: Instrument, kind: Kind) -> Sighting | None:
    return Sighting.objects.filter(kind=kind, instrument=instrument).first()


def _wait(instrument: Instrument, kind: Kind, before: Sighting | None, give_up: float) -> Sighting | None:
    """Wait for whoever is asking; return what became of it, None where there is no word."""
    held = InFlight.objects.filter(kind=kind, instrument=instrument)
    while held.filter(until__gt=clock.now()).exists() and time.monotonic() < give_up:
        time.sleep(_LOOK)
    after = _sighting(instrument, kind)
    return None if after is None or _word(after) == _word(before) else after


def _word(seen: Sighting | None) -> object:
    """Return what changes with every answer, also while the clock stands still."""
    return seen and (seen.tried_at, seen.seen_at, seen.call_id, seen.error)

"""Leave for one call to the outside: from the breaker of its endpoint, then from the quota ledger."""

from dataclasses import dataclass
from typing import Any

from investment.lib import clock
from investment.providers import breaker
from investment.providers.access import Access
from investment.quotas.contracts import Granted, Lane, Refused
from investment.quotas.services import ledger, scopes
from investment.quotas.services.memory import MAX_HOLD, SEND_WITHIN


@dataclass(frozen=True, slots=True)
class Admitted:
    """
    A call that has its slot and its row.

    :ivar stale_at: until when it may be sent (:func:`investment.lib.clock.awake`).
    """

    granted: Granted
    passage: breaker.Passage | None
    stale_at: float


def admit(
    access: Access[Any], endpoint: str, *, lane: Lane, purpose: str, hold: float, epoch: int | None
) -> Admitted | Refused:
    """
    Ask once. ``hold`` is how long the call can take, in real seconds.

    :raises CircuitOpen: if the endpoint is left alone for a while, because it failed.
    """
    limits = access.limits_of(endpoint)
    scopes.declare(limits)
    # Before the slot, which would be wasted.
    passage = breaker.admit(provider=access.provider, endpoint=endpoint) if endpoint else None
    asked, granted = clock.awake(), False
    try:
        answer = ledger.reserve(
            scope=limits.scope,
            lane=lane,
            purpose=purpose,
            # In the clock's seconds: where it runs faster, a call takes more of them.
            hold_seconds=min(hold * max(1.0, clock.rate()), MAX_HOLD),
            epoch=epoch,
            endpoint=endpoint,
            record=True,
        )
        granted = isinstance(answer, Granted)
    finally:
        if passage is not None and not granted:
            breaker.report(passage, outcome="not_sent")
    if isinstance(answer, Granted):
        return Admitted(answer, passage, asked + SEND_WITHIN)
    return answer

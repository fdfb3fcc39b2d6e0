"""
Opening a live connection, which is an outbound call like any other: reserved, its row committed, settled.

For event loops: everything that waits is done in a thread. What the connection then carries is no call.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection
from redis import RedisError

from investment.lib import clock
from investment.lib.one_thread import OneThread
from investment.providers import breaker
from investment.providers.access import Access
from investment.providers.errors import CircuitOpen
from investment.providers.services import admission
from investment.providers.streaming import Wait
from investment.quotas.contracts import CallDetails, Granted, Lane, Outcome
from investment.quotas.errors import QuotaExhausted
from investment.quotas.services import ledger

HOLD = 30.0  # real seconds that connecting can take, all told
_LOOK_AGAIN = 1.0  # real seconds, where nobody can say when it is worth asking again
_LONGEST = 60.0  # real seconds; the clock may be set while we wait

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class MeteredAttempt:
    """One attempt that was reserved and has its row."""

    granted: Granted
    passage: breaker.Passage | None
    stale_at: float
    thread: OneThread
    sent_at: datetime = field(default_factory=clock.now)
    started: float = field(default_factory=time.monotonic)

    def stale(self) -> bool:
        """See :class:`investment.providers.streaming.Attempt`."""
        return clock.awake() > self.stale_at

    async def ended(self, *, sent: bool | None, status: int | None = None, error: str = "") -> None:
        """See :class:`investment.providers.streaming.Attempt`."""
        seconds = time.monotonic() - self.started
        await self.thread(self._settle, sent, status, error, seconds)

    def _settle(self, sent: bool | None, status: int | None, error: str, seconds: float) -> None:
        outcome: Outcome = "sent" if sent else "unknown" if sent is None else "not_sent"
        details = CallDetails(
            sent_at=self.sent_at if outcome != "not_sent" else None,
            status=status,
            duration_seconds=seconds,
            error=error,
        )
        try:
            ledger.settle(id=self.granted.id, outcome=outcome, details=details)
            if self.passage is not None:
                breaker.report(self.passage, outcome=self._health(sent, status, error), why=error)
        except (DatabaseError, RedisError):
            # Unsettled it counts for as long as it could have taken, and longer: no harm is done.
            logger.warning("Could not settle an attempt to connect", exc_info=True)
            connection.close()

    @staticmethod
    def _health(sent: bool | None, status: int | None, error: str) -> breaker.Outcome:
        if status is not None:
            return breaker.outcome_of(status)
        return "failed" if sent is None or error else "not_sent"


class MeteredConnects:
    """
    Leave to open connections to one endpoint of a provider, from the quota ledger and its breaker.

    :param epoch: the number of the present reign over the connection; None where there is none.
    """

    def __init__(
        self,
        access: Access[Any],
        *,
        endpoint: str,
        lane: Lane,
        purpose: str,
        epoch: Callable[[], int | None],
        thread: OneThread,
    ) -> None:
        self._access, self._endpoint = access, endpoint
        self._lane, self._purpose = lane, purpose
        self._epoch, self._thread = epoch, thread

    async def ask(self) -> MeteredAttempt | Wait:
        """See :class:`investment.providers.streaming.Admission`."""
        return await self._thread(self._ask)

    def _ask(self) -> MeteredAttempt | Wait:
        try:
            return self._reserve()
        except CircuitOpen as error:
            return Wait(_seconds_until(error.retry_at), error.message)
        except (DatabaseError, RedisError) as error:
            connection.close()
            logger.warning("Could not reserve an attempt to connect", exc_info=True)
            return Wait(_LOOK_AGAIN, f"the ledger does not answer ({type(error).__name__})")

    def _reserve(self) -> MeteredAttempt | Wait:
        answer = admission.admit(
            self._access,
            self._endpoint,
            lane=self._lane,
            purpose=self._purpose,
            hold=HOLD,
            epoch=self._epoch(),
        )
        if isinstance(answer, admission.Admitted):
            return MeteredAttempt(answer.granted, answer.passage, answer.stale_at, self._thread)
        scope = self._access.limits_of(self._endpoint).scope
        why = QuotaExhausted(scope=scope, refused=answer).message
        return Wait(_seconds_until(answer.retry_at), why)


def _seconds_until(at: datetime | None) -> float:
    """Return the real seconds to an instant of the one clock, or for a while."""
    rate = clock.rate()
    if at is None or rate == 0:
        return _LOOK_AGAIN
    return min(_LONGEST, max(0.05, (at - clock.now()).total_seconds() / rate))

"""Plan what is asked one by one, and hand it to the workers: one leader at a time."""

import logging
import math
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from typing import Any

import redis
from celery import Celery
from django.core.management.base import BaseCommand, CommandError

from investment.acquisition.kinds import Kind
from investment.acquisition.services import leftovers
from investment.acquisition.services.fetching import Order
from investment.acquisition.services.planner import HOLD, Planner
from investment.lib import clock, level
from investment.lib.errors import DomainError
from investment.ops.management.stopping import asked_to_stop
from investment.ops.selectors.installation import check_mode
from investment.ops.services import leases

logger = logging.getLogger(__name__)

LOCK = "planner"
QUEUE = "fetch"
# Real seconds where the clock is the machine's; by a faster clock it is done more often, down to a limit.
TICK, QUICKEST_TICK = 1.0, 0.05
PUBLISH, QUICKEST_PUBLISH = 10.0, 2.0
REST = 5.0  # real seconds between two looks while there is nothing to ask for
FILL = 5.0  # real seconds between looks at work without a deadline
FILL_FACTS = 60.0  # the same after a look that found no new report: it goes through all filings


class Leader:
    """What the leader does again and again: choose, hand out, and from time to time show the plan."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._planner = Planner()
        self._published = -math.inf
        self._filled = time.monotonic()  # not in the crowd of a start
        self._facts_at = -math.inf
        self._publisher = threading.Thread()

    def tick(self, lease: leases.Held) -> float:
        """
        Return in how many real seconds to look again.

        :raises LeaseLost: if another leads by now; nothing more was sent.
        """
        pace = clock.rate()
        if not pace:  # a clock that stands still: nothing becomes any older
            return REST
        now, spending = clock.now(), level.current()
        for order in self._planner.tick(now=now, spending=spending):
            self._send(order, lease)
        if time.monotonic() - self._filled >= FILL:
            self._filled = time.monotonic()
            self._fill(now, spending, lease)
        if time.monotonic() - self._published >= max(QUICKEST_PUBLISH, PUBLISH / max(1.0, pace / 20)):
            self._publish(now, spending)
        closed = self._planner.closed_for(clock.now()).total_seconds() / pace
        return min(REST, closed) if closed > 0 else max(QUICKEST_TICK, TICK / max(1.0, pace / 3))

    def _fill(self, now: datetime, spending: level.Level, lease: leases.Held) -> None:
        """Hand out work without a deadline."""
        rests = self._filled < self._facts_at
        kinds = [kind for kind in leftovers.LEFTOVERS if not (rests and kind is Kind.FACTS)]
        found = leftovers.orders(now=now, spending=spending, kinds=kinds)
        if not rests and Kind.FACTS not in {order.kind for order in found}:
            self._facts_at = self._filled + FILL_FACTS / max(1.0, clock.rate())
        for order in found:
            self._send(order, lease)

    def _publish(self, now: datetime, spending: level.Level) -> None:
        """Beside the ticks: working out an hour of calls takes longer than one of them may."""
        if self._publisher.is_alive():
            return
        self._published = time.monotonic()
        draft = self._planner.draft(now=now, spending=spending)
        self._publisher = threading.Thread(target=_published, args=(draft,), name="publisher", daemon=True)
        self._publisher.start()

    def _send(self, order: Order, lease: leases.Held) -> None:
        lease.check_time()
        self._app.send_task(
            "acquisition.fetch",
            kwargs={
                "kind": order.kind.value,
                "provider": order.provider,
                "instrument_ids": list(order.instrument_ids),
                "token": str(order.token),
                "epoch": lease.epoch,
            },
            queue=QUEUE,
            expires=HOLD / 2,  # by then its claims are about to be void
            retry=False,
        )


def _published(draft: Callable[[], object]) -> None:
    try:
        draft()
    except redis.RedisError:
        logger.warning("The plan could not be shown; the next one will", exc_info=True)


class Command(BaseCommand):
    help = "Choose what is asked one by one, each call where it buys the most. Runs until it is stopped."
    requires_system_checks = []  # `prepare` runs them; here they would load the whole API

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, metavar="S", help="stop after so many (real)")

    def handle(self, *, seconds: float | None, **options: Any) -> None:
        from investment.celery import app

        try:
            check_mode()
        except DomainError as error:
            raise CommandError(error.message) from error
        until = time.monotonic() + seconds if seconds is not None else math.inf
        leases.lead(LOCK, begin=lambda: Leader(app).tick, stop=asked_to_stop(), pause=TICK, until=until)

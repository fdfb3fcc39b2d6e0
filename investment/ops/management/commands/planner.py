"""Plan what is asked one by one, and hand it to the workers: one leader at a time."""

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from typing import Any

import redis
from celery import Celery
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections, connection
from kombu.exceptions import OperationalError

from investment.acquisition.services.fetching import Order
from investment.acquisition.services.planner import HOLD, Planner
from investment.lib import clock, level
from investment.lib.errors import DomainError
from investment.ops.selectors.installation import check_mode
from investment.ops.services import leases

logger = logging.getLogger(__name__)

LOCK = "planner"
QUEUE = "fetch"
TICK = 1.0  # real seconds where the clock is the machine's; a faster clock is looked at more often
QUICKEST = 0.05
PUBLISH = 10.0  # real seconds between plans for people


class Leader:
    """What the leader does again and again: choose, hand out, and from time to time show the plan."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._planner = Planner()
        self._published = 0.0

    def tick(self, lease: leases.Held) -> None:
        """:raises LeaseLost: if another leads by now; nothing more was sent."""
        now, spending = clock.now(), level.current()
        for order in self._planner.tick(now=now, spending=spending):
            self._send(order, lease)
        if time.monotonic() - self._published >= PUBLISH:
            self._planner.publish(now=clock.now(), spending=spending)
            self._published = time.monotonic()

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


class Command(BaseCommand):
    help = "Choose what is asked one by one, each call where it buys the most. Runs until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, metavar="S", help="stop after so many (real)")

    def handle(self, *, seconds: float | None, **options: Any) -> None:
        from investment.celery import app

        try:
            check_mode()
        except DomainError as error:
            raise CommandError(error.message) from error
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        end = time.monotonic() + seconds if seconds is not None else float("inf")
        while not stop.is_set() and time.monotonic() < end:
            try:
                with leases.lock(LOCK) as lease:
                    logger.info("Leading the plan")
                    leader = Leader(app)
                    while not stop.is_set() and not lease.lost.is_set() and time.monotonic() < end:
                        leader.tick(lease)
                        stop.wait(max(QUICKEST, TICK / max(1.0, clock.rate() / 4)))
            except leases.Busy:
                stop.wait(TICK)
            except leases.LeaseLost as error:
                logger.warning("Leading no more: %s", error)
            except (DatabaseError, redis.RedisError, OperationalError):
                # A server that restarts must not end us: everything is in rows.
                logger.warning("A server is away; trying again", exc_info=True)
                connection.close()
                close_old_connections()
                stop.wait(TICK)

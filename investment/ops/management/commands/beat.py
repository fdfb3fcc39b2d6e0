"""Poll what is due and nudge the workers: one leader at a time."""

import logging
import time
from argparse import ArgumentParser
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from celery import Celery
from django.core.management.base import BaseCommand, CommandError

from investment.lib import clock
from investment.lib.errors import DomainError
from investment.ops import schedule
from investment.ops.management.stopping import asked_to_stop
from investment.ops.selectors import history, jobs
from investment.ops.selectors.installation import check_mode
from investment.ops.selectors.past_scores import past_scores_wanted
from investment.ops.services import leases, runs

logger = logging.getLogger(__name__)

LOCK = "beat"
TICK = 1.0  # real seconds
NUDGE_AGAIN = 5.0  # real seconds until a job that nobody has begun is nudged once more
ORPHANS_EVERY = 5.0  # real seconds
LASTS = 20.0  # real seconds that a message lives at least


class Beat:
    """
    Sends tasks for what is due. The rows say what is due; a lost message costs only a moment.

    One job is nudged at a time, the oldest session first, and none while another is being worked
    on: a session's analysis reads the ones before it. While none is due the history goes on.
    """

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._nudged: dict[str, float] = {}
        self._orphans_at = 0.0

    def tick(self, *, now: datetime, lease: leases.Held | None = None) -> None:
        """
        Look once.

        :raises LeaseLost: if another leads by now; nothing more was written or sent.
        """
        with lease.writing() if lease else nullcontext():
            due = schedule.due_entries(now=now)
            if time.monotonic() - self._orphans_at >= ORPHANS_EVERY:
                self._orphans_at = time.monotonic()
                runs.abandon_orphans(now=now)
        for entry in due:
            # One that comes again before anybody took it is worth nothing any more.
            again = entry.every.total_seconds() / max(1.0, clock.rate()) if entry.every else None
            self._send(entry.task, lease, expires=again and max(again, LASTS), **entry.about)
        if not jobs.any_in_work():
            job = jobs.due_jobs(now=now).first()
            if job is not None:
                self._nudge("ops.advance_session", lease, session=job.session.isoformat())
            elif history.due_history(now=now) is not None:
                self._nudge("ops.bring_history", lease)
            elif past_scores_wanted():
                self._nudge("ops.score_past", lease)

    def _nudge(self, task: str, lease: leases.Held | None, **arguments: str) -> None:
        what, at = " ".join([task, *arguments.values()]), time.monotonic()
        if at - self._nudged.get(what, -NUDGE_AGAIN) >= NUDGE_AGAIN:
            self._nudged = {what: at}
            # A message that no worker took in time is worthless: the row is nudged again.
            self._send(task, lease, expires=NUDGE_AGAIN * 4, **arguments)

    def _send(
        self, task: str, lease: leases.Held | None, *, expires: float | None = None, **arguments: str
    ) -> None:
        if lease is not None:
            lease.check_time()
        self._app.send_task(task, kwargs=arguments, expires=expires, retry=False)
        logger.info("Sent %s %s", task, " ".join(arguments.values()))


class Command(BaseCommand):
    help = "Poll the schedule and the due jobs each second, and nudge the workers. Runs until it is stopped."
    requires_system_checks = []  # `prepare` runs them; here they would load the whole API

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one look, without leadership")

    def handle(self, *, once: bool, **options: Any) -> None:
        from investment.celery import app

        try:
            check_mode()
        except DomainError as error:
            raise CommandError(error.message) from error
        beat = Beat(app)
        if once:
            beat.tick(now=clock.now())
            return

        def turn(lease: leases.Held) -> float:
            beat.tick(now=clock.now(), lease=lease)
            return TICK

        leases.lead(LOCK, begin=lambda: turn, stop=asked_to_stop(), pause=TICK)

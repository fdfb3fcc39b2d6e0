"""Run the daily job of one session, or of several."""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from investment.lib import clock
from investment.lib.errors import DomainError
from investment.market.models import DailyBar, Instrument
from investment.market.selectors.sessions import latest_closed_session, sessions_before
from investment.ops.management import console
from investment.ops.models import Run, SessionJob
from investment.ops.selectors import backfill as history
from investment.ops.selectors import jobs
from investment.ops.selectors.installation import check_mode
from investment.ops.selectors.prices import has_prices, prices_source
from investment.ops.services import job_rows, leases
from investment.ops.services.backfill import run_backfill
from investment.ops.services.history import open_history
from investment.ops.services.instruments import sync_instruments
from investment.ops.services.session_job import Outcome, advance_session, outcome_of
from investment.ops.services.work import OnProgress
from investment.providers.sandbox.folder import first_and_last_session

FINISHED = (SessionJob.State.DONE, SessionJob.State.CLOSED)
_PAUSES = (2.0, 5.0, 15.0)  # seconds before a passing failure is tried again
_LONGEST = 90.0  # seconds to wait for a provider that said when to come back; beyond it the job waits
_LOOK = 0.5  # seconds between looks at a session that somebody else works on
NOT_FINISHED = 2  # exit code: nothing went wrong here, and it will be tried again


class Command(BaseCommand):
    help = (
        "Fetch, store, analyse and rank a session: the latest that has closed unless told otherwise. "
        f"Ends with 0 where every session is done, with {NOT_FINISHED} where one will be tried again."
    )
    requires_system_checks = []  # `prepare` runs them; here they would load the whole API

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--session", type=date.fromisoformat, metavar="DATE", help="this one; again, if it is done"
        )
        which.add_argument(
            "--since", type=date.fromisoformat, metavar="DATE", help="all that are not done since then"
        )
        which.add_argument(
            "--catch-up",
            action="store_true",
            help="all since the last one that is done; first of all a start",
        )
        parser.add_argument(
            "--stored", action="store_true", help="ask nobody: analyse and rank what is stored"
        )
        parser.add_argument(
            "--no-wait", action="store_true", help="do not wait for free calls: leave that to the schedule"
        )

    def handle(self, *, stored: bool, no_wait: bool, **options: Any) -> None:
        self._patience = 0.0 if no_wait else float("inf")
        self._stored = stored
        try:
            check_mode()
            with console.progress() as on_progress:
                if not has_prices():
                    self.stdout.write(prices_source().words)
                    return
                if not stored:
                    self._know_instruments(on_progress)
                sessions = self._sessions(options, on_progress)
                outcomes = [self._run(session, on_progress) for session in sessions]
                if options["catch_up"]:
                    outcomes += self._one_before(outcomes, on_progress)
        except DomainError as error:
            raise CommandError(error.message) from error
        if not outcomes:
            self.stdout.write("Nothing to do: every session is done")
            return
        _show(outcomes)
        if any(outcome.state == SessionJob.State.FAILED for outcome in outcomes):
            raise CommandError("A session failed: the table says why, and so do the data issues")
        if any(outcome.state not in FINISHED for outcome in outcomes):
            sys.exit(NOT_FINISHED)

    def _sessions(self, options: dict[str, Any], on_progress: OnProgress) -> Sequence[date]:
        now = clock.now()
        if session := options["session"]:
            return [session]
        if since := options["since"]:
            found = jobs.sessions_since(since=since, now=now)
        elif not options["catch_up"]:
            return [latest_closed_session(now)]
        elif settings.MODE.kind == "data":
            if not self._stored:
                self._read_folder(on_progress)
            found = sorted({*history.last_bar_sessions(), latest_closed_session(now)})
        else:
            due = jobs.due_jobs(now=now).values_list("session", flat=True)
            return sorted({*jobs.sessions_to_catch_up(now=now), *due})
        done = SessionJob.objects.filter(session__in=found, state__in=FINISHED)
        return sorted(set(found) - set(done.values_list("session", flat=True)))

    def _know_instruments(self, on_progress: OnProgress) -> None:
        """
        Read who is listed where nobody has told us yet: nothing could be ranked.

        Those no longer listed can wait for the schedule: a first start has few calls. In live mode all
        of it waits for the history's turn: with so few calls, prices come first.
        """
        if settings.MODE.kind == "live":
            open_history(now=clock.now())
            return
        if Instrument.objects.exclude(kind=Instrument.Kind.UNKNOWN).exists():
            return
        sync_instruments(
            now=clock.now(),
            trigger=Run.Trigger.COMMAND,
            patience=self._patience,
            delisted=False,
            on_progress=on_progress,
        )

    def _read_folder(self, on_progress: OnProgress) -> None:
        """Bring in all bars of the folder, through the sandbox, like any provider's history."""
        first, _ = first_and_last_session(Path(settings.DATA_DIR))
        plan = history.plan_backfill(since=first, now=clock.now())
        if not plan.empty:
            filled = run_backfill(
                plan=plan, now=clock.now(), trigger=Run.Trigger.COMMAND, on_progress=on_progress
            )
            for note in filled.notes:
                self.stdout.write(f"  {note}")

    def _one_before(self, outcomes: Sequence[Outcome], on_progress: OnProgress) -> list[Outcome]:
        """Where the only session there could be is not published yet, bring in the one before it now."""
        if not outcomes or self._stored or settings.MODE.kind != "live" or DailyBar.objects.exists():
            return []
        first = outcomes[0]
        if first.state != SessionJob.State.NOT_PUBLISHED:
            return []
        before = sessions_before(first.session, 2)[0]
        return [self._run(before, on_progress)] if before < first.session else []

    def _run(self, session: date, on_progress: OnProgress) -> Outcome:
        """Advance one session; wait for whoever is at it, and go on if that one is gone."""

        def report(what: str, done: int, total: int | None) -> None:
            on_progress(f"{session}  {what}", done, total)

        if not self._stored:
            job_rows.ask_again(session=session, now=clock.now())
        pauses = list(_PAUSES)
        while True:
            try:
                outcome = advance_session(
                    session=session,
                    now=clock.now(),
                    trigger=Run.Trigger.COMMAND,
                    patience=self._patience,
                    on_progress=report,
                    stored_only=self._stored,
                )
            except leases.Superseded:
                raise
            except (leases.Busy, leases.LeaseLost) as busy:
                self.stdout.write(f"{busy.message}; waiting for it")
                _wait_until_free(session)
                outcome = outcome_of(session)
                if outcome.next_try_at is None or outcome.next_try_at > clock.now():
                    return outcome
                continue
            if not outcome.passing or not pauses:
                return outcome
            pause = pauses.pop(0)
            if outcome.come_back is not None:
                pause = max(pause, (outcome.come_back - clock.now()).total_seconds() / (clock.rate() or 1.0))
            if pause > _LONGEST:
                return outcome
            self.stdout.write(f"{outcome.error}; again in {pause:.0f} s")
            time.sleep(pause)


def _wait_until_free(session: date) -> None:
    while leases.is_held(SessionJob.objects.get(pk=session)):
        time.sleep(_LOOK)


def _show(outcomes: Sequence[Outcome]) -> None:
    headers = (
        "session",
        "state",
        "new",
        "changed",
        "same",
        "refused",
        "analysed",
        "ranked",
        "calls",
        "seconds",
    )
    rows = [
        (
            str(outcome.session),
            outcome.state,
            outcome.inserted,
            outcome.changed,
            outcome.unchanged,
            outcome.refused,
            outcome.analysed,
            outcome.ranked,
            outcome.calls,
            outcome.seconds,
        )
        for outcome in outcomes
    ]
    console.table("Daily job", headers, rows)
    for outcome in outcomes:
        if outcome.error:
            again = f" Next try {outcome.next_try_at:%Y-%m-%d %H:%M} UTC." if outcome.next_try_at else ""
            sys.stdout.write(f"  {outcome.session}: {outcome.error}{again}\n")

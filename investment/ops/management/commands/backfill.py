"""Bring in history from the provider."""

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from investment.lib import clock
from investment.lib.errors import DomainError
from investment.market.models import Instrument
from investment.ops.management import console
from investment.ops.models import Run
from investment.ops.selectors.backfill import BackfillPlan, plan_backfill
from investment.ops.selectors.installation import check_mode
from investment.ops.selectors.jobs import last_done_session
from investment.ops.services import job_rows
from investment.ops.services.backfill import run_backfill
from investment.ops.services.instruments import sync_instruments
from investment.ops.services.session_job import advance_session


class Command(BaseCommand):
    help = (
        "Bring in bars, splits and dividends since a date, newest first, within the quota. What is stored "
        "stays: begun again, it goes on where it stopped. Afterwards the latest session is analysed again."
    )
    requires_system_checks = []  # `prepare` runs them; here they would load the whole API

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=date.fromisoformat, required=True, metavar="DATE")
        parser.add_argument("--plan", action="store_true", help="only say what it would take")

    def handle(self, *, since: date, plan: bool, **options: Any) -> None:
        try:
            check_mode()
            with console.progress() as on_progress:
                if not Instrument.objects.exists() and not plan:
                    sync_instruments(
                        now=clock.now(),
                        trigger=Run.Trigger.COMMAND,
                        patience=float("inf"),
                        on_progress=on_progress,
                    )
                wanted = plan_backfill(since=since, now=clock.now())
                self.stdout.write(_words(wanted))
                if plan or wanted.empty:
                    return
                done = run_backfill(
                    plan=wanted, now=clock.now(), trigger=Run.Trigger.COMMAND, on_progress=on_progress
                )
                self._analyse_again()
        except DomainError as error:
            raise CommandError(f"{error.message} (what was stored stays; run it again)") from error
        for note in done.notes:
            self.stdout.write(f"  {note}")
        self.stdout.write(f"{done.stored:,} pieces stored, {done.calls:,} calls, {done.seconds:,.0f} s")

    def _analyse_again(self) -> None:
        """The figures of the latest session reach back over what has just come in."""
        session = last_done_session()
        if session is not None:
            now = clock.now()
            job_rows.reopen_analysis(session=session, instrument_ids=None, now=now)
            advance_session(session=session, now=now, trigger=Run.Trigger.COMMAND)


def _words(plan: BackfillPlan) -> str:
    if plan.empty:
        return f"Nothing is missing from {plan.since} to {plan.until}"
    what = (
        f"{len(plan.symbols):,} instruments one by one"
        if plan.strategy == "symbol"
        else f"{len(plan.sessions):,} sessions of the whole market, newest first"
    )
    takes = timedelta(seconds=round(plan.seconds))
    return (
        f"{plan.since} to {plan.until}: {what}; about {plan.calls:,} calls, "
        f"which take about {takes} (h:mm:ss)"
    )

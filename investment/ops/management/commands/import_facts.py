"""Bring what companies told in their filings."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from investment.acquisition.kinds import Kind
from investment.lib import clock
from investment.lib.errors import DomainError
from investment.market.selectors.facts import told_so_far
from investment.market.selectors.lookup import look_up
from investment.ops.management import console
from investment.ops.models import Run
from investment.ops.selectors.installation import check_mode
from investment.ops.services.company import ask_sec
from investment.ops.services.facts import sync_facts

PATIENCE = 600.0  # seconds that a request may wait for a slot, or for a failure to pass


class Command(BaseCommand):
    help = (
        "Bring the figures of companies' filings from the SEC: of some companies, with one call each, or of "
        "all, as the schedule does each night."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("symbols", nargs="*", default=[], metavar="SYMBOL", help="of these companies")
        which.add_argument(
            "--archive", action="store_true", help="of all companies, from the nightly archive (1.4 GB)"
        )

    def handle(self, *, symbols: list[str], archive: bool, **options: Any) -> None:
        try:
            check_mode()
            if archive:
                self._archive()
            for symbol in symbols:
                self._company(symbol)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _archive(self) -> None:
        with console.progress() as on_progress:
            done = sync_facts(
                now=clock.now(), trigger=Run.Trigger.COMMAND, patience=PATIENCE, on_progress=on_progress
            )
        self.stdout.write(f"{done.message} ({done.calls} calls, {done.seconds:.1f} s)")

    def _company(self, symbol: str) -> None:
        started = time.monotonic()
        instrument = look_up(symbol=symbol)
        ask_sec(instrument=instrument, kind=Kind.FACTS)
        figures, filings, last = told_so_far(cik=instrument.cik or "")
        took = time.monotonic() - started
        self.stdout.write(
            f"{instrument.symbol}: {figures:,} figures in {filings:,} filings, the last of {last} "
            f"({took:.1f} s)"
        )

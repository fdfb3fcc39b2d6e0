"""Bring what companies told in their filings."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from investment.lib import clock
from investment.lib.errors import DomainError
from investment.ops.management import console
from investment.ops.models import Run
from investment.ops.selectors.installation import check_mode
from investment.ops.services.facts import sync_facts

PATIENCE = 600.0  # seconds that a request may wait for a slot, or for a failure to pass


class Command(BaseCommand):
    help = "Bring the figures of companies' filings from the SEC, as the schedule does each night."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--archive", action="store_true", required=True, help="of all companies, from the nightly archive"
        )

    def handle(self, **options: Any) -> None:
        try:
            check_mode()
            self._archive()
        except DomainError as error:
            raise CommandError(error.message) from error

    def _archive(self) -> None:
        with console.progress() as on_progress:
            done = sync_facts(
                now=clock.now(), trigger=Run.Trigger.COMMAND, patience=PATIENCE, on_progress=on_progress
            )
        self.stdout.write(f"{done.message} ({done.calls} calls, {done.seconds:.1f} s)")

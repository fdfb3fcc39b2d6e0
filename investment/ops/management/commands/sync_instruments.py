"""Bring the list of instruments up to date."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from investment.lib import clock
from investment.lib.errors import DomainError
from investment.ops.management import console
from investment.ops.models import Run
from investment.ops.selectors.installation import check_mode
from investment.ops.services.instruments import sync_instruments


class Command(BaseCommand):
    help = "Read the provider's list of instruments, those no longer listed included, within the quota."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--active-only", action="store_true", help="leave out those no longer listed")

    def handle(self, *, active_only: bool, **options: Any) -> None:
        try:
            check_mode()
            with console.progress() as on_progress:
                synced = sync_instruments(
                    now=clock.now(),
                    trigger=Run.Trigger.COMMAND,
                    patience=float("inf"),
                    delisted=not active_only,
                    on_progress=on_progress,
                )
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{synced.read:,} instruments, {synced.calls} calls, {synced.seconds:.1f} s")

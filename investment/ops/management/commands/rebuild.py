"""Make bars and actions again from the archive of raw answers."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from investment.lib.errors import DomainError
from investment.ops.management import console
from investment.ops.selectors.installation import check_mode
from investment.ops.services.rebuilding import Rebuilt, rebuild
from investment.providers.replay import REPLAYABLE


class Command(BaseCommand):
    help = (
        "Make bars, splits and dividends again from the raw answers that are kept, without a call. What the "
        "archive lacks stays as it is. With --check nothing is written: it says what differs, and ends with "
        "an error if anything does. Each year is done as a whole or not at all; the daily job waits for it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from-archive", action="store_true", required=True, help="there is no other way"
        )
        parser.add_argument("--since", type=date.fromisoformat, default=date.min, metavar="DATE")
        parser.add_argument("--until", type=date.fromisoformat, default=date.max, metavar="DATE")
        parser.add_argument("--provider", choices=REPLAYABLE, action="append", help="default: all")
        parser.add_argument("--check", action="store_true", help="only compare")

    def handle(
        self, *, since: date, until: date, provider: list[str] | None, check: bool, **options: Any
    ) -> None:
        if since > until:
            raise CommandError(f"--since {since} is after --until {until}")
        try:
            check_mode()
            with console.progress() as on_progress:
                done = rebuild(
                    since=since,
                    until=until,
                    providers=provider or REPLAYABLE,
                    check=check,
                    on_progress=on_progress,
                )
        except DomainError as error:
            raise CommandError(f"{error.message} (years that were done stay done)") from error
        self._show(done)
        if check and not done.equal:
            raise CommandError(
                "What is stored is not what the archive makes; run it without --check to mend it"
            )

    def _show(self, done: Rebuilt) -> None:
        self.stdout.write(
            f"{done.answers:,} kept answers. Bars: {done.same:,} as stored, {done.restored:,} were missing, "
            f"{done.different:,} were different, {done.lacking:,} stay, for the archive lacks their answers"
        )
        if done.other_origin:
            self.stdout.write(f"{done.other_origin:,} of them have the same values from another answer")
        if done.revisions_different:
            self.stdout.write(f"{done.revisions_different:,} revisions are only in one of both")
        self.stdout.write(
            f"Splits and dividends: {done.actions_same:,} as stored, {done.actions_restored:,} were missing, "
            f"{done.actions_lacking:,} stay, for the archive does not make them"
        )
        for words in (*done.examples[:10], *done.notes):
            self.stdout.write(f"  {words}")

"""Score past months as they were known, and tell how all scores did."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from investment.analysis.selectors.analysis import latest_analysed_session
from investment.analysis.selectors.score_record import record_of
from investment.lib import clock
from investment.lib.errors import DomainError
from investment.ops.management import console
from investment.ops.models import Run
from investment.ops.selectors.installation import check_mode
from investment.ops.services.past_scores import score_past


class Command(BaseCommand):
    help = (
        "Analyse, rank and score the last session of each past month as it was known then, as far as prices "
        "are stored, and say how the scores did: their rank correlation with the next 21 sessions' returns. "
        "What is done each night as far as there is time; may be interrupted, and goes on where it stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--months", type=int, metavar="N", help="the last N; else as far as prices reach")
        parser.add_argument(
            "--again", action="store_true", help="those that are scored already, too, and all of the record"
        )

    def handle(self, *, months: int | None, again: bool, **options: Any) -> None:
        if months is not None and months < 1:
            raise CommandError("--months must be at least 1")
        try:
            check_mode()
            done = score_past(
                now=clock.now(),
                trigger=Run.Trigger.COMMAND,
                months=months,
                again=again,
                patience=float("inf"),
                on_month=lambda session, words: self.stdout.write(f"{session}  {words}"),
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(str(done))
        newest = latest_analysed_session()
        if newest is None:
            self.stdout.write("Nothing is analysed yet, so there is nothing to score: manage.py run_session")
            return
        self._tell(newest)

    def _tell(self, newest: date) -> None:
        for board in ("stocks", "etfs"):
            rows = [
                (view.label, len(view.months), _figure(view.mean), view.words)
                for view in record_of(board=board, as_of=newest)
                if view.months and "." not in view.score
            ]
            if rows:
                console.table(f"How the scores of {board} did", ("score", "months", "mean", "in words"), rows)


def _figure(value: float | None) -> str:
    return "—" if value is None else f"{value:+.3f}"

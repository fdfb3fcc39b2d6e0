"""Load bars of one's own, or the sample market's past."""

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from investment.lib import clock
from investment.lib.errors import DomainError
from investment.market.services.imports import (
    SAMPLE_SESSIONS,
    ImportReport,
    import_file,
    import_folder,
    import_sample,
    sample_sessions,
)


class Command(BaseCommand):
    help = (
        "Load a folder of daily bars (dataset.toml says what it holds), one CSV file"
        " (session,open,high,low,close,volume), or the sample market's past. Repeatable."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, metavar="DIR|FILE")
        parser.add_argument("--sample", action="store_true", help="load the sample market's past instead")
        parser.add_argument("--sessions", type=int, default=SAMPLE_SESSIONS, help="of the sample market")
        parser.add_argument(
            "--basis",
            choices=("raw", "splits"),
            help="of a single file: as traded, or adjusted for later splits",
        )
        parser.add_argument("--symbol", help="of a single file; default: its name")
        parser.add_argument(
            "--adjusted-until",
            type=date.fromisoformat,
            metavar="DATE",
            help="with --basis splits: the day whose basis the prices are on; default: today",
        )

    def handle(self, *, path: Path | None, sample: bool, **options: Any) -> None:
        if sample == (path is not None):
            raise CommandError("Give a folder, a file, or --sample, and one of them only.")
        try:
            report = self._sample(options["sessions"]) if path is None else self._path(path, **options)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"inserted {report.inserted:,}, changed {report.changed:,}, unchanged {report.unchanged:,},"
            f" not chosen {report.not_chosen:,}, refused {report.refused:,}"
        )
        if report.skipped_sessions:
            self.stdout.write(f"{report.skipped_sessions} sessions had bars already and were passed over")
        if report.refused:
            self.stdout.write("The refused rows are in quarantine, with their reasons: see the admin.")

    def _sample(self, count: int) -> ImportReport:
        now = clock.now()
        sessions = sample_sessions(now=now, count=count)
        if not sessions:
            raise CommandError("There are no sessions to import: run manage.py write_calendar first.")
        with self._progress("Sessions") as tell:
            return import_sample(first=sessions[0], last=sessions[-1], now=now, on_progress=tell)

    def _path(
        self,
        path: Path,
        *,
        basis: str | None,
        symbol: str | None,
        adjusted_until: date | None,
        **options: Any,
    ) -> ImportReport:
        if settings.MODE.synthetic:
            self.stderr.write("This installation shows the invented sample market; yours stand beside it.")
        if path.is_dir():
            if basis or symbol or adjusted_until:
                raise CommandError("A folder's dataset.toml says symbols and bases; give neither.")
            with self._progress("Files") as tell:
                return import_folder(path=path, now=clock.now(), on_progress=tell)
        if not path.is_file():
            raise CommandError(f"{path} is neither a folder nor a file.")
        if basis not in ("raw", "splits"):
            raise CommandError(
                f"Say what the prices of {path.name} are: --basis raw (as traded) or splits (adjusted)."
            )
        return import_file(
            path=path,
            symbol=symbol or path.stem,
            basis="raw" if basis == "raw" else "splits",
            now=clock.now(),
            adjusted_until=adjusted_until,
        )

    def _progress(self, what: str) -> "_Bar":
        return _Bar(what)


class _Bar:
    """A progress bar on a terminal, silence elsewhere."""

    def __init__(self, what: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn(what),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(what, total=None)

    def __enter__(self) -> "_Bar":
        self._bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=total)

"""Make the installation ready: schema, mode, calendar, clock, users, the sample's past."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from investment.accounts.selectors import get_user
from investment.accounts.services.login_links import create_login_link
from investment.accounts.services.users import ensure_admin
from investment.lib import clock
from investment.lib.errors import DomainError
from investment.ops.management import console
from investment.ops.schedule import SCHEDULE, look_again_at_start
from investment.ops.selectors.installation import recorded_mode, refuse_other_mode
from investment.ops.services import installation
from investment.ops.services.carrying import carry_over

ADMIN = "admin"


class Command(BaseCommand):
    help = (
        "Migrate, check that the database belongs to this mode, write the calendar, bring users, tokens and "
        "pauses along from sample mode (SAMPLE_DATABASE_URL) or make the first administrator, and import the "
        "sample market's past. Repeatable; the second time is quick."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--credentials",
            type=Path,
            metavar="FILE",
            help="write the first administrator's name and password here (mode 0600), as JSON",
        )
        parser.add_argument(
            "--login-link",
            type=Path,
            metavar="FILE",
            help="write the path of a link here (mode 0600) that signs the first administrator in once",
        )

    def handle(self, *, credentials: Path | None, login_link: Path | None, **options: Any) -> None:
        try:
            self._prepare(credentials)
            # In the end: it is valid for ten minutes, and the sample's past may take one.
            if login_link is not None:
                secret = create_login_link(user=get_user(), now=clock.real_now())
                _write_for_owner(login_link, f"/login/{secret}")
        except DomainError as error:
            raise CommandError(error.message) from error

    def _prepare(self, credentials: Path | None) -> None:
        recorded = recorded_mode()
        if recorded is not None:
            refuse_other_mode(recorded)
        call_command("migrate", interactive=False, verbosity=0)
        installation.record_mode(now=clock.real_now())
        if written := installation.ensure_calendar(today=clock.real_now().date()):
            self._say(f"Calendar: {written:,} sessions")
        if stands_at := installation.ensure_clock():
            self._say(f"The clock stands at {stands_at:%Y-%m-%d %H:%M} UTC")
        self._carry_over()
        self._ensure_admin(credentials)
        with console.progress() as on_progress:
            installation.import_sample_past(now=clock.now(), on_progress=on_progress)
        look_again_at_start(now=clock.now())
        self._say(f"Prepared: {settings.MODE.name}")

    def _carry_over(self) -> None:
        address = settings.SAMPLE_DATABASE_URL
        if not address:
            return
        names = frozenset(entry.name for entry in SCHEDULE)
        try:
            carried = carry_over(address=address, entries=names, now=clock.real_now())
        except DomainError as error:
            # No reason not to start; and nothing is lost by dropping a mode that has just begun.
            self._say(f"Nothing was carried over from the sample: {error.message}")
            self._say(f"To try again: ./scripts/run.sh --reset {settings.MODE.kind}")
            return
        if carried is not None:
            self._say(f"Carried over from the sample: {carried}")
            for words in carried.left:
                self._say(f"  not carried over: {words}")

    def _ensure_admin(self, credentials: Path | None) -> None:
        password = ensure_admin(username=ADMIN, now=clock.real_now())
        if password is None:
            return
        if credentials is None:
            self._say(f"First administrator: {ADMIN}, password {password} (shown this once)")
            return
        _write_for_owner(credentials, json.dumps({"username": ADMIN, "password": password}))
        self._say(f"First administrator: {ADMIN}; its password is in {credentials}")

    def _say(self, words: str) -> None:
        self.stdout.write(words)


def _write_for_owner(path: Path, text: str) -> None:
    """Write what others may not read, not even for the moment before a chmod."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)

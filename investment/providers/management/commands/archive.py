"""What the archive of raw answers holds."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from investment.lib import clock
from investment.providers.selectors.archive import extent, size
from investment.providers.selectors.unwritten import unwritten
from investment.providers.services import archive


class Command(BaseCommand):
    help = "Say what the archive of raw answers holds; with --expire, delete what may not be kept any longer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--expire", action="store_true", help="also done by itself every night")

    def handle(self, *, expire: bool, **options: Any) -> None:
        if expire:
            self._expire()
        for row in extent():
            lacking = f", {row.without_body:,} of them without their body" if row.without_body else ""
            self.stdout.write(
                f"{row.provider}: {row.answers:,} answers from {row.first} to {row.last}{lacking}"
            )
        self.stdout.write(f"{size() / 2**20:,.1f} MiB of bodies, unpacked")
        for lost in unwritten():
            words = f"{lost.provider}: {lost.times:,} times it was not possible to {lost.what}"
            self.stdout.write(self.style.WARNING(words))

    def _expire(self) -> None:
        deleted = archive.expire(now=clock.now())
        self.stdout.write(f"Deleted {deleted.answers:,} answers and {deleted.bodies:,} bodies")

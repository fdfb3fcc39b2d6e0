"""Find bars that belong to nobody: the table has no foreign-key constraint, which would cost too much."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from investment.lib import clock
from investment.market.services.orphans import check_orphans


class Command(BaseCommand):
    help = "Find bars without an instrument or an origin; open a data issue for each session that has some."

    def handle(self, **options: Any) -> None:
        found = check_orphans(now=clock.now())
        for orphan in found:
            self.stdout.write(
                f"{orphan.session}: {orphan.without_instrument} bars without an instrument,"
                f" {orphan.without_origin} without an origin"
            )
        if found:
            raise CommandError(f"{len(found)} sessions have orphaned bars.")
        self.stdout.write("Every bar has its instrument and its origin.")

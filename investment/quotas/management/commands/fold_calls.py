from typing import Any

from django.core.management.base import BaseCommand, CommandError

from investment.lib import clock
from investment.quotas.services.totals import fold, kept


class Command(BaseCommand):
    help = "Sum the rows of calls that are old enough by the hour, and drop them. Done daily by itself."

    def handle(self, **options: Any) -> None:
        done = fold(now=clock.now())
        for day in done.folded:
            self.stdout.write(f"{day.day}: {day.calls:,} calls, {day.seconds:.1f} s")
        if done.busy:
            days = ", ".join(map(str, done.busy))
            raise CommandError(f"Somebody is reading the calls of {days}: run this again when they are done.")
        if done.folded:
            calls = sum(day.calls for day in done.folded)
            seconds = sum(day.seconds for day in done.folded)
            self.stdout.write(
                f"{calls:,} calls of {len(done.folded)} days are hourly totals now, {seconds:.1f} s"
            )
        else:
            self.stdout.write(f"Nothing to fold: no calls are older than {kept().days} days.")

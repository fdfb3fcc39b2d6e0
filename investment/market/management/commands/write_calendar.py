"""Write the exchange calendar: the only command that imports exchange_calendars (and pandas)."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from investment.lib import clock
from investment.market.services.calendar import write_sessions

FIRST = date(1990, 1, 1)
YEARS_AHEAD = 2


class Command(BaseCommand):
    help = "Write the sessions of the New York Stock Exchange from 1990 to two years ahead. Repeatable."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--first", type=date.fromisoformat, default=FIRST, metavar="DATE")
        parser.add_argument("--last", type=date.fromisoformat, metavar="DATE")

    def handle(self, *, first: date, last: date | None, **options: Any) -> None:
        # The machine's time too: a clock that stands in the past must not cut the calendar short.
        today = max(clock.now(), clock.real_now()).date()
        last = last or date(today.year + YEARS_AHEAD, 12, 31)
        count = write_sessions(first=first, last=last)
        self.stdout.write(f"{count} sessions from {first} to {last}")

"""Show or set the one clock."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from investment.lib import clock
from investment.ops.calculators.timetable import NEW_YORK


class Command(BaseCommand):
    help = (
        "Show the platform's clock, or set it: everything (quotas, schedule, sandbox, ages) follows it. "
        "Not in live mode."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--at", metavar="ISO", help="let it be this instant now, such as 2026-01-06T05:05Z"
        )
        parser.add_argument(
            "--rate", type=float, metavar="N", help="seconds that pass in a real one; 0 stands still"
        )
        parser.add_argument("--real", action="store_true", help="go back to the machine's time")

    def handle(self, *, at: str | None, rate: float | None, real: bool, **options: Any) -> None:
        if real and (at or rate is not None):
            raise CommandError("--real goes alone: the machine's time has its own rate")
        if (real or at or rate is not None) and settings.MODE.kind == "live":
            raise CommandError("In live mode the clock is the machine's: real providers know no other")
        if real:
            clock.clear_clock()
        elif at is not None or rate is not None:
            clock.set_clock(
                origin=_instant(at) if at else clock.now(), rate=clock.rate() if rate is None else _rate(rate)
            )
        now = clock.now()
        how = f"{clock.rate():g} seconds in a real one" if clock.is_set() else "the machine's time"
        self.stdout.write(
            f"{now:%Y-%m-%d %H:%M:%S} UTC, {now.astimezone(NEW_YORK):%Y-%m-%d %H:%M:%S %Z} in New York; {how}"
        )


def _rate(rate: float) -> float:
    if not 0 <= rate <= 1_000_000:
        raise CommandError(f"--rate must lie between 0 and 1,000,000, was {rate}")
    return rate


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--at must be an ISO instant such as 2026-01-06T05:05Z, was {text!r}") from None
    if instant.tzinfo is None:
        raise CommandError(f"--at needs a time zone, such as {text}Z")
    return instant

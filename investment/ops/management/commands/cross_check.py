"""Compare stored bars with what second sources say."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from investment.acquisition.services.cross_checks import Checked
from investment.lib import clock
from investment.lib.errors import DomainError
from investment.market.models import Instrument
from investment.ops.models import Run
from investment.ops.selectors.installation import check_mode
from investment.ops.services.cross_checking import cross_check
from investment.providers.registry import NAMES
from investment.providers.titles import TITLES


class Command(BaseCommand):
    help = (
        "Ask second sources of the same basis about stored daily bars, with the calls that are left over, "
        "and say where they disagree. Nothing that is stored is changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("symbols", nargs="*", metavar="SYMBOL", help="these; else what is worth most")
        parser.add_argument("--provider", choices=NAMES, help="ask this one alone")

    def handle(self, *, symbols: list[str], provider: str | None, **options: Any) -> None:
        wanted = [symbol.upper() for symbol in symbols]
        try:
            check_mode()
            known = set(
                Instrument.objects.filter(symbol__in=wanted, active=True).values_list("symbol", flat=True)
            )
            strangers = [symbol for symbol in wanted if symbol not in known]
            if strangers:
                raise CommandError(f"There is no {', '.join(strangers)} among the listed instruments")
            done = cross_check(
                now=clock.now(),
                trigger=Run.Trigger.COMMAND,
                symbols=wanted or None,
                provider=provider,
                on_checked=self._tell,
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        if done is None:
            raise CommandError("Nobody to ask: no second source of daily bars has a key")
        self.stdout.write(f"{done.message} ({done.calls} calls)")

    def _tell(self, checked: Checked) -> None:
        source = TITLES[checked.provider]
        if checked.error:
            self.stdout.write(f"{checked.symbol}, {source}: {checked.error}")
            return
        self.stdout.write(
            f"{checked.symbol}, {source}: {checked.compared:,} sessions from {checked.since} to "
            f"{checked.until}, {len(checked.found)} differ, {len(checked.closed)} no longer do"
        )
        for words in checked.found.values():
            self.stdout.write(f"  {words}")

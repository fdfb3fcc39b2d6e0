"""Compare figures of filings with what providers tell."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from investment.analysis.calculators.provider_figures import FIGURES
from investment.analysis.selectors.figure_checks import agreements
from investment.analysis.services.figure_checks import SAMPLE, check_figures
from investment.lib import clock
from investment.lib.errors import DomainError
from investment.market.selectors.lookup import look_up_all
from investment.ops.selectors.installation import check_mode
from investment.providers.titles import TITLES


class Command(BaseCommand):
    help = (
        "Compare figures worked out of filings with the same ones that providers told, which are stored, and "
        "say how far they agree. Nobody is asked, and no figure is changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("symbols", nargs="*", metavar="SYMBOL", help="these; else a sample")
        parser.add_argument("--sample", type=int, default=SAMPLE, help="how many (default: %(default)s)")

    def handle(self, *, symbols: list[str], sample: int, **options: Any) -> None:
        try:
            check_mode()
        except DomainError as error:
            raise CommandError(error.message) from error
        found, unknown = look_up_all(symbols=symbols)
        if unknown:
            raise CommandError(f"There is no {', '.join(unknown)} among the instruments")
        done = check_figures(
            now=clock.now(),
            instrument_ids=[instrument.pk for instrument in found.values()] if symbols else None,
            limit=sample,
        )
        self.stdout.write(
            f"{done.instruments:,} instruments looked at, {done.compared:,} figures compared, "
            f"{done.agree:,} agree. As of when each was last compared:"
        )
        for row in agreements():
            figure = FIGURES[row.figure]
            middle = f"{row.middle:.2%}" + (" points" if figure.unit == "fraction" else "")
            self.stdout.write(
                f"  {TITLES[row.provider]}, {figure.label.lower()}: {row.agree:,} of {row.compared:,} agree, "
                f"half are within {middle}"
            )

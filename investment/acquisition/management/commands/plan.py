"""Show what is going to be asked, and what each call buys."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from investment.acquisition.selectors.plan import current_plan
from investment.lib import clock
from investment.market.models import Instrument
from investment.market.selectors.sessions import NEW_YORK


class Command(BaseCommand):
    help = "Show the next hour's calls, as the planner intends them now, and what each of them buys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=40, metavar="N", help="calls shown (default: 40)")
        parser.add_argument("--symbol", metavar="S", help="only calls for this instrument")

    def handle(self, *, limit: int, symbol: str | None, **options: Any) -> None:
        plan = current_plan()
        if plan is None:
            self.stdout.write("There is no plan: the planner is not running (./scripts/run.sh starts it).")
            return
        age = (clock.now() - plan.made_at).total_seconds()
        self.stdout.write(f"Spending level «{plan.level}»: {plan.sentence}")
        names = dict(Instrument.objects.values_list("pk", "symbol"))
        calls = [call for call in plan.calls if symbol in (None, names.get(call.instrument_id))]
        self.stdout.write(
            f"{len(calls)} calls until {plan.until.astimezone(NEW_YORK):%H:%M} New York; made {age:.0f} s ago"
        )
        if not calls:
            return
        self.stdout.write(f"{'New York':10}{'provider':12}{'what':8}{'symbol':10}what it buys")
        for call in calls[:limit]:
            why = "keeps a promised age; " if call.promised else ""
            self.stdout.write(
                f"{call.at.astimezone(NEW_YORK):%H:%M:%S}  {call.provider:12}{call.kind:8}"
                f"{names.get(call.instrument_id, '?'):10}{why}{call.gain:,.1f} weighted basis points"
            )
        if len(calls) > limit:
            self.stdout.write(f"… and {len(calls) - limit} more (--limit)")

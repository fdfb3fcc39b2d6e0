"""Show what is going to be asked, and what each call buys."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from investment.acquisition.selectors.plan import PlannedCall, current_plan
from investment.lib import clock
from investment.market.models import Instrument
from investment.market.selectors.sessions import NEW_YORK


class Command(BaseCommand):
    help = "Show the next hour's calls, as the planner intends them now, and what each of them buys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=40, metavar="N", help="calls shown (default: 40)")
        parser.add_argument("--symbol", metavar="S", help="only calls for this instrument")

    def handle(self, *, limit: int, symbol: str | None, **options: Any) -> None:
        plan, now = current_plan(), clock.now()
        if plan is None:
            self.stdout.write("There is no plan: the planner is not running (./scripts/run.sh starts it).")
            return
        wanted = {call.instrument_id for call in plan.calls}
        names = dict(Instrument.objects.filter(pk__in=wanted).values_list("pk", "symbol"))
        calls = [
            call
            for call in plan.calls
            if call.at >= now
            and (symbol is None or names.get(call.instrument_id, "").upper() == symbol.upper())
        ]
        age = (now - plan.made_at).total_seconds()
        count = f"{len(calls):,} call{'' if len(calls) == 1 else 's'}"
        until = f"{plan.until.astimezone(NEW_YORK):%H:%M} in New York"
        self.stdout.write(f"Spending level «{plan.level.value.replace('_', ' ')}». {plan.sentence}")
        self.stdout.write(f"{count} until {until}, as planned {max(0.0, age):.0f} s ago.")
        if plan.is_late(now):
            self.stdout.write(
                f"It is {age:.0f} s old: the planner that made it is not running any more "
                "(./scripts/run.sh starts one)."
            )
        elif calls:
            self._table(calls[:limit], names)
            if len(calls) > limit:
                self.stdout.write(f"… and {len(calls) - limit:,} more: --limit N shows more of them")
        else:
            self.stdout.write(f"Nothing{f' of {symbol}' if symbol else ''} is planned until then.")

    def _table(self, calls: list[PlannedCall], names: dict[int, str]) -> None:
        symbols = [names.get(call.instrument_id, "?") for call in calls]
        wide = max(len("symbol"), *map(len, symbols))
        told = max(len("provider"), *(len(call.provider) for call in calls))
        self.stdout.write(
            f"\n{'New York':10}{'provider':{told}}  {'what':8}  {'symbol':{wide}}  what it buys"
        )
        for call, symbol in zip(calls, symbols, strict=True):
            kept = ", and keeps a promised age" if call.promised else ""
            self.stdout.write(
                f"{call.at.astimezone(NEW_YORK):%H:%M:%S}  {call.provider:{told}}  {call.kind.value:8}  "
                f"{symbol:{wide}}  {call.gain:8,.1f} weighted basis points{kept}"
            )

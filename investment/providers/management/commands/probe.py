from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from investment.lib import clock
from investment.providers import registry
from investment.providers.services.probing import (
    Probed,
    ProviderPlan,
    Room,
    ask_again,
    example_of,
    invented_example,
    plan_probes,
    probe,
)

_STATES = {"included": "included", "not_included": "not in your plan", "unknown": "unknown"}


class Command(BaseCommand):
    help = (
        "Find out what your keys may ask for: one cheap call to each endpoint that nobody has asked yet. "
        "It says first what that costs, and asks for --yes where it is more than what is free now."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--provider", choices=registry.NAMES, help="only this one")
        parser.add_argument("--dry-run", action="store_true", help="say what it would cost, and ask nothing")
        parser.add_argument("--yes", action="store_true", help="also wait for slots that are not free yet")
        parser.add_argument(
            "--again", action="store_true", help="ask also for what was refused: you have bought another plan"
        )
        parser.add_argument("--symbol", default="", help="the stock to ask about (default: a well-known one)")
        parser.add_argument(
            "--patience", type=float, default=900.0, help="seconds that a call may wait for a slot (900)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        names = [options["provider"]] if options["provider"] else list(registry.NAMES)
        plans = plan_probes(names=names, now=now, again=options["again"])
        # The sandbox's stocks are invented: one of them has to be looked up.
        invented = settings.MODE.kind != "live" and not options["symbol"] and any(plan.todo for plan in plans)
        self._tell_cost(plans, invented)
        if options["dry_run"]:
            return
        if not options["yes"] and not all(room.fits for plan in plans for room in plan.rooms):
            raise CommandError(
                "That is more than what is free now, so it waits for slots and takes them from planned work. "
                "Say --yes if it shall, or --provider for one at a time"
            )
        if options["again"]:
            ask_again(names=names, now=now)
        example = invented_example(now=now) if invented else example_of(now=now, symbol=options["symbol"])
        found = []
        for plan in plans:
            for row in probe(
                plan=plan, example=example, patience=options["patience"], on_wait=self._tell_wait
            ):
                found.append(row)
                if row.calls:
                    self.stdout.write(f"{row.provider} {row.endpoint}: {_STATES[row.state]}")
        self._tell_matrix(found, extra=int(invented))

    def _tell_cost(self, plans: list[ProviderPlan], invented: bool) -> None:
        for plan in plans:
            if plan.off:
                self.stdout.write(f"{plan.provider}: not asked. {plan.off}")
                continue
            known = f"; {len(plan.known)} more known from real calls" if plan.known else ""
            rooms = "; ".join(_room(room) for room in plan.rooms) or "no calls"
            self.stdout.write(f"{plan.provider}: {rooms}{known}")
        if invented:
            self.stdout.write("massive: 1 call more, to find a stock of the sandbox to ask about")

    def _tell_wait(self, until: datetime) -> None:
        said = f"waiting for a free slot until {until.astimezone(UTC):%H:%M:%S} UTC"
        if said != getattr(self, "_said", ""):
            self._said = said
            self.stdout.write(said)

    def _tell_matrix(self, found: list[Probed], *, extra: int) -> None:
        terminal = self.stdout.isatty()
        console = Console(
            file=self.stdout,  # type: ignore[arg-type]
            force_terminal=terminal,
            width=None if terminal else 160,
            emoji=False,
            markup=False,
        )
        if not found:
            console.print("There is no provider to ask.")
            return
        console.print(_matrix(found))
        spent = sum(row.calls for row in found) + extra
        console.print(f"It cost {spent} call{'' if spent == 1 else 's'}.")
        missing = [row for row in found if row.state == "not_included"]
        if missing:
            console.print(_meaning(missing))
            console.print(
                "What is not in your plan is not asked for; every week one call checks whether it is now.\n"
                "After buying another plan under the same key: manage.py probe --again"
            )
        elif all(row.state == "included" for row in found):
            console.print("Nothing is missing.")


def _room(room: Room) -> str:
    calls = f"{room.calls} call{'' if room.calls == 1 else 's'} of {room.metered}"
    if room.window is None:
        return f"{calls} (no limit)"
    return f"{calls} ({room.free} of {room.window.limit} in {room.window.seconds} s are free now)"


def _matrix(found: list[Probed]) -> Table:
    table = Table(title="What your keys may ask for", title_justify="left")
    table.add_column("Provider")
    table.add_column("Endpoint")
    table.add_column("In your plan", overflow="fold")
    table.add_column("Heard (UTC)")
    table.add_column("Calls", justify="right")
    for row in found:
        words = ""
        if row.words:
            words = f" («{row.words}»)" if row.state == "not_included" else f" ({row.words})"
        heard = f"{row.at.astimezone(UTC):%Y-%m-%d %H:%M}" if row.at else "—"
        table.add_row(
            row.provider,
            row.endpoint,
            _STATES[row.state] + words,
            heard,
            "known" if not row.calls and row.state != "unknown" else str(row.calls),
        )
    return table


def _meaning(missing: list[Probed]) -> Table:
    table = Table(title="What the missing pieces mean", title_justify="left")
    table.add_column("Provider")
    table.add_column("Endpoint")
    table.add_column("Without it", overflow="fold")
    for row in missing:
        table.add_row(row.provider, row.endpoint, row.without)
    return table

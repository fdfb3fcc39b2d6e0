import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table

from investment.lib import clock
from investment.quotas.selectors import LedgerStatus, WindowStatus, ledger_status


class Command(BaseCommand):
    help = "Show every window of every provider: used, held, free, when the next slot frees, by lane."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--watch", action="store_true", help="go on showing it, until Ctrl-C")

    def handle(self, *args: Any, **options: Any) -> None:
        terminal = self.stdout.isatty()
        console = Console(
            file=self.stdout,  # type: ignore[arg-type]
            force_terminal=terminal,
            width=None if terminal else 160,
            emoji=False,  # a scope may well be called «…:free:…»
            markup=False,
        )
        if not options["watch"]:
            console.print(_shown())
            return
        with Live(_shown(), console=console, auto_refresh=False) as live:
            try:
                while True:
                    time.sleep(0.5)
                    live.update(_shown(), refresh=True)
            except KeyboardInterrupt:
                return


def _shown() -> RenderableType:
    now = clock.now()
    status = ledger_status(now=now)
    if not status.windows:
        return "No provider has been asked for anything yet."
    return Group(_table(status, now), *_remarks(status))


def _table(status: LedgerStatus, now: datetime) -> Table:
    table = Table(
        title=f"Quotas at {now:%Y-%m-%d %H:%M:%S} UTC",
        title_justify="left",
        caption="Of each lane: used + held, free. Held are calls that have not ended.",
        caption_justify="left",
    )
    table.add_column("Scope", overflow="fold")
    for name in ("Window", "Used", "Held", "Others'", "Lent", "Free", "Next slot"):
        table.add_column(name, justify="right")
    for name in ("Essential", "Interactive", "Planned"):
        table.add_column(name, justify="right")
    for row in status.windows:
        table.add_row(*_cells(row, now))
    return table


def _cells(row: WindowStatus, now: datetime) -> list[str]:
    if row.window is None:
        return [row.scope, "no limit", *["—"] * 9]
    lanes = [f"{lane.used}+{lane.held}, {lane.free} free" for lane in row.lanes.values()]
    return [
        row.scope,
        f"{row.window.limit} in {row.window.seconds} s",
        str(row.used),
        str(row.held),
        str(row.foreign),
        str(row.lent),
        str(row.free),
        _ahead(row.next_slot_at, now),
        *lanes,
    ]


def _ahead(moment: datetime | None, now: datetime) -> str:
    return f"in {max(0.0, (moment - now).total_seconds()):.0f} s" if moment else "now"


def _remarks(status: LedgerStatus) -> list[str]:
    remarks = []
    if not status.memory_known:
        remarks.append("The state server does not know what was spent: it is rebuilt at the next call.")
    if status.emergency:
        remarks.append("The emergency switch is on: only essential calls pass.")
    for row in status.windows:
        if row.window is None:
            continue
        window = f"{row.scope}, {row.window.limit} in {row.window.seconds} s"
        if row.full_until:
            remarks.append(
                f"{window}: the provider said that it is used up until {row.full_until:%Y-%m-%d %H:%M:%S}."
            )
        if row.foreign_until:
            remarks.append(
                f"{window}: someone else has used {row.foreign} of it, as the provider said;"
                f" they count until {row.foreign_until:%Y-%m-%d %H:%M:%S}."
            )
    closed = {row.scope: row.closed_until for row in status.windows if row.closed_until}
    return remarks + [
        f"{scope}: closed until {until:%Y-%m-%d %H:%M:%S}, because calls without rows were forgotten."
        for scope, until in closed.items()
    ]

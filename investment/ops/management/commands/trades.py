"""Print live trades."""

import asyncio
import json
import logging
import os
import signal
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from investment.lib import clock
from investment.lib.errors import DomainError
from investment.market.selectors.lookup import look_up_all
from investment.market.selectors.sessions import NEW_YORK
from investment.ops.selectors.installation import check_mode
from investment.ops.selectors.trading_hours import trading_hours
from investment.ops.services.live_trades import trade_stream
from investment.providers.adapters.finnhub import conditions
from investment.providers.adapters.finnhub.limits import MOST_SYMBOLS
from investment.providers.contracts import Trade

if TYPE_CHECKING:
    from investment.providers.adapters.finnhub.stream import StreamEvent, TradeStream

QUIET = 30.0  # real seconds without a trade, after which that is said
SAY_AGAIN = 30.0  # real seconds until the same thing is said once more
_SAID = {
    "connected": "Connected",
    "lost": "The connection is lost, the next follows",
    "waiting_for_lease": "Waiting",
    "waiting_for_slot": "Waiting before the next attempt to connect",
    "lease_lost": "Somebody else may have the connection now: ours was ended",
    "left_out": "Refused",
    "error": "Finnhub says",
    "malformed": "Not understood",
}


class Command(BaseCommand):
    help = (
        f"Print live trades of up to {MOST_SYMBOLS} symbols: time in New York, price, size, conditions. "
        "A key of Finnhub has one connection, so one process at a time can have it. Ctrl-C ends."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("symbols", nargs="+", metavar="SYMBOL")
        parser.add_argument("--seconds", type=float, metavar="N", help="end after so many seconds")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        parser.add_argument("--quiet-after", type=float, default=QUIET, metavar="N", help=(
            f"say so after so many seconds without a trade ({QUIET:.0f})"
        ))  # fmt: skip

    def handle(
        self, *, symbols: list[str], seconds: float | None, json: bool, quiet_after: float, **options: Any
    ) -> None:
        wanted = list(dict.fromkeys(symbols))
        if len(wanted) > MOST_SYMBOLS:
            raise CommandError(f"One connection carries {MOST_SYMBOLS} symbols at most, not {len(wanted)}")
        try:
            check_mode()
            found, unknown = look_up_all(symbols=wanted)
            printer = _Printer(as_json=json, quiet_after=quiet_after)
            printer.begin([found[each].symbol if each in found else each for each in wanted])
            for each in unknown:
                printer.say(
                    "unknown",
                    f"{each} is in no list of ours: where Finnhub does not know it either, it is silent",
                )
            for each in wanted:
                if each in found and not found[each].active:
                    printer.say("delisted", f"{each} is not listed any more: no trades are expected")
            with (
                _quiet_log(),
                trade_stream(lane="interactive", purpose="trades by hand", on_event=printer.tell) as stream,
            ):
                stream.watch(printer.symbols)
                asyncio.run(_listen(stream, printer, seconds))
        except BrokenPipeError:  # whoever read us has gone
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        except DomainError as error:
            raise CommandError(error.message) from error
        printer.end()
        if not printer.connected:
            raise CommandError(f"There was no connection: {printer.why}")


@contextmanager
def _quiet_log() -> Iterator[None]:
    """What the stream tells is printed: it need not be in the log as well."""
    logger = logging.getLogger("investment.providers.adapters.finnhub.stream")
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)


async def _listen(stream: "TradeStream", printer: "_Printer", seconds: float | None) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stream.stop)
    if seconds is not None:
        loop.call_later(seconds, stream.stop)
    looking = asyncio.create_task(printer.look_out())
    try:
        await stream.run(printer.print)
    finally:
        looking.cancel()


class _Printer:
    """Trades and what there is to say about them, in words or as JSON."""

    def __init__(self, *, as_json: bool, quiet_after: float) -> None:
        self.symbols: list[str] = []
        self.connected = False
        self.why = "it was ended before"
        self._as_json, self._quiet_after = as_json, quiet_after
        self._trades: Counter[str] = Counter()
        self._began = self._traded = self._heard = time.monotonic()
        self._said: tuple[str, float] = ("", 0.0)
        self._up = False

    def begin(self, symbols: Sequence[str]) -> None:
        self.symbols = list(dict.fromkeys(symbols))
        count = len(self.symbols)
        self.say(
            "begin",
            f"Live trades of {count} symbol{'' if count == 1 else 's'} from Finnhub, times of New York",
        )
        if settings.MODE.kind != "live":
            self.say("sandbox", "This is the sandbox: the trades are not those of a market")
        hours = trading_hours(now=clock.now())
        if hours.state != "regular":
            self.say("hours", hours.words)

    async def print(self, trades: Sequence[Trade]) -> None:
        """Print a batch; its order is that of the instants, between batches it may not be."""
        self._traded = self._heard = time.monotonic()
        for trade in trades:
            self._trades[trade.symbol] += 1
            meaning = conditions.words(trade.conditions)
            if self._as_json:
                self._write_json(
                    event="trade",
                    symbol=trade.symbol,
                    at=trade.at.astimezone(UTC).isoformat(timespec="milliseconds"),
                    price=trade.price,
                    size=trade.size,
                    conditions=list(trade.conditions),
                    words=meaning,
                )
                continue
            at = trade.at.astimezone(NEW_YORK)
            self._write(
                f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}  {trade.symbol:<8} {trade.price:>12,.4f} "
                f"× {trade.size:<10,.10g} {', '.join(meaning)}"
            )

    def tell(self, event: "StreamEvent") -> None:
        """Say what has happened to the connection, once, and again only after a while."""
        self._heard = time.monotonic()
        if event.kind in ("ping", "duplicate"):
            return
        if event.kind == "connected":
            self.connected = self._up = True
            self._traded = self._heard
        elif event.kind in ("lost", "lease_lost", "waiting_for_lease", "waiting_for_slot"):
            self._up, self.why = False, event.words
        what, at = self._said
        if what == event.kind and event.kind.startswith("waiting") and self._heard - at < SAY_AGAIN:
            return
        self._said = (event.kind, self._heard)
        words = ": ".join(part for part in (_SAID[event.kind], event.symbol, event.words) if part)
        self.say(event.kind, words, symbol=event.symbol)

    async def look_out(self) -> None:
        """Say so where nothing trades, that nobody takes a silence for a fault."""
        while True:
            await asyncio.sleep(min(1.0, self._quiet_after))
            moment = time.monotonic()
            if self._up and moment - self._traded >= self._quiet_after:
                hours = await asyncio.to_thread(_hours)
                self.say(
                    "quiet",
                    f"No trade for {self._quiet_after:g} s; the connection is open, its last sign of life "
                    f"{moment - self._heard:.0f} s ago. {hours}",
                )
                self._traded = moment

    def end(self) -> None:
        seconds = time.monotonic() - self._began
        silent = [symbol for symbol in self.symbols if not self._trades[symbol]]
        heard = len(self.symbols) - len(silent)
        words = (
            f"{self._trades.total():,} trades of {heard} of {len(self.symbols)} symbols in {seconds:,.0f} s"
        )
        if silent and self.connected:
            words += f"; nothing of {', '.join(silent)} (some symbols never tick on a free key)"
        self.say("end", words)

    def say(self, kind: str, words: str, *, symbol: str = "") -> None:
        if self._as_json:
            self._write_json(event=kind, words=words, **({"symbol": symbol} if symbol else {}))
        else:
            self._write(words)

    def _write_json(self, **values: object) -> None:
        self._write(json.dumps(values, ensure_ascii=False))

    @staticmethod
    def _write(line: str) -> None:
        sys.stdout.write(f"{line.rstrip()}\n")
        sys.stdout.flush()


def _hours() -> str:
    from django.db import connection

    try:
        return trading_hours(now=clock.now()).words
    finally:
        connection.close()

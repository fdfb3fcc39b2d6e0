"""For tests of live streams: who may connect, how often, and what a stream that runs has told."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from investment.providers.adapters.finnhub.stream import Backoff, StreamEvent, TradeStream
from investment.providers.contracts import Trade
from investment.providers.sandbox.testing import KEY, RunningSandbox
from investment.providers.streaming import Wait

SOON = 5.0  # seconds of patience


class FreeForAll:
    """Everybody has the connection: what happens without a lease."""

    renew_every = 30.0
    words = ""

    async def acquire(self) -> bool:
        return True

    def holds(self) -> bool:
        return True

    def tie(self, connection: socket.socket) -> None:
        pass

    def cut(self) -> None:
        pass

    async def release(self) -> None:
        pass


class Shared(FreeForAll):
    """One of those who share ``holder`` has the connection."""

    renew_every = 0.05
    words = "somebody has it"

    def __init__(self, holder: list["Shared"]) -> None:
        self.holder = holder
        self.tied: list[socket.socket] = []

    async def acquire(self) -> bool:
        if not self.holder:
            self.holder.append(self)
        return self.holds()

    def holds(self) -> bool:
        return self.holder[:1] == [self]

    def tie(self, connection: socket.socket) -> None:
        self.tied.append(connection.dup())

    def cut(self) -> None:
        while self.tied:
            with self.tied.pop() as connection, suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    async def release(self) -> None:
        if self.holds():
            self.holder.clear()


class Ledger:
    """Grants ``grants`` attempts, and remembers how each ended."""

    def __init__(self, grants: int = 100, *, stale: int = 0) -> None:
        self.grants, self.stale_ones = grants, stale
        self.ends: list[tuple[bool | None, int | None, str]] = []

    async def ask(self) -> "Ledger | Wait":
        if not self.grants:
            return Wait(60.0, "the quota is used up")
        self.grants -= 1
        return self

    def stale(self) -> bool:
        self.stale_ones -= 1
        return self.stale_ones >= 0

    async def ended(self, *, sent: bool | None, status: int | None = None, error: str = "") -> None:
        self.ends.append((sent, status, error))


class Listening:
    """A stream that runs, and what it has told."""

    def __init__(self, stream: TradeStream, batches: list[list[Trade]], events: list[StreamEvent]) -> None:
        self.stream, self.batches, self.events = stream, batches, events

    @property
    def trades(self) -> list[Trade]:
        return [trade for batch in self.batches for trade in batch]

    def told(self, kind: str) -> list[StreamEvent]:
        return [event for event in self.events if event.kind == kind]


@asynccontextmanager
async def listening(
    sandbox: RunningSandbox, *symbols: str, key: str = KEY, **options: Any
) -> AsyncIterator[Listening]:
    events: list[StreamEvent] = []
    batches: list[list[Trade]] = []

    async def sink(trades: Any) -> None:
        batches.append(list(trades))

    usual: dict[str, Any] = {
        "lease": FreeForAll(), "admission": Ledger(), "backoff": Backoff(0.01, 0.05)
    }  # fmt: skip
    options = usual | options
    stream = TradeStream(
        api_key=key, url=f"ws://127.0.0.1:{sandbox.port}/finnhub/ws", on_event=events.append, **options
    )
    stream.watch(symbols)
    running = asyncio.create_task(stream.run(sink))
    try:
        yield Listening(stream, batches, events)
    finally:
        stream.stop()
        await asyncio.wait_for(running, SOON)


async def until(condition: Callable[[], object], wanted: str = "") -> None:
    deadline = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < deadline, f"it did not come: {wanted}"
        await asyncio.sleep(0.01)


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(coroutine, 20))

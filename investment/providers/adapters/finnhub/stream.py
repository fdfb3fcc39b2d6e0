"""
Live trades over Finnhub's WebSocket: one connection a key, kept alive, its symbols by priority.

    stream = TradeStream(api_key=key, url="wss://ws.finnhub.io", lease=lease, budget=AttemptBudget())
    stream.watch(["ZLUD", "QUAX"])        # whenever the wishes change, most important first
    await stream.run(sink)                # until stream.stop(); the sink gets each batch of trades

The key is in the address, for Finnhub takes it nowhere else: the address is in no log and no error.
"""

import asyncio
import hashlib
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidStatus, WebSocketException

from investment.providers import errors
from investment.providers.access import hide
from investment.providers.adapters.finnhub import frames
from investment.providers.adapters.finnhub.limits import MOST_SYMBOLS, NAME
from investment.providers.adapters.finnhub.symbols import Spelling
from investment.providers.contracts import Trade

Sink = Callable[[Sequence[Trade]], Awaitable[None]]
EventKind = Literal[
    "connected", "lost", "waiting_for_lease", "lease_lost", "left_out", "error", "malformed", "duplicate"
]

OPENS_WITHIN = CLOSES_WITHIN = 10.0  # seconds
SETTLED = 60.0  # seconds after which a connection counts as a good one
_FRAMES_REMEMBERED = 256

_logger = logging.getLogger(__name__)
# The library writes the address of every request into its log, and in there is the key. A logger of
# nobody's: one that the logging's configuration knows could be switched on.
_mute = logging.Logger(f"{__name__}.library", level=logging.CRITICAL + 1)  # noqa: LOG001


class ConnectionLease(Protocol):
    """
    Who may have the key's one connection: a second one, of any process, would end both.

    Every method may be called again and again; ``renew`` is called every ``renew_every`` seconds.
    """

    renew_every: float

    async def acquire(self) -> bool:
        """Return whether the connection is ours now."""

    async def renew(self) -> bool:
        """Return whether it still is."""

    async def release(self) -> None:
        """Give it back; also called where it is not ours any more."""


class Budget(Protocol):
    """How often may be tried to connect."""

    def wait(self) -> float:
        """Return the seconds until the next attempt is allowed; 0 for now."""

    def spend(self) -> None:
        """Count an attempt."""


class AttemptBudget:
    """At most ``limit`` attempts in any ``seconds`` of the event loop's clock."""

    def __init__(self, limit: int = 30, seconds: float = 3600.0) -> None:
        self._limit, self._seconds = limit, seconds
        self._spent: deque[float] = deque(maxlen=limit)

    def wait(self) -> float:
        if len(self._spent) < self._limit:
            return 0.0
        return max(0.0, self._spent[0] + self._seconds - asyncio.get_running_loop().time())

    def spend(self) -> None:
        self._spent.append(asyncio.get_running_loop().time())


@dataclass(frozen=True, slots=True)
class Backoff:
    """
    Seconds to wait after failures in a row: doubling from ``first`` to ``most``.

    Of that a random part between half and all is taken, so that many who were cut off at once do not
    come back at once.
    """

    first: float = 1.0
    most: float = 120.0

    def after(self, failures: int, chance: float) -> float:
        """:param chance: from 0 to 1."""
        whole = min(self.most, self.first * 2.0 ** min(failures - 1, 30)) if failures else 0.0
        return whole * (0.5 + 0.5 * chance)


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """Something to tell of; ``symbol`` is ours, ``words`` never hold the key."""

    kind: EventKind
    words: str = ""
    symbol: str = ""


class _Lost(Exception):
    """The connection is of no more use; the message says why."""


class TradeStream:
    """
    Streams trades of at most ``most`` symbols.

    :param silence: real seconds without a single frame after which a connection counts as dead.
        Finnhub pings about once a minute of its clock also when nothing trades.
    :param on_event: told of everything that is no trade; must not block.
    """

    def __init__(
        self,
        *,
        api_key: str,
        url: str,
        lease: ConnectionLease,
        budget: Budget,
        backoff: Backoff | None = None,
        spelling: Spelling | None = None,
        silence: float = 150.0,
        most: int = MOST_SYMBOLS,
        on_event: Callable[[StreamEvent], None] | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._address = f"{url}?{urlencode({'token': api_key})}"
        self._redact = hide(api_key)
        self._lease, self._budget = lease, budget
        self._backoff = backoff or Backoff()
        self._spelling = spelling or Spelling()
        self._silence, self._most = silence, most
        self._on_event, self._chance = on_event, chance
        self._wanted: list[str] = []
        self._subscribed: list[str] = []  # Finnhub's spelling, in the order in which they were sent
        self._room = most  # how many the present connection takes
        self._left_out: set[str] = set()
        self._changed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._seen: deque[bytes] = deque(maxlen=_FRAMES_REMEMBERED)
        self._failures = 0

    def __repr__(self) -> str:
        return f"TradeStream({len(self._subscribed)} of {len(self._wanted)} symbols)"

    @property
    def subscribed(self) -> list[str]:
        """The symbols that are streamed now, in our spelling."""
        return [self._spelling.ours(symbol) for symbol in self._subscribed]

    @property
    def left_out(self) -> set[str]:
        """Wanted symbols that there is no room for, or that Finnhub has no spelling of."""
        return set(self._left_out)

    def watch(self, symbols: Sequence[str]) -> None:
        """Say what is wanted from now on, the most important first; the last ones may be left out."""
        self._wanted = list(dict.fromkeys(symbols))
        self._changed.set()

    def stop(self) -> None:
        """Let :meth:`run` close the connection, give its lease back, and return."""
        self._stopping.set()

    async def run(self, sink: Sink) -> None:
        """
        Stream until :meth:`stop`, coming back after whatever ends a connection.

        :raises CredentialsRejected: if Finnhub does not know the key: no further attempt would help.
        """
        try:
            while not self._stopping.is_set():
                if not await self._lease.acquire():
                    self._tell("waiting_for_lease")
                    await self._sleep(self._lease.renew_every)
                    continue
                # Slept in pieces, for whoever waits longer than its lease lasts has none any more.
                pause = max(self._backoff.after(self._failures, self._chance()), self._budget.wait())
                if not await self._sleep_leased(pause):
                    continue
                self._budget.spend()
                try:
                    await self._once(sink)
                except _Lost as e:
                    self._failures += 1
                    self._tell("lost", str(e))
                finally:
                    self._subscribed.clear()
        finally:
            await self._lease.release()

    # ── one connection ────────────────────────────────────────────────────────────────────────

    async def _once(self, sink: Sink) -> None:
        """:raises _Lost: when the connection ends, but for ours that were stopped."""
        connection = await self._unless_stopped(self._connect())
        if connection is None:
            return
        try:
            self._tell("connected")
            self._room = self._most
            self._seen.clear()
            self._changed.set()
            await self._serve(connection, sink)
        except (WebSocketException, OSError) as e:
            raise _Lost(self._redact(f"{type(e).__name__}: {e}")) from None
        finally:
            with suppress(WebSocketException, OSError, TimeoutError):
                await connection.close()

    async def _connect(self) -> ClientConnection:
        try:
            return await connect(
                self._address,
                open_timeout=OPENS_WITHIN,
                close_timeout=CLOSES_WITHIN,
                ping_interval=None,  # Finnhub pings by messages of its own
                max_size=frames.MOST_BYTES,
                compression=None,
                user_agent_header=None,
                logger=_mute,
                proxy=None,
            )
        except InvalidStatus as e:
            status = e.response.status_code
            if status == 401:
                raise errors.CredentialsRejected(
                    "Finnhub refuses the key for live trades", provider=NAME, status=status
                ) from None
            raise _Lost(f"the upgrade was answered with HTTP {status}") from None
        except (InvalidHandshake, WebSocketException, OSError, TimeoutError) as e:
            raise _Lost(self._redact(f"{type(e).__name__}: {e}")) from None

    async def _serve(self, connection: ClientConnection, sink: Sink) -> None:
        loop = asyncio.get_running_loop()
        opened = heard = renewed = loop.time()
        receiving: asyncio.Task[str | bytes] | None = None
        waking = [asyncio.create_task(self._changed.wait()), asyncio.create_task(self._stopping.wait())]
        try:
            while not self._stopping.is_set():
                if self._changed.is_set():
                    self._changed.clear()
                    await self._subscribe(connection)
                    waking[0] = asyncio.create_task(self._changed.wait())
                receiving = receiving or asyncio.create_task(connection.recv())
                until = min(heard + self._silence, renewed + self._lease.renew_every)
                await asyncio.wait(
                    {receiving, *waking},
                    timeout=max(0.0, until - loop.time()),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if receiving.done():
                    text = receiving.result()
                    receiving, heard = None, loop.time()
                    if heard - opened > SETTLED:
                        self._failures = 0
                    await self._take(connection, text, sink)
                elif loop.time() - heard >= self._silence:
                    raise _Lost(f"not a word for {self._silence:g} s")
                if loop.time() - renewed >= self._lease.renew_every:
                    renewed = loop.time()
                    await self._renew()
        finally:
            for task in [*waking, receiving]:
                if task is not None:
                    task.cancel()
                    with suppress(asyncio.CancelledError, WebSocketException, OSError):
                        await task

    async def _take(self, connection: ClientConnection, text: str | bytes, sink: Sink) -> None:
        digest = hashlib.blake2b(text.encode() if isinstance(text, str) else text, digest_size=16).digest()
        frame = frames.read(text, self._spelling)
        if frame.kind == "trade":
            if digest in self._seen:  # trades carry milliseconds, so no two frames are alike by chance
                self._tell("duplicate")
                return
            self._seen.append(digest)
            if frame.unreadable:
                self._tell("malformed", f"{frame.unreadable} trades of a frame cannot be read")
            wanted = set(self.subscribed)
            trades = [trade for trade in frame.trades if trade.symbol in wanted]
            if trades:
                await sink(trades)
        elif frame.too_many:
            await self._refused(connection, frame.words)
        elif frame.kind == "error":
            self._tell("error", frame.words)
        elif frame.kind in ("malformed", "other"):
            self._tell("malformed", frame.words)

    # ── symbols ───────────────────────────────────────────────────────────────────────────────

    async def _subscribe(self, connection: ClientConnection) -> None:
        """Bring the connection's symbols to the wishes: first room is made, then it is taken."""
        spelled = {ours: self._spelling.theirs(ours) for ours in self._wanted}
        known = [ours for ours in self._wanted if spelled[ours] is not None]
        kept = {theirs: ours for ours in known[: self._room] if (theirs := spelled[ours]) is not None}
        for symbol in [each for each in self._subscribed if each not in kept]:
            await connection.send(frames.unsubscribe(symbol))
            self._subscribed.remove(symbol)
        for symbol in kept:
            if symbol not in self._subscribed:
                await connection.send(frames.subscribe(symbol))
                self._subscribed.append(symbol)
        left_out = set(self._wanted) - set(kept.values())
        for ours in [each for each in self._wanted if each in left_out - self._left_out]:
            words = (
                "there is no room for it" if spelled[ours] else "Finnhub has no spelling of it that we know"
            )
            self._tell("left_out", words, ours)
        self._left_out = left_out

    async def _refused(self, connection: ClientConnection, words: str) -> None:
        """
        Drop the symbol that there was no room for: the error does not name it, but wishes are served
        in the order in which they came, so it is the last one.
        """
        if not self._subscribed:
            self._tell("error", words)
            return
        symbol = self._subscribed.pop()
        self._room = len(self._subscribed)
        await connection.send(frames.unsubscribe(symbol))  # should it be another one after all, then no more
        ours = self._spelling.ours(symbol)
        self._left_out.add(ours)
        self._tell("left_out", words, ours)

    # ── around it ─────────────────────────────────────────────────────────────────────────────

    async def _renew(self) -> None:
        if not await self._lease.renew():
            self._tell("lease_lost")
            raise _Lost("the lease belongs to somebody else")

    async def _sleep_leased(self, seconds: float) -> bool:
        """Sleep, keeping the lease; return False if that is lost, or we shall stop."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while (left := until - loop.time()) > 0:
            await self._sleep(min(left, self._lease.renew_every))
            if self._stopping.is_set():
                return False
            if not await self._lease.renew():
                self._tell("lease_lost")
                return False
        return not self._stopping.is_set()

    async def _unless_stopped(
        self, opening: Coroutine[Any, Any, ClientConnection]
    ) -> ClientConnection | None:
        """Return the connection, None if we shall stop before there is one."""
        tasks = [asyncio.create_task(opening), asyncio.create_task(self._stopping.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return tasks[0].result() if tasks[0].done() else None  # type: ignore[return-value]
        finally:
            for task in tasks:
                task.cancel()

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _tell(self, kind: EventKind, words: str = "", symbol: str = "") -> None:
        _logger.info("Finnhub's trades: %s %s %s", kind, symbol, words)
        if self._on_event is not None:
            self._on_event(StreamEvent(kind, words, symbol))

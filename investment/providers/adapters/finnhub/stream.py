"""
Live trades over Finnhub's WebSocket: one connection a key, kept alive, its symbols by priority.

    stream = TradeStream(api_key=key, url="wss://ws.finnhub.io", lease=lease, admission=admission)
    stream.watch(["ZLUD", "QUAX"])        # whenever the wishes change, most important first
    await stream.run(sink)                # until stream.stop(); the sink gets each batch of trades

The key is in the address, for Finnhub takes it nowhere else: the address is in no log and no error.

Connecting is metered; what is sent over a connection is not: Finnhub documents no limit of messages,
only one of symbols.
"""

import asyncio
import hashlib
import logging
import random
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidStatus, WebSocketException

from investment.providers import errors
from investment.providers.access import hide
from investment.providers.adapters.finnhub import frames
from investment.providers.adapters.finnhub.limits import MOST_SYMBOLS, NAME
from investment.providers.adapters.finnhub.symbols import Spelling
from investment.providers.contracts import Trade
from investment.providers.streaming import Admission, Attempt, ConnectionLease, Wait

Sink = Callable[[Sequence[Trade]], Awaitable[None]]
EventKind = Literal[
    "connected", "lost", "waiting_for_lease", "waiting_for_slot", "lease_lost", "left_out", "error",
    "malformed", "duplicate", "ping",
]  # fmt: skip

REACHES_WITHIN = 2.0  # seconds, for each of the host's addresses
OPENS_WITHIN = CLOSES_WITHIN = 10.0  # seconds
SETTLED = 60.0  # seconds after which a connection counts as a good one
_FRAMES_REMEMBERED = 256

_logger = logging.getLogger(__name__)
# The library writes the address of every request into its log, and in there is the key. A logger of
# nobody's: one that the logging's configuration knows could be switched on.
_mute = logging.Logger(f"{__name__}.library", level=logging.CRITICAL + 1)  # noqa: LOG001


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
        admission: Admission,
        backoff: Backoff | None = None,
        spelling: Spelling | None = None,
        silence: float = 150.0,
        most: int = MOST_SYMBOLS,
        on_event: Callable[[StreamEvent], None] | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._url, self._address = url, f"{url}?{urlencode({'token': api_key})}"
        self._redact = hide(api_key)
        self._lease, self._admission = lease, admission
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
        self._not_before = 0.0  # of the event loop's clock

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
                attempt = await self._may_connect()
                if attempt is None:
                    continue
                try:
                    await self._once(attempt, sink)
                except _Lost as e:
                    self._failures += 1
                    pause = self._backoff.after(self._failures, self._chance())
                    self._not_before = asyncio.get_running_loop().time() + pause
                    self._tell("lost", str(e))
                finally:
                    self._subscribed.clear()
        finally:
            await self._lease.release()

    async def _may_connect(self) -> Attempt | None:
        """Return leave to connect; None, after a while, where there is none yet."""
        if not await self._lease.acquire():
            self._tell("waiting_for_lease", self._lease.words)
            await self._sleep(self._lease.renew_every)
            return None
        # Slept in pieces, for whoever waits longer than its lease lasts has none any more.
        if not await self._sleep_leased(self._not_before - asyncio.get_running_loop().time()):
            return None
        answer = await self._admission.ask()
        if isinstance(answer, Wait):
            self._tell("waiting_for_slot", answer.words)
            await self._sleep_leased(answer.seconds)
            return None
        return answer

    # ── one connection ────────────────────────────────────────────────────────────────────────

    async def _once(self, attempt: Attempt, sink: Sink) -> None:
        """:raises _Lost: when the connection ends, but for ours that were stopped."""
        connection = await self._unless_stopped(self._connect(attempt))
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
            self._lease.cut()

    async def _connect(self, attempt: Attempt) -> ClientConnection:
        reached: socket.socket | None = None
        sent: bool | None = False
        status, error = None, "it was stopped"
        try:
            reached = await self._reach()
            self._lease.tie(reached)
            self._check_in_time(attempt)
            sent = None
            connection = await self._upgrade(reached)
        except InvalidStatus as e:
            sent, status = True, e.response.status_code
            error = f"the upgrade was answered with HTTP {status}"
            if status == 401:
                raise errors.CredentialsRejected(
                    "Finnhub refuses the key for live trades", provider=NAME, status=status
                ) from None
            raise _Lost(error) from None
        except _Lost as e:
            error = str(e)
            raise
        # A ValueError is what a redirect ends in.
        except (InvalidHandshake, WebSocketException, OSError, TimeoutError, ValueError) as e:
            error = self._redact(f"{type(e).__name__}: {e}")
            raise _Lost(error) from None
        else:
            sent, status, error = True, 101, ""
            return connection
        finally:
            if status != 101:
                self._lease.cut()
                if reached is not None:
                    reached.close()
            await attempt.ended(sent=sent, status=status, error=error)

    def _check_in_time(self, attempt: Attempt) -> None:
        """
        Check that nothing has passed since we asked; from here on the lease itself ends the connection.

        :raises _Lost: if we were paused for so long that somebody else may have it.
        """
        if attempt.stale() or not self._lease.holds():
            raise _Lost("it could not be sent in time")

    async def _reach(self) -> socket.socket:
        """Return a connection to the provider's host, over which nothing was sent yet."""
        loop, parts = asyncio.get_running_loop(), urlsplit(self._url)
        port = parts.port or (443 if parts.scheme == "wss" else 80)
        async with asyncio.timeout(REACHES_WITHIN):
            found = await loop.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        for place, (family, kind, proto, _, address) in enumerate(found[:2]):
            reached = socket.socket(family, kind, proto)
            try:
                reached.setblocking(False)
                async with asyncio.timeout(REACHES_WITHIN):
                    await loop.sock_connect(reached, address)
            except BaseException as e:
                reached.close()
                if isinstance(e, OSError) and place + 1 < len(found[:2]):
                    continue
                raise
            return reached
        raise OSError("the host has no address")

    async def _upgrade(self, reached: socket.socket) -> ClientConnection:
        return await connect(
            self._address,
            sock=reached,
            open_timeout=OPENS_WITHIN,
            close_timeout=CLOSES_WITHIN,
            ping_interval=None,  # Finnhub pings by messages of its own
            max_size=frames.MOST_BYTES,
            compression=None,
            user_agent_header=None,
            logger=_mute,
            proxy=None,
        )

    async def _serve(self, connection: ClientConnection, sink: Sink) -> None:
        loop = asyncio.get_running_loop()
        opened = heard = loop.time()
        receiving: asyncio.Task[str | bytes] | None = None
        waking = [asyncio.create_task(self._changed.wait()), asyncio.create_task(self._stopping.wait())]
        try:
            while not self._stopping.is_set():
                if self._changed.is_set():
                    self._changed.clear()
                    await self._subscribe(connection)
                    waking[0] = asyncio.create_task(self._changed.wait())
                receiving = receiving or asyncio.create_task(connection.recv())
                patience = min(heard + self._silence - loop.time(), self._lease.renew_every)
                await asyncio.wait(
                    {receiving, *waking}, timeout=max(0.0, patience), return_when=asyncio.FIRST_COMPLETED
                )
                self._check_lease()
                if receiving.done():
                    text = receiving.result()
                    receiving, heard = None, loop.time()
                    if heard - opened > SETTLED:
                        self._failures = 0
                    await self._take(connection, text, sink)
                elif loop.time() - heard >= self._silence:
                    raise _Lost(f"not a word for {self._silence:g} s")
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
        elif frame.kind == "ping":
            self._tell("ping")
        else:
            self._tell("malformed", frame.words)

    # ── symbols ───────────────────────────────────────────────────────────────────────────────

    async def _subscribe(self, connection: ClientConnection) -> None:
        """Bring the connection's symbols to the wishes: first room is made, then it is taken."""
        spelled = {ours: self._spelling.theirs(ours) for ours in self._wanted}
        known = [ours for ours in self._wanted if spelled[ours] is not None]
        kept = {theirs: ours for ours in known[: self._room] if (theirs := spelled[ours]) is not None}
        for symbol in [each for each in self._subscribed if each not in kept]:
            await self._send(connection, frames.unsubscribe(symbol))
            self._subscribed.remove(symbol)
        for symbol in kept:
            if symbol not in self._subscribed:
                await self._send(connection, frames.subscribe(symbol))
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
        await self._send(
            connection, frames.unsubscribe(symbol)
        )  # should it be another one after all, then no more
        ours = self._spelling.ours(symbol)
        self._left_out.add(ours)
        self._tell("left_out", words, ours)

    # ── around it ─────────────────────────────────────────────────────────────────────────────

    async def _send(self, connection: ClientConnection, text: str) -> None:
        self._check_lease()
        await connection.send(text)

    def _check_lease(self) -> None:
        """:raises _Lost: if somebody else may have the connection; ours is ended by then."""
        if not self._lease.holds():
            self._lease.cut()
            self._tell("lease_lost", self._lease.words)
            raise _Lost("the lease belongs to somebody else")

    async def _sleep_leased(self, seconds: float) -> bool:
        """Sleep, keeping the lease; return False if that is lost, or we shall stop."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while (left := until - loop.time()) > 0:
            await self._sleep(min(left, self._lease.renew_every))
            if self._stopping.is_set():
                return False
            if not self._lease.holds():
                self._tell("lease_lost", self._lease.words)
                return False
        return not self._stopping.is_set()

    async def _unless_stopped(
        self, opening: Coroutine[Any, Any, ClientConnection]
    ) -> ClientConnection | None:
        """Return the connection, None if we shall stop before there is one."""
        task, stopping = asyncio.create_task(opening), asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([task, stopping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in (stopping, task):
                if not each.done():
                    each.cancel()
                    with suppress(asyncio.CancelledError, _Lost, errors.CredentialsRejected):
                        await each
        return None if task.cancelled() else task.result()

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _tell(self, kind: EventKind, words: str = "", symbol: str = "") -> None:
        often = kind in ("ping", "duplicate") or kind.startswith("waiting")
        _logger.log(
            logging.DEBUG if often else logging.INFO, "Finnhub's trades: %s %s %s", kind, symbol, words
        )
        if self._on_event is not None:
            self._on_event(StreamEvent(kind, words, symbol))

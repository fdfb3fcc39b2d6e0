"""
The lease on a key's one live connection, for an event loop.

It is a lock like any other (:mod:`investment.ops.services.leases`): claimed in a thread, renewed in
another, taken over when its owner is gone. What is more than that: a connection is nothing that the
next owner can undo, so ours ends before anybody else can have the lease. That is seen to twice, by whoever
asks :meth:`StreamLease.holds`, and, should this process be stopped, by a small one beside it
(:mod:`investment.lib.cutter`).
"""

import logging
import socket
from contextlib import ExitStack
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from redis import RedisError

from investment.lib import clock
from investment.lib.cutter import Cutter
from investment.lib.one_thread import OneThread
from investment.ops.services import leases

MARGIN = timedelta(seconds=3)  # between the end of our connection and that of our lease

logger = logging.getLogger(__name__)


class StreamLease:
    """
    See :class:`investment.providers.streaming.ConnectionLease`.

    :param scope: what the ledger calls that which is metered; it holds a digest of the key.
    :param thread: where the database is waited for.
    """

    renew_every = 1.0

    def __init__(self, scope: str, *, thread: OneThread) -> None:
        self.words = ""
        self._name = f"stream:{scope}"
        self._thread = thread
        self._held: leases.Held | None = None
        self._cutter: Cutter | None = None
        self._prolonged: datetime | None = None
        self._stack = ExitStack()

    @property
    def epoch(self) -> int | None:
        """The number of our reign, under which alone we may connect; None if it is not ours."""
        return self._held.epoch if self._held else None

    async def acquire(self) -> bool:
        return self.holds() or await self._thread(self._claim)

    def holds(self) -> bool:
        held, cutter = self._held, self._cutter
        if held is None or cutter is None:
            return False
        until = held.until
        moment, left = _left(until)
        if held.lost.is_set() or left <= 0:
            self.words = "the lease on the connection was lost"
            return False
        if until != self._prolonged:  # looked at before every frame, it is renewed every few seconds
            try:
                cutter.prolong(until=moment + left)
            except OSError:
                self.words = "the process that guards the connection is gone"
                return False
            self._prolonged = until
        return True

    def tie(self, connection: socket.socket) -> None:
        """:raises OSError: if the connection cannot be guarded, and must not be used."""
        if self._held is None or self._cutter is None:
            raise OSError("there is no lease")
        self._prolonged = self._held.until
        moment, left = _left(self._prolonged)
        self._cutter.tie(connection, until=moment + left)

    def cut(self) -> None:
        if self._cutter is not None:
            self._cutter.cut()

    async def release(self) -> None:
        self.cut()
        await self._thread(self._end)

    def _claim(self) -> bool:
        self._end()
        stack = ExitStack()
        try:
            held = stack.enter_context(leases.lock(self._name))
        except leases.Busy as busy:
            self.words = _words(busy.owner, busy.until)
            return False
        except (DatabaseError, RedisError) as error:
            connection.close()
            self.words = f"nobody can be asked for the lease now ({type(error).__name__})"
            return False
        self._stack = stack
        try:
            cutter = Cutter()
        except OSError as error:
            self._end()
            self.words = f"nothing could be started that guards the connection ({type(error).__name__})"
            return False
        stack.callback(cutter.close)  # before the lease is given back
        self._held, self._cutter = held, cutter
        return True

    def _end(self) -> None:
        self._held = self._cutter = None
        stack, self._stack = self._stack, ExitStack()
        try:
            stack.close()
        except (DatabaseError, RedisError):
            # It runs out by itself.
            logger.warning("Could not give the lease on a connection back", exc_info=True)
            connection.close()


def _left(until: datetime) -> tuple[float, float]:
    """Return this moment, of the clock that goes on in sleep, and how long a connection may live from it."""
    moment = clock.awake()  # first: whoever is paused in between only finds less time left
    return moment, (until - MARGIN - clock.real_now()).total_seconds()


def _words(owner: str, until: datetime | None) -> str:
    """Say who has it, of an owner as :func:`leases.new_owner` names them."""
    host, process = (*owner.split(":"), "")[:2]
    where = "this machine" if host == socket.gethostname()[:40] else host
    least = f", at least until {until:%H:%M:%S} UTC" if until else ""
    return f"process {process} on {where} has the key's one connection{least}"

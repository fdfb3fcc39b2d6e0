"""
What a live connection to a provider needs from the rest of us: leave to have it, and leave to open it.

An adapter that streams knows these words only. Who may have the connection is decided by a lease, how
often it may be opened by the quota ledger.
"""

import socket
from dataclasses import dataclass
from typing import Protocol


class ConnectionLease(Protocol):
    """
    Who may have the one connection of a key: a second one, of any process, would end both.

    Nothing here makes an event loop wait.

    :ivar renew_every: real seconds between two looks at :meth:`holds`; it must be looked at so often.
    :ivar words: why the connection is not ours.
    """

    renew_every: float
    words: str

    async def acquire(self) -> bool:
        """Return whether the connection is ours now; to be asked again and again."""

    def holds(self) -> bool:
        """Return whether it still is: nobody else can have it yet. To be asked before anything is sent."""

    def tie(self, connection: socket.socket) -> None:
        """Let a connection end with the lease, also where this process is stopped and cannot end it."""

    def cut(self) -> None:
        """End the connection that was tied, at once."""

    async def release(self) -> None:
        """Give the lease back; also called where it is not ours any more."""


@dataclass(frozen=True, slots=True)
class Wait:
    """No attempt may be made for so many real ``seconds``; ``words`` say why."""

    seconds: float
    words: str


class Attempt(Protocol):
    """Leave to connect once, soon; however it ends, that must be told."""

    def stale(self) -> bool:
        """True when so much time has passed that the leave is worth nothing."""

    async def ended(self, *, sent: bool | None, status: int | None = None, error: str = "") -> None:
        """
        Say how it ended.

        :param sent: None: it may have been.
        :param status: HTTP's, where there was an answer.
        :param error: what went wrong, without any key.
        """


class Admission(Protocol):
    """Whether a connection may be opened: an outbound call like any other."""

    async def ask(self) -> Attempt | Wait:
        """Return leave for one attempt, or how long to wait until it is worth asking again."""

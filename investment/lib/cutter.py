"""
A connection that ends at an instant, whatever becomes of the process that has it.

A process that is stopped (SIGSTOP, Ctrl-Z, a debugger) closes nothing: its connections stay open for
as long as it sleeps. Where somebody else may connect by then, a small process beside it, which is not
stopped with it, holds the same socket and shuts it down in time.

    cutter = Cutter()
    cutter.tie(connection, until=clock.awake() + 15)
    cutter.prolong(until=clock.awake() + 15)    # every few seconds
    cutter.cut()

Run as a program this is that process; it then needs nothing but the standard library. Instants are
seconds of CLOCK_BOOTTIME, which goes on while the machine sleeps.
"""

import select
import socket
import struct
import subprocess
import sys
import time
from contextlib import suppress

_AT = struct.Struct("d")
_AT_ONCE = 0.0
_LOOK = 1.0  # seconds; a machine that has slept is noticed within
_ENDS_WITHIN = 5.0  # seconds


class Cutter:
    """
    Has at most one connection at a time. Every method takes no time, so an event loop may call it.

    :raises OSError: from :meth:`tie` and :meth:`prolong`, where the process beside us is gone or
        stopped itself: the connection is not safe then, and should be ended.
    """

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ours.setblocking(False)
        self._tied: socket.socket | None = None
        with theirs:
            # In a session of its own: what the terminal sends to us, it does not get.
            self._beside = subprocess.Popen(
                [sys.executable, "-I", "-S", __file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def tie(self, connection: socket.socket, *, until: float) -> None:
        """Let a connection end at an instant; the one before it ends now."""
        self.cut()
        self._tied = connection.dup()
        socket.send_fds(self._ours, [_AT.pack(until)], [connection.fileno()])

    def prolong(self, *, until: float) -> None:
        """Let the connection that is tied live until then."""
        self._ours.send(_AT.pack(until))

    def cut(self) -> None:
        """End the connection that is tied, if there is one."""
        if self._tied is None:
            return
        _shut(self._tied)
        self._tied = None
        with suppress(OSError):
            self._ours.send(_AT.pack(_AT_ONCE))

    def close(self) -> None:
        """End the connection, and the process beside us."""
        self.cut()
        self._ours.close()
        try:
            self._beside.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:  # it is stopped
            self._beside.kill()
            self._beside.wait()


def _shut(connection: socket.socket) -> None:
    """End a connection for everybody who holds it, not only for us."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def _serve(orders: socket.socket) -> None:
    """Shut each connection down at its instant; the last one when whoever sent it is gone."""
    tied: socket.socket | None = None
    until = _AT_ONCE
    while True:
        left = until - time.clock_gettime(time.CLOCK_BOOTTIME)
        if tied is not None and left <= 0:
            _shut(tied)
            tied = None
        if not select.select([orders], [], [], None if tied is None else min(left, _LOOK))[0]:
            continue
        order, given, _, _ = socket.recv_fds(orders, _AT.size, 1)
        if given:
            if tied is not None:
                _shut(tied)
            tied = socket.socket(fileno=given[0])
        if not order:
            if tied is not None:
                _shut(tied)
            return
        (until,) = _AT.unpack(order)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))

"""A connection ends at its instant, with whoever has it, and on request; and never before."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from investment.lib import clock
from investment.lib.cutter import Cutter


@pytest.fixture
def cutter() -> Iterator[Cutter]:
    made = Cutter()
    yield made
    made.close()


def pair() -> tuple[socket.socket, socket.socket]:
    """A connection, and its other end."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
    theirs.settimeout(5)
    return ours, theirs


def seconds_until_its_end(theirs: socket.socket) -> float:
    started = time.monotonic()
    assert theirs.recv(1) == b""
    return time.monotonic() - started


def test_it_ends_at_its_instant_which_may_be_put_off(cutter: Cutter) -> None:
    ours, theirs = pair()
    with ours, theirs:
        cutter.tie(ours, until=clock.awake() + 0.15)
        time.sleep(0.05)
        cutter.prolong(until=clock.awake() + 0.3)
        assert 0.2 < seconds_until_its_end(theirs) < 2.0
        with pytest.raises(BrokenPipeError):
            ours.send(b"whoever wakes up sends nothing")


def test_it_ends_at_once_on_request_and_for_the_next(cutter: Cutter) -> None:
    for _ in range(2):  # another may be tied afterwards
        (ours, theirs), (next_one, its_end) = pair(), pair()
        with ours, theirs, next_one, its_end:
            cutter.tie(ours, until=clock.awake() + 60)
            cutter.tie(next_one, until=clock.awake() + 60)
            assert seconds_until_its_end(theirs) < 1.0
            cutter.cut()
            assert seconds_until_its_end(its_end) < 1.0


def test_it_ends_with_a_process_that_is_killed_though_another_holds_it_too() -> None:
    program = """
import socket, sys, time
from investment.lib.cutter import Cutter
ours = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
Cutter().tie(ours, until=time.clock_gettime(time.CLOCK_BOOTTIME) + 60)
time.sleep(60)
"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with subprocess.Popen([sys.executable, "-c", program, str(port)]) as started:
            theirs, _ = server.accept()
            with theirs:
                theirs.settimeout(5)
                time.sleep(0.1)
                started.kill()
                assert seconds_until_its_end(theirs) < 1.0


def test_where_nobody_guards_it_that_is_known(cutter: Cutter) -> None:
    os.kill(cutter._beside.pid, signal.SIGKILL)
    cutter._beside.wait()
    with pytest.raises(OSError, match=r"pipe|refused"):
        cutter.prolong(until=clock.awake() + 1)

"""``manage.py trades``, and the lease on the key's one connection, across real processes."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from investment.lib import clock
from investment.lib.one_thread import OneThread
from investment.market.models import Session
from investment.ops.models import Installation, Lock
from investment.ops.selectors.trading_hours import trading_hours
from investment.ops.services import leases
from investment.ops.services.stream_lease import MARGIN, StreamLease
from investment.ops.tests.processes import kill, process, wait_until
from investment.providers.sandbox.finnhub.socket import connections, ticks
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.quotas.models import Call

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 3, 3)
NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
SUNDAY = datetime(2026, 3, 8, 17, 0, tzinfo=UTC)
SOON = 15.0  # seconds
# As they are but for their lengths; the margin is that between our connection's end and the lease's.
QUICKER = """
import sys
from datetime import timedelta
import django
django.setup()
from django.core.management import call_command
from investment.ops.services import leases, stream_lease
leases.LEASE, leases.HEARTBEAT = timedelta(seconds=2.0), 0.2
stream_lease.MARGIN, stream_lease.StreamLease.renew_every = timedelta(seconds=0.6), 0.1
call_command("trades", *sys.argv[1:], "--json")
"""


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=80, plans={"finnhub": "free"}, clock=clock.now) as running:
        settings.FINNHUB_API_KEY = running.key
        settings.FINNHUB_STREAM_URL = f"ws://127.0.0.1:{running.port}/finnhub/ws"
        for day in (TODAY, date(2026, 3, 9)):
            opens = datetime(day.year, day.month, day.day, 14 if day == TODAY else 13, 30, tzinfo=UTC)
            Session.objects.create(session=day, opens_at=opens, closes_at=opens + timedelta(hours=6.5))
        Installation.objects.create(mode=django_settings.MODE.name, created_at=clock.real_now())
        yield running


def busy(sandbox: RunningSandbox) -> list[str]:
    return [
        line.symbol_on(TODAY)
        for line in sandbox.market.lines
        if line.listed(TODAY) and line.behaviour.dollars > 1e7 and ticks(line.symbol_on(TODAY))
    ]


def open_connections(sandbox: RunningSandbox) -> int:
    return sum(len(each) for (owner, _), each in list(connections().items()) if owner == id(sandbox.sandbox))


class Listener:
    """A process that prints trades, and what it has said so far."""

    def __init__(self, started: subprocess.Popen[bytes]) -> None:
        self.started = started
        self.lines: list[dict[str, Any]] = []
        self.text = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.started.stdout is not None
        for line in self.started.stdout:
            self.text += line.decode()
            if line.startswith(b"{"):
                self.lines.append(json.loads(line))

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in list(self.lines) if line["event"] == kind]

    def waits_for(self, kind: str, times: int = 1) -> float:
        return wait_until(lambda: len(self.told(kind)) >= times, f"{kind} of {self.text}", within=SOON)

    def ends(self, number: int) -> int:
        os.kill(self.started.pid, number)
        code = self.started.wait(SOON)
        self._reader.join(SOON)
        return code


@pytest.mark.slow
def test_one_process_has_the_connection_and_another_takes_over(
    sandbox: RunningSandbox, process_environment: dict[str, str]
) -> None:
    clock.set_clock(origin=NOON, rate=60)
    environment = process_environment | {
        "FINNHUB_API_KEY": sandbox.key,
        "FINNHUB_STREAM_URL": f"ws://127.0.0.1:{sandbox.port}/finnhub/ws",
    }
    command = ("-c", QUICKER, *busy(sandbox)[:2])
    with process(environment, *command) as one, process(environment, *command) as other:
        first, second = Listener(one), Listener(other)
        wait_until(lambda: first.told("connected") or second.told("connected"), "a connection", within=SOON)  # type: ignore[arg-type,return-value]
        if second.told("connected"):
            first, second = second, first
        second.waits_for("waiting_for_lease")
        assert f"process {first.started.pid} on this machine" in second.told("waiting_for_lease")[0]["words"]
        first.waits_for("trade")
        (lock,) = Lock.objects.filter(name__startswith="stream:finnhub:stream:")
        assert sandbox.key not in lock.name

        # Stopped it can close nothing. Two connections at once the sandbox would end both.
        os.kill(first.started.pid, signal.SIGSTOP)
        second.waits_for("connected")
        second.waits_for("trade")
        assert open_connections(sandbox) == 1
        os.kill(first.started.pid, signal.SIGCONT)
        first.waits_for("lease_lost")
        first.waits_for("waiting_for_lease")
        assert open_connections(sandbox) == 1
        assert not second.told("lost")
        assert sandbox.counts("finnhub").received == 2

        kill(second.started)
        Lock.objects.filter(pk=lock.pk).update(lease_until=clock.real_now())  # no need to wait for that
        first.waits_for("connected", times=2)
        assert first.ends(signal.SIGINT) == 0

    assert first.lines[-1]["event"] == "end"
    assert "Traceback" not in first.text + second.text
    assert sandbox.key not in first.text + second.text
    wait_until(lambda: open_connections(sandbox) == 0, "the connection's end", within=SOON)
    lock.refresh_from_db()
    assert not leases.is_held(lock)
    calls = Call.objects.filter(endpoint="trades").values_list("state", "status", "lane", "purpose")
    assert list(calls) == [("sent", 101, "interactive", "trades by hand")] * 3
    reigns = set(Call.objects.values_list("epoch", flat=True))
    assert len(reigns - {None}) == 3, "each under the number of its own lease"
    assert sandbox.counts("finnhub").received == 3


def test_the_lease_asks_nobody_and_is_lost_before_another_can_have_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def play() -> None:
        one, other = (StreamLease("finnhub:stream:digest", thread=thread) for thread in threads)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.settimeout(5)
            assert not one.holds()
            with pytest.raises(OSError, match="no lease"):
                one.tie(ours)
            assert await one.acquire()
            assert not await other.acquire()
            assert f"process {os.getpid()} on this machine has the key's one connection" in other.words
            one.tie(ours)
            told: list[float] = []
            assert one._cutter is not None
            assert one._held is not None
            monkeypatch.setattr(one._cutter, "prolong", lambda *, until: told.append(until))
            assert all(one.holds() for _ in range(1000))
            assert told == [], "who guards it is told only what is new"
            one._held.until += timedelta(seconds=1)
            assert one.holds()
            assert len(told) == 1
            one._held.until = clock.real_now() + MARGIN  # not renewed for so long
            assert not one.holds()
            assert "was lost" in one.words
            one.cut()
            assert theirs.recv(1) == b""
            epoch = one.epoch
            assert await one.acquire(), "nobody has taken over yet"
            assert (one.epoch or 0) > (epoch or 0)
            await one.release()
            assert one.epoch is None
            assert await other.acquire()
            await other.release()

    threads = [OneThread("one"), OneThread("other")]
    try:
        asyncio.run(play())
    finally:
        for thread in threads:
            thread.close()


def test_a_lease_and_its_takeover_last_less_than_thirty_seconds() -> None:
    assert leases.LEASE.total_seconds() + StreamLease.renew_every < 30.0


@pytest.mark.slow
def test_silence_refusals_and_a_closed_market_are_told(
    sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    clock.set_clock(origin=SUNDAY, rate=0)

    call_command("trades", busy(sandbox)[0], "not a symbol", "--seconds=0.7", "--quiet-after=0.3")

    printed = capsys.readouterr().out
    assert "The market is closed, it opens on Monday, March 9 at 09:30: no trades are expected" in printed
    assert "Refused: not a symbol: Finnhub has no spelling of it" in printed
    assert "No trade for 0.3 s; the connection is open" in printed
    assert "0 trades of 0 of 2 symbols in 1 s; nothing of" in printed
    assert "This is the sandbox" in printed


def test_no_key_another_key_and_too_many_symbols_are_told(
    sandbox: RunningSandbox, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    clock.set_clock(origin=NOON, rate=0)
    with pytest.raises(CommandError, match="carries 50 symbols at most, not 51"):
        call_command("trades", *(f"S{number}" for number in range(51)))
    settings.FINNHUB_API_KEY = "nobody-knows-this-key"
    with pytest.raises(CommandError, match="Finnhub refuses the key"):
        call_command("trades", "A")
    settings.FINNHUB_API_KEY = "-"
    with pytest.raises(CommandError, match="put FINNHUB_API_KEY into"):
        call_command("trades", "A")
    assert "nobody-knows-this-key" not in capsys.readouterr().out


@pytest.mark.django_db(transaction=False)
@pytest.mark.parametrize(
    ("now", "state", "words"),
    [
        (datetime(2026, 3, 3, 8, 59, tzinfo=UTC), "closed", "it opens on Tuesday, March 3 at 09:30"),
        (datetime(2026, 3, 3, 9, 0, tzinfo=UTC), "extended", "only trades out of hours are expected"),
        (datetime(2026, 3, 3, 14, 30, tzinfo=UTC), "regular", "The market is open until 13:00"),
        (datetime(2026, 3, 3, 18, 0, tzinfo=UTC), "extended", "it opens on Wednesday, March 4"),
        (datetime(2026, 3, 3, 22, 0, tzinfo=UTC), "closed", "no trades are expected"),
        (datetime(2026, 3, 4, 22, 0, tzinfo=UTC), "unknown", "the calendar ends"),
    ],
)
def test_whether_trades_are_expected(now: datetime, state: str, words: str) -> None:
    for day, hours in ((TODAY, 3.5), (date(2026, 3, 4), 6.5)):
        opens = datetime(day.year, day.month, day.day, 14, 30, tzinfo=UTC)
        Session.objects.create(session=day, opens_at=opens, closes_at=opens + timedelta(hours=hours))

    hours_now = trading_hours(now=now)

    assert hours_now.state == state
    assert words in hours_now.words

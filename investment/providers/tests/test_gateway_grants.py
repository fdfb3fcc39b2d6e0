"""Between the grant and the first byte: rows, stale grants, killed processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import OperationalError, transaction
from pytest_django import Settings
from redis.exceptions import ConnectionError as RedisConnectionError

from investment.lib import clock, redis
from investment.providers import gateway, registry
from investment.providers.gateway import market_data
from investment.providers.tests.metered import KEY, SESSION, ask, in_use
from investment.providers.tests.wire import EMPTY, answer, http, provider
from investment.quotas import scripts
from investment.quotas.contracts import Granted
from investment.quotas.errors import QuotaExhausted
from investment.quotas.models import Call
from investment.quotas.services import calls, ledger, scopes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("basic")]

ROOT = Path(__file__).parents[3]


def test_the_row_is_there_before_the_request_is(settings: Settings) -> None:
    seen: list[int] = []

    def look(request: httpx.Request) -> httpx.Response:
        seen.append(Call.objects.filter(state="reserved").count())
        return httpx.Response(200, stream=httpx.ByteStream(EMPTY))

    access = registry.market_data_access()
    scopes.declare(access.limits)
    transport = gateway.MeteredTransport(
        httpx.MockTransport(look), access=access, lane="planned", purpose="a test"
    )
    with httpx.Client(transport=transport, base_url="http://sandbox.test") as client:
        client.get("/")

    assert seen == [1]
    assert Call.objects.get().state == "sent"


def test_an_interruption_leaves_the_call_unknown(settings: Settings) -> None:
    def interrupt(request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    access = registry.market_data_access()
    scopes.declare(access.limits)
    transport = gateway.MeteredTransport(
        httpx.MockTransport(interrupt), access=access, lane="planned", purpose="a test"
    )
    with (
        httpx.Client(transport=transport, base_url="http://sandbox.test") as client,
        pytest.raises(KeyboardInterrupt),
    ):
        client.get("/")

    assert Call.objects.get().state == "unknown"


def test_a_grant_that_is_too_old_when_its_row_is_there_is_given_back(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = calls.record

    def commit_slowly(**call: Any) -> None:
        commit(**call)
        monkeypatch.setattr(calls, "record", commit)
        time.sleep(0.3)

    monkeypatch.setattr(ledger, "SEND_WITHIN", 0.25)
    monkeypatch.setattr(calls, "record", commit_slowly)
    with provider(answer(http())) as address:
        settings.MASSIVE_BASE_URL = address
        with market_data(lane="planned", purpose="a test", patience=5.0) as massive:
            massive.grouped_daily(session=SESSION)

    assert sorted(Call.objects.values_list("state", flat=True)) == ["not_sent", "sent"]
    assert in_use() == (1, 0)


def test_a_request_that_is_not_sent_in_time_for_its_grant_is_given_back_and_reserved_anew(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a process that was stopped between its grant and its first byte."""
    awake, asleep = clock.awake, [0.0]
    wait = gateway.MeteredTransport._send

    def sleep_once(self: gateway.MeteredTransport, request: Any, sending: Any) -> Any:
        asleep[0] += 0.0 if asleep[0] else 60.0
        return wait(self, request, sending)

    monkeypatch.setattr(clock, "awake", lambda: awake() + asleep[0])
    monkeypatch.setattr(gateway.MeteredTransport, "_send", sleep_once)
    with provider(answer(http()), answer(http())) as address:
        settings.MASSIVE_BASE_URL = address
        with market_data(lane="planned", purpose="a test") as massive:
            massive.grouped_daily(session=SESSION)

    assert sorted(Call.objects.values_list("state", "error")) == [
        ("not_sent", "it could not be sent in time"),
        ("sent", ""),
    ]
    assert in_use() == (1, 0)


def test_without_its_row_a_call_is_not_sent(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**call: Any) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(calls, "record", refuse)
    settings.MASSIVE_BASE_URL = "http://127.0.0.1:9"
    with market_data(lane="planned", purpose="a test") as massive, pytest.raises(QuotaExhausted) as caught:
        massive.grouped_daily(session=SESSION)

    assert caught.value.reason == "unrecorded"
    assert in_use() == (0, 0)
    assert not Call.objects.exists()


def test_the_row_is_completed_also_where_the_state_server_has_just_gone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = scripts.ask

    def fail(name: str, command: bytes) -> Any:
        if name == "settle":
            raise RedisConnectionError("the state server is away")
        return run(name, command)

    monkeypatch.setattr(scripts, "ask", fail)
    ask(settings, answer(http()))  # its answer has come, and is not lost

    # Nobody can say by the ledger's clock when it ended, so it counts for as long as it could take.
    assert (Call.objects.get().state, Call.objects.get().status) == ("unknown", 200)
    assert in_use() == (0, 1), "the slot stays busy until its hold ends"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_while_a_transaction_is_open(settings: Settings) -> None:
    settings.MASSIVE_BASE_URL = "http://127.0.0.1:9"
    with (
        market_data(lane="planned", purpose="a test") as massive,
        transaction.atomic(),
        pytest.raises(RuntimeError, match="fetch first, then write"),
    ):
        massive.grouped_daily(session=SESSION)

    assert not Call.objects.exists()


_ASK_AND_HANG = """
from datetime import date
from investment.providers.gateway import market_data
with market_data(lane="planned", purpose="to be killed") as massive:
    massive.grouped_daily(session=date(2026, 3, 2))
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_process_loses_no_call(process_environment: dict[str, str]) -> None:
    arrived, over = threading.Event(), threading.Event()

    def hang(connection: object) -> None:
        arrived.set()
        over.wait(30)

    with provider(hang) as address:
        environment = process_environment | {
            "MASSIVE_BASE_URL": address,
            "MASSIVE_API_KEY": KEY,
            "MASSIVE_PLAN": "basic",
        }
        process = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", _ASK_AND_HANG],
            cwd=ROOT,
            env=environment,
        )
        try:
            assert arrived.wait(30)
            os.kill(process.pid, signal.SIGKILL)
        finally:
            process.kill()
            process.wait()
            over.set()

    call = Call.objects.get()
    assert (call.state, call.purpose) == ("reserved", "to be killed")
    assert in_use() == (0, 1)

    _forget_what_was_spent()
    scopes.declare(registry.market_data_access().limits)
    granted = [
        ledger.reserve(scope=call.scope, lane="essential", purpose="a test", hold_seconds=10)
        for _ in range(5)
    ]
    assert sum(isinstance(answer, Granted) for answer in granted) == 4, "the fifth slot is still held"


def _forget_what_was_spent() -> None:
    client = redis.state()
    client.delete(*client.scan_iter(match=redis.key("quota", "*")))
    client.set(redis.key(*scripts.LOST), int((time.time() - 60) * 1e6))

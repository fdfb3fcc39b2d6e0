"""Every request is reserved, has its row before it is sent, and is settled by what became of it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import OperationalError, transaction
from pytest_django import Settings
from redis.exceptions import ConnectionError as RedisConnectionError

from investment.lib import clock, redis
from investment.providers import errors, gateway, registry
from investment.providers.gateway import market_data
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.providers.tests.wire import EMPTY, Behaviour, answer, hang_until, http, provider, reset
from investment.quotas.contracts import Granted
from investment.quotas.errors import QuotaExhausted
from investment.quotas.models import Call
from investment.quotas.selectors import window_status
from investment.quotas.services import calls, ledger, scopes

pytestmark = pytest.mark.django_db

KEY = "a-key-that-nobody-may-see"
SESSION = date(2026, 3, 2)
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _basic(settings: Settings, _no_keys_left_behind: None) -> Iterator[None]:
    settings.MASSIVE_API_KEY = KEY
    settings.MASSIVE_PLAN = "basic"
    scopes._declared.clear()
    clock._forget()
    yield
    scopes._declared.clear()
    clock._forget()


def ask(settings: Settings, *behaviours: Behaviour) -> Call:
    """Ask for a session once, and return the row of the call, whatever became of it."""
    with provider(*behaviours) as address:
        settings.MASSIVE_BASE_URL = address
        with market_data(lane="planned", purpose="a test") as massive:
            try:
                massive.grouped_daily(session=SESSION)
            except errors.ProviderError as error:
                said = str(error)
            else:
                said = ""
    assert KEY not in said
    return Call.objects.get()


def in_use() -> tuple[int, int]:
    """Slots used and held in the minute."""
    (status,) = window_status(now=clock.now())
    return status.used, status.held


def test_a_call_that_was_answered_is_used_and_its_row_tells_everything(settings: Settings) -> None:
    call = ask(settings, answer(http()))

    assert (call.provider, call.endpoint, call.lane, call.purpose) == (
        "massive",
        "grouped_daily",
        "planned",
        "a test",
    )
    assert (call.state, call.status, call.bytes, call.calls, call.error) == ("sent", 200, len(EMPTY), 1, "")
    assert call.scope.startswith("massive:stocks:")
    assert KEY not in call.scope
    assert call.sent_at is not None
    assert call.finished_at is not None
    assert call.reserved_at <= call.sent_at <= call.finished_at
    assert call.duration_seconds is not None
    assert 0 < call.duration_seconds < 5
    assert (call.quota_left, call.cost, call.epoch) == (None, None, None)
    assert in_use() == (1, 0)


def test_a_call_that_found_no_provider_is_given_back(settings: Settings) -> None:
    with provider() as address:
        pass
    settings.MASSIVE_BASE_URL = address
    with market_data(lane="planned", purpose="a test") as massive:
        with pytest.raises(errors.ProviderUnavailable, match="ConnectError"):
            massive.grouped_daily(session=SESSION)
        assert massive.calls_spent == 0
        assert massive.last_call_id is None

    call = Call.objects.get()
    assert (call.state, call.sent_at, call.status) == ("not_sent", None, None)
    assert "ConnectError" in call.error
    assert in_use() == (0, 0)


@pytest.mark.parametrize(
    ("behaviour", "state", "status", "error"),
    [
        (reset, "unknown", None, "ReadError"),
        (answer(b""), "unknown", None, "RemoteProtocolError"),
        (answer(http(said_length=1000)), "sent", 200, "RemoteProtocolError"),
        (answer(http(b"<html>Bad gateway</html>", "502 Bad Gateway")), "sent", 502, ""),
    ],
    ids=["reset", "closed without an answer", "cut off in the body", "a page of HTML"],
)
def test_what_may_have_arrived_is_not_given_back(
    settings: Settings, behaviour: Behaviour, state: str, status: int | None, error: str
) -> None:
    call = ask(settings, behaviour)

    assert (call.state, call.status) == (state, status)
    assert call.error.startswith(error)
    assert sum(in_use()) == 1


def test_a_provider_that_says_nothing_is_left_after_the_timeout(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "TIMEOUT", httpx.Timeout(0.2))
    over = threading.Event()
    threading.Timer(0.6, over.set).start()

    call = ask(settings, hang_until(over))

    assert (call.state, call.error) == ("unknown", "ReadTimeout: timed out")
    assert in_use() == (0, 1), "held until its hold has passed"


def test_an_answer_that_trickles_or_does_not_end_is_cut_off(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "MAX_BODY", 1000)

    call = ask(settings, answer(http(b"x" * 1500)))

    assert call.state == "sent"
    assert "longer than 1000 bytes" in call.error

    monkeypatch.setattr(gateway, "BODY_WITHIN", 0.0)
    Call.objects.all().delete()
    assert "took more than 0 s" in ask(settings, answer(http())).error


def test_a_refusal_by_the_provider_stops_further_calls(settings: Settings) -> None:
    call = ask(settings, answer(http(b"", "429 Too Many Requests")))

    assert (call.state, call.status) == ("sent", 429)
    with market_data(lane="essential", purpose="a test") as massive, pytest.raises(QuotaExhausted) as caught:
        massive.grouped_daily(session=SESSION)
    assert caught.value.reason == "provider"
    assert Call.objects.count() == 1


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
    commit = calls.record_call

    def commit_slowly(**call: Any) -> None:
        commit(**call)
        monkeypatch.setattr(gateway, "record_call", commit)
        time.sleep(0.3)

    monkeypatch.setattr(gateway, "SEND_WITHIN", 0.25)
    monkeypatch.setattr(gateway, "record_call", commit_slowly)
    with provider(answer(http())) as address:
        settings.MASSIVE_BASE_URL = address
        with market_data(lane="planned", purpose="a test") as massive:
            massive.grouped_daily(session=SESSION)

    assert sorted(Call.objects.values_list("state", flat=True)) == ["not_sent", "sent"]
    assert in_use() == (1, 0)


def test_without_its_row_a_call_is_not_sent(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**call: Any) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(gateway, "record_call", refuse)
    settings.MASSIVE_BASE_URL = "http://127.0.0.1:9"
    with market_data(lane="planned", purpose="a test") as massive, pytest.raises(OperationalError):
        massive.grouped_daily(session=SESSION)

    assert in_use() == (0, 0)
    assert not Call.objects.exists()


def test_the_row_is_completed_also_where_the_state_server_has_just_gone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**call: Any) -> datetime:
        raise RedisConnectionError("the state server is away")

    monkeypatch.setattr(ledger, "settle", fail)
    with pytest.raises(RedisConnectionError):
        ask(settings, answer(http()))

    assert (Call.objects.get().state, Call.objects.get().status) == ("sent", 200)
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


def test_without_a_key_nothing_is_asked_and_the_way_to_one_is_told(settings: Settings) -> None:
    settings.MASSIVE_API_KEY = "-"
    with (
        pytest.raises(errors.CredentialsRejected, match="MASSIVE_API_KEY"),
        market_data(lane="planned", purpose="a test"),
    ):
        pass


def test_an_unknown_plan_is_a_mistake(settings: Settings) -> None:
    settings.MASSIVE_PLAN = "golden"
    with pytest.raises(ValueError, match="basic, unlimited"):
        registry.market_data_access()


def test_nothing_shows_the_key(settings: Settings) -> None:
    access = registry.market_data_access()

    assert KEY not in repr(access)
    assert access.redact(f"Bearer {KEY}") == "Bearer …"
    assert access.limits.scope == registry.scope_of("massive", "stocks", KEY)
    assert access.limits.scope != registry.scope_of("massive", "stocks", KEY + "2")


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    with running_sandbox(clock=clock.now) as running:
        settings.MASSIVE_BASE_URL = running.url
        settings.MASSIVE_API_KEY = running.key
        yield running


def set_clock(rate: float = 0.0) -> None:
    clock.set_clock(origin=datetime(2026, 3, 3, 5, 30, tzinfo=UTC), rate=rate)


def test_the_sandbox_is_asked_within_its_limit_and_refuses_nothing(sandbox: RunningSandbox) -> None:
    set_clock()
    with market_data(lane="planned", purpose="a test") as massive:
        day = massive.grouped_daily(session=SESSION)
        assert len(day.bars) > 20
        for _ in range(3):
            massive.grouped_daily(session=SESSION)
        with pytest.raises(QuotaExhausted) as caught:
            massive.grouped_daily(session=SESSION)
        assert massive.calls_spent == 4

    with market_data(lane="interactive", purpose="a test") as massive:
        massive.previous_close(symbol=day.bars.symbols[0])

    assert caught.value.retry_at is not None
    assert caught.value.retry_at - clock.now() == pytest.approx(
        timedelta(seconds=60), abs=timedelta(seconds=1)
    )
    assert sandbox.counts().received == 5
    assert sandbox.counts().refused == 0


def test_the_patient_wait_for_a_slot_and_say_until_when(sandbox: RunningSandbox) -> None:
    set_clock(rate=60)
    told: list[datetime] = []
    began = time.monotonic()
    with market_data(lane="essential", purpose="a test", patience=30, on_wait=told.append) as massive:
        for _ in range(6):
            massive.grouped_daily(session=SESSION)
        assert massive.calls_spent == 6

    assert 0.9 < time.monotonic() - began < 15, "a minute passes in a second"
    assert told
    assert sandbox.counts().refused == 0


def test_who_may_wait_too_short_is_told_at_once(sandbox: RunningSandbox) -> None:
    set_clock(rate=1)
    began = time.monotonic()
    with market_data(lane="essential", purpose="a test", patience=5) as massive:
        for _ in range(5):
            massive.grouped_daily(session=SESSION)
        with pytest.raises(QuotaExhausted):
            massive.grouped_daily(session=SESSION)

    assert time.monotonic() - began < 5


def test_every_question_can_be_asked_of_the_sandbox(sandbox: RunningSandbox, settings: Settings) -> None:
    set_clock()
    settings.MASSIVE_PLAN = "unlimited"
    sandbox.sandbox.keys[sandbox.key] = type(sandbox.sandbox.keys[sandbox.key])(
        "free", windows=(), years=2, end_of_day=True
    )
    with market_data(lane="planned", purpose="a test") as massive:
        day = massive.grouped_daily(session=SESSION)
        symbol = day.bars.symbols[0]
        series = massive.daily_bars(symbol=symbol, start=date(2026, 2, 2), end=SESSION)
        assert series.sessions[-1] == SESSION
        assert series.bars.close[-1] == day.bars.close[0]
        assert massive.previous_close(symbol=symbol).bars.close[0] == day.bars.close[0]
        listed = [record.symbol for page in massive.instruments() for record in page]
        assert symbol in listed
        assert massive.instrument(symbol=symbol).symbol == symbol
        ago = date(2024, 6, 3)
        assert all(ago <= split.ex_date <= SESSION for split in massive.splits(start=ago, end=SESSION))
        dividends = massive.dividends(start=ago, end=SESSION)
        assert dividends
        assert [d.ex_date for d in dividends] == sorted(d.ex_date for d in dividends)
        assert massive.market_status().market == "closed"
        with pytest.raises(errors.UnknownSymbol):
            massive.instrument(symbol="NOSUCH")
        with pytest.raises(errors.NotPublishedYet):
            massive.grouped_daily(session=date(2026, 3, 3))
        with pytest.raises(errors.OutOfHistory):
            massive.grouped_daily(session=date(2020, 3, 3))
        assert len(massive.grouped_daily(session=date(2026, 3, 1)).bars) == 0
        spent = massive.calls_spent
    assert Call.objects.filter(state="sent").count() == spent == sandbox.counts().received


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
    client.set(redis.key("quota", "lost"), time.time() - 60)

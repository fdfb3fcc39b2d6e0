"""Every request is reserved, has its row before it is sent, and is settled by what became of it."""

import contextlib
import dataclasses
import gzip
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pytest_django import Settings

from investment.lib import clock
from investment.providers import errors, gateway, registry
from investment.providers.gateway import market_data
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.providers.services import admission
from investment.providers.tests.metered import KEY, SESSION, ask, in_use
from investment.providers.tests.wire import EMPTY, Behaviour, answer, hang_until, http, provider, reset
from investment.quotas.contracts import LimitFacts
from investment.quotas.errors import QuotaExhausted
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("basic")]

ROOT = Path(__file__).parents[3]


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


def test_who_asks_is_handed_no_key_that_a_provider_repeats(settings: Settings) -> None:
    told = f'{{"T":"{KEY}","o":"{KEY}","h":1,"l":1,"c":1,"v":1,"t":1772485200000}}'
    settings.MASSIVE_PLAN = "unlimited"
    bodies = (f'{{"status":"OK","results":[{told}]}}', f'{{"status":"{KEY}"}}')
    with provider(*(answer(http(body.encode())) for body in bodies)) as address:
        settings.MASSIVE_BASE_URL = address
        with market_data(lane="planned", purpose="a test") as massive:
            (row,) = massive.grouped_daily(session=SESSION).malformed
            with pytest.raises(errors.MalformedPayload) as caught:
                massive.grouped_daily(session=SESSION)
    for text in (repr(row), f"{caught.value} {caught.value.extra} {caught.value.__cause__!r}"):
        assert "…" in text
        assert KEY not in text


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


def test_a_grant_is_as_old_as_its_own_reservation_however_long_was_waited_before(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "SEND_WITHIN", 0.5)
    set_clock(rate=60)
    with market_data(lane="essential", purpose="a test", patience=30) as massive:
        for _ in range(6):
            massive.grouped_daily(session=SESSION)

    assert set(Call.objects.values_list("state", flat=True)) == {"sent"}


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


def told_of_windows(body: bytes, headers: dict[str, str]) -> bytes:
    """Return what the adapter is told of an answer's body, to read of its windows."""
    heard: list[bytes] = []

    def listen(_status: int, _headers: Mapping[str, str], body: bytes) -> list[LimitFacts]:
        heard.append(body)
        return []

    def send(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))

    access = dataclasses.replace(registry.access("massive"), limit_facts=listen)
    transport = gateway.MeteredTransport(
        httpx.MockTransport(send), access=access, lane="planned", purpose="a test"
    )
    with (
        httpx.Client(transport=transport, base_url="http://sandbox.test") as client,
        contextlib.suppress(httpx.DecodingError),
    ):
        client.get("/")
    (told,) = heard
    return told


@pytest.mark.parametrize(
    ("pack", "name"), [(gzip.compress, "gzip"), (zlib.compress, "deflate")], ids=["gzip", "deflate"]
)
def test_a_refusal_inside_a_packed_answer_is_read(pack: Callable[[bytes], bytes], name: str) -> None:
    packed = {"Content-Encoding": name}

    assert told_of_windows(b"too many", {}) == b"too many"
    assert told_of_windows(pack(b"too many"), packed) == b"too many"
    assert told_of_windows(pack(b" " * 10**7), packed) == b"", "longer than any refusal"
    assert told_of_windows(b"\x1f\x8b broken", packed) == b""

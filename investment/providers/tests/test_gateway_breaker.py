"""An endpoint that fails again and again is left alone: nothing is sent, no slot is spent."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from investment.lib import clock
from investment.providers import breaker, errors, gateway
from investment.providers.gateway import market_data
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.providers.tests.metered import SESSION
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("basic"), pytest.mark.slow]

NOW = datetime(2026, 3, 3, 5, 30, tzinfo=UTC)
START, END = date(2026, 1, 5), date(2026, 2, 27)
FAILURES = breaker.RULES.failures


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    clock.set_clock(origin=NOW, rate=0)
    settings.MASSIVE_PLAN = "unlimited"
    with running_sandbox(clock=clock.now, plan="unlimited") as running:
        settings.MASSIVE_BASE_URL = running.url
        settings.MASSIVE_API_KEY = running.key
        yield running


def go_on(seconds: float) -> None:
    clock.set_clock(origin=clock.now() + timedelta(seconds=seconds), rate=0)


def splits() -> None:
    with market_data(lane="planned", purpose="a test") as massive:
        massive.splits(start=START, end=END)


def fail(sandbox: RunningSandbox, times: int) -> None:
    sandbox.fault("status", endpoint="splits_v1", status=503, times=times)
    for _ in range(times):
        with pytest.raises(errors.ProviderUnavailable):
            splits()


def test_after_failures_in_a_row_nothing_is_sent_until_a_probe_is_due(sandbox: RunningSandbox) -> None:
    fail(sandbox, FAILURES)

    for _ in range(3):
        with pytest.raises(errors.CircuitOpen) as caught:
            splits()

    assert sandbox.counts().received == Call.objects.count() == FAILURES
    assert caught.value.retry_at == NOW + timedelta(seconds=breaker.RULES.pause)
    assert "05:30:30 UTC" in str(caught.value)
    assert "HTTP 503" in caught.value.words

    go_on(breaker.RULES.pause)
    splits()
    splits()
    assert sandbox.counts().received == FAILURES + 2


def test_other_endpoints_are_asked_meanwhile(sandbox: RunningSandbox) -> None:
    fail(sandbox, FAILURES)

    with market_data(lane="planned", purpose="a test") as massive:
        assert len(massive.grouped_daily(session=SESSION).bars) > 20


def test_a_refusal_is_an_answer(sandbox: RunningSandbox) -> None:
    body = '{"status":"ERROR","error":"something new"}'
    sandbox.fault(
        "status", endpoint="splits_v1", status=400, body=body, content_type="application/json", times=8
    )
    for _ in range(8):
        with pytest.raises(errors.RequestRejected):
            splits()

    assert sandbox.counts().received == 8


def test_a_provider_that_cannot_be_reached_is_left_alone_too(
    sandbox: RunningSandbox, settings: Settings
) -> None:
    settings.MASSIVE_BASE_URL = "http://127.0.0.1:1"
    for _ in range(FAILURES):
        with pytest.raises(errors.ProviderUnavailable):
            splits()

    with pytest.raises(errors.CircuitOpen, match="ConnectError"):
        splits()
    assert set(Call.objects.values_list("state", flat=True)) == {"not_sent"}


def test_who_asks_again_waits_for_the_probe(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "_PAUSE", 0.01)
    fail(sandbox, FAILURES)
    clock.set_clock(origin=clock.now(), rate=60)
    told: list[datetime] = []

    with market_data(
        lane="planned", purpose="a test", patience=20, attempts=3, on_wait=told.append
    ) as massive:
        massive.splits(start=START, end=END)
        assert massive.calls_spent == 1

    assert told


def test_a_probe_for_which_there_is_no_slot_is_given_back(
    sandbox: RunningSandbox, settings: Settings
) -> None:
    settings.MASSIVE_PLAN = "basic"
    fail(sandbox, 4)  # all that the planned lane has
    sandbox.fault("status", endpoint="splits_v1", status=503)
    with (
        market_data(lane="essential", purpose="a test") as massive,
        pytest.raises(errors.ProviderUnavailable),
    ):
        massive.splits(start=START, end=END)
    go_on(breaker.RULES.pause)

    for _ in range(2):
        with pytest.raises(Exception, match="quota"):
            splits()
    go_on(31)
    splits()

    assert sandbox.counts().received == FAILURES + 1

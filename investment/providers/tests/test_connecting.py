"""Opening a live connection is reserved, has its row, and is settled like any other call."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from investment.lib import clock, redis
from investment.lib.one_thread import OneThread
from investment.providers import registry
from investment.providers.services.connecting import MeteredAttempt, MeteredConnects
from investment.providers.streaming import Wait
from investment.quotas.contracts import EMERGENCY_KEY, Lane
from investment.quotas.models import Call
from investment.quotas.services import epochs

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
KEY = "a-key-that-is-in-no-row"


@pytest.fixture
def thread() -> Iterator[OneThread]:
    made = OneThread("test")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _at_noon(settings: Settings) -> None:
    settings.FINNHUB_API_KEY = KEY
    clock.set_clock(origin=NOON, rate=0)


def connects(
    thread: OneThread, *, lane: Lane = "interactive", epoch: Callable[[], int | None] = lambda: None
) -> MeteredConnects:
    return MeteredConnects(
        registry.access("finnhub"), endpoint="trades", lane=lane, purpose="a test", epoch=epoch, thread=thread
    )


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(coroutine, 10))


async def granted(admission: MeteredConnects) -> MeteredAttempt:
    answer = await admission.ask()
    assert isinstance(answer, MeteredAttempt), answer
    return answer


async def refused(admission: MeteredConnects) -> Wait:
    answer = await admission.ask()
    assert isinstance(answer, Wait)
    return answer


def test_attempts_stay_within_their_windows_and_have_their_rows(thread: OneThread) -> None:
    async def play() -> None:
        admission = connects(thread)
        ends: list[tuple[bool | None, int | None, str]] = [
            (True, 101, ""), (True, 502, "HTTP 502"), (None, None, "reset"), (False, None, "refused"),
            (True, 101, ""), (True, 101, ""), (True, 101, ""),
        ]  # fmt: skip
        for sent, status, error in ends:  # the one that was not sent is given back
            attempt = await granted(admission)
            assert not attempt.stale()
            await attempt.ended(sent=sent, status=status, error=error)
        wait = await refused(admission)
        assert "the quota of 6 calls in 60 s is used up" in wait.words
        assert wait.seconds > 0

    run(play())
    rows = list(Call.objects.order_by("id").values_list("state", "status", "error"))
    assert sorted(rows, key=str) == sorted(
        [("sent", 101, "")] * 4
        + [("sent", 502, "HTTP 502"), ("unknown", None, "reset"), ("not_sent", None, "refused")],
        key=str,
    )
    assert set(Call.objects.values_list("provider", "endpoint", "lane", "purpose")) == {
        ("finnhub", "trades", "interactive", "a test")
    }
    (scope,) = set(Call.objects.values_list("scope", flat=True))
    assert scope.startswith("finnhub:stream:")
    assert KEY not in scope


def test_its_row_is_there_before_anything_is_sent(thread: OneThread) -> None:
    async def play() -> None:
        attempt = await granted(connects(thread))
        state = await thread(lambda: Call.objects.values_list("state", flat=True).get())
        assert state == "reserved"
        await attempt.ended(sent=True, status=101)

    run(play())


def test_after_failures_in_a_row_it_is_left_alone_for_a_while(thread: OneThread) -> None:
    async def play() -> None:
        admission = connects(thread)
        for _ in range(5):
            await (await granted(admission)).ended(sent=True, status=502, error="HTTP 502")
        assert "it failed 5 times in a row, at last: HTTP 502" in (await refused(admission)).words

    run(play())


def test_one_who_was_followed_connects_no_more_and_an_emergency_stops_all(thread: OneThread) -> None:
    ours = epochs.begin(name="a test", owner="us")

    async def play() -> None:
        admission = connects(thread, epoch=lambda: ours)
        await (await granted(admission)).ended(sent=True, status=101)
        await thread(epochs.begin, name="a test", owner="another")
        assert "another process has become the leader" in (await refused(admission)).words
        redis.state().set(EMERGENCY_KEY, "1", ex=60)
        try:
            assert "emergency" in (await refused(connects(thread))).words
        finally:
            redis.state().delete(EMERGENCY_KEY)

    run(play())


def test_where_the_ledger_does_not_answer_nothing_is_sent(
    thread: OneThread, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from redis import ConnectionError as Away

    from investment.quotas.services import ledger

    def away(**_: object) -> None:
        raise Away("no server")

    async def play() -> None:
        admission = connects(thread)
        attempt = await granted(admission)
        monkeypatch.setattr(ledger, "reserve", away)
        monkeypatch.setattr(ledger, "settle", away)
        await attempt.ended(sent=True, status=101)
        assert "the ledger does not answer (ConnectionError)" in (await refused(admission)).words

    run(play())
    assert Call.objects.get().state == "reserved", "it counts for as long as it could take"

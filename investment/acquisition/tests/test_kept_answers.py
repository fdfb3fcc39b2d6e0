"""What is kept of each endpoint, against what its adapter says beside the sandbox."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from pytest_django import Settings

from investment.acquisition.cached import BY_NAME
from investment.acquisition.selectors.cache import cache_usage
from investment.acquisition.services.response_cache import answer
from investment.lib import clock, redis
from investment.providers import errors, registry
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.quotas.models import Call
from investment.quotas.services import scopes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

KEY = "a-key/of+finnhub that nobody may see"
NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    scopes._declared.clear()
    clock.set_clock(origin=NOON, rate=0)
    with running_sandbox(clock=clock.now) as running:
        desk = running.sandbox.desk("finnhub")
        desk.keys[KEY] = desk.keys.pop(running.key)
        settings.FINNHUB_BASE_URL = f"{running.url}/finnhub/api/v1"
        settings.FINNHUB_API_KEY, settings.FINNHUB_PLAN = KEY, "free"
        settings.MASSIVE_BASE_URL, settings.MASSIVE_API_KEY = running.url, running.key
        settings.ALPHAVANTAGE_BASE_URL = f"{running.url}/alphavantage/query"
        settings.ALPHAVANTAGE_API_KEY = running.key
        yield running
    clock.clear_clock()


def keys_and_values() -> str:
    """Everything in the cache server, as text."""
    found = []
    for name in redis.cache().scan_iter(match=redis.key("*")):
        kind = redis.cache().type(name)
        found += [
            name,
            redis.cache().get(name) if kind == b"string" else str(redis.cache().hgetall(name)).encode(),
        ]
    return b" ".join(part for part in found if part).decode(errors="replace")


def test_every_record_is_kept_exactly_and_no_key_with_it(sandbox: RunningSandbox) -> None:
    symbol = sandbox.market.lines[4].symbol  # a company, with all there is
    params = {"search": {"text": symbol}, "market_now": {}}
    empty = []

    for provider, method in BY_NAME:
        asked = params.get(method, {"symbol": symbol})
        told = answer(provider, method, asked, purpose="a test", lane="essential")
        kept = answer(provider, method, asked, purpose="a test", lane="essential")
        assert (told.hit, kept.hit) == (False, True), method
        assert kept.value == told.value, method
        assert type(kept.value) is type(told.value), method
        assert repr(kept.value) == repr(told.value), method  # also what is equal and not the same: 1 and 1.0
        empty += [method] if not told.value else []

    assert empty == []
    assert Call.objects.count() == len(BY_NAME)
    assert {(each.hits, each.misses) for each in cache_usage().endpoints} == {(1, 1)}
    kept_there = keys_and_values()
    assert kept_there.count("answers") > len(BY_NAME)
    for key in (KEY, sandbox.key):
        assert key not in kept_there
    assert registry.access("finnhub").limits.scope.rpartition(":")[2] not in kept_there


def test_a_failure_of_the_provider_costs_one_call_and_is_not_kept_as_an_answer(
    sandbox: RunningSandbox,
) -> None:
    symbol = sandbox.market.lines[0].symbol
    sandbox.fault("status", endpoint="finnhub.quote", times=1)

    with pytest.raises(errors.ProviderUnavailable):
        answer("finnhub", "quote", {"symbol": symbol}, purpose="a test")
    told = answer("finnhub", "quote", {"symbol": symbol}, purpose="a test")

    assert not told.hit
    assert told.value.price > 0
    assert sandbox.sandbox.tally(KEY, "finnhub").received == Call.objects.count() == 2


@pytest.mark.parametrize("fails", [False, True])
def test_a_hundred_who_ask_at_once_cost_the_provider_one_call(sandbox: RunningSandbox, fails: bool) -> None:
    symbol = sandbox.market.lines[0].symbol
    if fails:
        sandbox.fault("status", endpoint="finnhub.quote", times=100)
    told: list[object] = []
    ready = threading.Barrier(100)

    def ask() -> None:
        ready.wait()
        try:
            told.append(answer("finnhub", "quote", {"symbol": symbol}, purpose="a test").value)
        except errors.ProviderError as error:
            told.append((type(error), str(error), error.words, error.status))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(told) == 100
    assert told == [told[0]] * 100
    assert isinstance(told[0], tuple) == fails
    assert sandbox.sandbox.tally(KEY, "finnhub").received == Call.objects.count() == 1

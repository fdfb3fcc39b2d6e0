"""Kept answers: how old they may be, how many calls they cost, and what happens when something breaks."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Any

import pytest
import redis as redis_library
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from redis import RedisError

from investment.acquisition import cached
from investment.acquisition.cached import ENDPOINTS, PREFIX, STATS
from investment.acquisition.selectors.cache import cache_usage
from investment.acquisition.services import response_cache, shelf
from investment.acquisition.services.response_cache import Cached, answer
from investment.acquisition.services.shelf import Shelf
from investment.lib import clock, redis
from investment.providers import errors
from investment.providers.contracts import Quote
from investment.quotas.contracts import Lane, Refused, Window
from investment.quotas.errors import QuotaExhausted

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
MINUTE = Window(60, 60, "the documentation", 0.25)
MANY = 100


class Source:
    """A provider that numbers its answers: price 1.0 is that of the first call."""

    def __init__(self, symbol: str = "AAPL", *, takes: float = 0.0, fails: Exception | None = None) -> None:
        self.symbol, self.takes, self.fails = symbol, takes, fails
        self.asked: list[datetime] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self._lock = threading.Lock()

    def ask(self) -> tuple[Quote, datetime]:
        with self._lock:
            at = clock.now()
            self.asked.append(at)
            number = len(self.asked)
        self.meanwhile()
        time.sleep(self.takes)
        if self.fails is not None:
            raise self.fails
        return Quote(self.symbol, float(number), at, previous_close=0.1), at

    def answer(self, **options: Any) -> Cached:
        return answer("finnhub", "quote", {"symbol": self.symbol}, purpose="a test", ask=self.ask, **options)

    def at_once(self, askers: int = MANY, **options: Any) -> list[Cached | Exception]:
        """Let many ask at the same time; return what each was told."""
        told: list[Cached | Exception] = []
        ready = threading.Barrier(askers)

        def run() -> None:
            ready.wait()
            try:
                told.append(self.answer(**options))
            except Exception as error:  # noqa: BLE001  # whatever it is, it is looked at
                told.append(error)

        threads = [threading.Thread(target=run) for _ in range(askers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        return told


def stand(at: datetime, rate: float = 0.0) -> None:
    clock.set_clock(origin=at, rate=rate)


def counts() -> tuple[int, int, int]:
    usage = next(each for each in cache_usage().endpoints if each.endpoint == "quote")
    return usage.hits, usage.shared, usage.misses


SECONDS = st.one_of(st.sampled_from([0.0, 14.9, 15.0, 15.1, -1.0, -3600.0]), st.floats(-100, 100))
STEPS = st.lists(
    st.tuples(
        SECONDS, st.sampled_from([0.0, 1.0, 60.0, 3600.0]), st.sampled_from([None, 0.0, 1.0, 15.0, 60.0])
    ),
    max_size=10,
)


@given(steps=STEPS)
@hypothesis_settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_is_served_that_is_older_than_it_may_be(
    steps: list[tuple[float, float, float | None]],
) -> None:
    source = Source(f"S{time.monotonic_ns()}")
    for jump, rate, max_age in steps:
        stand(clock.now() + timedelta(seconds=jump) if source.asked else NOON, rate)
        before, calls = clock.now(), len(source.asked)

        told = source.answer(max_age=max_age)

        after, allowed = clock.now(), 15.0 if max_age is None else max_age
        assert told.at == source.asked[int(told.value.price) - 1] == told.value.at
        if told.hit:
            assert len(source.asked) == calls
            assert told.age >= -1e-6
            assert (before - told.at).total_seconds() - 1e-6 <= told.age
            assert told.age <= (after - told.at).total_seconds() + 1e-6
            # While we ask, a fast clock goes on.
            assert told.age <= allowed + (after - before).total_seconds() + 1e-6
        else:
            assert len(source.asked) == calls + 1
            assert told.value.price == calls + 1


def test_an_answer_is_served_until_it_is_too_old_and_not_after_the_clock_was_set_back() -> None:
    source = Source()
    asked = []
    for seconds in (0, 14, 15, 15.5, 16, -60):
        stand(NOON + timedelta(seconds=seconds))
        told = source.answer()
        asked.append((told.value.price, told.age, told.hit))

    assert asked == [
        (1, 0, False),
        (1, 14, True),
        (1, 15, True),
        (2, 0, False),
        (2, 0.5, True),
        (3, 0, False),
    ]


def test_on_the_machines_clock_what_has_passed_has_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.clear_clock()
    source, awake = Source(), clock.awake()
    assert not source.answer().hit
    assert source.answer().hit

    monkeypatch.setattr(clock, "awake", lambda: awake + 20.0)  # and the time of day was put back meanwhile

    assert not source.answer().hit


@pytest.mark.parametrize("max_age", [None, 0.0])
def test_a_hundred_who_ask_at_once_cost_one_call(max_age: float | None) -> None:
    source = Source(takes=0.1)

    told = source.at_once(max_age=max_age)

    assert len(source.asked) == 1
    assert [each.value.price for each in told if isinstance(each, Cached)] == [1.0] * MANY
    assert sum(not each.hit for each in told if isinstance(each, Cached)) == 1
    hits, shared, misses = counts()
    assert (hits + shared, misses) == (MANY - 1, 1)
    assert cache_usage().hit_rate == pytest.approx(0.99)


@pytest.mark.parametrize(
    "failure",
    [
        errors.ProviderThrottled("too many", provider="finnhub", words="slow", status=429, retry_at=NOON),
        QuotaExhausted(scope="finnhub:all:x", refused=Refused("window", MINUTE, NOON)),
    ],
)
def test_a_hundred_who_ask_at_once_get_the_error_of_the_one_call(failure: Exception) -> None:
    source = Source(takes=0.1, fails=failure)

    told = source.at_once()

    assert len(source.asked) == 1
    assert {type(each) for each in told} == {type(failure)}
    assert {str(each) for each in told} == {str(failure)}
    assert {each.retry_at for each in told if isinstance(each, type(failure))} == {NOON}  # type: ignore[attr-defined]
    assert counts() == (0, MANY - 1, 1)


def test_a_fault_of_ours_costs_one_call_too_and_is_raised_once() -> None:
    source = Source(takes=0.1, fails=ZeroDivisionError())

    told = source.at_once(10)

    assert len(source.asked) == 1
    assert sum(isinstance(each, ZeroDivisionError) for each in told) == 1
    others = {str(each) for each in told if isinstance(each, errors.ProviderUnavailable)}
    assert others == {"The call to Finnhub that was waited for broke off: try again in a moment"}


def test_who_asks_after_a_failure_asks_anew() -> None:
    source = Source(fails=errors.ProviderUnavailable("no answer", provider="finnhub"))
    with pytest.raises(errors.ProviderUnavailable):
        source.answer()
    source.fails = None

    assert source.answer().value.price == 2
    assert counts() == (0, 0, 2)


def test_what_one_lane_is_refused_another_may_still_have() -> None:
    failure = QuotaExhausted(scope="finnhub:all:x", refused=Refused("window", MINUTE, NOON))
    source, told = Source(takes=0.15, fails=failure), list[Cached | Exception]()
    planned: Lane = "planned"
    one = threading.Thread(target=lambda: told.extend(source.at_once(1, lane=planned)))
    one.start()
    time.sleep(0.05)

    other = source.at_once(1)
    one.join(10)

    assert len(source.asked) == 2
    assert isinstance(other[0], QuotaExhausted)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks that run out after a quarter of a second."""
    monkeypatch.setattr(response_cache, "LOCKED", 0.25)
    monkeypatch.setattr(response_cache, "_RENEWED", 0.05)


@pytest.mark.usefixtures("quick")
def test_whoever_was_killed_while_calling_is_not_waited_for() -> None:
    source = Source()
    redis.cache().set(Shelf(ENDPOINTS[0], {"symbol": "AAPL"}).lock, "a dead one's", px=200)
    began = time.monotonic()

    told = source.at_once(20)

    assert len(source.asked) == 1
    assert all(isinstance(each, Cached) for each in told)
    assert 0.1 < time.monotonic() - began < 5


@pytest.mark.usefixtures("quick")
def test_whoever_takes_long_is_waited_for_while_it_lives() -> None:
    source = Source(takes=0.6)

    assert len(source.at_once(3)) == 3
    assert len(source.asked) == 1


@pytest.mark.usefixtures("quick")
def test_a_lock_that_was_lost_is_not_taken_from_its_next_holder() -> None:
    source = Source()
    lock = Shelf(ENDPOINTS[0], {"symbol": "AAPL"}).lock
    source.meanwhile = lambda: redis.cache().set(lock, "another's")
    source.takes = 0.2

    source.answer()

    assert redis.cache().get(lock) == b"another's"


def test_who_is_answered_between_the_look_and_the_lock_does_not_call(monkeypatch: pytest.MonkeyPatch) -> None:
    source, look, quote = Source(), Shelf.look, Quote("AAPL", 7.0, NOON)
    stand(NOON)

    def overtaken(place: Shelf) -> Any:
        found = look(place)
        if found.answer is None:
            place.keep(quote, at=NOON)
        return found

    monkeypatch.setattr(Shelf, "look", overtaken)

    assert source.answer().value == quote
    assert source.asked == []


class _Away:
    """A cache server that answers nobody."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def refuse(*_: object, **__: object) -> Any:
            raise redis_library.ConnectionError("away")

        return refuse


def test_while_the_cache_server_is_away_everybody_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source()
    monkeypatch.setattr(redis, "cache", _Away)

    assert [source.answer().value.price for _ in range(3)] == [1, 2, 3]
    assert cache_usage().hit_rate is None


def test_an_answer_is_paid_for_once_though_the_cache_server_goes_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = Source()
    source.meanwhile = lambda: monkeypatch.setattr(redis, "cache", _Away)

    assert source.answer().value.price == 1
    assert len(source.asked) == 1


def test_a_broken_state_server_is_no_reason_to_ask_twice() -> None:
    source = Source(fails=RedisError("the ledger cannot be reached"))

    with pytest.raises(RedisError):
        source.answer()

    assert len(source.asked) == 1


def test_everybody_is_answered_though_the_cache_server_is_emptied_meanwhile() -> None:
    source = Source(takes=0.2)

    def empty() -> None:
        time.sleep(0.1)
        source.meanwhile = lambda: None
        for key in redis.cache().scan_iter(match=redis.key("*")):
            redis.cache().delete(key)

    source.meanwhile = empty

    told = source.at_once(30)

    assert all(isinstance(each, Cached) for each in told)
    assert len(source.asked) <= 2


@pytest.mark.parametrize(
    "found", [b"", b"\x00", b"\xc1", b"\x93\x01\x02\xa3abc", b"{}", b"\x94\x01\x02\xc0\x03"]
)
def test_what_cannot_be_read_is_not_there(found: bytes) -> None:
    source = Source()
    source.answer()
    for key in redis.cache().scan_iter(match=redis.key(PREFIX, "finnhub", "*")):
        redis.cache().set(key, found)
        redis.cache().set(key + b":failed", found)

    assert source.answer().value.price == 2
    assert source.answer().hit


def test_an_answer_of_another_shape_lies_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source()
    source.answer()
    kind, _ = shelf._type_of(ENDPOINTS[0])

    monkeypatch.setattr(shelf, "_type_of", lambda _: (kind, "newer"))

    assert not source.answer().hit


def test_what_is_not_in_the_table_is_not_kept() -> None:
    with pytest.raises(KeyError):
        answer("finnhub", "symbols", {}, purpose="a test")


def test_questions_are_counted_for_each_endpoint_since_counting_began() -> None:
    stand(NOON)
    assert cache_usage().since is None
    first, second = Source("A"), Source("B")
    for source in (first, first, first, second):
        source.answer()
    answer("finnhub", "peers", {"symbol": "A"}, purpose="a test", ask=lambda: (["A", "B"], NOON))

    usage = {(each.provider, each.endpoint): each for each in cache_usage().endpoints}

    assert set(usage) == set(cached.BY_NAME)
    quote, peers = usage["finnhub", "quote"], usage["finnhub", "peers"]
    assert (quote.hits, quote.misses, quote.shared, quote.hit_rate) == (2, 2, 0, 0.5)
    assert (peers.hits, peers.misses, peers.hit_rate, peers.max_age_seconds) == (0, 1, 0.0, 604_800.0)
    total = cache_usage()
    assert (total.hits, total.misses, total.hit_rate, total.since) == (2, 3, 0.4, NOON)
    assert redis.cache().type(redis.key(PREFIX, STATS)) == b"hash"


# Processes


@pytest.fixture
def processes() -> Iterator[list[Any]]:
    found: list[Any] = []
    yield found
    for process in found:
        process.kill()
        process.join(10)


def _ask_in_a_process(takes: float, results: Any) -> None:
    source = Source(takes=takes)
    source.meanwhile = lambda: redis.cache().incr(redis.key("calls"))
    results.put([each.value.price for each in source.at_once(20) if isinstance(each, Cached)])


@pytest.mark.slow
def test_two_processes_share_a_call(processes: list[Any]) -> None:
    context = get_context("fork")
    results = context.Queue()
    processes += [context.Process(target=_ask_in_a_process, args=(1.0, results)) for _ in range(2)]
    for process in processes:
        process.start()

    told = [results.get(timeout=30) for _ in processes]

    assert told == [[1.0] * 20] * 2
    assert redis.cache().get(redis.key("calls")) == b"1"


@pytest.mark.slow
def test_a_process_that_is_killed_in_its_call_costs_a_moment(processes: list[Any]) -> None:
    context = get_context("fork")
    processes.append(context.Process(target=_ask_in_a_process, args=(60.0, context.Queue())))
    processes[0].start()
    while redis.cache().get(redis.key("calls")) is None:
        time.sleep(0.02)
    os.kill(processes[0].pid, signal.SIGKILL)
    began = time.monotonic()

    assert Source().answer().value.price == 1

    assert time.monotonic() - began < response_cache.LOCKED + 2

"""One circuit per provider and endpoint, in the state server, for all processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from investment.lib import clock, redis
from investment.providers import breaker
from investment.providers.breaker import RULES, CircuitStatus, Outcome, Passage
from investment.providers.errors import CircuitOpen, TransientProviderError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _standing_clock() -> Iterator[None]:
    set_now(NOON)
    yield
    clock.clear_clock()


def set_now(at: datetime) -> None:
    clock.set_clock(origin=at, rate=0)


def admit(endpoint: str = "quote") -> Passage:
    return breaker.admit(provider="finnhub", endpoint=endpoint)


def call(outcome: Outcome, endpoint: str = "quote", **words: object) -> None:
    breaker.report(admit(endpoint), outcome=outcome, **words)  # type: ignore[arg-type]


def fail(times: int = RULES.failures) -> None:
    for _ in range(times):
        call("failed", why="HTTP 503")


def refused(endpoint: str = "quote") -> CircuitOpen:
    with pytest.raises(CircuitOpen) as caught:
        admit(endpoint)
    return caught.value


def status() -> CircuitStatus:
    (found,) = breaker.circuits(now=clock.now())
    return found


def test_passes_what_works_and_forgets_single_failures() -> None:
    for _ in range(3):
        fail(RULES.failures - 1)
        call("answered")
    found = status()
    assert (found.state, found.failures, found.good, found.bad) == ("closed", 0, 3, 12)
    assert (found.opened_at, found.retry_at) == (None, None)


def test_opens_after_failures_in_a_row_and_says_until_when() -> None:
    fail()

    error = refused()

    assert isinstance(error, TransientProviderError)
    assert error.retry_at == NOON + timedelta(seconds=RULES.pause)
    assert error.message == (
        "finnhub is not asked for quote until 2026-03-02 12:00:30 UTC: it failed 5 times in a row, "
        "at last: HTTP 503"
    )
    assert status() == CircuitStatus(
        provider="finnhub", endpoint="quote", state="open", failures=5, good=0, bad=5,
        opened_at=NOON, retry_at=error.retry_at, why="HTTP 503",
    )  # fmt: skip
    assert admit("candles").probe is False, "another endpoint is another circuit"
    assert breaker.admit(provider="massive", endpoint="quote").probe is False


def test_opens_where_half_of_many_calls_fail() -> None:
    for _ in range(9):
        call("failed")
        call("answered")
    call("answered")
    call("failed")
    assert refused().retry_at == NOON + timedelta(seconds=RULES.pause)


def test_failures_of_long_ago_count_no_more() -> None:
    for _ in range(10):
        call("failed")
        call("answered")
        set_now(clock.now() + timedelta(seconds=15))
    assert status().state == "closed"
    assert status().bad <= 4


def test_a_single_probe_goes_when_the_pause_has_passed() -> None:
    fail()
    set_now(NOON + timedelta(seconds=RULES.pause))

    probe = admit()
    assert probe.probe
    assert refused().retry_at == clock.now() + timedelta(seconds=RULES.probe)
    assert status().state == "half_open"
    breaker.report(probe, outcome="answered")

    assert admit().probe is False
    assert (status().state, status().failures) == ("closed", 0)


def test_each_failed_probe_doubles_the_pause_up_to_a_bound() -> None:
    fail()
    pauses = []
    for _ in range(8):
        retry_at = refused().retry_at
        assert retry_at is not None
        pauses.append((retry_at - clock.now()).total_seconds())
        set_now(retry_at)
        call("failed")
    assert pauses == [30, 60, 120, 240, 480, 900, 900, 900]


def test_a_probe_that_was_not_sent_is_given_back() -> None:
    fail()
    set_now(NOON + timedelta(seconds=RULES.pause))
    breaker.report(admit(), outcome="not_sent")
    assert admit().probe


def test_a_probe_that_was_killed_makes_room_for_another() -> None:
    fail()
    set_now(NOON + timedelta(seconds=RULES.pause))
    killed = admit()
    set_now(clock.now() + timedelta(seconds=RULES.probe))
    second = admit()
    assert second.probe
    breaker.report(killed, outcome="answered")
    assert refused().retry_at == clock.now() + timedelta(seconds=RULES.probe), "its word is too late"
    breaker.report(second, outcome="answered")
    assert admit().probe is False


def test_who_was_admitted_before_it_opened_changes_nothing_any_more() -> None:
    late, later = admit(), admit()
    fail()
    before = status()
    breaker.report(late, outcome="answered")
    breaker.report(later, outcome="failed", retry_at=NOON + timedelta(hours=1))
    assert status() == before


def test_a_report_that_arrives_twice_counts_once() -> None:
    passage = admit()
    for _ in range(RULES.failures):
        breaker.report(passage, outcome="failed")
    assert status().failures == 1


@pytest.mark.parametrize("outcome", ["failed", "throttled"])
def test_the_providers_own_word_on_when_to_come_back_is_kept(outcome: Outcome) -> None:
    back = NOON + timedelta(minutes=7)
    call(outcome, retry_at=back, why="HTTP 503")
    assert refused().retry_at == back
    set_now(back)
    assert admit().probe


def test_a_word_that_is_shorter_than_the_pause_does_not_shorten_it() -> None:
    fail(RULES.failures - 1)
    call("failed", retry_at=NOON + timedelta(seconds=1))
    assert refused().retry_at == NOON + timedelta(seconds=RULES.pause)


def test_a_word_for_years_is_taken_for_a_day() -> None:
    call("failed", retry_at=datetime(9999, 1, 1, tzinfo=UTC))
    assert refused().retry_at == NOON + timedelta(days=1)


def test_a_call_too_many_is_the_ledgers_business() -> None:
    for _ in range(RULES.failures + RULES.calls):
        call("throttled")
    assert status().state == "closed"


def test_a_pause_that_was_asked_for_in_an_answer() -> None:
    until = NOON + timedelta(minutes=1)
    breaker.pause(provider="finnhub", endpoint="quote", until=until, why="X-Ratelimit-Reset")
    error = refused()
    assert error.retry_at == until
    assert "it asked for a pause, at last: X-Ratelimit-Reset" in error.message
    breaker.pause(provider="finnhub", endpoint="quote", until=NOON, why="earlier")
    assert refused().retry_at == until


def test_an_operator_may_close_it() -> None:
    fail()
    breaker.close(provider="finnhub", endpoint="quote")
    assert admit().probe is False


def test_a_clock_that_was_set_back_does_not_keep_it_open_until_then() -> None:
    fail()
    set_now(NOON - timedelta(days=300))
    assert refused().retry_at == NOON - timedelta(days=300) + timedelta(seconds=RULES.pause)


def test_the_state_is_forgotten_when_nobody_asks_any_more() -> None:
    fail()
    keys = list(redis.state().scan_iter(redis.key("breaker:*")))
    assert len(keys) == 2
    assert all(0 < redis.state().ttl(key) <= 7 * 86_400 for key in keys)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(200, "answered"), (304, "answered"), (403, "answered"), (404, "answered"), (429, "throttled"),
     (408, "failed"), (500, "failed"), (503, "failed"), (520, "failed")],
)  # fmt: skip
def test_what_a_status_says(code: int, outcome: str) -> None:
    assert breaker.outcome_of(code) == outcome


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ("120", NOON + timedelta(seconds=120)),
        ("Mon, 02 Mar 2026 12:05:00 GMT", NOON + timedelta(minutes=5)),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("٣", None),
    ],
)
def test_what_retry_after_says(told: str, at: datetime | None) -> None:
    assert breaker.retry_after({"Retry-After": told}, now=NOON) == at


PROCESS = """
import sys
import django
django.setup()
from investment.providers import breaker
from investment.providers.errors import CircuitOpen
for line in sys.stdin:
    try:
        passage = breaker.admit(provider="finnhub", endpoint="quote")
    except CircuitOpen as error:
        print("refused", flush=True)
        continue
    if line.strip() != "admit":
        breaker.report(passage, outcome=line.strip(), why="HTTP 502")
    print("probe" if passage.probe else "passed", flush=True)
"""


class Other:
    """Another process of ours."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROCESS],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "investment.settings.test"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, command: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.communicate(timeout=10)


@pytest.fixture
def other() -> Iterator[Other]:
    process = Other()
    yield process
    process.end()


def test_two_processes_share_it(other: Other) -> None:
    assert other("failed") == "passed"
    fail(RULES.failures - 2)
    assert other("failed") == "passed"
    assert "it failed 5 times in a row, at last: HTTP 502" in refused().message
    assert other("admit") == "refused"

    set_now(NOON + timedelta(seconds=RULES.pause))
    assert other("admit") == "probe"
    assert refused().retry_at == clock.now() + timedelta(seconds=RULES.probe)
    set_now(clock.now() + timedelta(seconds=RULES.probe))
    breaker.report(admit(), outcome="answered")
    assert other("answered") == "passed"


def test_of_many_at_once_one_is_the_probe(other: Other) -> None:
    fail()
    set_now(NOON + timedelta(seconds=RULES.pause))

    def attempt(number: int) -> str:
        if number == 0:
            return other("admit")
        try:
            return "probe" if admit().probe else "passed"
        except CircuitOpen:
            return "refused"

    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(attempt, range(60)))

    assert found.count("probe") == 1
    assert found.count("refused") == 59


steps = st.lists(
    st.sampled_from(["answered", "failed", "throttled", "not_sent", "killed", "told", "wait", "long"]),
    max_size=25,
)


@given(steps)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_happens_it_never_stays_closed_to_all_and_never_lets_two_probe(script: list[str]) -> None:
    breaker.close(provider="finnhub", endpoint="quote")
    now = NOON
    ways_back: list[tuple[datetime, datetime | None]] = []
    set_now(now)
    for step in script:
        if step in ("wait", "long"):
            now += timedelta(seconds=20 if step == "wait" else 1000)
            set_now(now)
            continue
        try:
            passage = admit()
        except CircuitOpen as error:
            ways_back.append((now, error.retry_at))
            continue
        if passage.probe:
            refused()
        if step == "told":
            breaker.report(passage, outcome="failed", retry_at=now + timedelta(minutes=3))
        elif step != "killed":
            breaker.report(passage, outcome=step)  # type: ignore[arg-type]
    assert all(at is not None and asked < at <= asked + timedelta(days=1) for asked, at in ways_back)
    set_now(now + timedelta(days=2))
    breaker.report(admit(), outcome="answered")
    assert admit().probe is False

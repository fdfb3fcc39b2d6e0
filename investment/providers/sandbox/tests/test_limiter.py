"""The sandbox's count is right: it judges the ledger."""

import random
import ssl
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from investment.providers.sandbox.delays import Delays, Wait
from investment.providers.sandbox.limiter import Kind, Limiter, Window
from investment.providers.sandbox.plans import NEW_YORK, PLANS, Plan, read_plan
from investment.providers.sandbox.testing import NOW, RunningSandbox, running_sandbox

pytestmark = pytest.mark.slow

TLS = ssl.create_default_context()  # never used, and costly to make for every call
STATUS = "/v1/marketstatus/now"
KINDS: tuple[Kind, ...] = ("rolling", "fixed")
WINDOWS = st.lists(
    st.builds(Window, st.integers(1, 5), st.sampled_from([1, 3, 10, 60])),
    min_size=1,
    max_size=3,
    unique_by=lambda window: window.seconds,
)
# Quarters of a second are exact, so that «exactly one window later» happens often.
STEPS = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.75, 3.0, 9.75, 60.0]), max_size=60)


def overfull(calls: list[float], window: Window, kind: Kind) -> bool:
    """Whether some span of the window holds too many: all that begin or end with a call are tried."""
    if kind == "fixed":
        starts = [call - call % window.seconds for call in calls]
        return any(sum(s <= c < s + window.seconds for c in calls) > window.limit for s in starts)
    return any(sum(end - window.seconds < c <= end for c in calls) > window.limit for end in calls)


@given(kind=st.sampled_from(KINDS), windows=WINDOWS, start=st.integers(0, 200), steps=STEPS)
def test_it_admits_exactly_what_fits_into_every_window(
    kind: Kind, windows: list[Window], start: int, steps: list[float]
) -> None:
    limiter, now, admitted = Limiter(kind), 1000 + start / 4, list[float]()
    for step in steps:
        now += step
        expected = {window for window in windows if overfull([*admitted, now], window, kind)}
        full = limiter.admit("key", windows, now)
        assert (full in expected) if expected else full is None
        if full is None:
            admitted.append(now)
        standing = limiter.standing("key", windows, now)
        assert standing is not None
        assert standing.window.seconds == max(window.seconds for window in windows)
        alone = Window(1, standing.window.seconds)
        counted = sum(overfull([call, now], alone, kind) for call in admitted)
        assert standing.remaining == standing.window.limit - counted


@given(kind=st.sampled_from(KINDS), steps=STEPS)
def test_once_its_window_is_fresh_again_everything_fits(kind: Kind, steps: list[float]) -> None:
    windows = [Window(2, 3), Window(4, 10)]
    limiter, now = Limiter(kind), 1000.0
    for step in steps:
        now += step
        limiter.admit("key", windows, now)
    standing = limiter.standing("key", windows, now)
    assert standing is not None
    later = limiter.standing("key", windows, max(now, standing.reset))
    assert later is not None
    assert later.remaining == 4


def test_keys_are_counted_apart_and_forgotten_apart() -> None:
    limiter, one = Limiter(), [Window(1, 60)]
    assert limiter.admit("a", one, 10.0) is None
    assert limiter.admit("b", one, 10.0) is None
    assert limiter.admit("a", one, 11.0) == Window(1, 60)
    limiter.forget("a")
    assert limiter.admit("a", one, 11.0) is None
    assert limiter.admit("b", one, 11.0) is not None
    limiter.forget()
    assert limiter.admit("b", one, 11.0) is None


def test_time_that_is_turned_back_takes_its_calls_with_it() -> None:
    limiter, one = Limiter(), [Window(1, 60)]
    assert limiter.admit("a", one, 1000.0) is None
    assert limiter.admit("a", one, 500.0) is None
    assert limiter.admit("a", one, 501.0) is not None


def test_a_fixed_day_may_start_with_midnight_in_new_york() -> None:
    day = [Window(1, 86_400)]
    for zone, hour in ((UTC, 0), (NEW_YORK, 5)):
        limiter = Limiter("fixed", zone)
        midnight = datetime(2026, 3, 4, hour, tzinfo=UTC).timestamp()
        assert limiter.admit("a", day, midnight - 1) is None
        assert limiter.standing("a", day, midnight - 1) == (day[0], 0, midnight)
        assert limiter.admit("a", day, midnight - 0.5) is not None
        assert limiter.admit("a", day, midnight) is None


def test_no_windows_are_no_limit_and_have_no_standing() -> None:
    limiter = Limiter()
    assert all(limiter.admit("a", (), 1.0) is None for _ in range(100))
    assert limiter.standing("a", (), 1.0) is None


def test_windows_can_be_named_outright() -> None:
    assert read_plan("basic") is PLANS["basic"]
    plan = read_plan("30/1,60/60,headers")
    assert plan == Plan(plan.name, (Window(30, 1), Window(60, 60)), rate_headers=True)
    assert read_plan("5/60").windows == (Window(5, 60),)
    for wrong in ("", "lonely", "headers", "5/0", "5/60,x", "-5/60", "5/60/1", "5/60,"):
        with pytest.raises(ValueError, match="no plan"):
            read_plan(wrong)


def ask(sandbox: RunningSandbox, key: str | None = None, **options: float) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key or sandbox.key}"}
    return httpx.get(sandbox.url + STATUS, headers=headers, verify=TLS, **options)  # type: ignore[arg-type]


def control(sandbox: RunningSandbox, verb: str, path: str, **document: object) -> httpx.Response:
    return httpx.request(verb, f"{sandbox.url}/_sandbox/{path}", json=document, verify=TLS)


def test_headers_tell_how_the_key_stands_whoever_used_it() -> None:
    with running_sandbox(plan="finnhub") as sandbox:
        answer = ask(sandbox)
        assert answer.headers["X-Ratelimit-Limit"] == "60"
        assert answer.headers["X-Ratelimit-Remaining"] == "59"
        assert int(answer.headers["X-Ratelimit-Reset"]) == NOW.timestamp() + 60
        sandbox.advance(seconds=10)
        assert ask(sandbox).headers["X-Ratelimit-Remaining"] == "58"
        sandbox.advance(seconds=50)
        assert ask(sandbox).headers["X-Ratelimit-Remaining"] == "58", "the first is a minute old"
        for _ in range(29):
            ask(sandbox)
        refused = ask(sandbox)
        assert (refused.status_code, refused.headers["X-Ratelimit-Remaining"]) == (429, "29")
        assert refused.json() == {"error": "API limit reached. Please try again later. Remaining Limit: 0"}
        assert sandbox.counts().over_limit == sandbox.counts().refused == 1
        assert sandbox.counts().admitted == 32


def test_who_does_not_ask_for_headers_gets_none() -> None:
    with running_sandbox(plan="5/60") as sandbox:
        assert not [name for name in ask(sandbox).headers if name.startswith("x-ratelimit")]


def test_each_provider_refuses_in_its_own_words() -> None:
    with running_sandbox(plan="alphavantage") as sandbox:
        assert ask(sandbox).status_code == 200
        burst = ask(sandbox)
        assert burst.status_code == 200
        assert "sparingly (1 request per second)" in burst.json()["Information"]
        for _ in range(24):
            sandbox.advance(seconds=1)
            assert "market" in ask(sandbox).json()
        sandbox.advance(seconds=1)
        assert f"your API key as {sandbox.key} and" in ask(sandbox).json()["Information"]
        assert sandbox.counts().over_limit == 2
    with running_sandbox(plan="newsapi") as sandbox:
        for _ in range(50):
            ask(sandbox)
        assert (ask(sandbox).status_code, ask(sandbox).json()["code"]) == (429, "rateLimited")


def test_the_providers_clock_may_be_another_than_ours() -> None:
    with running_sandbox(plan="5/60", window="fixed", now=datetime(2026, 3, 3, 5, 30, tzinfo=UTC)) as sandbox:
        sandbox.sandbox.clock_offset = 59.0
        for _ in range(5):
            assert ask(sandbox).headers["Date"] == "Tue, 03 Mar 2026 05:30:59 GMT"
        assert ask(sandbox).status_code == 429
        sandbox.advance(seconds=1)
        assert ask(sandbox).status_code == 200


def test_it_goes_by_a_clock_of_its_own_when_told() -> None:
    with running_sandbox(plan="5/60") as sandbox:
        origin = datetime(2030, 1, 2, tzinfo=UTC).timestamp()
        assert control(sandbox, "PUT", "clock", origin=origin, started=0, rate=0).status_code == 204
        assert ask(sandbox).headers["Date"] == "Wed, 02 Jan 2030 00:00:00 GMT"
        for wrong in ({}, {"origin": 1}, {"origin": 1, "started": "x", "rate": 1}):
            assert control(sandbox, "PUT", "clock", **wrong).status_code == 400


def test_keys_get_windows_while_it_runs() -> None:
    with running_sandbox() as sandbox:
        assert control(sandbox, "PUT", "keys", key="other", plan="1/10,headers").status_code == 204
        assert [ask(sandbox, "other").status_code for _ in range(2)] == [200, 429]
        counts = control(sandbox, "GET", "counts").json()["keys"]["other"]
        assert (counts["received"], counts["admitted"], counts["refused"]) == (2, 1, 1)
        assert control(sandbox, "PUT", "keys", key="other", plan="1/ten").status_code == 400
        assert control(sandbox, "PUT", "keys", key="other", plan=None).status_code == 204
        assert ask(sandbox, "other").status_code == 401


def test_waits_are_in_the_clocks_seconds_before_and_after_the_count() -> None:
    began = datetime.now(UTC)

    def clock() -> datetime:
        return NOW + (datetime.now(UTC) - began) * 100

    with running_sandbox(clock=clock, plan="1/60,headers") as sandbox:
        sandbox.sandbox.rate = lambda: 100.0
        wait = {"median": 10.0, "spread": 0}
        assert control(sandbox, "PUT", "delays", before=wait | {"most": 30}, after=wait).status_code == 204
        asked = clock()
        answer = ask(sandbox)
        taken = (clock() - asked).total_seconds()
        counted = float(answer.headers["X-Ratelimit-Reset"]) - 60 - asked.timestamp()
        assert counted >= 10, "it is counted when the wait before is over"
        assert taken - counted >= 7, "and answered after the other, cut at 8 s"


def test_some_calls_are_never_answered_and_every_other_of_them_is_counted() -> None:
    with running_sandbox(plan="1000/60") as sandbox:
        control(sandbox, "PUT", "delays", never=1.0, seed=3)
        for _ in range(12):
            with pytest.raises(httpx.ReadTimeout):
                ask(sandbox, timeout=0.1)
        counts = sandbox.counts()
        assert counts.received == 12
        assert 0 < counts.admitted < 12
        assert counts.refused == 0
        sandbox.reset()
        assert ask(sandbox).status_code == 200


def test_the_same_seed_draws_the_same_delays_and_some_are_long() -> None:
    def draw() -> list[tuple[float, float, bool, bool]]:
        delays = Delays(before=Wait(0.2), after=Wait(0.1), never=0.05, seed=5)
        return [delays.draw() for _ in range(2000)]

    drawn = draw()
    assert drawn == draw()
    waits = sorted(delay[0] for delay in drawn)
    assert 0.18 < waits[1000] < 0.22
    assert 3 < waits[-1] <= 8
    assert 60 < sum(not answered for *_, answered in drawn) < 140


def test_a_wait_has_the_median_and_the_p99_that_it_was_given() -> None:
    chance = random.Random(3)  # noqa: S311 - nothing secret
    for name, p99, expected in (("constant", None, 0.5), ("exponential", None, 3.32), ("heavy", 9.0, 9.0)):
        wait = Wait(0.5, distribution=name, p99=p99)
        drawn = sorted(wait.draw(chance) for _ in range(20_000))
        assert drawn[10_000] == pytest.approx(0.5, rel=0.05)
        assert drawn[19_800] == pytest.approx(expected, rel=0.12)
        assert name in wait.words() or name == "constant"


def test_a_provider_or_an_endpoint_may_be_slower_than_the_others() -> None:
    with running_sandbox() as sandbox:
        wait = {"distribution": "constant", "median": 0.02}
        assert control(sandbox, "PUT", "delays", endpoint="finnhub.*", after=wait).status_code == 204
        assert control(sandbox, "PUT", "delays", endpoint="grouped", before=wait).status_code == 204
        of = sandbox.sandbox.delays_of
        assert [of("finnhub", "quote").draw().after, of("massive", "prev").draw().after] == [0.02, 0.0]
        assert of("massive", "grouped").draw().before == 0.02
        answer = control(sandbox, "PUT", "delays", endpoint="finnhub.quot", after=wait)
        assert answer.status_code == 400
        assert "quote" in answer.json()["error"]
        told = httpx.get(f"{sandbox.url}/_sandbox/delays").json()
        assert told["on"] == {
            "*": "",
            "finnhub.*": "0.02 s after it",
            "massive.grouped": "0.02 s before the count",
        }
        sandbox.reset()
        assert of("finnhub", "quote").draw().after == 0.0


def test_windows_may_count_otherwise_at_one_provider() -> None:
    limiter = Limiter("rolling", kinds={"fixedly": "fixed"})
    windows = [Window(1, 60)]
    for provider, expected in (("fixedly", None), ("other", windows[0])):
        assert limiter.admit(f"{provider}\t\tk", windows, 59.0) is None
        assert limiter.admit(f"{provider}\t\tk", windows, 61.0) == expected
    with running_sandbox(plan="1/60", now=datetime(2026, 3, 3, 5, 30, 59, tzinfo=UTC)) as sandbox:
        assert sandbox.sandbox.limiter.kind_of("finnhub") == "fixed"
        assert control(sandbox, "PUT", "windows", provider="massive", window="fixed").status_code == 204
        assert ask(sandbox).status_code == 200
        sandbox.advance(seconds=2)
        assert ask(sandbox).status_code == 200
        assert control(sandbox, "PUT", "windows", provider="massive", window="round").status_code == 400
        assert control(sandbox, "PUT", "windows", provider="nobody", window="fixed").status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"before": {"distribution": "sudden"}},
        {"before": {"median": 1, "p99": 0.5}},
        {"before": {"mean": 1}},
        {"never": 2},
        {"seed": []},
        {"before": {"most": -1}},
        {"speed": 1},
    ],
)
def test_impossible_delays_are_refused(wrong: dict[str, object]) -> None:
    with running_sandbox() as sandbox:
        assert control(sandbox, "PUT", "delays", **wrong).status_code == 400
        assert sandbox.sandbox.delays == Delays()

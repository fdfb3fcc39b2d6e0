"""The policy is driven from outside: what it chooses, and what it never does."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from investment.acquisition.calculators.slots import Slots
from investment.acquisition.calculators.variance import VarianceClock
from investment.acquisition.policy import Policy
from investment.acquisition.tests.simulated import LENGTH, crowd, expected_error, sessions

DAYS = sessions(4)
(_, CLOSED), (OPENS, CLOSES) = DAYS[0], DAYS[1]


def small(count: int = 30, **options: object) -> Policy:
    people = crowd(count)
    arguments: dict[str, object] = {
        "limits": {"finnhub": [(6, 60)]},
        "seen": np.full(count, CLOSED),
        "sessions": DAYS,
    }
    return Policy(people.importances, people.volatilities, **(arguments | options))  # type: ignore[arg-type]


@pytest.mark.slow
def test_ten_lines_drive_it_and_it_beats_what_knows_no_close() -> None:
    n, people = 400, crowd(400)
    importances, volatilities, yesterday_close = people.importances, people.volatilities, CLOSED
    calls = []

    policy = Policy(
        importances,
        volatilities,
        limits={"finnhub": [(4, 60), (2, 1)]},
        seen=[yesterday_close] * n,
        sessions=DAYS,
    )
    for now in np.arange(OPENS, CLOSES, 5.0):
        while (datum := policy.choose(now)) is not None:
            policy.seen(datum, now)
            calls.append((datum, now - OPENS))

    times = np.arange(1.3, LENGTH, 7.3)  # out of step with the calls
    variance = VarianceClock(DAYS).at(OPENS + times) - VarianceClock(DAYS).at(np.array([OPENS]))
    in_turn = [(k % n, time) for k, (_, time) in enumerate(calls)]
    by_age, seen = [], np.full(n, -0.25)
    for _, time in calls:
        passed = np.interp(time, times, variance)
        datum = int(np.argmax(people.worths * np.maximum(passed - seen, 0) ** 1.5))
        seen[datum] = passed
        by_age.append((datum, time))
    ours, turn, age = (
        expected_error(people.worths, each, variance, times, 0.25)  # type: ignore[arg-type]
        for each in (calls, in_turn, by_age)
    )
    assert len(calls) == pytest.approx(4 * LENGTH / 60, abs=4)
    assert ours < 0.42 * turn
    assert ours < 0.993 * age


@given(
    limit=st.integers(1, 40),
    second=st.integers(1, 5),
    waits=st.lists(st.floats(0.0, 40.0), max_size=60),
    hurry=st.booleans(),
)
def test_no_window_is_ever_passed(limit: int, second: int, waits: list[float], hurry: bool) -> None:
    slots, made, now = Slots([(limit, 60), (second, 1)]), [0.0], 1e9
    slots.take(now)

    for wait in waits:
        now += wait
        while slots.is_free(now, hurry=hurry):
            slots.take(now)
            made.append(now - 1e9)

    times = np.array(made)
    for calls, span in ((limit, 60.0), (second, 1.0)):
        in_span = np.searchsorted(times, times + span - 1e-5, side="left") - np.arange(len(times))
        assert in_span.max() <= calls


@given(free=st.integers(1, 50))
def test_a_window_of_a_day_is_spread_over_the_hours_in_which_calls_are_useful(free: int) -> None:
    slots, made = Slots([(free, 86_400), (5, 60)], useful=LENGTH), 0

    for now in np.arange(0.0, LENGTH, 60.0):
        while slots.is_free(now):
            slots.take(now)
            made += 1
        assert made <= 2 + free * (now + 60) / LENGTH

    assert made >= free - 1


@pytest.mark.parametrize("wait", [0.7, 1.0, 10.0, 45.0])
def test_the_limit_is_used_however_seldom_it_is_asked(wait: float) -> None:
    slots, made = Slots([(60, 60), (30, 1)]), 0

    for now in np.arange(0.0, 1800, wait):
        while slots.is_free(now):
            slots.take(now)
            made += 1

    # Of one that is asked every ten seconds thirty calls pass in a second, and the next thirty must wait.
    assert made >= min(1800, 30 * 1800 / wait) * 0.97


def test_what_is_in_flight_is_never_chosen_twice() -> None:
    policy, flying = small(20, limits={"finnhub": [(60, 60)]}), dict[object, float]()
    random = np.random.default_rng(4)

    for now in np.arange(OPENS, OPENS + 2000, 1.0):
        for datum in [each for each, lands in flying.items() if lands <= now]:
            del flying[datum]
            if random.random() < 0.8:
                policy.seen(datum, now)
            else:
                policy.failed(datum, now, retry_at=now + 20)
        datum = policy.choose(now)
        assert datum not in flying
        if datum is not None:
            flying[datum] = now + random.uniform(0, 30)


def test_a_call_that_nobody_reports_on_counts_as_lost_after_two_minutes() -> None:
    policy = small(1, limits=[(60, 60)])

    assert policy.choose(OPENS) == 0
    assert policy.choose(OPENS + 100) is None
    assert policy.choose(OPENS + 121) == 0


def test_a_failed_datum_waits_for_its_time() -> None:
    policy = small(2, limits=[(60, 60)])
    first = policy.choose(OPENS)
    policy.failed(first, OPENS, retry_at=OPENS + 300)

    policy.seen(1 - int(str(first)), OPENS + 299)

    assert policy.why_not(first, OPENS + 200).words == "its last call failed"
    assert policy.choose(OPENS + 301) == first


def test_a_refused_call_costs_nothing_and_its_provider_rests() -> None:
    policy = small(limits=[(1, 60)])
    call = policy.choose_call(OPENS)
    assert call is not None

    policy.not_sent(call, closed_until=OPENS + 20)

    assert policy.choose_call(OPENS + 19) is None
    again = policy.choose_call(OPENS + 20)
    assert again is not None
    assert again.data == call.data


def test_importance_rises_falls_and_vanishes() -> None:
    policy = small(50, limits=[(60, 60)])
    policy.prepare(OPENS)

    policy.set_importance([41], 1e3)
    assert policy.choose(OPENS) == 41
    policy.seen(41, OPENS)
    policy.set_importance(range(50), 0.0)
    assert policy.choose(OPENS + 60) is None
    assert policy.why_not(41, OPENS + 60).code == "unimportant"
    policy.set_importance([7], 1.0)
    assert policy.choose(OPENS + 400) == 7


def test_data_come_and_go_and_names_are_free() -> None:
    policy = Policy(limits={"a": [(60, 60)]}, sessions=DAYS)
    policy.add_prices(["AAPL", "MSFT"], [1, 1], [100, 200], seen=[CLOSED, CLOSED])
    assert policy.choose(OPENS) == "MSFT"

    policy.add_prices(["NVDA"], 1, 900, seen=[None])
    assert policy.choose(OPENS + 1) == "NVDA"
    policy.remove(["NVDA", "AAPL"])

    assert policy.choose(OPENS + 2) is None
    policy.seen("MSFT", OPENS + 2)
    assert policy.choose(OPENS + 900) == "MSFT"
    with pytest.raises(KeyError, match="NVDA"):
        policy.seen("NVDA", OPENS)
    with pytest.raises(ValueError, match="MSFT"):
        policy.add_prices(["MSFT"], 1, 1)


def test_who_is_past_the_target_age_goes_first() -> None:
    policy = Policy(limits=[(60, 60)], sessions=DAYS)
    policy.add_prices(range(40), 1e6, 300, seen=np.full(40, CLOSED))
    policy.add_prices(["held"], 1e-6, 300, seen=[CLOSED], targets=300.0)
    chosen = []

    for now in np.arange(OPENS, OPENS + 1000, 1.0):
        if (datum := policy.choose(now)) is not None:
            policy.seen(datum, now)
            chosen.append((now - OPENS, datum))

    assert [round(at) for at, datum in chosen if datum == "held"] == [300, 600, 900]


def test_an_aware_datetime_is_as_good_as_seconds_and_is_given_back() -> None:
    opens = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
    policy = Policy([1, 2], [100, 100], limits=[(2, 60)], seen=[opens - timedelta(hours=17)] * 2)

    call = policy.choose_call(opens)

    assert call is not None
    assert (call.at, call.data, call.provider) == (opens, (1,), "provider")
    assert policy.choose(opens - timedelta(days=1)) is None  # a Sunday
    with pytest.raises(ValueError, match="aware"):
        policy.choose(datetime(2026, 3, 2, 14, 30))  # noqa: DTZ001


def test_what_cannot_be_planned_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="at least 0"):
        Policy([-1.0], [100], limits=[(1, 60)])
    with pytest.raises(ValueError, match="no limits of nobody"):
        Policy(limits={"a": [(1, 60)]}).add_prices([1], 1, 1, providers=("nobody",))
    with pytest.raises(ValueError, match="order of time"):
        Policy([1], [1], limits=[(1, 60)], sessions=[(5, 4)]).choose(0.0)
    with pytest.raises(ValueError, match="1 times"):
        Policy([1], [1], limits=[(1, 60)], seen=[1.0, 2.0])


def test_an_unknown_volatility_counts_as_the_median() -> None:
    policy = Policy([1, 1, 1], [100, np.nan, 300], limits=[(9, 1)], seen=[CLOSED] * 3, sessions=DAYS)

    errors = policy.errors([0, 1, 2], OPENS)

    assert errors[1] / errors[0] == pytest.approx(2.0)


def test_a_hint_sends_the_call_where_prices_must_have_moved() -> None:
    policy = Policy(np.ones(20), np.full(20, 200.0), limits=[(20, 60)], seen=[CLOSED] * 20, sessions=DAYS)
    everyone = list(range(20))
    policy.hint(everyone, 0.0, 0.5)
    for now in np.arange(OPENS, OPENS + 600, 3.0):
        policy.seen(policy.choose(now), now)
    before = policy.errors([7, 8], OPENS + 600)
    unhinted = Policy(np.ones(20), np.full(20, 200.0), limits=[(20, 60)], seen=[CLOSED] * 20, sessions=DAYS)
    unhinted.seen(8, float(policy._book.seen_at[policy._book.places[8]]))
    assert before[1] == pytest.approx(unhinted.errors([8], OPENS + 600)[0] * 0.5**0.5, rel=1e-3)

    moved = np.zeros(20)
    moved[7] = -150.0
    policy.hint(everyone, moved, 0.5)

    after = policy.errors([7, 8], OPENS + 600)
    assert after[0] > 100 > after[1] == before[1]
    assert policy.choose(OPENS + 603) == 7
    policy.seen(7, OPENS + 603)
    assert policy.errors([7], OPENS + 603)[0] == 0

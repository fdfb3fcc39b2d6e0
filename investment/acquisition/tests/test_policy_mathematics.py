"""The mathematics behind the policy, against brute force and closed forms."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investment.acquisition.calculators import events
from investment.acquisition.calculators.session_prices import Solver, make_crowd, make_day
from investment.acquisition.calculators.variance import (
    Calendar,
    Profile,
    VarianceClock,
    regular_sessions,
    sessions_around,
)
from investment.acquisition.calculators.volatility import daily_volatilities
from investment.acquisition.tests.simulated import DAY, LENGTH, crowd, sessions

DAYS = sessions(8)
OPENS, CLOSES = DAYS[0]


@given(st.lists(st.floats(-2 * DAY, 12 * DAY), min_size=2, max_size=40), st.floats(0.0, 0.9))
def test_the_variance_clock_never_runs_back(times: list[float], overnight: float) -> None:
    clock = VarianceClock(DAYS, Profile(overnight=overnight))

    assert np.all(np.diff(clock.at(np.sort(np.array(times)))) >= -1e-12)


def test_a_day_of_variance_is_one_from_close_to_close() -> None:
    at_close = VarianceClock(DAYS).at(np.array([close for _, close in DAYS]))

    assert np.diff(at_close) == pytest.approx(np.ones(7))


def test_the_open_is_busy_noon_is_quiet_and_a_half_day_is_shorter() -> None:
    half = VarianceClock([(0.0, LENGTH / 2 + 900), (DAY, DAY + LENGTH)])
    first, noon, last = np.diff(half.at(DAY + np.array([0, 1800, 10_000, 11_800, LENGTH - 1800, LENGTH])))[
        [0, 2, 4]
    ]

    assert first > 2 * noon
    assert last > 1.2 * noon
    assert 0.6 < float(half.at(np.array([LENGTH / 2 + 900]))[0]) / 0.75 < 0.8


def test_a_price_seen_at_night_is_that_of_the_close() -> None:
    calendar = Calendar(DAYS)

    known = calendar.known_at(np.array([OPENS + 60, CLOSES + 600, OPENS - 5]))

    assert known.tolist() == [OPENS + 60, CLOSES, OPENS - 5]
    assert (calendar.session_at(OPENS), calendar.session_at(CLOSES)) == (0, None)
    assert (calendar.next_open(OPENS), calendar.last_close(OPENS)) == (DAYS[1][0], None)


def test_regular_hours_follow_new_york() -> None:
    (winter, summer), around = (
        regular_sessions(date(2026, 3, 6), date(2026, 3, 9)),
        sessions_around(1.7e9),
    )

    assert (winter[0] % DAY, summer[0] % DAY) == (14.5 * 3600, 13.5 * 3600)
    assert around[0][0] < 1.7e9 < around[-1][0]


def test_the_gradient_of_the_dual_is_its_slope() -> None:
    people = crowd(500)
    day = make_day(VarianceClock(DAYS), *DAYS[1], DAYS[2][0], step=300.0)
    solver = Solver(day, make_crowd(people.worths, np.full(500, 0.25)), calls=500 / 12_000)
    x = solver.solve().knots + 0.1
    value, slope = solver.dual(x)

    for k in range(0, len(x), 5):
        near = x.copy()
        near[k] += 1e-5
        assert (solver.dual(near)[0] - value) / 1e-5 == pytest.approx(
            slope[k], rel=0.02, abs=abs(value) * 1e-5
        )


def test_at_the_prices_as_many_calls_are_wanted_as_there_are() -> None:
    people = crowd(1000)
    day = make_day(VarianceClock(DAYS), *DAYS[1], DAYS[2][0], step=300.0)
    solver = Solver(day, make_crowd(people.worths, np.full(1000, 0.25)), calls=1000 / 12_000)

    prices = solver.solve()

    _, slope = solver.dual(prices.knots)
    spent = solver.hats @ (prices.price * solver.cells) * solver.calls
    assert np.abs(slope).sum() < 0.06 * spent.sum()
    hour = np.interp([60.0, LENGTH / 2, LENGTH - 120], day.times, prices.price)
    assert hour[2] < 0.5 * hour[1]  # a call just before the close buys nothing any more


@settings(max_examples=30)
@given(
    worth=st.floats(0.1, 1e3), rate=st.floats(1e-7, 1e-3), price=st.floats(1.0, 1e6), age=st.floats(1.0, 1e6)
)
def test_news_is_due_when_its_index_is_the_price(worth: float, rate: float, price: float, age: float) -> None:
    worths, rates = np.array([worth]), np.array([rate])
    wait = float(events.interval(price, worths, rates)[0])

    if np.isfinite(wait) and 1e-5 < wait * rate < 20:
        assert float(events.index(np.array([wait]), worths, rates)[0]) == pytest.approx(price, rel=1e-3)
    ages = np.linspace(0, age, 2001)
    stale = events.error(ages, worths, rates)
    area = float(np.sum((stale[1:] + stale[:-1]) / 2) * (age / 2000))
    expected = age * float(stale[-1]) - area
    assert float(events.index(np.array([age]), worths, rates)[0]) == pytest.approx(
        expected, rel=0.02, abs=1e-6 * worth
    )


def test_azars_bound_is_that_of_even_spacing_where_all_are_alike() -> None:
    worths, rates = np.full(10, 2.0), np.full(10, 1 / 3600)

    bound = events.bound(worths, rates, calls=10 / 1800)

    assert bound == pytest.approx(20 * (1 - (1 - np.exp(-0.5)) / 0.5), rel=1e-4)


def test_volatilities_are_found_in_bars_and_jumps_do_not_spoil_them() -> None:
    random = np.random.default_rng(2)
    true = 200 * np.exp(0.5 * random.standard_normal(300))
    moves = random.standard_normal((120, 300)) * true / 1e4
    moves[60, :30] += 0.5
    closes = 100 * np.exp(np.cumsum(moves, axis=0))
    closes[:, 0], closes[:100, 1] = np.nan, np.nan

    found = daily_volatilities(closes)

    assert np.std(np.log(found[2:] / true[2:])) < 0.12
    assert abs(np.mean(np.log(found[2:] / true[2:]))) < 0.05
    assert np.median(found) == pytest.approx(found[0], rel=0.1)
    assert np.all(np.isfinite(found))
    assert np.all(np.isnan(daily_volatilities(np.full((5, 3), np.nan))))


def test_highs_and_lows_say_more_than_closes() -> None:
    random = np.random.default_rng(3)
    steps = random.standard_normal((30, 60, 200)) * np.sqrt(0.75 / 60) * 0.02
    night = random.standard_normal((30, 200)) * 0.5 * 0.02
    opens = np.cumsum(night, axis=0) + np.concatenate(
        [np.zeros((1, 200)), np.cumsum(steps.sum(axis=1), axis=0)[:-1]]
    )
    paths = opens[:, None, :] + np.cumsum(steps, axis=1)
    closes, highs, lows = (
        paths[:, -1],
        np.maximum(paths.max(axis=1), opens),
        np.minimum(paths.min(axis=1), opens),
    )

    by_closes = daily_volatilities(np.exp(closes))
    by_all = daily_volatilities(np.exp(closes), opens=np.exp(opens), highs=np.exp(highs), lows=np.exp(lows))

    assert np.std(np.log(by_all)) < 0.8 * np.std(np.log(by_closes))
    assert np.median(by_all) == pytest.approx(200, rel=0.12)

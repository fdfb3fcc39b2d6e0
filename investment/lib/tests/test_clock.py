from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from investment.lib import clock, redis

HALF_PAST_MIDNIGHT = datetime(2018, 1, 20, 5, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_clock_is_left() -> Iterator[None]:
    yield
    clock.clear_clock()


def test_without_a_clock_it_is_the_machine_s_time() -> None:
    clock.clear_clock()

    assert abs(clock.now() - clock.real_now()) < timedelta(seconds=1)
    assert clock.rate() == 1.0


def test_a_rate_of_zero_stands_still() -> None:
    clock.set_clock(origin=HALF_PAST_MIDNIGHT, rate=0)

    assert clock.now() == HALF_PAST_MIDNIGHT
    assert clock.rate() == 0.0


def test_a_replayed_day_goes_on_at_its_rate() -> None:
    clock.set_clock(origin=HALF_PAST_MIDNIGHT, rate=86_400)

    passed = clock.now() - HALF_PAST_MIDNIGHT

    assert timedelta(0) <= passed
    assert clock.now() > HALF_PAST_MIDNIGHT


def test_the_clock_is_the_mode_s_own_key() -> None:
    clock.set_clock(origin=HALF_PAST_MIDNIGHT, rate=0)

    stored = redis.state().hgetall(redis.key("clock"))

    assert float(stored[b"origin"]) == HALF_PAST_MIDNIGHT.timestamp()


@given(origin=st.floats(0, 4e9), started=st.floats(0, 4e9), rate=st.floats(0, 1e4), passed=st.floats(0, 1e6))
def test_time_never_goes_backwards(origin: float, started: float, rate: float, passed: float) -> None:
    reading = clock.Reading(origin=origin, started=started, rate=rate)

    assert reading.at(started) == origin
    assert reading.at(started + passed) >= origin


@pytest.mark.parametrize(
    ("origin", "rate", "message"),
    [
        pytest.param(datetime(2018, 1, 20), 1.0, "aware", id="naive"),  # noqa: DTZ001 - the case itself
        pytest.param(HALF_PAST_MIDNIGHT, -1.0, "negative", id="backwards"),
    ],
)
def test_a_clock_that_makes_no_sense_is_refused(origin: datetime, rate: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        clock.set_clock(origin=origin, rate=rate)

"""The pace of a plan, and which of its calls is the next one."""

from datetime import UTC, datetime, timedelta

import pytest

from investment.acquisition.calculators.pace import MOST, Pace
from investment.acquisition.kinds import Kind
from investment.acquisition.selectors.plan import Plan, PlannedCall
from investment.lib.level import Level

NOW = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def one_a_second(since: float) -> list[datetime]:
    return [after(since + second) for second in range(1, 3600)]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param(100, 1.0, id="as planned"),
        pytest.param(80, 1.25, id="four in five"),
        pytest.param(130, 1.0, id="more than planned: the limits do not allow that for long"),
        pytest.param(0, MOST, id="none at all"),
    ],
)
def test_a_plan_of_which_less_was_made_takes_longer(made: int, expected: float) -> None:
    pace = Pace()
    pace.made(7)  # before the plan
    pace.plan(NOW, one_a_second(0), made=pace.calls)
    pace.made(made)

    assert pace.at(after(100)) == pytest.approx(expected)


def test_a_few_calls_say_nothing_and_an_old_pace_is_forgotten() -> None:
    pace = Pace()
    pace.plan(NOW, one_a_second(0), made=0)
    assert pace.at(after(10)) == 1.0

    pace.plan(after(10), one_a_second(10), made=0)
    pace.made(50)
    assert pace.at(after(100)) == pytest.approx(2.0)

    pace.plan(after(100), one_a_second(100), made=pace.calls)
    pace.made(400)
    assert pace.at(after(500)) == 1.0


def plan_of(*seconds: float) -> Plan:
    calls = [PlannedCall(after(at), "finnhub", Kind.QUOTE, 1, 1.0) for at in seconds]
    other = PlannedCall(after(1), "finnhub", Kind.QUOTE, 2, 1.0)
    return Plan(NOW, after(3600), Level.FULL, "", [other, *calls])


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(None, 30, id="never"),
        pytest.param(-1, 30, id="before the plan"),
        pytest.param(30, 90, id="as planned"),
        pytest.param(2, 90, id="earlier"),
        pytest.param(45, 90, id="later"),
        pytest.param(85, 150, id="the second one, earlier"),
        pytest.param(149, None, id="the last one"),
    ],
)
def test_the_next_call_is_the_first_that_is_not_done(asked: float | None, expected: float | None) -> None:
    found = plan_of(30, 90, 150).next_of(1, Kind.QUOTE, asked_at=None if asked is None else after(asked))

    assert (None if found is None else found.at) == (None if expected is None else after(expected))


def test_what_is_not_in_the_plan_has_no_next_call() -> None:
    assert plan_of(30).next_of(3, Kind.QUOTE) is None
    assert plan_of(30).next_of(1, Kind.QUOTE, asked_at=after(10)) is None

"""Reigns: the newest of a name may reserve, no other, however late it wakes."""

import threading

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from investment.lib import redis
from investment.quotas import scripts
from investment.quotas.models import Epoch
from investment.quotas.services import epochs
from investment.quotas.tests.conftest import Time
from investment.quotas.tests.factories import declare, grant, refuse
from investment.quotas.tests.forgetting import forget_everything, let_late_ones_pass

pytestmark = pytest.mark.django_db


def numbers() -> dict[int, str]:
    """Return the numbers that may reserve, with their names."""
    found: dict[bytes, bytes] = redis.state().hgetall(redis.key(*scripts.EPOCH))  # type: ignore[assignment]
    return {int(number): name.decode() for number, name in found.items() if number.isdigit()}


def test_a_leader_that_was_followed_by_another_is_refused(time: Time) -> None:
    declare((5, 60))
    first = epochs.begin(name="planner", owner="a")
    grant(epoch=first)

    second = epochs.begin(name="planner", owner="b")

    assert second > first
    assert refuse(epoch=first).reason == "old_epoch"
    grant(epoch=second)
    assert Epoch.objects.get(name="planner").owner == "b"


def test_a_reign_that_was_given_up_is_refused(time: Time) -> None:
    declare((5, 60))
    number = epochs.begin(name="planner", owner="a")

    epochs.end(name="planner", number=number)

    assert refuse(epoch=number).reason == "old_epoch"
    assert numbers() == {}
    assert not Epoch.objects.filter(name="planner").exists()


def test_giving_up_what_was_followed_leaves_the_follower_alone(time: Time) -> None:
    declare((5, 60))
    first = epochs.begin(name="planner", owner="a")
    second = epochs.begin(name="planner", owner="b")

    epochs.end(name="planner", number=first)

    grant(epoch=second)


def test_reigns_over_other_names_are_left_alone(time: Time) -> None:
    declare((5, 60))
    other = epochs.begin(name="stream", owner="a")

    epochs.begin(name="planner", owner="a")
    epochs.begin(name="planner", owner="b")

    grant(epoch=other)


@pytest.mark.parametrize("over", [False, True], ids=["that lasts", "that is over"])
def test_who_was_stopped_while_beginning_does_not_displace_who_came_after(time: Time, over: bool) -> None:
    declare((5, 60))
    slow = epochs.enter(name="planner", owner="slow")
    quick = epochs.begin(name="planner", owner="quick")
    if over:
        epochs.end(name="planner", number=quick)

    with pytest.raises(epochs.Followed):
        epochs.proclaim(name="planner", number=slow)

    assert refuse(epoch=slow).reason == "old_epoch"
    assert numbers() == ({} if over else {quick: "planner"})


def test_a_reign_survives_the_loss_of_memory_and_an_old_one_does_not(time: Time) -> None:
    declare()
    grant()
    first = epochs.begin(name="planner", owner="a")
    ended = epochs.begin(name="backfill", owner="a")
    epochs.end(name="backfill", number=ended)
    second = epochs.begin(name="planner", owner="b")
    other = epochs.begin(name="stream", owner="a")
    forget_everything()
    let_late_ones_pass()

    grant(epoch=second)
    grant(epoch=other)
    assert refuse(epoch=first).reason == "old_epoch"
    assert refuse(epoch=ended).reason == "old_epoch"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.sampled_from(["enter", "proclaim", "end"]), st.integers(0, 3)), max_size=30)
)
def test_at_most_one_reigns_and_never_an_earlier_one_again(db: None, steps: list[tuple[str, int]]) -> None:
    entered: list[int] = []
    highest = 0
    for what, which in steps:
        if what == "enter":
            entered.append(epochs.enter(name="planner", owner="somebody"))
            continue
        if which >= len(entered):
            continue
        number = entered[-1 - which]
        if what == "end":
            epochs.end(name="planner", number=number)
        else:
            try:
                epochs.proclaim(name="planner", number=number)
            except epochs.Followed:
                pass
            else:
                assert number == entered[-1]
        reigning = list(numbers())
        assert len(reigning) <= 1
        assert all(number >= highest for number in reigning)
        highest = max([highest, *reigning])
    for number in entered:
        epochs.end(name="planner", number=number)
    assert numbers() == {}


@pytest.mark.django_db(transaction=True)
def test_of_many_who_begin_at_once_the_last_reigns() -> None:
    ready = threading.Barrier(6)
    begun: list[int] = []

    def begin() -> None:
        ready.wait()
        try:
            begun.append(epochs.begin(name="planner", owner="somebody"))
        except epochs.Followed:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert numbers() == {max(begun): "planner"}
    assert Epoch.objects.get(name="planner").number == max(begun)


def test_a_reign_is_over_when_another_follows_or_it_is_given_up() -> None:
    first = epochs.begin(name="planner", owner="a")
    assert epochs.reigns(first)

    second = epochs.begin(name="planner", owner="b")

    assert (epochs.reigns(first), epochs.reigns(second)) == (False, True)
    epochs.end(name="planner", number=second)
    assert not epochs.reigns(second)

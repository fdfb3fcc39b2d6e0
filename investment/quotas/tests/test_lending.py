"""The interactive lane's reserve of a long window is lent out, and is back when people ask."""

from datetime import timedelta

import pytest

from investment.quotas.contracts import Granted, Window
from investment.quotas.services import ledger
from investment.quotas.tests.conftest import MORNING, Time
from investment.quotas.tests.factories import ask, declare, refuse, send

pytestmark = pytest.mark.django_db

DAY = 86_400


def fill(lane: str = "planned") -> int:
    """Send until refused."""
    sent = 0
    while isinstance(answer := ask(lane), Granted):  # type: ignore[arg-type]
        ledger.settle(id=answer.id, outcome="sent")
        sent += 1
    return sent


def test_a_short_window_lends_nothing(time: Time) -> None:
    declare((20, 60), share=0.2)

    assert fill() == 16
    time.passes(59.9)
    assert fill() == 0


def test_a_long_window_lends_in_good_time_what_comes_back_in_good_time(time: Time) -> None:
    declare((20, DAY), share=0.2)  # four are kept, one of them always

    assert fill() == 16
    # The day's sixteen are back in a day. Lent out now, the fourth of the reserve, which the lane's
    # share promises for the end of the day, will be back as well: but not a minute earlier.
    assert refuse().retry_at == MORNING + timedelta(seconds=DAY / 4)
    time.passes(DAY / 4 - 1)
    assert fill() == 0
    time.passes(1)
    assert fill() == 1
    time.passes(DAY / 4)
    assert fill() == 1
    time.passes(DAY / 4)
    assert fill() == 1
    time.passes(DAY / 4 - 1)
    assert fill() == 0, "the last one is never lent"
    send("interactive")


def test_nothing_is_lent_while_people_ask(time: Time) -> None:
    declare((20, DAY), share=0.2)
    send("interactive")
    assert fill() == 16

    time.passes(DAY / 2)

    assert fill() == 0
    assert fill("interactive") == 3


def test_what_was_lent_is_given_back_first(time: Time) -> None:
    declare((20, DAY), share=0.2)
    fill()
    time.passes(DAY / 2)
    assert fill() == 2
    time.passes(DAY / 4)
    send("interactive")
    assert fill() == 0
    send("interactive")

    time.passes(DAY / 4)  # the morning's sixteen are free again: of the reserve two are used by people

    assert fill() == 14
    assert fill("interactive") == 2


def test_over_the_days_planned_calls_get_more_than_their_share(time: Time) -> None:
    declare((100, DAY), share=0.2)
    sent = []
    while time.now < MORNING + timedelta(days=3):
        answer = ask()
        if isinstance(answer, Granted):
            ledger.settle(id=answer.id, outcome="sent")
            sent.append(answer.at)
        else:
            assert answer.retry_at is not None
            assert answer.retry_at > time.now
            time.passes((answer.retry_at - time.now).total_seconds())

    assert len(sent) / 300 > 0.85, "without lending it would be 0.8"


def test_a_request_for_more_than_is_ever_lent_is_a_mistake(time: Time) -> None:
    declare((20, DAY), share=0.2)

    with pytest.raises(ValueError, match="planned has at most 19"):
        ask(calls=20)


def test_how_much_is_never_lent() -> None:
    def never_lent(limit: int, seconds: int, share: float = 0.2) -> int:
        return Window(limit=limit, seconds=seconds, source="a test", interactive_share=share).never_lent

    assert never_lent(60, 60) == 12
    assert never_lent(25, DAY) == 1
    assert never_lent(100, DAY) == 5
    assert never_lent(4, DAY) == 0

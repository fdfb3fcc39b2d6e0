from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command

from investment.lib import clock, redis
from investment.quotas.contracts import EMERGENCY_KEY, Granted, LimitFacts, Window
from investment.quotas.errors import QuotaExhausted
from investment.quotas.selectors import ledger_status, window_status
from investment.quotas.services import ledger, scopes
from investment.quotas.tests.conftest import MORNING, Time
from investment.quotas.tests.factories import SCOPE, ask, declare, grant, refuse, send

pytestmark = pytest.mark.django_db


def test_refuses_the_call_after_the_last_one_and_says_when_to_come_back(time: Time) -> None:
    declare((2, 60))
    send()
    time.passes(10)
    send()

    refused = refuse()

    assert refused.reason == "window"
    assert refused.window == Window(limit=2, seconds=60, source="a test", interactive_share=0.0)
    assert refused.retry_at == MORNING + timedelta(seconds=60)


def test_a_slot_is_free_when_the_window_has_passed_since_the_call_finished_not_since_it_began(
    time: Time,
) -> None:
    declare((1, 60))
    granted = grant()
    time.passes(20)
    ledger.settle(id=granted.id, outcome="sent")

    time.passes(59.9)
    assert refuse().retry_at == MORNING + timedelta(seconds=80)
    time.passes(0.1)
    assert grant().at == MORNING + timedelta(seconds=80)


def test_an_unsettled_call_is_held_until_its_hold_and_the_window_have_passed(time: Time) -> None:
    declare((1, 60))
    grant(hold=30)

    time.passes(89.9)
    refuse()
    time.passes(0.1)
    grant()


def test_a_refusal_beside_a_call_on_its_way_promises_the_earliest_moment_not_the_latest(time: Time) -> None:
    declare((1, 60))
    grant(hold=30)

    assert refuse().retry_at == MORNING + timedelta(seconds=60)


def test_only_a_call_that_was_not_sent_is_given_back(time: Time) -> None:
    declare((1, 60))
    ledger.settle(id=grant().id, outcome="not_sent")

    ledger.settle(id=grant().id, outcome="unknown")
    time.passes(89.9)  # the hold of 30 s, and the window
    refuse()
    time.passes(0.1)
    grant()


def test_settling_twice_changes_nothing(time: Time) -> None:
    declare((1, 60))
    granted = grant()
    ledger.settle(id=granted.id, outcome="sent")

    time.passes(10)
    ledger.settle(id=granted.id, outcome="sent")
    ledger.settle(id=granted.id, outcome="not_sent")
    ledger.settle(id=uuid4(), outcome="sent")

    assert refuse().retry_at == MORNING + timedelta(seconds=60)


def test_several_windows_are_charged_together_or_not_at_all(time: Time) -> None:
    declare((2, 1), (3, 60))
    send(calls=2)
    assert refuse().window == Window(limit=2, seconds=1, source="a test", interactive_share=0.0)
    time.passes(1)
    send()
    assert refuse().retry_at == MORNING + timedelta(seconds=60), "the window that is full longest counts"

    time.passes(59)
    assert isinstance(ask(calls=2), Granted), "what was refused has charged nothing"


def test_calls_that_no_wait_makes_fit_are_a_mistake(time: Time) -> None:
    declare((5, 60), share=0.2)
    with pytest.raises(ValueError, match="planned has at most 4 in 60 s"):
        ask(calls=5)
    with pytest.raises(ValueError, match="at least one call"):
        ask(calls=0)
    with pytest.raises(ValueError, match="hold"):
        ask(hold=0)
    with pytest.raises(KeyError):
        ask(scope="never:declared")


def test_planned_calls_leave_the_interactive_share_alone(time: Time) -> None:
    declare((5, 60), share=0.4)
    for _ in range(3):
        send("planned")
    assert refuse("planned").retry_at == MORNING + timedelta(seconds=60)

    send("interactive")
    refuse("planned")
    send("interactive")
    refuse("interactive")


def test_interactive_calls_may_use_what_planned_ones_leave(time: Time) -> None:
    declare((5, 60), share=0.2)
    for _ in range(5):
        send("interactive")

    refuse("interactive")
    refuse("planned")


def test_when_a_planned_call_can_come_back_takes_the_share_into_account(time: Time) -> None:
    declare((3, 60), share=0.34)  # one of the three is kept
    send("interactive")
    time.passes(10)
    send("planned")
    send("planned")

    # The interactive slot that frees first is the kept one again: it does not help.
    assert refuse("planned").retry_at == MORNING + timedelta(seconds=70)
    assert refuse("interactive").retry_at == MORNING + timedelta(seconds=60)


@pytest.mark.parametrize("server", [redis.state, redis.cache])
def test_the_emergency_switch_of_either_server_stops_all_but_essential_calls(server, time: Time) -> None:  # type: ignore[no-untyped-def]
    declare((5, 60))
    server().set(EMERGENCY_KEY, "1", ex=3600)

    assert refuse("planned").reason == "emergency"
    assert refuse("interactive").reason == "emergency"
    send("essential")

    server().delete(EMERGENCY_KEY)
    ledger._emergency = None  # half a second later
    send("planned")


def test_the_emergency_switch_can_be_turned_off_by_zero(time: Time) -> None:
    declare((5, 60))
    redis.state().set(EMERGENCY_KEY, "0")

    send("planned")


def test_a_refusal_by_the_provider_fills_its_window(time: Time) -> None:
    declare((5, 60))
    ledger.settle(id=grant().id, outcome="sent", limit_facts=[LimitFacts(seconds=60, full=True)])
    time.passes(10)

    refused = refuse("essential")

    assert refused.reason == "provider"
    assert refused.retry_at == MORNING + timedelta(seconds=60)
    time.passes(50)
    grant()


def test_a_provider_that_names_a_time_is_believed_but_never_twice_to_an_earlier_one(time: Time) -> None:
    declare((5, 60))
    first, second = grant(), grant()
    later = MORNING + timedelta(seconds=300)

    for granted, until in ((first, later), (second, MORNING + timedelta(seconds=5))):
        facts = [LimitFacts(seconds=60, full=True, until=until)]
        ledger.settle(id=granted.id, outcome="sent", limit_facts=facts)

    assert refuse().retry_at == later


def test_a_plan_without_limits_grants_always(time: Time) -> None:
    declare()
    for _ in range(50):
        ledger.settle(id=grant(calls=3).id, outcome="sent")

    assert window_status(now=clock.now())[0].window is None


def test_a_clock_that_is_set_back_leaves_the_slots_their_ages(time: Time) -> None:
    declare((1, 60))
    send()
    time.passes(20)
    refuse()

    time.passes(-86_400)
    assert refuse().retry_at == time.now + timedelta(seconds=40)
    time.passes(40)
    grant()


def test_what_the_provider_said_moves_with_a_clock_that_is_set_back(time: Time) -> None:
    declare((5, 60))
    ledger.settle(id=grant().id, outcome="sent", limit_facts=[LimitFacts(seconds=60, full=True)])
    time.passes(-3600)

    assert refuse().retry_at == time.now + timedelta(seconds=60)


def test_a_fast_clock_frees_slots_faster() -> None:
    declare((1, 60))
    clock.set_clock(origin=MORNING, rate=100_000)
    send()

    answer = ask()
    while not isinstance(answer, Granted):  # 60 seconds pass in 0.6 milliseconds
        answer = ask()
    assert answer.at >= MORNING + timedelta(seconds=60)


def test_windows_equally_long_or_a_name_of_two_words_are_mistakes() -> None:
    with pytest.raises(ValueError, match="equally long"):
        declare((1, 60), (2, 60))
    with pytest.raises(ValueError, match="one word"):
        declare((1, 60), scope="two words")
    with pytest.raises(ValueError, match="at least 1"):
        declare((0, 60))


def test_windows_that_the_code_has_changed_apply_at_once(time: Time) -> None:
    declare((1, 60))
    send()
    refuse()

    declare((2, 60))
    send()
    assert scopes.windows_of(SCOPE)[0].limit == 2


def test_status_tells_used_held_free_and_when_by_lane(time: Time) -> None:
    declare((5, 60), share=0.2)
    send("planned")
    time.passes(10)
    grant("interactive")

    (status,) = window_status(now=time.now)

    assert (status.used, status.held, status.free) == (1, 1, 3)
    assert status.next_free_at == MORNING + timedelta(seconds=60)
    assert {name: (lane.used, lane.held, lane.free) for name, lane in status.lanes.items()} == {
        "essential": (0, 0, 3),
        "interactive": (0, 1, 3),
        "planned": (1, 0, 3),
    }


def test_the_command_shows_every_window(time: Time, capsys: pytest.CaptureFixture[str]) -> None:
    declare((5, 60), share=0.2)
    declare(scope="other:stocks:1")
    send("planned")
    redis.state().set(EMERGENCY_KEY, "1")

    call_command("quotas")

    shown = capsys.readouterr().out
    assert "5 in 60 s" in shown
    assert "no limit" in shown
    assert "only essential calls pass" in shown


def test_the_command_says_when_there_is_nothing_to_show(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("quotas")

    assert "No provider has been asked" in capsys.readouterr().out


def test_status_says_when_the_provider_has_stopped_us(time: Time) -> None:
    declare((5, 60))
    ledger.settle(id=grant().id, outcome="sent", limit_facts=[LimitFacts(seconds=60, full=True)])

    status = ledger_status(now=time.now)

    assert status.windows[0].full_until == MORNING + timedelta(seconds=60)
    assert status.windows[0].free == 0
    assert status.memory_known
    assert not status.emergency


def test_the_error_says_what_is_used_up_and_when_it_is_not(time: Time) -> None:
    declare((1, 60))
    send()

    error = QuotaExhausted(scope=SCOPE, refused=refuse())

    assert error.code == "quota_exhausted"
    assert "1 calls in 60 s is used up; next call possible at 2026-01-05 14:31:00 UTC" in error.message
    assert error.extra["window"] == [1, 60]

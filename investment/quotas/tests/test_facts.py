"""What an answer tells of the provider's own count is new knowledge, and is not forgotten."""

from datetime import datetime, timedelta

import pytest

from investment.quotas.contracts import CallDetails, Granted, LimitFacts
from investment.quotas.models import Call
from investment.quotas.services import ledger
from investment.quotas.tests.conftest import MORNING, Time
from investment.quotas.tests.factories import SCOPE, ask, declare, refuse, send
from investment.quotas.tests.forgetting import forget_everything, let_late_ones_pass

pytestmark = pytest.mark.django_db

RESET = MORNING + timedelta(seconds=40)


def hear(remaining: int | None = None, *, full: bool = False, until: datetime | None = None) -> None:
    """Make a call whose answer tells this of the minute."""
    answer = ledger.reserve(scope=SCOPE, lane="planned", purpose="a test", hold_seconds=30, record=True)
    assert isinstance(answer, Granted), answer
    ledger.settle(
        id=answer.id,
        outcome="sent",
        limit_facts=[LimitFacts(seconds=60, remaining=remaining, full=full, until=until)],
        details=CallDetails(quota_left=remaining),
    )


def test_what_the_provider_counts_beyond_our_calls_is_somebody_elses(time: Time) -> None:
    declare((10, 60))
    send()
    hear(remaining=3, until=RESET)  # it has counted seven, two of them ours

    for _ in range(3):
        send("essential")
    refused = refuse("essential")

    assert (refused.reason, refused.retry_at) == ("window", RESET)
    time.passes(40)
    send(calls=5)
    refuse()


def test_without_a_time_somebody_elses_calls_count_for_a_whole_window(time: Time) -> None:
    declare((10, 60))
    hear(remaining=0)
    time.passes(59)

    assert refuse("essential").retry_at == MORNING + timedelta(seconds=60)


def test_a_provider_that_has_counted_less_than_we_have_changes_nothing(time: Time) -> None:
    declare((5, 60))
    send(calls=3)
    hear(remaining=5, until=RESET)  # its minute began anew, ours rolls

    send()
    assert refuse().retry_at == MORNING + timedelta(seconds=60)


def test_an_answer_that_was_long_on_its_way_takes_nothing_back(time: Time) -> None:
    declare((10, 60))
    hear(remaining=1, until=RESET)
    hear(remaining=8, until=RESET)  # counted before the other one, heard after it

    assert refuse("essential").retry_at == RESET


def test_what_a_stranger_no_longer_does_is_given_back(time: Time) -> None:
    declare((10, 60))
    hear(remaining=4, until=RESET)
    time.passes(20)
    hear(remaining=7, until=MORNING + timedelta(seconds=100))  # four fewer than before
    time.passes(25)

    send("essential", calls=8)
    refuse("essential")


def test_a_call_that_has_left_our_window_while_the_answer_was_on_its_way_is_no_strangers(time: Time) -> None:
    declare((3, 60))
    send()
    time.passes(59)
    answer = ask()
    assert isinstance(answer, Granted)
    time.passes(5)  # the provider had counted both

    ledger.settle(id=answer.id, outcome="sent", limit_facts=[LimitFacts(seconds=60, remaining=1)])

    send("essential", calls=2)


def test_calls_on_their_way_are_not_taken_for_somebody_elses(time: Time) -> None:
    declare((10, 60))
    for _ in range(4):
        assert isinstance(ask(), Granted)
    hear(remaining=5, until=RESET)  # all five of ours have arrived

    send("essential", calls=5)


def test_facts_on_windows_that_we_do_not_know_are_left_aside(time: Time) -> None:
    declare((5, 60))
    answer = ask()
    assert isinstance(answer, Granted)

    ledger.settle(id=answer.id, outcome="sent", limit_facts=[LimitFacts(seconds=1, remaining=0, full=True)])

    send(calls=4)


@pytest.mark.parametrize("durable", [False, True])
def test_a_refusal_and_foreign_use_are_known_again_after_a_loss(durable: bool, time: Time) -> None:
    declare((10, 60), *([(1000, 86_400)] if durable else []))
    hear(remaining=6, until=RESET)
    forget_everything()
    let_late_ones_pass()
    # Ours and three of somebody else.
    for _ in range(6):
        hear()
    assert refuse("essential").retry_at == RESET

    time.passes(60)
    hear(full=True, until=MORNING + timedelta(seconds=500))
    forget_everything()
    let_late_ones_pass()

    refused = refuse("essential")
    assert (refused.reason, refused.retry_at) == ("provider", MORNING + timedelta(seconds=500))


def test_a_row_keeps_only_what_binds(time: Time) -> None:
    declare((10, 60))
    hear(remaining=9, until=RESET)
    hear(remaining=2, until=RESET)

    told = Call.objects.order_by("reserved_at", "id").values_list("limit_facts", flat=True)
    assert sorted(told, key=bool) == [None, [[60, 6, int(RESET.timestamp()) * 1_000_000]]]

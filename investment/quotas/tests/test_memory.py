"""The state server forgets; the rows do not."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from investment.lib import redis
from investment.quotas import scripts
from investment.quotas.contracts import CallDetails, Granted, Lane, LimitFacts, Outcome
from investment.quotas.models import Call, Epoch
from investment.quotas.services import calls, ledger
from investment.quotas.services.calls import make_partition
from investment.quotas.services.memory import SEND_WITHIN
from investment.quotas.tests.conftest import MORNING, Time
from investment.quotas.tests.factories import SCOPE, ask, declare, grant, refuse, send
from investment.quotas.tests.forgetting import forget_everything, let_late_ones_pass

pytestmark = pytest.mark.django_db


def begin(lane: Lane = "planned", *, calls: int = 1, hold: float = 30.0) -> Granted:
    """Reserve what must be granted, with its row."""
    answer = ledger.reserve(
        scope=SCOPE,
        lane=lane,
        calls=calls,
        purpose="a test",
        hold_seconds=hold,
        endpoint="grouped_daily",
        record=True,
    )
    assert isinstance(answer, Granted), answer
    return answer


def end(granted: Granted, outcome: Outcome = "sent", *facts: LimitFacts) -> None:
    ledger.settle(id=granted.id, outcome=outcome, limit_facts=facts, details=CallDetails(status=200))


def spend(lane: Lane = "planned", *, calls: int = 1) -> None:
    """A whole call: reserved, its row, settled, completed."""
    end(begin(lane, calls=calls))


def test_nothing_is_granted_while_a_call_granted_before_the_loss_may_still_be_sent(time: Time) -> None:
    declare((5, 60))
    spend()
    forget_everything()

    refused = refuse("essential")

    assert refused.reason == "memory_lost"
    assert refused.retry_at is not None
    assert timedelta(0) < refused.retry_at - time.now <= timedelta(seconds=SEND_WITHIN)


def test_the_windows_are_rebuilt_from_the_rows(time: Time) -> None:
    declare((4, 60), share=0.25)
    spend(calls=2)
    time.passes(10)
    spend("interactive")
    forget_everything()
    let_late_ones_pass()

    assert refuse("planned", calls=2).retry_at == MORNING + timedelta(seconds=60)
    spend("planned")
    assert refuse("interactive").retry_at == MORNING + timedelta(seconds=60)


def test_a_call_that_was_on_its_way_is_held_as_long_as_before(time: Time) -> None:
    declare((1, 60))
    begin(hold=30)
    forget_everything()
    let_late_ones_pass()

    time.passes(89.9)
    refuse()
    time.passes(0.1)
    grant()


def test_a_call_that_was_not_sent_is_not_rebuilt(time: Time) -> None:
    declare((1, 60))
    end(begin(), "not_sent")
    forget_everything()
    let_late_ones_pass()

    grant()


def test_long_windows_are_rebuilt_as_well(time: Time) -> None:
    declare((1, 86_400))
    spend()
    time.passes(80_000)
    forget_everything()
    let_late_ones_pass()

    assert refuse().retry_at == MORNING + timedelta(seconds=86_400)


def test_a_server_started_anew_is_not_trusted_though_it_kept_its_file(time: Time) -> None:
    declare((5, 60))
    spend()
    client = redis.state()
    client.hset(redis.key(*scripts.EPOCH), "run_id", "that of the server before")
    client.script_flush()

    ask()  # notices; the test's server may have started only now
    let_late_ones_pass()
    grant()

    assert Epoch.objects.get(name="memory").number > 1
    assert client.zcard(redis.key("quota", SCOPE, "others")) >= 2
    assert client.hget(redis.key(*scripts.EPOCH), "run_id") == client.info("server")["run_id"].encode()


def test_a_first_start_waits_for_nothing(time: Time) -> None:
    declare((1, 60))

    grant()


def test_rows_of_another_setting_of_the_clock_are_left_aside(time: Time) -> None:
    declare((1, 60))
    spend()
    time.passes(-86_400)
    forget_everything()
    let_late_ones_pass()

    grant()


def test_a_day_gets_its_partition_with_its_first_call(time: Time) -> None:
    declare((5, 60))
    spend()
    time.passes(86_400)
    spend()
    make_partition(day=time.now)  # there is one: nothing happens

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM quotas_call_20260105")
        assert cursor.fetchone() == (1,)
        cursor.execute("SELECT count(*) FROM quotas_call_20260106")
        assert cursor.fetchone() == (1,)
    assert Call.objects.filter(state="sent", status=200).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_row_is_not_written_where_it_would_not_be_durable(time: Time) -> None:
    declare((5, 60))
    with transaction.atomic(), pytest.raises(RuntimeError, match="fetch first, then write"):
        begin()
    assert not Call.objects.exists()

    begin()
    assert Call.objects.get().state == "reserved"


def test_a_scope_with_calls_that_have_no_rows_stays_closed_until_its_short_windows_have_passed(
    time: Time,
) -> None:
    declare((5, 60), (2, 1))
    send()
    grant(hold=40)
    forget_everything()
    let_late_ones_pass()

    refused = refuse("essential")

    assert (refused.reason, refused.retry_at) == ("memory_lost", MORNING + timedelta(seconds=100))
    time.passes(99.9)
    assert refuse("essential").reason == "memory_lost"
    time.passes(0.1)
    grant(calls=2)


def test_a_long_window_needs_nobody_to_write_its_rows(time: Time) -> None:
    """Whoever reserves and settles, and knows of nothing else, is safe."""
    declare((3, 86_400))
    send()
    send()
    unsettled = grant()
    forget_everything()
    let_late_ones_pass()

    refuse("essential")
    ledger.settle(id=unsettled.id, outcome="not_sent")
    forget_everything()
    let_late_ones_pass()
    assert refuse("essential", calls=2).reason == "window"
    grant("essential")
    assert sorted(Call.objects.values_list("state", flat=True)) == ["not_sent", *["reserved"] * 3]


def test_a_window_longer_than_any_before_knows_of_the_calls_that_were_made(time: Time) -> None:
    declare((5, 60))
    spend()
    time.passes(7200)
    spend()

    declare((5, 60), (2, 86_400))
    assert refuse().reason == "memory_lost"
    let_late_ones_pass()

    assert refuse().retry_at == MORNING + timedelta(seconds=86_400)


def test_what_has_been_settled_stays_so_in_its_row_too(time: Time) -> None:
    declare((1, 86_400))
    granted = grant()
    forget_everything()
    end(granted, "sent")
    end(granted, "not_sent")
    let_late_ones_pass()

    refuse()


@pytest.mark.parametrize("step", ["record", "make_partition"])
def test_without_the_database_nothing_is_granted_and_nothing_is_lost(
    step: str, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare((2, 86_400))

    def away(**_: object) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(calls, step, away)
    refused = refuse("essential")
    assert refused.reason == "unrecorded"
    assert refused.retry_at is not None

    monkeypatch.undo()
    assert isinstance(ask("essential", calls=2), Granted)

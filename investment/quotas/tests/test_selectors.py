"""What is shown of the windows is what the ledger would grant."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from investment.lib import redis
from investment.quotas import ids, scripts
from investment.quotas.contracts import LANES, Granted, Lane, LimitFacts, Outcome
from investment.quotas.models import Scope
from investment.quotas.selectors import WindowStatus, ledger_status, window_status
from investment.quotas.services import ledger, scopes
from investment.quotas.tests.conftest import MORNING, Time
from investment.quotas.tests.factories import SCOPE, ask, declare, grant, send

pytestmark = pytest.mark.django_db


def status(time: Time) -> WindowStatus:
    (found,) = window_status(now=time.now)
    return found


def in_seconds(seconds: float) -> datetime:
    return MORNING + timedelta(seconds=seconds)


def test_a_window_tells_when_its_first_slot_frees_and_when_all_are(time: Time) -> None:
    declare((3, 60))
    send()
    time.passes(10)
    grant(hold=30)

    found = status(time)

    assert found.next_slot_at is None
    assert (found.next_free_at, found.fresh_at) == (in_seconds(60), in_seconds(100))
    send()
    assert status(time).next_slot_at == in_seconds(60)


def test_what_somebody_else_uses_is_told_apart(time: Time) -> None:
    declare((10, 60))
    told = LimitFacts(seconds=60, remaining=5, until=MORNING + timedelta(seconds=20))
    ledger.settle(id=grant().id, outcome="sent", limit_facts=[told])

    found = status(time)

    assert (found.used, found.foreign, found.free) == (1, 4, 5)
    assert found.foreign_until == found.next_free_at == in_seconds(20)
    time.passes(20)
    assert (status(time).foreign, status(time).foreign_until, status(time).free) == (0, None, 9)


def test_a_refusal_that_was_told_and_a_closed_scope_leave_nothing_free(time: Time) -> None:
    declare((10, 60))
    ledger.settle(id=grant().id, outcome="sent", limit_facts=[LimitFacts(seconds=60, full=True)])

    assert status(time).free == 0
    assert status(time).full_until == status(time).next_slot_at == in_seconds(60)

    redis.state().hset(redis.key("quota", SCOPE), "closed", ids.microseconds(MORNING) + 90_000_000)

    assert status(time).closed_until == status(time).next_slot_at == in_seconds(90)
    time.passes(90)
    assert (status(time).closed_until, status(time).full_until, status(time).free) == (None, None, 10)


def test_slots_of_the_interactive_share_that_others_have_are_lent(time: Time) -> None:
    declare((10, 60), share=0.5)
    for _ in range(7):
        send("essential")

    assert status(time).lent == 2
    send("interactive")
    assert status(time).lent == 2
    time.passes(60)
    assert status(time).lent == 0


def test_one_scope_can_be_asked_for(time: Time) -> None:
    declare((1, 60))
    declare((2, 60), scope="other:stocks:1")

    assert [row.scope for row in ledger_status(now=time.now).windows] == ["other:stocks:1", SCOPE]
    assert [row.scope for row in ledger_status(now=time.now, scope=SCOPE).windows] == [SCOPE]


def test_the_command_shows_all_of_it_and_names_as_they_are(
    time: Time, capsys: pytest.CaptureFixture[str]
) -> None:
    declare((10, 60), share=0.5, scope="provider:free:1")
    for _ in range(7):
        ask("essential", scope="provider:free:1")
    client, key = redis.state(), redis.key("quota", "provider:free:1")
    client.hset(key, "full:60", ids.microseconds(in_seconds(20)))
    client.hset(key, "foreign:60", f"2 {ids.microseconds(in_seconds(30))}")
    client.hset(key, "closed", ids.microseconds(in_seconds(90)))
    client.delete(redis.key(*scripts.EPOCH))

    call_command("quotas")

    shown = " ".join(capsys.readouterr().out.split())
    assert "provider:free:1 │ 10 in 60 s │ 0 │ 7 │ 2 │ 2 │ 0 │ in 90 s" in shown
    assert "used up until 2026-01-05 14:30:20" in shown
    assert (
        "someone else has used 2 of it, as the provider said; they count until 2026-01-05 14:30:30" in shown
    )
    assert "provider:free:1: closed until 2026-01-05 14:31:30, because calls without rows" in shown
    assert "does not know what was spent" in shown


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["planned", "planned", "planned", "essential", "interactive"]),
        st.sampled_from([0, 1, 30, 400, 900]),  # seconds that pass before it
        st.sampled_from(["sent", "sent", "unknown", "not_sent", None]),
        st.booleans(),  # whether the answer tells that somebody else uses the key
    ),
    max_size=25,
)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    window=st.tuples(st.integers(1, 12), st.sampled_from([60, 3600, 7200])),
    share=st.sampled_from([0.0, 0.2, 0.5, 0.9]),
    steps=STEPS,
    lane=st.sampled_from(LANES),
)
def test_what_is_free_is_what_the_lane_would_be_granted(
    time: Time,
    window: tuple[int, int],
    share: float,
    steps: list[tuple[Lane, int, Outcome | None, bool]],
    lane: Lane,
) -> None:
    scopes._declared.clear()
    Scope.objects.all().delete()  # else a longer window than before would have to be rebuilt first
    client = redis.state()
    for key in client.scan_iter(match=redis.key("quota", f"{SCOPE}*")):
        client.delete(key)
    limit, seconds = window
    declare(window, share=share)
    for asking, wait, outcome, foreign in steps:
        time.passes(wait)
        granted = _may_get(asking)
        if granted is None or outcome is None:
            continue
        told = LimitFacts(seconds=seconds, remaining=limit // 2)
        ledger.settle(id=granted, outcome=outcome, limit_facts=[told] if foreign else [])
    free = status(time).lanes[lane].free

    granted_now = 0
    while _may_get(lane) is not None:
        granted_now += 1

    assert free == granted_now
    assert status(time).lanes[lane].free == 0


def _may_get(lane: Lane) -> UUID | None:
    try:
        answer = ask(lane)
    except ValueError:  # the lane's part of the window holds nothing at all
        return None
    return answer.id if isinstance(answer, Granted) else None

"""No window is ever overspent, whatever happens when; and no slot is lost."""

import multiprocessing
import os
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.queues import Queue

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from investment.lib import redis
from investment.quotas.contracts import Granted, Lane, Outcome, Refused, ScopeLimits, Window
from investment.quotas.models import Call, Scope
from investment.quotas.services import ledger, scopes
from investment.quotas.tests.conftest import MORNING, Time
from investment.quotas.tests.factories import SCOPE, ask, declare
from investment.quotas.tests.forgetting import forget_everything, let_late_ones_pass

pytestmark = pytest.mark.django_db

LANES = st.sampled_from(["essential", "interactive", "planned"])
WINDOWS = st.lists(
    st.tuples(st.integers(2, 12), st.sampled_from([1, 7, 60, 7200])),
    min_size=1,
    max_size=3,
    unique_by=lambda w: w[1],
)


HOLD = 20.0  # seconds


@dataclass
class Sent:
    """A call at the provider: it arrives at any moment between being granted and being over."""

    granted: Granted
    lane: Lane

    @property
    def began(self) -> float:
        """Seconds since MORNING."""
        return (self.granted.at - MORNING).total_seconds()


class Ledger(RuleBasedStateMachine):
    """The provider counts for itself: ``arrivals`` are when calls reached it, in seconds since MORNING."""

    @initialize(windows=WINDOWS, share=st.sampled_from([0.0, 0.2, 0.5]))
    def start(self, windows: list[tuple[int, int]], share: float) -> None:
        client = redis.state()
        for key in client.scan_iter(match=redis.key("quota", f"{SCOPE}*")):
            client.delete(key)
        Scope.objects.all().delete()
        Call.objects.all().delete()
        scopes._declared.clear()
        self.time = Time()
        self.limits: ScopeLimits = declare(*windows, share=share)
        self.under_way: list[Sent] = []
        self.over: list[Sent] = []
        self.arrivals: list[float] = []
        self.forgotten = False
        # Until when a slot is busy, its lane, and the end of its hold.
        self.busy: list[tuple[float, str, float]] = []

    @property
    def moment(self) -> float:
        return (self.time.now - MORNING).total_seconds()

    @rule(seconds=st.sampled_from([0.001, 0.3, 2.0, 20.0, 61.0, 600.0]))
    def time_passes(self, seconds: float) -> None:
        self.time.passes(seconds)

    @rule(which=st.integers(0, 2), early=st.sampled_from([0.0, 0.001, 0.3]))
    def nearly_a_window_passes(self, which: int, early: float) -> None:
        windows = self.limits.windows
        self.time.passes(windows[which % len(windows)].seconds - early)

    @rule(lane=LANES, calls=st.integers(1, 2), times=st.integers(1, 6))
    def ask(self, lane: Lane, calls: int, times: int) -> None:
        if any(calls > w.limit - (w.never_lent if lane == "planned" else 0) for w in self.limits.windows):
            return
        for _ in range(times):
            answer = self._ask(lane, calls)
            assert isinstance(answer, Granted) == self._fits(lane, calls), answer
            if isinstance(answer, Granted):
                self.under_way += [Sent(answer, lane)]
            else:
                assert answer.retry_at is not None
                assert answer.retry_at >= self.time.now

    @rule(lane=LANES)
    def wait_as_told(self, lane: Lane) -> None:
        """Whoever comes when he was told to, with nothing else going on, is granted or told a later time."""
        answer = self._ask(lane) if self._can_ever(lane) else None
        if isinstance(answer, Granted):
            self.under_way += [Sent(answer, lane)]
        elif answer is not None and answer.retry_at is not None:
            assert answer.retry_at > self.time.now
            if not self.under_way:
                self.time.passes((answer.retry_at - self.time.now).total_seconds())
                again = self._ask(lane)
                assert isinstance(again, Granted) or self.busy, again
                self.under_way += [Sent(again, lane)] if isinstance(again, Granted) else []

    @precondition(lambda self: self.under_way)
    @rule(when=st.floats(0, 1))
    def all_are_answered(self, when: float) -> None:
        while self.under_way:
            self.settle(0, "sent", when)

    @precondition(lambda self: self.under_way)
    @rule(
        which=st.integers(0, 99),
        outcome=st.sampled_from(["sent", "not_sent", "unknown"]),
        when=st.floats(0, 1),
    )
    def settle(self, which: int, outcome: Outcome, when: float) -> None:
        call = self.under_way.pop(which % len(self.under_way))
        ledger.settle(id=call.granted.id, outcome=outcome)
        in_time = self.moment < call.began + HOLD
        known = outcome != "unknown" and in_time and not self.forgotten
        if known:
            self.over += [call]  # of the others more may still be heard
        if known and outcome == "not_sent":
            return
        over = self.moment if known else call.began + HOLD
        self.busy += [(over, call.lane, call.began + HOLD)] * call.granted.slots
        self.arrivals += [call.began + when * (over - call.began)] * call.granted.slots

    @precondition(lambda self: self.over)
    @rule(which=st.integers(0, 99), outcome=st.sampled_from(["sent", "not_sent", "unknown"]))
    def settle_again(self, which: int, outcome: Outcome) -> None:
        ledger.settle(id=self.over[which % len(self.over)].granted.id, outcome=outcome)

    @precondition(lambda self: self.limits.durable)
    @rule()
    def memory_is_lost(self) -> None:
        """All calls of a scope with a long window have rows, so nothing is forgotten with everything."""
        forget_everything()
        let_late_ones_pass()
        # These were settled without details, so their rows know only their holds.
        self.busy = [(latest, lane, latest) for _, lane, latest in self.busy]
        self.over = []  # nor do they know that they were settled
        self.forgotten = True

    @invariant()
    def the_provider_never_counts_more_than_its_limit(self) -> None:
        arrivals = sorted(getattr(self, "arrivals", []))
        for window in self.limits.windows if arrivals else ():
            for i, first in enumerate(arrivals[: -window.limit]):
                assert arrivals[i + window.limit] - first >= window.seconds - 1e-4, (window, arrivals)

    def _ask(self, lane: Lane, calls: int = 1) -> Granted | Refused:
        self.forgotten = False
        return ask(lane, calls=calls, hold=HOLD)

    def _can_ever(self, lane: Lane) -> bool:
        return all(w.limit > (w.never_lent if lane == "planned" else 0) for w in self.limits.windows)

    def _fits(self, lane: str, calls: int) -> bool:
        """The rule of architecture, once more, counted from what the test itself has seen."""
        busy = [(over, of) for over, of, _ in self.busy]
        for call in self.under_way:
            busy += [(call.began + HOLD, call.lane)] * call.granted.slots
        return all(self._fits_in(window, busy, lane, calls) for window in self.limits.windows)

    def _fits_in(self, window: Window, busy: list[tuple[float, str]], lane: str, calls: int) -> bool:
        counted = [(until, of) for until, of in busy if until > self.moment - window.seconds + 5e-7]
        free = window.limit - len(counted) - calls
        interactive = sum(of == "interactive" for _, of in counted)
        if lane != "planned" or free >= max(0, window.reserve - interactive):
            return free >= 0
        return interactive == 0 and self._may_lend(window, [until for until, _ in counted], free)

    def _may_lend(self, window: Window, busy: list[float], free: int) -> bool:
        """Whoever begins to ask now, at the pace of the share, always finds a slot that has come back."""
        if free < window.never_lent or window.never_lent == window.reserve:
            return False
        for asked_for in range(window.never_lent + 1, window.reserve + 1):
            at = self.moment + window.seconds * (asked_for - window.never_lent) / window.reserve
            back = sum(until + window.seconds <= at + 2e-6 for until in busy)
            if free + back < asked_for:
                return False
        return True


@pytest.mark.slow
def test_no_rolling_window_is_overspent_and_no_slot_is_lost(time: Time) -> None:
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=100,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def fight(limits: ScopeLimits, lane: Lane, granted: "Queue[int]") -> None:
    """In a process of its own: ask for more than there is, settle in one way or another."""
    ledger._emergency = None
    mine = 0
    for i in range(60):
        answer = ask(lane, calls=1 + i % 2)
        if isinstance(answer, Granted):
            outcome = ("sent", "unknown", "not_sent")[(i + os.getpid()) % 3]
            ledger.settle(id=answer.id, outcome=outcome)  # type: ignore[arg-type]
            mine += answer.slots if outcome != "not_sent" else 0
    granted.put(mine)


def test_eight_processes_fighting_for_one_minute_are_granted_exactly_what_there_is(time: Time) -> None:
    limits = declare((37, 60), share=0.2)
    assert isinstance(ask(), Granted)  # one slot is held by this process, and the memory is established
    context = multiprocessing.get_context("fork")
    granted: Queue[int] = context.Queue()
    lanes: tuple[Lane, ...] = ("essential", "interactive", "planned", "planned")
    processes = [context.Process(target=fight, args=(limits, lanes[i % 4], granted)) for i in range(8)]

    for process in processes:
        process.start()
    counts = [granted.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(60)

    assert sum(counts) + 1 == 37
    time.passes(91)
    assert isinstance(ask(calls=29), Granted), "all that planned calls may have is there again"


def test_an_hour_of_demand_uses_nearly_all_there_is(time: Time) -> None:
    """A call takes half a second, and someone always waits: 5 each 60.5 seconds."""
    declare((5, 60))
    sent = 0
    end = MORNING + timedelta(hours=1)
    while time.now < end:
        answer = ask()
        if isinstance(answer, Granted):
            time.passes(0.5)
            ledger.settle(id=answer.id, outcome="sent")
            sent += 1
        else:
            assert answer.retry_at is not None
            time.passes(max(0.001, (answer.retry_at - time.now).total_seconds()))

    assert sent >= 0.97 * 5 * 60

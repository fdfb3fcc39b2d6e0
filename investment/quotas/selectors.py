"""What is used, held and free, as the ledger's script would count it now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Max

from investment.lib import redis
from investment.quotas import scripts
from investment.quotas.contracts import EMERGENCY_KEY, LANES, Lane, Window
from investment.quotas.models import Call, Scope


@dataclass(frozen=True, slots=True)
class LaneStatus:
    """
    Slots of one lane in one window: ``used`` by calls that ended, ``held`` by calls that have not,
    and how many more the lane could be granted now.
    """

    used: int
    held: int
    free: int


@dataclass(frozen=True, slots=True)
class WindowStatus:
    """
    One window of one scope. ``window`` is None where the plan has no limit; then only calls are counted.

    ``next_free_at`` is when the first of the slots in use is free again at the earliest; ``full_until``
    until when the provider has told us to stop. Both are the one clock's, None where not so.
    """

    scope: str
    provider: str
    window: Window | None
    lanes: dict[Lane, LaneStatus]
    next_free_at: datetime | None
    full_until: datetime | None
    last_call_at: datetime | None

    @property
    def used(self) -> int:
        return sum(lane.used for lane in self.lanes.values())

    @property
    def held(self) -> int:
        return sum(lane.held for lane in self.lanes.values())

    @property
    def free(self) -> int | None:
        """Slots that the most favoured lane could be granted now; None without a limit."""
        return self.lanes["essential"].free if self.window else None


@dataclass(frozen=True, slots=True)
class LedgerStatus:
    """
    ``memory_known``: the state server knows what was spent (else nothing is granted until it has
    been rebuilt). ``emergency``: only essential calls pass.
    """

    memory_known: bool
    emergency: bool
    windows: list[WindowStatus]


def ledger_status(*, now: datetime) -> LedgerStatus:
    """Return the state of the whole ledger; ``now`` is the one clock's."""
    switches = (redis.state().get(EMERGENCY_KEY), redis.cache().get(EMERGENCY_KEY))
    return LedgerStatus(
        memory_known=bool(redis.state().hexists(redis.key(*scripts.EPOCH), "memory")),
        emergency=any(switch not in (None, b"0") for switch in switches),
        windows=window_status(now=now),
    )


def window_status(*, now: datetime) -> list[WindowStatus]:
    """Return every window of every scope that was ever declared, by scope and length."""
    last_calls: dict[str, datetime] = dict(
        Call.objects.filter(reserved_at__gt=now - timedelta(days=7))
        .values_list("scope")
        .annotate(Max("reserved_at"))
    )
    found: list[WindowStatus] = []
    for scope in Scope.objects.order_by("name"):
        found += _scope_status(scope, last_calls.get(scope.name), now)
    return found


def _scope_status(scope: Scope, last_call_at: datetime | None, now: datetime) -> Iterator[WindowStatus]:
    with redis.state().pipeline(transaction=True) as pipe:
        for lane in LANES:
            pipe.zrange(redis.key("quota", scope.name, lane), 0, -1, withscores=True)
        pipe.hgetall(redis.key("quota", scope.name))
        *slots, facts = pipe.execute()
    ends = {lane: [score for _, score in found] for lane, found in zip(LANES, slots, strict=True)}
    windows = [Window(**window) for window in scope.windows]
    if not windows:
        unlimited = {lane: LaneStatus(0, 0, 0) for lane in LANES}
        yield WindowStatus(scope.name, scope.provider, None, unlimited, None, None, last_call_at)
    for window in sorted(windows, key=lambda w: w.seconds):
        yield _window_status(scope, window, ends, facts, last_call_at, now)


def _window_status(
    scope: Scope,
    window: Window,
    ends: dict[Lane, list[float]],
    facts: dict[bytes, Any],
    last_call_at: datetime | None,
    now: datetime,
) -> WindowStatus:
    moment = now.timestamp()
    counted = {lane: [e for e in scores if e > moment - window.seconds] for lane, scores in ends.items()}
    held = {lane: sum(e > moment for e in scores) for lane, scores in counted.items()}
    room = window.limit - sum(map(len, counted.values()))
    told = float(facts.get(f"full:{window.seconds}".encode(), 0))
    kept = max(0, window.reserve - len(counted["interactive"]))
    free = {"essential": room, "interactive": room, "planned": room - kept}
    every = [min(e, moment) for scores in counted.values() for e in scores]
    return WindowStatus(
        scope=scope.name,
        provider=scope.provider,
        window=window,
        lanes={
            lane: LaneStatus(
                used=len(counted[lane]) - held[lane],
                held=held[lane],
                free=0 if told > moment else max(0, free[lane]),
            )
            for lane in LANES
        },
        next_free_at=datetime.fromtimestamp(min(every) + window.seconds, UTC) if every else None,
        full_until=datetime.fromtimestamp(told, UTC) if told > moment else None,
        last_call_at=last_call_at,
    )

"""What is used, held and free, as the ledger's script would count it now."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from investment.lib import redis
from investment.quotas import ids, scripts
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
        for name in ("interactive", "others"):
            pipe.zrange(redis.key("quota", scope.name, name), 0, -1, withscores=True)
        pipe.hgetall(redis.key("quota", scope.name))
        interactive, others, facts = pipe.execute()
    lanes_of: dict[bytes, Lane] = {letter: lane for lane, letter in ids.LETTERS.items()}
    slots = [
        (lanes_of[member[:1]], float(score))
        for member, score in interactive + others
        if member[:1] in lanes_of
    ]
    windows = [Window(**window) for window in scope.windows]
    if not windows:
        unlimited = {lane: LaneStatus(0, 0, 0) for lane in LANES}
        yield WindowStatus(scope.name, scope.provider, None, unlimited, None, None, last_call_at)
    for window in sorted(windows, key=lambda w: w.seconds):
        yield _window_status(scope, window, slots, facts, last_call_at, now)


def _window_status(
    scope: Scope,
    window: Window,
    slots: list[tuple[Lane, float]],
    facts: dict[bytes, bytes],
    last_call_at: datetime | None,
    now: datetime,
) -> WindowStatus:
    moment = ids.microseconds(now)
    span = window.seconds * 1_000_000
    # What has not been settled has a score that ends in a half; see ``scripts/reserve.lua``.
    counted = [(lane, score) for lane, score in slots if math.ceil(score) > moment - span]
    held = Counter(lane for lane, score in counted if score % 1)
    used = Counter(lane for lane, score in counted if not score % 1)
    room = window.limit - len(counted)
    told = int(facts.get(f"full:{window.seconds}".encode(), 0))
    kept = max(0, window.reserve - held["interactive"] - used["interactive"])
    free = {"essential": room, "interactive": room, "planned": room - kept}
    every = [min(math.ceil(score), moment) for _, score in counted]
    return WindowStatus(
        scope=scope.name,
        provider=scope.provider,
        window=window,
        lanes={
            lane: LaneStatus(
                used=used[lane], held=held[lane], free=0 if told > moment else max(0, free[lane])
            )
            for lane in LANES
        },
        next_free_at=ids.instant(min(every) + span) if every else None,
        full_until=ids.instant(told) if told > moment else None,
        last_call_at=last_call_at,
    )

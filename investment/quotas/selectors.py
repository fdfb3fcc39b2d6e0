"""
What is used, held and free, as the ledger's script would count it now; and what calls came to.

For sums the rows of calls and the hourly totals are read as one. A call is in one of the two, never
in both: its rows are summed and dropped in one transaction (:mod:`investment.quotas.services.totals`),
and each figure here is read by one statement.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from django.db import connection

from investment.lib import redis
from investment.quotas import ids, scripts
from investment.quotas.contracts import EMERGENCY_KEY, LANES, Lane, Window
from investment.quotas.models import Scope


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
    One window of one scope. ``window`` is None where the plan has no limit; then nothing is counted.

    ``foreign`` slots are in use by somebody else, as the provider told, until ``foreign_until`` at the
    latest; ``lent`` are slots of the interactive share that other lanes have now. ``next_free_at`` is
    when the first of the slots in use is free again at the earliest and ``fresh_at`` when all are,
    if nothing more is sent. ``full_until`` is until when the provider has told us to stop, and
    ``closed_until`` until when nothing is granted because calls without rows were forgotten. All are
    the one clock's, None where not so.
    """

    scope: str
    provider: str
    window: Window | None
    lanes: dict[Lane, LaneStatus]
    foreign: int = 0
    foreign_until: datetime | None = None
    lent: int = 0
    next_free_at: datetime | None = None
    fresh_at: datetime | None = None
    full_until: datetime | None = None
    closed_until: datetime | None = None

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

    @property
    def next_slot_at(self) -> datetime | None:
        """When the most favoured lane can next be granted a slot at the earliest; None if that is now."""
        if self.window is None or self.free:
            return None
        stops = [moment for moment in (self.full_until, self.closed_until) if moment]
        return max(stops) if stops else self.next_free_at


@dataclass(frozen=True, slots=True)
class LedgerStatus:
    """
    ``memory_known``: the state server knows what was spent (else nothing is granted until it has
    been rebuilt). ``emergency``: only essential calls pass.
    """

    memory_known: bool
    emergency: bool
    windows: list[WindowStatus]


def ledger_status(*, now: datetime, scope: str | None = None) -> LedgerStatus:
    """Return the state of the whole ledger, or with the windows of one scope; ``now`` is the one clock's."""
    switches = (redis.state().get(EMERGENCY_KEY), redis.cache().get(EMERGENCY_KEY))
    return LedgerStatus(
        memory_known=bool(redis.state().hexists(redis.key(*scripts.EPOCH), "memory")),
        emergency=any(switch not in (None, b"0") for switch in switches),
        windows=window_status(now=now, scope=scope),
    )


def window_status(*, now: datetime, scope: str | None = None) -> list[WindowStatus]:
    """Return every window of every scope that was ever declared, or of one, by scope and length."""
    scopes = Scope.objects.order_by("name")
    if scope is not None:
        scopes = scopes.filter(name=scope)
    return [row for each in scopes for row in _scope_status(each, now)]


@dataclass(frozen=True, slots=True)
class _Slots:
    """What the state server has of a scope: lane and score of each slot, and what was told."""

    slots: list[tuple[Lane, float]]
    facts: dict[bytes, bytes]

    def fact(self, name: str) -> int:
        """Return a time of the scope's (microseconds), 0 where there is none."""
        return int(float(self.facts.get(name.encode(), b"0")))

    def foreign(self, seconds: int, moment: int) -> tuple[int, int]:
        """Return how many slots of a window somebody else has at ``moment``, and until when."""
        count, until = self.facts.get(f"foreign:{seconds}".encode(), b"0 0").split()
        return (int(count), int(float(until))) if float(until) > moment else (0, 0)


def _scope_status(scope: Scope, now: datetime) -> Iterator[WindowStatus]:
    with redis.state().pipeline(transaction=True) as pipe:
        for name in ("interactive", "others"):
            pipe.zrange(redis.key("quota", scope.name, name), 0, -1, withscores=True)
        pipe.hgetall(redis.key("quota", scope.name))
        interactive, others, facts = pipe.execute()
    lanes_of: dict[bytes, Lane] = {letter: lane for lane, letter in ids.LETTERS.items()}
    found = _Slots(
        [
            (lanes_of[member[:1]], float(score))
            for member, score in interactive + others
            if member[:1] in lanes_of
        ],
        facts,
    )
    if not scope.windows:
        unlimited = {lane: LaneStatus(0, 0, 0) for lane in LANES}
        yield WindowStatus(scope.name, scope.provider, None, unlimited)
    for window in sorted((Window(**window) for window in scope.windows), key=lambda w: w.seconds):
        yield _window_status(scope, window, found, ids.microseconds(now))


def _window_status(scope: Scope, window: Window, found: _Slots, moment: int) -> WindowStatus:
    span = window.seconds * 1_000_000
    # What has not been settled has a score that ends in a half; see ``scripts/reserve.lua``.
    counted = [(lane, score) for lane, score in found.slots if math.ceil(score) > moment - span]
    held = Counter(lane for lane, score in counted if score % 1)
    used = Counter(lane for lane, score in counted if not score % 1)
    foreign, foreign_until = found.foreign(window.seconds, moment)
    told, closed = found.fact(f"full:{window.seconds}"), found.fact("closed")
    room = window.limit - len(counted) - foreign
    interactive = held["interactive"] + used["interactive"]
    planned = max(0, room - max(0, window.reserve - interactive))
    if not interactive:
        planned += _lendable(window, sorted(math.ceil(score) for _, score in counted), room, moment)
    free = {"essential": room, "interactive": room, "planned": planned}
    stopped = told > moment or closed > moment
    ends = [min(math.ceil(score), moment) + span for _, score in counted]
    last = [math.ceil(score) + span for _, score in counted]
    if foreign:
        ends.append(foreign_until)
        last.append(foreign_until)
    return WindowStatus(
        scope=scope.name,
        provider=scope.provider,
        window=window,
        lanes={
            lane: LaneStatus(used=used[lane], held=held[lane], free=0 if stopped else max(0, free[lane]))
            for lane in LANES
        },
        foreign=foreign,
        foreign_until=ids.instant(foreign_until) if foreign else None,
        lent=max(0, len(counted) - interactive - (window.limit - max(window.reserve, interactive))),
        next_free_at=ids.instant(min(ends)) if ends else None,
        fresh_at=ids.instant(max(last)) if last else None,
        full_until=ids.instant(told) if told > moment else None,
        closed_until=ids.instant(closed) if closed > moment else None,
    )


def _lendable(window: Window, ends: list[int], room: int, moment: int) -> int:
    """
    Return how many slots of the reserve planned calls would be lent now, ``room`` being free in all.

    The rule is ``lend`` in ``scripts/reserve.lua``: what is lent comes back at the pace of the share.
    ``ends`` are the scores of the other lanes' slots, the earliest first; nobody is interactive.
    """
    span, kept = window.seconds * 1_000_000, window.reserve

    def may_be_left(free: int) -> bool:
        missing = kept - free
        if free < window.never_lent or len(ends) < missing:
            return False
        return all(
            ends[number - 1] + span - span * (free + number - window.never_lent) / kept <= moment
            for number in range(1, missing + 1)
        )

    # What may be lent grows slot by slot: where one may not be, neither may the next.
    room = min(room, kept)
    lent, most = 0, max(0, room)
    while lent < most:
        middle = (lent + most + 1) // 2
        if may_be_left(room - middle):
            lent = middle
        else:
            most = middle - 1
    return lent


By = Literal["provider", "scope", "endpoint", "lane", "kind", "state", "status", "hour", "day"]

KEY = ("hour", "provider", "scope", "endpoint", "lane", "kind", "state", "status", "cost_currency")
SUMS = ("calls", "slots", "sized", "bytes", "timed", "duration_microseconds", "cost")

# Rows of calls in the shape of totals, to be used by who reads and by who folds. Durations are
# rounded one by one: a sum of whole microseconds is the same in whatever order it is made.
CALLS_AS_TOTALS = """
    SELECT date_trunc('hour', reserved_at, 'UTC') AS hour, provider, scope, endpoint, lane,
           split_part(purpose, ' ', 1) AS kind, state, status, cost_currency,
           count(*) AS calls, sum(calls) AS slots,
           count(bytes) AS sized, coalesce(sum(bytes), 0) AS bytes,
           count(duration_seconds) AS timed,
           coalesce(sum(round(duration_seconds * 1e6)::bigint), 0) AS duration_microseconds,
           sum(cost) AS cost
    FROM {table} {where}
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
_COLUMNS: dict[str, str] = {name: name for name in KEY} | {"day": "date_trunc('day', hour, 'UTC')"}


@dataclass(slots=True)
class Usage:
    """
    The calls of one group, whose values ``group`` holds in the order asked for.

    ``calls`` are requests and ``slots`` what they took in each window. ``bytes`` is of the ``sized``
    calls and ``duration`` (real time) of the ``timed`` ones: of the others neither is known. ``cost``
    is by currency, without the ``unpriced`` calls.
    """

    group: tuple[str | int | datetime | None, ...]
    calls: int = 0
    slots: int = 0
    sized: int = 0
    bytes: int = 0
    timed: int = 0
    duration: timedelta = timedelta()
    cost: dict[str, Decimal] = field(default_factory=dict)
    unpriced: int = 0


def calls_by(*, since: datetime, until: datetime, by: Sequence[By] = ()) -> list[Usage]:
    """
    Return what the calls reserved from ``since`` until before ``until`` came to, by group and in its order.

    ``kind`` is the first word of a call's purpose; ``hour`` and ``day`` are the beginnings of those
    in UTC. Without ``by`` there is one group, or none where there were no calls.

    :raises ValueError: if a time is not a whole hour: totals know no smaller ones.
    """
    for moment in (since, until):
        if moment.astimezone(UTC) != moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0):
            raise ValueError(f"Expected a whole hour, was {moment.isoformat()}")
    detail = CALLS_AS_TOTALS.format(
        table="quotas_call", where="WHERE reserved_at >= %(since)s AND reserved_at < %(until)s"
    )
    groups = [_COLUMNS[name] for name in by] + ["cost_currency"]
    numbers = ", ".join(map(str, range(1, len(groups) + 1)))
    query = f"""
        SELECT {", ".join(groups)}, {", ".join(f"sum({name})" for name in SUMS)}
        FROM (
            SELECT {", ".join(KEY + SUMS)} FROM quotas_hourlytotal
            WHERE hour >= %(since)s AND hour < %(until)s
            UNION ALL {detail}
        ) AS every
        GROUP BY {numbers} ORDER BY {numbers}
    """  # noqa: S608 - of our own words alone
    with connection.cursor() as cursor:
        cursor.execute(query, {"since": since, "until": until})
        rows = cursor.fetchall()
    found: dict[tuple[str | int | datetime | None, ...], Usage] = {}
    for row in rows:
        group, currency, sums = row[: len(by)], row[len(by)], row[len(by) + 1 :]
        _add(found.setdefault(group, Usage(group)), currency, *sums)
    return list(found.values())


def _add(
    usage: Usage,
    currency: str | None,
    calls: Decimal,
    slots: Decimal,
    sized: Decimal,
    size: Decimal,
    timed: Decimal,
    microseconds: Decimal,
    cost: Decimal | None,
) -> None:
    usage.calls += int(calls)
    usage.slots += int(slots)
    usage.sized += int(sized)
    usage.bytes += int(size)
    usage.timed += int(timed)
    usage.duration += timedelta(microseconds=int(microseconds))
    if currency is None or cost is None:
        usage.unpriced += int(calls)
    else:
        usage.cost[currency] = usage.cost.get(currency, Decimal(0)) + cost


def call_days() -> list[date]:
    """Return the days (UTC) whose calls are kept row by row, the earliest first; some may have none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT right(relname, 8) FROM pg_inherits JOIN pg_class ON oid = inhrelid"
            " WHERE inhparent = 'quotas_call'::regclass ORDER BY 1"
        )
        return [date.fromisoformat(day) for (day,) in cursor.fetchall()]

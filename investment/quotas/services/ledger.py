"""
Reserve before sending, settle after: the only way to a provider.

Both are one round trip to the state server, where one script checks every window of the scope and
charges all or none. Rows are :mod:`investment.quotas.services.calls`'s; the order is: reserve,
row committed, send, settle, row completed.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID, uuid4

import redis as redis_client
from django.conf import settings

from investment.lib import clock, redis
from investment.quotas import scripts
from investment.quotas.contracts import (
    EMERGENCY_KEY,
    LANES,
    Granted,
    Lane,
    LimitFacts,
    Outcome,
    Refused,
    Window,
)
from investment.quotas.services import memory
from investment.quotas.services.memory import MAX_HOLD
from investment.quotas.services.scopes import windows_of

_LANE_NUMBERS = {lane: str(number) for number, lane in enumerate(LANES, start=1)}
_KEEP_EMERGENCY = 0.5  # seconds; the switch must be obeyed within one

_emergency: tuple[float, bool] | None = None


def reserve(
    *, scope: str, lane: Lane, calls: int = 1, purpose: str, hold_seconds: float, epoch: int | None = None
) -> Granted | Refused:
    """
    Charge ``calls`` to every window of ``scope``, or to none of them.

    ``hold_seconds`` (the one clock's) is the longest that the calls can take: unsettled, their
    slots stay busy that long and for the window after it. ``epoch`` is the number of the caller's
    reign where there may be only one (:mod:`investment.quotas.services.epochs`).

    :raises ValueError: if no wait can help: more calls than a window or the lane's part of it holds.
    :raises KeyError: if the scope has not been declared.
    """
    windows = windows_of(scope)
    _check(lane, calls, hold_seconds, windows)
    reservation = uuid4()
    answer = _run_reserve(reservation, scope, lane, calls, purpose, hold_seconds, epoch, windows)
    if not answer[0] and answer[1] == b"memory_lost":
        retry_at = memory.establish(now=clock.now())
        if retry_at is not None:
            return Refused(reason="memory_lost", window=None, retry_at=retry_at)
        answer = _run_reserve(reservation, scope, lane, calls, purpose, hold_seconds, epoch, windows)
    if answer[0]:
        return Granted(id=reservation, slots=calls, at=_instant(answer[1]))
    _, reason, number, retry = answer
    return Refused(
        reason=reason.decode(),
        window=windows[number - 1] if number else None,
        retry_at=_instant(retry) if retry >= 0 else None,
    )


def settle(*, id: UUID, outcome: Outcome, limit_facts: Sequence[LimitFacts] = ()) -> datetime:  # noqa: A002 - the ledger's word
    """
    Say how a granted call ended, and return when that was (the one clock's).

    ``sent``: an answer came, its slots are free when each window has passed from now. ``not_sent``:
    nothing left this machine, they are free at once. ``unknown``: it may have arrived or still be
    under way, they stay busy as if unsettled. Settling again changes nothing.
    """
    facts: list[str | int] = []
    for fact in limit_facts:
        if fact.full:
            facts += [fact.seconds, f"{fact.full_until.timestamp():.6f}" if fact.full_until else ""]
    answer = scripts.run(
        redis.state(),
        "settle",
        redis.key("clock"),
        redis.key(*scripts.OPEN),
        str(id),
        outcome,
        redis.key("quota", ""),
        *facts,
        keys=2,
    )
    return _instant(answer[1])


def _run_reserve(
    reservation: UUID,
    scope: str,
    lane: Lane,
    calls: int,
    purpose: str,
    hold_seconds: float,
    epoch: int | None,
    windows: Sequence[Window],
) -> list:  # type: ignore[type-arg]
    shape: list[int] = []
    for window in windows:
        shape += [window.limit, window.seconds, window.reserve]
    return scripts.run(  # type: ignore[no-any-return]
        redis.state(),
        "reserve",
        *_keys(settings.MODE.name, scope),
        str(reservation),
        _LANE_NUMBERS[lane],
        calls,
        hold_seconds,
        "" if epoch is None else epoch,
        "1" if lane != "essential" and _emergency_in_cache() else "",
        f"{calls} {lane} {scope} {purpose}",
        *shape,
        keys=9,
    )


@lru_cache(maxsize=256)
def _keys(mode: str, scope: str) -> tuple[str, ...]:  # noqa: ARG001 - the mode is in every key
    return (
        redis.key("clock"),
        redis.key(*scripts.EPOCH),
        redis.key(*scripts.OPEN),
        redis.key("quota", scope),
        *(redis.key("quota", scope, lane) for lane in LANES),
        EMERGENCY_KEY,
        redis.key(*scripts.LOST),
    )


def _check(lane: Lane, calls: int, hold_seconds: float, windows: Sequence[Window]) -> None:
    if calls < 1:
        raise ValueError(f"Expected at least one call, was {calls}")
    if not 0 < hold_seconds <= MAX_HOLD:
        raise ValueError(f"Expected a hold of at most {MAX_HOLD} s, was {hold_seconds}")
    for window in windows:
        most = window.limit - (window.reserve if lane == "planned" else 0)
        if calls > most:
            raise ValueError(
                f"{calls} calls never fit: {lane} has at most {most} in {window.seconds} s; ask for fewer"
            )


def _emergency_in_cache() -> bool:
    """The cache server's switch, read at most twice a second; the script reads the state server's."""
    global _emergency
    moment = time.monotonic()
    if _emergency is None or moment - _emergency[0] >= _KEEP_EMERGENCY:
        try:
            switch = redis.cache().get(EMERGENCY_KEY)
        except redis_client.RedisError:
            switch = None  # the cache may be away at any time; the state server's switch still counts
        _emergency = (moment, switch not in (None, b"0"))
    return _emergency[1]


def _instant(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1e6, UTC)

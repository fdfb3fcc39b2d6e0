"""
Reserve before sending, settle after: the only way to a provider.

Both are one round trip to the state server, where one script checks every window of the scope and
charges all or none. The order is: script, row committed, send, settle, row completed; where a
window is long nothing is granted whose row is not on disk.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import redis as redis_client
from django.db import InterfaceError, OperationalError, connection

from investment.lib import clock, redis
from investment.quotas import ids, scripts
from investment.quotas.contracts import (
    EMERGENCY_KEY,
    CallDetails,
    Granted,
    Lane,
    LimitFacts,
    Outcome,
    Refused,
)
from investment.quotas.services import calls as rows
from investment.quotas.services import memory, scopes
from investment.quotas.services.memory import MAX_HOLD, SEND_WITHIN
from investment.quotas.services.scopes import Declared

logger = logging.getLogger(__name__)

_KEEP_EMERGENCY = 0.5  # seconds; the switch must be obeyed within one
_DATABASE_AGAIN = 1.0  # real seconds until a database that was gone is asked again
_GRANTED, _NAME_TAKEN = 1, 2

_emergency: tuple[float, bool] | None = None


def reserve(
    *,
    scope: str,
    lane: Lane,
    calls: int = 1,
    purpose: str,
    hold_seconds: float,
    epoch: int | None = None,
    endpoint: str = "",
    record: bool = False,
) -> Granted | Refused:
    """
    Charge ``calls`` to every window of ``scope``, or to none of them.

    ``hold_seconds`` (the one clock's) is the longest that the calls can take: unsettled, their
    slots stay busy that long and for the window after it. ``epoch`` is the number of the caller's
    reign where there may be only one (:mod:`investment.quotas.services.epochs`).

    Where a window is long (an hour), or with ``record``, the call's row is on disk before this
    returns; the first word of ``purpose`` is its kind. What was granted without a row cannot be
    rebuilt when the state server forgets: the scope's windows must pass first.

    :raises ValueError: if no wait can help: more calls than a window or the lane's part of it holds.
    :raises KeyError: if the scope has not been declared.
    :raises RuntimeError: if there is to be a row and a transaction is open.
    """
    known = scopes.declared(scope)
    _check(known, lane, calls, hold_seconds)
    record = record or known.durable
    if record:
        rows.refuse_open_transaction()
    asked = clock.awake()
    try:
        answer = _ask(known, lane, calls, hold_seconds, epoch)
    except (OperationalError, InterfaceError) as e:  # while the ledger was to be rebuilt
        return _without_database(e)
    noted = hold_seconds <= known.longest_hold and (record or known.unrecorded)
    if isinstance(answer, Refused) or (noted and not record):
        return answer
    try:
        if not noted:
            memory.note(known, hold_seconds=hold_seconds, recorded=record)
        if record:
            rows.record(
                granted=answer,
                provider=known.limits.provider,
                scope=scope,
                endpoint=endpoint,
                lane=lane,
                purpose=purpose,
                hold_seconds=hold_seconds,
                epoch=epoch,
            )
    except BaseException as e:
        _settle(known, ids.parse(answer.id), "not_sent", ())
        if isinstance(e, OperationalError | InterfaceError):
            return _without_database(e)
        raise
    if clock.awake() - asked < SEND_WITHIN:
        return answer
    # Writing took so long that the grant is stale.
    settle(id=answer.id, outcome="not_sent", details=CallDetails(error="its row took too long"))
    return Refused(reason="unrecorded", window=None, retry_at=clock.now())


def settle(
    *,
    id: UUID,  # noqa: A002 - the ledger's word
    outcome: Outcome,
    limit_facts: Sequence[LimitFacts] = (),
    details: CallDetails | None = None,
) -> datetime:
    """
    Say how a granted call ended, and return when that was (the one clock's).

    ``sent``: an answer came, its slots are free when each window has passed from now. ``not_sent``:
    nothing left this machine, they are free at once. ``unknown``: it may have arrived or still be
    under way, they stay busy as if unsettled. Settling again changes no slot.

    With ``details`` the call's row is completed too. Without them it counts until its hold ends, and does
    not know that it was settled, should the ledger have to be rebuilt: next to nothing in a long window.
    One that was not sent is always noted.
    """
    parts = ids.parse(id)
    known = scopes.find(parts.scope_number)
    if known is None:
        return clock.now()
    completed = details is not None or (known.durable and outcome == "not_sent")
    try:
        moment, freed, binding = _settle(known, parts, outcome, _facts(known, id, limit_facts))
    except redis_client.RedisError:
        # When it finished is not known by the ledger's clock, so it counts for as long as it could take.
        if completed:
            _complete(id, "not_sent" if outcome == "not_sent" else "unknown", clock.now(), details, ())
        raise
    if completed:
        if outcome == "not_sent" and known.shape and not freed:
            outcome = "unknown"  # it was settled before, or its slot has been forgotten
        _complete(id, outcome, moment, details, binding)
    return moment


def _ask(
    known: Declared, lane: Lane, calls: int, hold_seconds: float, epoch: int | None
) -> Granted | Refused:
    answer, token = _run_reserve(known, lane, calls, hold_seconds, epoch)
    if not answer[0] and answer[1] == b"memory_lost" and answer[3] < 0:
        retry_at = memory.establish(now=clock.now())
        if retry_at is not None:
            return Refused(reason="memory_lost", window=None, retry_at=retry_at)
        answer, token = _run_reserve(known, lane, calls, hold_seconds, epoch)
    if answer[0]:
        reservation = ids.make(
            microseconds=answer[1], scope_number=known.number, lane=lane, calls=calls, token=token
        )
        return Granted(id=reservation, slots=calls, at=ids.instant(answer[1]))
    _, reason, number, retry = answer
    return Refused(
        reason=reason.decode(),
        window=known.limits.windows[number - 1] if number else None,
        retry_at=ids.instant(retry) if retry >= 0 else None,
    )


def _run_reserve(
    known: Declared, lane: Lane, calls: int, hold_seconds: float, epoch: int | None
) -> tuple[list[Any], int]:
    stopped = lane != "essential" and _emergency_in_cache()
    command = _reserving(known.keys, known.shape, lane, calls, int(hold_seconds * 1e6), epoch, stopped)
    while True:
        token = ids.new_token()
        answer = scripts.ask("reserve", command + redis.part(ids.member_of(lane, token)))
        if answer[0] != _NAME_TAKEN:
            return answer, token


@lru_cache(maxsize=512)
def _reserving(
    keys: tuple[str, str, str],
    windows: tuple[tuple[int, int, int, int], ...],
    lane: Lane,
    calls: int,
    hold_microseconds: int,
    epoch: int | None,
    stopped: bool,
) -> bytes:
    """The script's command but for the slot."""
    most = [limit - (kept if lane == "planned" else 0) for limit, _, kept, _ in windows]
    return scripts.prepare(
        "reserve",
        redis.key("clock"),
        redis.key(*scripts.EPOCH),
        *keys,
        EMERGENCY_KEY,
        redis.key(*scripts.LOST),
        ids.LETTERS[lane],
        calls,
        hold_microseconds,
        "" if epoch is None else epoch,
        "1" if stopped else "",
        scripts.LAYOUT,
        min(most, default=""),
        " ".join(str(part) for window in windows for part in window),
        keys=7,
        more=1,
    )


def _settle(
    known: Declared, parts: ids.Parts, outcome: Outcome, facts: tuple[str | int, ...]
) -> tuple[datetime, int, list[tuple[int, int | None, int]]]:
    """Return when, how many slots were given back, and what the provider told that binds."""
    # What was told is told once: such a command is not worth keeping.
    settling = _settling.__wrapped__ if facts else _settling
    command = settling(known.keys, parts.lane, parts.calls, outcome, facts)
    moment, freed, *told = scripts.ask("settle", command + redis.part(ids.member_of(parts.lane, parts.token)))
    binding = [
        (told[i], None if told[i + 1] < 0 else told[i + 1], told[i + 2]) for i in range(0, len(told), 3)
    ]
    return ids.instant(moment), freed, binding


def _facts(known: Declared, id_: UUID, limit_facts: Sequence[LimitFacts]) -> tuple[str | int, ...]:
    """When it was reserved, and of each fact: seconds, limit, remaining, whether full, until when."""
    if not limit_facts:
        return ()
    limits = {window.seconds: window.limit for window in known.limits.windows}
    facts: list[str | int] = [ids.microseconds(ids.reserved_at_of(id_))]
    for fact in limit_facts:
        if fact.seconds in limits:
            facts += [
                fact.seconds,
                limits[fact.seconds],
                "" if fact.remaining is None else fact.remaining,
                "1" if fact.full else "",
                "" if fact.until is None else ids.microseconds(fact.until),
            ]
    return tuple(facts)


@lru_cache(maxsize=512)
def _settling(
    keys: tuple[str, str, str], lane: Lane, calls: int, outcome: Outcome, facts: tuple[str | int, ...]
) -> bytes:
    """The script's command but for the slot."""
    return scripts.prepare(
        "settle", redis.key("clock"), *keys, ids.LETTERS[lane], calls, outcome, *facts, keys=4, more=1
    )


def _complete(
    id_: UUID,
    outcome: Outcome,
    finished_at: datetime,
    details: CallDetails | None,
    binding: Sequence[tuple[int, int | None, int]],
) -> None:
    rows.complete(
        id_=id_,
        reserved_at=ids.reserved_at_of(id_),
        outcome=outcome,
        finished_at=finished_at,
        details=details or CallDetails(),
        binding=binding,
    )


def _without_database(error: Exception) -> Refused:
    """Refuse because no row can be written; the next attempt finds a fresh connection."""
    logger.warning("No call can be recorded: the database does not answer: %s", error)
    if not connection.in_atomic_block:
        connection.close()
    retry_at = clock.now() + timedelta(seconds=_DATABASE_AGAIN * (clock.rate() or 1.0))
    return Refused(reason="unrecorded", window=None, retry_at=retry_at)


def _check(known: Declared, lane: Lane, calls: int, hold_seconds: float) -> None:
    if not 1 <= calls <= ids.MOST_CALLS:
        raise ValueError(f"Expected at least one call and at most {ids.MOST_CALLS}, was {calls}")
    if not 0 < hold_seconds <= MAX_HOLD:
        raise ValueError(f"Expected a hold of at most {MAX_HOLD} s, was {hold_seconds}")
    if known.most:
        most, seconds = known.most[lane]
        if calls > most:
            raise ValueError(
                f"{calls} calls never fit: {lane} has at most {most} in {seconds} s; ask for fewer"
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

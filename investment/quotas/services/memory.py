"""
When the state server has forgotten what was spent.

A recorded call has its row before it is sent, so what counts in any window can be read from the rows.
Only a call that was granted just before the loss may not have its row yet: whoever was granted one
must send it within :data:`SEND_WITHIN` or give it up, and rebuilding waits that long after the loss.
A scope where calls were reserved without rows stays closed until its windows have passed.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models.functions import Greatest

from investment.lib import clock, redis
from investment.quotas import ids, scripts
from investment.quotas.contracts import LONG, Lane
from investment.quotas.models import Call, Epoch, Scope
from investment.quotas.services.calls import refuse_open_transaction
from investment.quotas.services.scopes import Declared

SEND_WITHIN = 5.0  # real seconds between a grant and the sending of its call
MAX_HOLD = 7 * 86_400  # seconds; long only where the one clock runs fast
_MEMORY = "memory"
_NAMED_AHEAD = timedelta(days=2)  # how far ahead a provider may name the end of a refusal

_BUSY = """
    SELECT id, lane, calls, state = 'sent',
        CASE state WHEN 'sent' THEN LEAST(finished_at, hold_until) ELSE hold_until END
    FROM quotas_call
    WHERE scope = %(scope)s AND reserved_at BETWEEN %(since)s AND %(until)s AND state <> 'not_sent'
      AND CASE state WHEN 'sent' THEN LEAST(finished_at, hold_until) ELSE hold_until END > %(counts_from)s
"""


def note(known: Declared, *, hold_seconds: float, recorded: bool) -> None:
    """
    Keep in a scope's row what :func:`establish` must know: the longest hold, and that rows are missing.

    :raises RuntimeError: if a transaction is open: it must be known before the call is sent.
    """
    refuse_open_transaction()
    rows = Scope.objects.filter(number=known.number)
    rows.update(longest_hold=Greatest("longest_hold", hold_seconds))
    if not recorded:
        rows.update(unrecorded=True)
        known.unrecorded = True
    known.longest_hold = max(known.longest_hold, hold_seconds)


def establish(*, now: datetime) -> datetime | None:
    """
    Rebuild the ledger from the rows and let it grant again; several processes may do so at once.

    Return None when that is done, else the time (the one clock's) at which to try again.
    """
    client = redis.state()
    # A database that has never established a memory has never let anyone send: nothing to wait for.
    sent_before = Epoch.objects.filter(name=_MEMORY).exists()
    if sent_before:
        lost = client.get(redis.key(*scripts.LOST))
        seconds, microseconds = client.time()
        waited = seconds + microseconds / 1e6 - float(lost) / 1e6 if lost else 0.0
        if waited < SEND_WITHIN:
            return now + timedelta(seconds=(SEND_WITHIN - waited) * (clock.rate() or 1.0))
    number = _next_memory()
    reigns: list[str | int] = []
    for epoch in Epoch.objects.exclude(name=_MEMORY):
        reigns += [epoch.number, epoch.name]
    scopes: list[str | int] = []
    slots: list[str | bytes] = []
    known = list(Scope.objects.all())
    for scope in known:
        facts = _facts(scope, now)
        scopes += [scope.name, _closed_until(scope, now) if sent_before else "", len(facts) // 3, *facts]
        slots += _busy_slots(scope, now)
    scripts.run(
        "restore",
        redis.key("clock"),
        redis.key(*scripts.EPOCH),
        redis.key(*scripts.LOST),
        redis.key("quota", ""),
        number,
        client.info("server")["run_id"],
        scripts.LAYOUT,
        len(reigns) // 2,
        *reigns,
        len(known),
        *scopes,
        *slots,
        keys=3,
    )
    return None


def _next_memory() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO quotas_epoch (name, number, owner) VALUES (%s, nextval('quotas_epoch_number'), '')"
            " ON CONFLICT (name) DO UPDATE SET number = excluded.number RETURNING number",
            [_MEMORY],
        )
        return int(cursor.fetchone()[0])


def _closed_until(scope: Scope, now: datetime) -> int | str:
    """Until when calls without rows may still count in a window: microseconds, or '' if there are none."""
    short = [window["seconds"] for window in scope.windows if window["seconds"] < LONG]
    if not scope.unrecorded or not short:
        return ""
    return ids.microseconds(now + timedelta(seconds=scope.longest_hold + max(short)))


def _reach(scope: Scope) -> timedelta:
    """How far back a call that still counts in one of the scope's windows may have finished."""
    return timedelta(seconds=max((window["seconds"] for window in scope.windows), default=0))


def _busy_slots(scope: Scope, now: datetime) -> Iterator[str | bytes]:
    """Of each slot that still counts somewhere: scope, set, member, score."""
    if not scope.windows:
        return
    reach = _reach(scope)
    with connection.cursor() as cursor:
        cursor.execute(
            _BUSY,
            {
                "scope": scope.name,
                "since": now - reach - timedelta(seconds=scope.longest_hold),
                # Later rows were written under another setting of the clock, and say nothing of now.
                "until": now + timedelta(seconds=1),
                "counts_from": now - reach,
            },
        )
        found: list[tuple[UUID, Lane, int, bool, datetime]] = cursor.fetchall()
    for id_, lane, calls, finished, busy_until in found:
        slots = "interactive" if lane == "interactive" else "others"
        score = f"{ids.microseconds(busy_until) - (0 if finished else 0.5):.1f}"
        for member in ids.slots_of(ids.member_of(lane, ids.parse(id_).token), calls):
            yield from (scope.name, slots, member, score)


def _facts(scope: Scope, now: datetime) -> list[str | int]:
    """What the scope's provider told of its windows and still binds: of each fact field, value, until."""
    since = now - max(_reach(scope), _NAMED_AHEAD) - timedelta(seconds=scope.longest_hold)
    rows = Call.objects.filter(
        scope=scope.name,
        reserved_at__range=(since, now + timedelta(seconds=1)),
        limit_facts__isnull=False,
    ).order_by("finished_at")
    binding: dict[str, tuple[str, int]] = {}
    for told in rows.values_list("limit_facts", flat=True):
        for seconds, foreign, until in told or ():
            if until > ids.microseconds(now):
                if foreign is None:
                    binding[f"full:{seconds}"] = (str(until), until)
                else:
                    binding[f"foreign:{seconds}"] = (f"{foreign} {until}", until)
    return [part for field, (value, until) in binding.items() for part in (field, value, until)]

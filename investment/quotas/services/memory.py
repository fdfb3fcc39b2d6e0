"""
When the state server has forgotten what was spent.

Every call has a row before it is sent, so what counts in any window can be read from the rows. Only
a call that was granted just before the loss may not have its row yet: whoever was granted one must
send it within :data:`SEND_WITHIN` or give it up, and rebuilding waits that long after the loss.
"""

import time
from datetime import datetime, timedelta

from django.db import connection

from investment.lib import clock, redis
from investment.quotas import scripts
from investment.quotas.models import Call, Epoch, Scope

SEND_WITHIN = 5.0  # real seconds between a grant and the sending of its call
MAX_HOLD = 7 * 86_400  # seconds; long only where the one clock runs fast
_MEMORY = "memory"


def establish(*, now: datetime) -> datetime | None:
    """
    Rebuild the ledger from the rows and let it grant again; several processes may do so at once.

    Return None when that is done, else the time (the one clock's) at which to try again.
    """
    client = redis.state()
    # A database that has never established a memory has never let anyone send: nothing to wait for.
    if Epoch.objects.filter(name=_MEMORY).exists():
        lost = client.get(redis.key(*scripts.LOST))
        waited = time.time() - float(lost) if lost else 0.0
        if waited < SEND_WITHIN:
            return now + timedelta(seconds=(SEND_WITHIN - waited) * (clock.rate() or 1.0))
    number = _next_memory()
    epochs: list[str | int] = []
    for epoch in Epoch.objects.exclude(name=_MEMORY):
        epochs += [epoch.number, epoch.name]
    scripts.run(
        client,
        "restore",
        redis.key("clock"),
        redis.key(*scripts.EPOCH),
        redis.key(*scripts.LOST),
        redis.key("quota", ""),
        number,
        client.info("server")["run_id"],
        len(epochs) // 2,
        *epochs,
        *_busy_slots(now),
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


def _busy_slots(now: datetime) -> list[str | float]:
    """Of each slot that still counts somewhere: scope, lane, member, busy until."""
    found: list[str | float] = []
    for scope in Scope.objects.all():
        if not scope.windows:
            continue
        longest = timedelta(seconds=max(window["seconds"] for window in scope.windows))
        calls = Call.objects.filter(
            scope=scope.name,
            # Later rows were written under another setting of the clock, and say nothing of now.
            reserved_at__range=(now - longest - timedelta(seconds=MAX_HOLD), now + timedelta(seconds=1)),
        ).exclude(state=Call.State.NOT_SENT)
        for call in calls.iterator():
            sent = call.state == Call.State.SENT and call.finished_at is not None
            busy = call.finished_at if sent and call.finished_at else call.hold_until
            if busy <= now - longest:
                continue
            for slot in range(1, call.calls + 1):
                member = str(call.id) if call.calls == 1 else f"{call.id}:{slot}"
                found += [scope.name, call.lane, member, f"{busy.timestamp():.6f}"]
    return found

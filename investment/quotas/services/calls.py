"""The rows of calls: committed before a request is sent, completed after it. The ledger's alone."""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from investment.quotas.contracts import CallDetails, Granted, Lane, Outcome

_INSERT = """
    INSERT INTO quotas_call
        (id, provider, scope, endpoint, lane, purpose, epoch, calls, state, reserved_at, hold_until, error)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'reserved', %s, %s, '')
"""
_COMPLETE = """
    UPDATE quotas_call
    SET state = %s, finished_at = %s, sent_at = %s, status = %s, bytes = %s, duration_seconds = %s,
        quota_left = %s, error = %s, limit_facts = %s
"""
# What has been settled stays so, as in the state server: settling again changes nothing.
_OF = "WHERE reserved_at = %s AND id = %s AND state IN ('reserved', 'unknown')"
# Nobody waits for the disk here: a row whose completion was lost counts as under way until its hold ends.
_QUICKLY = "WITH quickly AS (SELECT set_config('synchronous_commit', 'off', true))"
_CHECK_VIOLATION = "23514"
_Value = UUID | str | int | datetime | None


def refuse_open_transaction() -> None:
    """
    Check that what is written next is durable, and that no lock is held while the network is waited for.

    :raises RuntimeError: if a transaction is open (but a test's own).
    """
    blocks = connection.atomic_blocks
    if blocks and not getattr(blocks[-1], "_from_testcase", False):
        raise RuntimeError("A transaction is open: fetch first, then write")


def record(
    *,
    granted: Granted,
    provider: str,
    scope: str,
    endpoint: str,
    lane: Lane,
    purpose: str,
    hold_seconds: float,
    epoch: int | None,
) -> None:
    """
    Commit the row of a call that is about to be sent.

    :raises RuntimeError: if a transaction is open: the row would not be durable.
    """
    refuse_open_transaction()
    hold_until = granted.at + timedelta(seconds=hold_seconds)
    values: list[_Value] = [
        granted.id,
        provider,
        scope,
        endpoint[:64],
        lane,
        purpose[:120],
        epoch,
        granted.slots,
        granted.at,
        hold_until,
    ]
    try:
        # The savepoint is for tests, whose transaction would not survive the first call of a day.
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            _insert(values)
    except IntegrityError as e:
        if getattr(e.__cause__, "sqlstate", None) != _CHECK_VIOLATION:
            raise
        make_partition(day=granted.at)
        _insert(values)


def complete(
    *,
    id_: UUID,
    reserved_at: datetime,
    outcome: Outcome,
    finished_at: datetime,
    details: CallDetails,
    binding: Sequence[tuple[int, int | None, int]],
) -> None:
    """
    Write into its row, if it has one, how a call ended.

    ``binding`` is what the provider told that binds, for :mod:`.memory` to bring back: of each fact
    the window's seconds, the slots of somebody else (None: the window is full), until when (µs).
    """
    update = (
        f"{_COMPLETE} {_OF}" if connection.in_atomic_block else f"{_QUICKLY} {_COMPLETE} FROM quickly {_OF}"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            update,
            [
                outcome,
                finished_at,
                details.sent_at,
                details.status,
                details.size,
                details.duration_seconds,
                details.quota_left,
                details.error[:500],
                json.dumps(binding) if binding else None,
                reserved_at,
                id_,
            ],
        )


def make_partition(*, day: datetime) -> None:
    """Make the partition for the UTC day that ``day`` is in, if there is none."""
    start = day.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    name = f"quotas_call_{start:%Y%m%d}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('quotas_call'))")
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0] is not None:
            return
        # Attached, not created as a partition: that would wait for everyone who reads calls, and they for it.
        cursor.execute(f"CREATE TABLE {name} (LIKE quotas_call INCLUDING CONSTRAINTS)")
        cursor.execute(
            f"ALTER TABLE quotas_call ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)",
            [start, start + timedelta(days=1)],
        )


def _insert(values: list[_Value]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)

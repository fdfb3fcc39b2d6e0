"""The rows of calls: committed before a request is sent, completed after it. The ledger's alone."""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
from django.db import ProgrammingError, connection, transaction

from investment.quotas.contracts import CallDetails, Granted, Lane, Outcome

# Both name the day's partition: finding it through the table costs more than the rest.
_INSERT = """
    INSERT INTO {partition}
        (id, provider, scope, endpoint, lane, purpose, epoch, calls, state, reserved_at, hold_until, error)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'reserved', %s, %s, '')
"""
# Nobody waits for the disk: a row whose completion was lost counts as under way until its hold ends.
# What has been settled stays so, as in the state server: settling again changes nothing.
_COMPLETE = """
    WITH quickly AS (SELECT set_config('synchronous_commit', 'off', true))
    UPDATE {partition}
    SET state = %s, finished_at = %s, sent_at = %s, status = %s, bytes = %s, duration_seconds = %s,
        quota_left = %s, error = %s, limit_facts = %s
    FROM quickly
    WHERE reserved_at = %s AND id = %s AND state IN ('reserved', 'unknown')
"""
_NO_SUCH_TABLE = "42P01"
_Value = UUID | str | int | float | datetime | None


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
            _run(_INSERT, granted.at, values)
    except ProgrammingError as e:
        if getattr(e.__cause__, "sqlstate", None) != _NO_SUCH_TABLE:
            raise
        make_partition(day=granted.at)
        _run(_INSERT, granted.at, values)


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
    _run(
        _COMPLETE,
        reserved_at,
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
    name = partition_of(start)
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


def partition_of(moment: datetime) -> str:
    """Return the name of the partition for the UTC day that ``moment`` is in."""
    return f"quotas_call_{moment.astimezone(UTC):%Y%m%d}"


def _run(statement: str, reserved_at: datetime, values: Sequence[_Value]) -> None:
    """Run a statement under a plan that the server keeps: it would plan for longer than it runs."""
    connection.ensure_connection()
    raw: psycopg.Connection[tuple[object, ...]] = connection.connection
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        # Django switches plans off, which it does not need for its own statements.
        before, raw.prepare_threshold = raw.prepare_threshold, 0
        try:
            cursor.execute(statement.format(partition=partition_of(reserved_at)), values, prepare=True)
        finally:
            raw.prepare_threshold = before

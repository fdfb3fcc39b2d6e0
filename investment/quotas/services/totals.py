"""
Folding: rows of calls are kept for 35 days, then what they came to by the hour.

A day is summed and its partition dropped in one transaction, so that killed at any point it leaves
the rows or the totals. What still counts in a window is never folded.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import DatabaseError, connection, transaction

from investment.quotas.models import Scope
from investment.quotas.selectors import CALLS_AS_TOTALS, KEY, SUMS, call_days
from investment.quotas.services.memory import MAX_HOLD

KEPT = timedelta(days=35)
_PREFIX = "quotas_call_"
_TRIES = 5
_PAUSE = 1.0  # real seconds between two tries
# Dropping a partition needs the whole table for a moment, and while it waits for that everybody
# waits behind it, reservations too. Shorter than PostgreSQL's wait before it looks for deadlocks:
# a call completed so late that its day is being folded goes first.
_LOCK_TIMEOUT = "200ms"
_IN_THE_WAY = {"55P03", "40P01"}  # a lock that did not come in time, a deadlock
_UNDEFINED_TABLE = "42P01"

_SUM = f"""
    WITH summed AS ({CALLS_AS_TOTALS}),
    stored AS (
        INSERT INTO quotas_hourlytotal AS total ({", ".join(KEY + SUMS)}) SELECT * FROM summed
        ON CONFLICT ON CONSTRAINT quotas_hourlytotal_key
        DO UPDATE SET {", ".join(f"{name} = total.{name} + excluded.{name}" for name in SUMS)}
    )
    SELECT coalesce(sum(calls), 0) FROM summed
"""  # noqa: S608 - of our own words alone


@dataclass(frozen=True, slots=True)
class FoldedDay:
    """A day (UTC) whose ``calls`` rows are totals now, and the seconds that took."""

    day: date
    calls: int
    seconds: float


@dataclass(slots=True)
class Folding:
    """What was folded; ``busy`` are the days left for the next time because somebody was reading them."""

    folded: list[FoldedDay] = field(default_factory=list)
    busy: list[date] = field(default_factory=list)


def kept() -> timedelta:
    """
    Return how long rows are kept: longer than :data:`KEPT` where a declared window needs them.

    A window is rebuilt from the rows of calls whose hold may have ended in it.
    """
    longest = max(
        (window["seconds"] for scope in Scope.objects.all() for window in scope.windows),
        default=0,
    )
    return max(KEPT, timedelta(seconds=longest + MAX_HOLD))


def fold(*, now: datetime) -> Folding:
    """
    Fold every day that is over for longer than :func:`kept`. ``now`` is the one clock's.

    May run at any time, twice at once, and be killed.
    """
    until = now - kept()
    result = Folding()
    for day in call_days():
        if datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1) > until:
            break
        started = time.monotonic()
        try:
            calls = _fold_patiently(day)
        except _Busy:
            result.busy.append(day)
            continue
        if calls is not None:
            result.folded.append(FoldedDay(day, calls, time.monotonic() - started))
    return result


class _Busy(Exception):
    """Somebody was using the day's rows."""


def _fold_patiently(day: date) -> int | None:
    """
    Return how many rows were folded, None if somebody else has just done it.

    :raises _Busy: if the day could not be had.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            return _fold_day(day)
        except DatabaseError as error:
            state = getattr(error.__cause__, "sqlstate", None)
            if state == _UNDEFINED_TABLE:
                return None
            if state not in _IN_THE_WAY:
                raise
            if attempt < _TRIES:
                time.sleep(_PAUSE)
    raise _Busy


def _fold_day(day: date) -> int:
    name = f"{_PREFIX}{day:%Y%m%d}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        # Nobody writes to it any more, and one folds it: what is summed is what is dropped.
        cursor.execute(f"LOCK TABLE {name} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(_SUM.format(table=name, where=""))
        calls = int(cursor.fetchone()[0])
        # Whoever makes a partition holds this while he looks which there are.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('quotas_call'))")
        cursor.execute(f"DROP TABLE {name}")
    return calls

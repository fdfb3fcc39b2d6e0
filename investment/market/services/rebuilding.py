"""
Comparing bars and actions that were made again with those that were stored.

For bars, in one transaction that has locked the years: :func:`remember`, :func:`mark_lacking`, take out
what is to be made again, ingest, :func:`put_back`, :func:`compare`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from investment.market.models import CorporateAction, DataIssue, Origin

_TEMPORARY = """
CREATE TEMPORARY TABLE IF NOT EXISTS stored_bar (LIKE market_dailybar) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS stored_revision (LIKE market_barrevision) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS lacking_bar
    (session date NOT NULL, instrument_id bigint NOT NULL) ON COMMIT DELETE ROWS;
TRUNCATE stored_bar, stored_revision, lacking_bar;
"""
_VALUES = ("open", "high", "low", "close", "volume", "vwap", "trades")
_OF_ORIGIN = ("provider", "channel", "basis", "fetched_at", "endpoint", "call_id", "digest", "detail")
_SAME_VALUES = " AND ".join(f"bar.{name} IS NOT DISTINCT FROM old.{name}" for name in _VALUES)
_SAME_ORIGIN = " AND ".join(f"source.{name} IS NOT DISTINCT FROM was.{name}" for name in _OF_ORIGIN)
_REVISION = ", ".join(
    [
        "told.session",
        "told.instrument_id",
        "told.reason",
        *(f"told.{name}" for name in _VALUES),
        *(f"source.{name}" for name in _OF_ORIGIN),
    ]
)
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Compared:
    """
    Bars as they are now beside those that were stored, and revisions that are only in one of them.

    ``other_origin`` of the ``same`` have the same values from another answer.
    """

    same: int
    restored: int
    different: int
    other_origin: int
    revisions_different: int
    examples: list[str] = field(default_factory=list)


def origins_of_calls(*, provider: str, call_ids: Sequence[UUID]) -> list[Origin]:
    """Return the origins of fetched bars whose calls are among these."""
    found = Origin.objects.filter(provider=provider, channel=Origin.Channel.FETCHED)
    return list(found.filter(call_id__in=call_ids).order_by("pk"))


def remember(*, first: date, last: date) -> None:
    """Note what is stored of a range of sessions, both included."""
    with connection.cursor() as cursor:
        cursor.execute(_TEMPORARY)
        for kept, table in (("stored_bar", "market_dailybar"), ("stored_revision", "market_barrevision")):
            cursor.execute(
                f"INSERT INTO {kept} SELECT * FROM {table} WHERE session BETWEEN %s AND %s",  # noqa: S608 - our own words
                [first, last],
            )
            cursor.execute(f"ANALYZE {kept}")


def mark_lacking(*, provider: str, origin_ids: Sequence[int]) -> None:
    """Note the bars that a provider's fetched answers beside these have made or changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO lacking_bar
            SELECT DISTINCT told.session, told.instrument_id
            FROM (SELECT session, instrument_id, origin_id FROM stored_bar
                  UNION ALL SELECT session, instrument_id, origin_id FROM stored_revision) told
            JOIN market_origin source ON source.id = told.origin_id
            WHERE source.provider = %s AND source.channel = 'fetched' AND NOT source.id = ANY(%s)
            """,
            [provider, list(origin_ids)],
        )


def put_back() -> dict[date, int]:
    """
    Let the bars that are lacking be as they were, also those that nothing has made again.

    Return how many they are, by session.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO lacking_bar
            SELECT session, instrument_id FROM stored_bar old
            WHERE NOT EXISTS (SELECT FROM market_dailybar bar
                              WHERE bar.session = old.session AND bar.instrument_id = old.instrument_id)
              AND NOT EXISTS (SELECT FROM lacking_bar lacking
                              WHERE (lacking.session, lacking.instrument_id)
                                  = (old.session, old.instrument_id))
            """
        )
        cursor.execute("SELECT session, count(*) FROM lacking_bar GROUP BY session ORDER BY session")
        lacking = dict(cursor.fetchall())
        if not lacking:
            return {}
        cursor.execute("ANALYZE lacking_bar")
        for kept, table in (("stored_bar", "market_dailybar"), ("stored_revision", "market_barrevision")):
            cursor.execute(
                f"""
                DELETE FROM {table} made USING lacking_bar lacking
                WHERE made.session = lacking.session AND made.instrument_id = lacking.instrument_id;
                INSERT INTO {table} SELECT old.* FROM {kept} old
                JOIN lacking_bar USING (session, instrument_id)
                """  # noqa: S608 - our own words
            )
        return lacking


def compare(*, first: date, last: date) -> Compared:
    """Compare a range of sessions with what :func:`remember` has noted of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE judged_bar ON COMMIT DROP AS
            SELECT bar.session, bar.instrument_id, bar.close, old.close AS old_close,
                   CASE WHEN old.instrument_id IS NULL THEN 'restored'
                        WHEN NOT ({_SAME_VALUES}) THEN 'different'
                        WHEN NOT ({_SAME_ORIGIN}) THEN 'other_origin'
                        ELSE 'same' END AS finding
            FROM market_dailybar bar
            LEFT JOIN stored_bar old
                   ON old.session = bar.session AND old.instrument_id = bar.instrument_id
            LEFT JOIN market_origin source ON source.id = bar.origin_id
            LEFT JOIN market_origin was ON was.id = old.origin_id
            WHERE bar.session BETWEEN %s AND %s
            """,  # noqa: S608 - our own words
            [first, last],
        )
        cursor.execute("SELECT finding, count(*) FROM judged_bar GROUP BY finding")
        counts = dict(cursor.fetchall())
        cursor.execute(
            f"""
            WITH old AS (
                SELECT {_REVISION} FROM stored_revision told
                JOIN market_origin source ON source.id = told.origin_id
            ), made AS (
                SELECT {_REVISION} FROM market_barrevision told
                JOIN market_origin source ON source.id = told.origin_id WHERE told.session BETWEEN %s AND %s
            )
            SELECT (SELECT count(*) FROM (SELECT * FROM old EXCEPT ALL SELECT * FROM made) gone)
                 + (SELECT count(*) FROM (SELECT * FROM made EXCEPT ALL SELECT * FROM old) new)
            """,  # noqa: S608 - our own words
            [first, last],
        )
        revisions = cursor.fetchone() or (0,)
        cursor.execute(
            "SELECT session, coalesce(symbol, instrument_id::text), old_close, close FROM judged_bar"
            " LEFT JOIN market_instrument ON id = instrument_id WHERE finding = 'different'"
            " ORDER BY session, instrument_id LIMIT %s",
            [_EXAMPLES],
        )
        examples = [
            f"{symbol} of {session}: its close was {old}, the archive says {new}"
            for session, symbol, old, new in cursor.fetchall()
        ]
        cursor.execute("DROP TABLE judged_bar")
    return Compared(
        same=counts.get("same", 0) + counts.get("other_origin", 0),
        restored=counts.get("restored", 0),
        different=counts.get("different", 0),
        other_origin=counts.get("other_origin", 0),
        revisions_different=revisions[0],
        examples=examples,
    )


def drop_unused_origins(*, origin_ids: Sequence[int]) -> int:
    """Delete those of some origins that nothing points to; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM market_origin source WHERE id = ANY(%s)
              AND NOT EXISTS (SELECT FROM market_dailybar WHERE origin_id = source.id)
              AND NOT EXISTS (SELECT FROM market_barrevision WHERE origin_id = source.id)
              AND NOT EXISTS (SELECT FROM market_quarantinedrow WHERE origin_id = source.id)
            """,
            [list(origin_ids)],
        )
        return int(cursor.rowcount)


@contextmanager
def issues_as_they_were() -> Iterator[None]:
    """Let what the block says of data issues be unsaid: answers of the past open and close nothing today."""
    before = {row["id"]: row for row in DataIssue.objects.values()}
    yield
    DataIssue.objects.exclude(pk__in=list(before)).delete()
    for row in DataIssue.objects.values():
        if row != before[row["id"]]:
            DataIssue.objects.filter(pk=row["id"]).update(**before[row["id"]])


@dataclass(frozen=True, slots=True)
class ComparedActions:
    """Actions as the archive makes them beside those that are stored; ``lacking`` it does not make."""

    same: int
    restored: int
    lacking: int
    examples: list[str]


def rebuild_actions(
    *, provider: str, ingest: Callable[[], None], first: date, last: date, write: bool
) -> ComparedActions:
    """
    Let ``ingest`` make a provider's fetched actions from nothing; store those that are not there.

    What is stored and is not made again stays. Dates are ex-dates, both included.
    """
    own = CorporateAction.objects.filter(provider=provider, channel=Origin.Channel.FETCHED)
    stored = list(own.filter(ex_date__range=(first, last)).values())
    with transaction.atomic():
        own.delete()
        with issues_as_they_were():
            ingest()
        made = list(own.filter(ex_date__range=(first, last)).values())
        transaction.set_rollback(True)
    was, now = Counter(map(_what, stored)), Counter(map(_what, made))
    missing, restored = now - was, []
    for row in made:
        if missing[_what(row)] > 0:
            missing[_what(row)] -= 1
            restored.append(CorporateAction(**{**row, "id": None}))
    if write:
        CorporateAction.objects.bulk_create(restored, batch_size=2000, ignore_conflicts=True)
    return ComparedActions(
        same=(was & now).total(),
        restored=len(restored),
        lacking=(was - now).total(),
        examples=[
            f"The {action.kind} of instrument {action.instrument_id} on {action.ex_date} was missing"
            for action in restored[:_EXAMPLES]
        ],
    )


def _what(row: Mapping[str, Any]) -> tuple[object, ...]:
    """Return all of an action but when we knew; whether it was withdrawn is part of it."""
    left_out = {"id", "known_at", "withdrawn_at"}
    return (*(value for name, value in row.items() if name not in left_out), row["withdrawn_at"] is None)

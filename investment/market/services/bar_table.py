"""
Writing the table of daily bars: COPY where a session is new, else one statement for what differs.

Locks, so that two processes at once do no harm: a whole-market day shares its year and has its
session to itself; a series has its years to itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
from django.db import connection

from investment.lib import partitions, pgcopy
from investment.market.models import DailyBar
from investment.market.selectors.instruments import Ids
from investment.market.services.origins import NewOrigin, reserve_origin_id, write_origin
from investment.market.services.precedence import as_sql, rank_of
from investment.providers.contracts import BarColumns, Floats

TABLE = DailyBar._meta.db_table
_YEAR_LOCK, _SESSION_LOCK = 7_301, 7_302  # first keys of our advisory locks; the second is the date
_VALUES = ("open", "high", "low", "close", "volume", "vwap", "trades")


@dataclass(frozen=True, slots=True)
class Rows:
    """Possible bars: row i is instrument ``instrument_ids[i]`` in ``sessions[i]``; no pair twice."""

    sessions: npt.NDArray[np.datetime64]
    instrument_ids: Ids
    values: dict[str, Floats]

    def __len__(self) -> int:
        return len(self.instrument_ids)


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did. ``confirmed`` of the unchanged now name a better source for the same values."""

    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    not_chosen: int = 0
    confirmed: int = 0
    origin_id: int | None = None
    changed_instruments: list[int] | None = None


def rows_of(*, sessions: npt.NDArray[np.datetime64], instrument_ids: Ids, bars: BarColumns) -> Rows:
    """Return the bars in the order of the table's key: an index that grows at its end is quicker."""
    order = np.lexsort((instrument_ids, sessions))
    return Rows(
        sessions=sessions[order],
        instrument_ids=instrument_ids[order],
        values={name: getattr(bars, name)[order] for name in _VALUES},
    )


def lock_session(session: date) -> None:
    """Have one session to ourselves until the transaction ends, and its year's partition made."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, %s), pg_advisory_xact_lock(%s, %s), to_regclass(%s)",
            [
                *(_YEAR_LOCK, session.year, _SESSION_LOCK, session.toordinal()),
                partitions.name_of(table=TABLE, session=session),
            ],
        )
        row = cursor.fetchone()
    if row is None or row[2] is None:
        partitions.ensure_years(table=TABLE, first=session, last=session)


def lock_years(years: Iterable[int]) -> None:
    """Have whole years to ourselves until the transaction ends, and their partitions made."""
    wanted = sorted(set(years))
    with connection.cursor() as cursor:
        for year in wanted:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_YEAR_LOCK, year])
    if wanted:
        partitions.ensure_years(table=TABLE, first=date(wanted[0], 1, 1), last=date(wanted[-1], 1, 1))


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of a session: any bars, any open data issues."""

    bars: bool
    issues: bool


def look(session: date) -> Found:
    """Look what there is of a session. Ask after locking it."""
    with connection.cursor() as cursor:
        # EXISTS would scan the partition wherever the planner expects to find a bar at once. In the
        # order of the index it looks there, and nowhere else.
        cursor.execute(
            f"""
            SELECT (SELECT 1 FROM {partitions.name_of(table=TABLE, session=session)}
                    WHERE session = %s ORDER BY instrument_id LIMIT 1) IS NOT NULL,
                   EXISTS (SELECT FROM market_dataissue WHERE closed_at IS NULL AND session = %s)
            """,  # noqa: S608 - our own words
            [session, session],
        )
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - for the type checker: the query has one row
    return Found(bars=row[0], issues=row[1])


def append(*, rows: Rows, origin: NewOrigin, now: datetime) -> Written:
    """Copy a session that is new straight into its year's partition."""
    session = rows.sessions[0].item()
    origin_id = write_origin(origin=origin, now=now)
    pgcopy.copy_in(
        table=partitions.name_of(table=TABLE, session=session),
        columns={
            "session": rows.sessions,
            "instrument_id": rows.instrument_ids,
            **rows.values,
            "origin_id": np.full(len(rows), origin_id),
        },
    )
    return Written(inserted=len(rows), origin_id=origin_id)


def merge(*, rows: Rows, origin: NewOrigin, now: datetime) -> Written:
    """
    Write what differs from the stored bars, and keep whatever is replaced or not chosen.

    Two bars are the same if open, high, low, close and volume are, and the newcomer tells no
    average price or number of trades that the stored bar does not. The same values from a better
    source change the source alone; that is «confirmed». Where nothing differs nothing is written,
    not even the origin.
    """
    if not len(rows):
        return Written(changed_instruments=[])
    origin_id = reserve_origin_id()
    _stage(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            _MERGE,
            {
                "first": rows.sessions.min().item(),
                "last": rows.sessions.max().item(),
                "rank": rank_of(channel=origin.channel, basis=origin.basis),
                "provider": origin.provider,
                "channel": origin.channel,
                "basis": origin.basis,
                "origin": origin_id,
                "now": now,
            },
        )
        found = {verdict: (count, ids) for verdict, count, ids in cursor.fetchall()}
    counts = {verdict: count for verdict, (count, _) in found.items()}
    replaced = counts.get("replaced", 0) + counts.get("outranked", 0)
    written = counts.get("new", 0) + replaced + counts.get("confirmed", 0) + counts.get("not_chosen", 0)
    if written:
        write_origin(origin=origin, now=now, id_=origin_id)
    touched = {id_ for verdict in ("new", "replaced", "outranked") for id_ in found.get(verdict, (0, ()))[1]}
    return Written(
        inserted=counts.get("new", 0),
        changed=replaced,
        unchanged=counts.get("same", 0) + counts.get("confirmed", 0),
        not_chosen=counts.get("not_chosen", 0) + counts.get("kept_before", 0),
        confirmed=counts.get("confirmed", 0),
        origin_id=origin_id if written else None,
        changed_instruments=sorted(touched),
    )


def _stage(rows: Rows) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TEMPORARY TABLE IF NOT EXISTS staged_bar (
                session date NOT NULL, instrument_id bigint NOT NULL,
                open double precision NOT NULL, high double precision NOT NULL,
                low double precision NOT NULL, close double precision NOT NULL,
                volume double precision NOT NULL, vwap double precision, trades double precision
            ) ON COMMIT DELETE ROWS
            """
        )
        cursor.execute("TRUNCATE staged_bar")
        pgcopy.copy_in(
            table="staged_bar",
            columns={"session": rows.sessions, "instrument_id": rows.instrument_ids, **rows.values},
        )
        # Without it the planner takes a temporary table for small, and loops.
        cursor.execute("ANALYZE staged_bar")


_COLUMNS = ", ".join(_VALUES)
_OLD = ", ".join(f"old.{name} AS old_{name}" for name in _VALUES)
_OLD_COLUMNS = ", ".join(f"old_{name}" for name in _VALUES)
_SET = ", ".join(f"{name} = judged.{name}" for name in _VALUES)
_KEPT = " AND ".join(f"kept.{name} IS NOT DISTINCT FROM new.{name}" for name in _VALUES)
_RANK = as_sql(channel="source.channel", basis="source.basis")
_SAME_PRICES = " AND ".join(f"old.{name} = new.{name}" for name in ("open", "high", "low", "close", "volume"))
_NOTHING_NEW = " AND ".join(f"(new.{name} IS NULL OR new.{name} = old.{name})" for name in ("vwap", "trades"))
_NOTHING_LOST = " AND ".join(
    f"(old.{name} IS NULL OR old.{name} = new.{name})" for name in ("vwap", "trades")
)

# Every part of the statement sees the table as it was before the statement.
_MERGE = f"""
WITH compared AS (
    SELECT new.*, {_OLD}, old.origin_id AS old_origin_id,
           CASE
               WHEN old.instrument_id IS NULL THEN 'new'
               WHEN {_SAME_PRICES} AND {_NOTHING_NEW} AND %(rank)s <= {_RANK} THEN 'same'
               WHEN {_SAME_PRICES} AND {_NOTHING_LOST} AND %(rank)s >= {_RANK} THEN 'confirmed'
               WHEN %(rank)s > {_RANK} THEN 'outranked'
               WHEN %(rank)s = {_RANK} THEN 'replaced'
               ELSE 'not_chosen'
           END AS verdict
    FROM staged_bar new
    LEFT JOIN {TABLE} old
           ON old.session = new.session AND old.instrument_id = new.instrument_id
          AND old.session BETWEEN %(first)s AND %(last)s
    LEFT JOIN market_origin source ON source.id = old.origin_id
), judged AS (
    SELECT new.*,
           CASE WHEN verdict = 'not_chosen' AND EXISTS (
               SELECT FROM market_barrevision kept JOIN market_origin source ON source.id = kept.origin_id
               WHERE kept.session = new.session AND kept.instrument_id = new.instrument_id
                 AND kept.reason = 'not_chosen' AND {_KEPT}
                 AND (source.provider, source.channel, source.basis)
                   = (%(provider)s, %(channel)s, %(basis)s)
           ) THEN 'kept_before' ELSE verdict END AS finding
    FROM compared new
), inserted AS (
    INSERT INTO {TABLE} (session, instrument_id, {_COLUMNS}, origin_id)
    SELECT session, instrument_id, {_COLUMNS}, %(origin)s FROM judged WHERE finding = 'new'
), updated AS (
    UPDATE {TABLE} bar SET {_SET}, origin_id = %(origin)s
    FROM judged
    WHERE finding IN ('replaced', 'outranked', 'confirmed')
      AND bar.session = judged.session AND bar.instrument_id = judged.instrument_id
      AND bar.session BETWEEN %(first)s AND %(last)s
), revised AS (
    INSERT INTO market_barrevision
        (session, instrument_id, {_COLUMNS}, origin_id, reason, recorded_at)
    SELECT session, instrument_id, {_OLD_COLUMNS}, old_origin_id, finding, %(now)s
    FROM judged WHERE finding IN ('replaced', 'outranked')
    UNION ALL
    SELECT session, instrument_id, {_COLUMNS}, %(origin)s, finding, %(now)s
    FROM judged WHERE finding = 'not_chosen'
)
SELECT finding, count(*),
       CASE WHEN finding IN ('new', 'replaced', 'outranked') THEN array_agg(instrument_id) ELSE '{{}}' END
FROM judged GROUP BY finding
"""  # noqa: S608 - only our own words

"""Storing who reports when: the answer of one call for the whole market, or for a part of its days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from investment.market.models import EarningsDate
from investment.market.selectors.instruments import holders
from investment.market.selectors.sessions import NEW_YORK
from investment.market.services.estimates import FINNHUB, finite, fiscal
from investment.providers.contracts import EarningsDate as DateRecord

_TABLE = EarningsDate._meta.db_table
_FIGURES = ("eps_estimate", "eps_actual", "revenue_estimate", "revenue_actual")


@dataclass(frozen=True, slots=True)
class StoredDates:
    """``strangers`` are reports of what we do not know; ``withdrawn`` ones are told of no more."""

    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    strangers: int = 0

    def __add__(self, other: "StoredDates") -> "StoredDates":
        return StoredDates(
            self.inserted + other.inserted,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.withdrawn + other.withdrawn,
            self.strangers + other.strangers,
        )


@dataclass(frozen=True, slots=True)
class _Row:
    instrument: int
    on: date
    hour: str | None
    year: int | None
    quarter: int | None
    figures: tuple[float | None, ...]

    @property
    def told(self) -> bool:
        """Whether it has been released."""
        return self.figures[1] is not None or self.figures[3] is not None


@transaction.atomic
def store_earnings_calendar(
    *,
    dates: Sequence[DateRecord],
    source: str,
    now: datetime,
    asked: tuple[date, date] | None = None,
    provider: str = FINNHUB,
) -> StoredDates:
    """
    Store who reports when. Repeatable; an answer that comes late changes nothing.

    :param asked: the days, both included, of which this is all there is: a report to come that was told
        before and is missing now is withdrawn, one on a day where the same company now has another is, too.
    """
    today = now.astimezone(NEW_YORK).date()
    held = holders(session=today, symbols=sorted({told.symbol for told in dates}))
    known = [(held[told.symbol], told) for told in dates if told.symbol in held]
    rows = _once(_row(instrument, told) for instrument, told in known)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('market.earnings_calendar'))")
    done = StoredDates(strangers=len(dates) - len(known))
    for with_quarter in (True, False):
        some = [row for row in rows if (row.quarter is not None) is with_quarter]
        done += _write(some, with_quarter, provider, source, now)
    if asked:
        done += StoredDates(withdrawn=_withdraw(asked, today, provider, source, now))
    return done


def _row(instrument: int, told: DateRecord) -> _Row:
    year, quarter = fiscal(told.fiscal_year, told.fiscal_quarter)
    figures = tuple(finite(getattr(told, name)) for name in _FIGURES)
    return _Row(instrument, told.on, told.hour, year, quarter, figures)


def _once(rows: Iterable[_Row]) -> list[_Row]:
    """Return one row a quarter: what was released goes first, then the earlier; and one a day."""
    quarters: dict[tuple[int, int | None, int | None], _Row] = {}
    days: dict[tuple[int, date], _Row] = {}
    for row in sorted(rows, key=lambda row: (not row.told, row.on)):
        if row.quarter is not None:
            quarters.setdefault((row.instrument, row.year, row.quarter), row)
        else:
            days.setdefault((row.instrument, row.on), row)
    named = {(row.instrument, row.on) for row in quarters.values()}
    return [*quarters.values(), *(row for key, row in days.items() if key not in named)]


def _write(
    rows: Sequence[_Row], with_quarter: bool, provider: str, source: str, now: datetime
) -> StoredDates:
    """Write rows that are known by their quarter, or by their day."""
    if not rows:
        return StoredDates()
    if with_quarter:
        key, partial = "fiscal_year, fiscal_quarter", "fiscal_year IS NOT NULL AND fiscal_quarter IS NOT NULL"
    else:
        key, partial = '"on"', "fiscal_year IS NULL OR fiscal_quarter IS NULL"
    same = " AND ".join(f"known.{name} = told.{name}" for name in key.split(", "))
    content = ('"on"', "hour", *_FIGURES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH told AS (
                SELECT * FROM unnest(
                    %(instrument)s::bigint[], %(on)s::date[], %(hour)s::text[], %(year)s::int[],
                    %(quarter)s::int[], %(f0)s::float8[], %(f1)s::float8[], %(f2)s::float8[], %(f3)s::float8[]
                ) AS each (instrument_id, "on", hour, fiscal_year, fiscal_quarter, {", ".join(_FIGURES)})
            ), before AS (
                SELECT known.id,
                       known.withdrawn_at IS NULL
                       AND ({", ".join(f"known.{name}" for name in content)})
                           IS NOT DISTINCT FROM ({", ".join(f"told.{name}" for name in content)}) AS same
                  FROM told LEFT JOIN {_TABLE} known
                    ON known.instrument_id = told.instrument_id AND known.provider = %(provider)s AND {same}
                   AND ({partial.replace("fiscal", "known.fiscal")})
            ), written AS (
                INSERT INTO {_TABLE} AS known
                       (instrument_id, "on", hour, fiscal_year, fiscal_quarter, {", ".join(_FIGURES)},
                        provider, source, first_seen_at, fetched_at)
                SELECT told.*, %(provider)s, %(source)s, %(now)s, %(now)s FROM told
                ON CONFLICT (instrument_id, provider, {key}) WHERE {partial} DO UPDATE SET
                       {", ".join(f"{name} = excluded.{name}" for name in content)},
                       source = excluded.source, fetched_at = excluded.fetched_at, withdrawn_at = NULL
                 WHERE known.fetched_at <= excluded.fetched_at
            )
            SELECT count(*) FILTER (WHERE id IS NULL), count(*) FILTER (WHERE id IS NOT NULL AND NOT same),
                   count(*) FILTER (WHERE id IS NOT NULL AND same)
              FROM before
            """,  # noqa: S608 - our own words
            {
                "instrument": [row.instrument for row in rows],
                "on": [row.on for row in rows],
                "hour": [row.hour for row in rows],
                "year": [row.year for row in rows],
                "quarter": [row.quarter for row in rows],
                **{f"f{place}": [row.figures[place] for row in rows] for place in range(len(_FIGURES))},
                "provider": provider,
                "source": source,
                "now": now,
            },
        )
        new, changed, unchanged = cursor.fetchone() or (0, 0, 0)
    return StoredDates(int(new), int(changed), int(unchanged))


def _withdraw(asked: tuple[date, date], today: date, provider: str, source: str, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {_TABLE} AS gone SET withdrawn_at = %(now)s
             WHERE provider = %(provider)s AND source = %(source)s AND withdrawn_at IS NULL
               AND "on" BETWEEN %(first)s AND %(last)s AND fetched_at < %(now)s
               AND ("on" >= %(today)s AND eps_actual IS NULL AND revenue_actual IS NULL
                    OR EXISTS (SELECT FROM {_TABLE} same
                                WHERE same.instrument_id = gone.instrument_id
                                  AND same.provider = gone.provider AND same."on" = gone."on"
                                  AND same.fetched_at = %(now)s))
            """,  # noqa: S608 - our own words
            {
                "now": now, "today": today, "first": asked[0], "last": asked[1], "provider": provider,
                "source": source,
            },
        )  # fmt: skip
        return int(cursor.rowcount)

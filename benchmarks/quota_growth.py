"""
Measure what the ledger's rows take on disk in 13 simulated months at the full quota of the free plans.

Usage: ./scripts/bench.sh quota_growth [--months N] [--batch N] [--workers N]

    peak_bytes       the most that calls and hourly totals took at the end of a day, before it was
                     folded: tables, indexes and their maps (pg_total_relation_size), without the WAL
    figures_changed  figures that were another after a day was folded, or in the end are not what was
                     put in; each by provider, scope, endpoint, lane, kind, state, status and hour

Every call of a day is inserted and completed as the ledger does it: a row, then an update of it.
So the dead versions are those of life. A few calls are under way at once (--batch), each batch
inserted, committed, completed and committed; a second worker writes the next day at the same time.
Partitions are not logged here, which changes no size and spares the disk some 20 GB of WAL.
"""

import argparse
import json
import random
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._scratch import scratch_database, start_django

BOUND = 2e9  # bytes
FIRST = date(2026, 1, 1)
PER_DAY = {"massive": 7_200, "finnhub": 86_400, "alpha_vantage": 25, "newsapi": 100}

_PLAN = """
    CREATE TABLE bench_plan (
        n integer PRIMARY KEY, at bigint, tail text, provider text, scope text, endpoint text, lane text,
        purpose text, state text, status smallint, bytes bigint, seconds float8, quota_left integer,
        error text, limit_facts jsonb
    )
"""
# As the ledger writes them; the id is one of its own (quotas/ids.py).
_DAY = """
    DO $day$
    <<day>>
    DECLARE
        start bigint := {start};
        n integer := 0;
    BEGIN
        WHILE n < {rows} LOOP
            INSERT INTO {partition} (id, provider, scope, endpoint, lane, purpose, epoch, calls, state,
                reserved_at, hold_until, error)
            SELECT (lpad(to_hex((start + at) / 1000), 12, '0') || '7'
                    || lpad(to_hex((start + at) % 1000), 3, '0') || tail)::uuid,
                provider, scope, endpoint, lane, purpose, NULL, 1, 'reserved',
                to_timestamp(0) + (start + at) * interval '1 microsecond',
                to_timestamp(0) + (start + at + 105000000) * interval '1 microsecond', ''
            FROM bench_plan AS plan WHERE plan.n >= day.n AND plan.n < day.n + {batch};
            COMMIT;
            UPDATE {partition} AS call
            SET state = plan.state, status = plan.status, bytes = plan.bytes,
                finished_at = reserved_at + plan.seconds * interval '1 second',
                sent_at = reserved_at + interval '2 milliseconds',
                duration_seconds = plan.seconds, quota_left = plan.quota_left, error = plan.error,
                limit_facts = plan.limit_facts
            FROM bench_plan AS plan
            WHERE plan.n >= day.n AND plan.n < day.n + {batch}
              AND call.reserved_at = to_timestamp(0) + (start + plan.at) * interval '1 microsecond';
            COMMIT;
            n := n + {batch};
        END LOOP;
    END $day$
"""
_SIZE = """
    SELECT coalesce(sum(pg_total_relation_size(relid)), 0) + pg_total_relation_size('quotas_hourlytotal')
    FROM pg_partition_tree('quotas_call')
"""


def plan_rows() -> list[tuple[Any, ...]]:
    """Return a day's calls in the order of their times, as the free plans allow them."""
    dice = random.Random(7)  # noqa: S311 - made up, and each time the same
    endpoints = {
        "massive": ["grouped_daily", "daily_bars", "splits", "dividends", "tickers"],
        "finnhub": ["quote", "quote", "quote", "quote", "company_news", "basic_financials", "profile"],
        "alpha_vantage": ["time_series_daily", "overview", "news_sentiment"],
        "newsapi": ["everything"],
    }
    calls = [(dice.randrange(86_399_000_000), name) for name, many in PER_DAY.items() for _ in range(many)]
    rows: list[tuple[Any, ...]] = []
    for n, (at, provider) in enumerate(sorted(calls)):
        luck, lane = dice.random(), dice.choices(("planned", "interactive", "essential"), (90, 9, 1))[0]
        state, error = "sent", ""
        status: int | None = 200
        facts: str | None = None
        if luck < 0.01:
            state, status, error = "unknown", None, "ReadTimeout: the answer took more than 60 s"
        elif luck < 0.012:
            state, status, error = "not_sent", None, "ConnectError: [Errno 111] Connection refused"
        elif luck < 0.02:
            status, error = 503, "HTTP 503: <html><body><h1>Service unavailable</h1></body></html>"
        elif luck < 0.021:
            status, facts = 429, json.dumps([[60, None, 1_767_225_600_000_000 + at]])
        symbol = "".join(dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=4))
        kind = {"planned": "refresh", "interactive": "page", "essential": "held"}[lane]
        known = state == "sent"
        rows.append(
            (
                n,
                at,
                f"{8 + dice.randrange(4):x}{dice.getrandbits(60):015x}",
                provider,
                f"{provider}:stocks:0123456789",
                dice.choice(endpoints[provider]),
                lane,
                f"{kind} {symbol}",
                state,
                status,
                int(dice.lognormvariate(8, 1.5)) if known else None,
                dice.lognormvariate(-1.2, 0.7),
                dice.randrange(60) if known else None,
                error,
                facts,
            )
        )
    return rows


def micro(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 86_400_000_000


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@dataclass
class Growth:
    """The simulation: days are written, then the oldest folded."""

    address: str
    batch: int
    rows: list[tuple[Any, ...]]
    peak: int = 0
    peak_rows: int = 0
    changed: int = 0
    folded: int = 0
    fold_seconds: float = 0.0

    def write_day(self, day: date) -> None:
        """Write and complete the calls of a day in its partition, on a connection of this thread's own."""
        if not hasattr(_own, "connection"):
            _own.connection = psycopg.connect(self.address, autocommit=True)
            _own.connection.execute("SET synchronous_commit = off")
            # Planned while the partition is empty, and for good: by the index, as a single call is.
            for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
                _own.connection.execute(f"SET enable_{way} = off")
        day_sql = _DAY.format(
            start=micro(day), rows=len(self.rows), partition=f"quotas_call_{day:%Y%m%d}", batch=self.batch
        )
        _own.connection.execute(day_sql)

    def measure(self, days: int) -> int:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(_SIZE)
            size = int(cursor.fetchone()[0])
        if size > self.peak:
            self.peak, self.peak_rows = size, days * len(self.rows)
        return size

    def fold(self, now: datetime) -> None:
        """Fold what is due and compare its figures before and after."""
        from investment.quotas.selectors import call_days
        from investment.quotas.services import totals

        due = [day for day in call_days() if midnight(day) + timedelta(days=1) <= now - totals.kept()]
        before = {day: figures(day) for day in due}
        started = time.perf_counter()
        done = totals.fold(now=now)
        self.fold_seconds += time.perf_counter() - started
        self.folded += len(done.folded)
        assert [each.day for each in done.folded] == due, done
        self.changed += sum(differences(before[day], figures(day)) for day in due)


_own = threading.local()


def figures(day: date) -> dict[Any, Any]:
    from investment.quotas.selectors import calls_by

    found = calls_by(
        since=midnight(day),
        until=midnight(day + timedelta(days=1)),
        by=("provider", "scope", "endpoint", "lane", "kind", "state", "status", "hour"),
    )
    return {each.group: each for each in found}


def differences(before: dict[Any, Any], after: dict[Any, Any]) -> int:
    return sum(before.get(group) != after.get(group) for group in before.keys() | after.keys())


def expected(rows: list[tuple[Any, ...]], days: int) -> dict[Any, tuple[int, int]]:
    """Return how many calls and bytes were put in, by provider, endpoint, lane, state and status."""
    calls: Counter[Any] = Counter()
    size: Counter[Any] = Counter()
    for _, _, _, provider, _, endpoint, lane, _, state, status, answer, *_ in rows:
        calls[provider, endpoint, lane, state, status] += days
        size[provider, endpoint, lane, state, status] += (answer or 0) * days
    return {group: (many, size[group]) for group, many in calls.items()}


def simulate(address: str, *, months: int, batch: int, workers: int) -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connection

    from investment.quotas.selectors import calls_by
    from investment.quotas.services.calls import make_partition

    call_command("migrate", verbosity=0)
    rows = plan_rows()
    days = [FIRST + timedelta(days=n) for n in range((_month_after(FIRST, months) - FIRST).days)]
    growth = Growth(address, batch, rows)
    with connection.cursor() as cursor:
        cursor.execute(_PLAN)
        with cursor.copy("COPY bench_plan FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute("ANALYZE bench_plan")
    began = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        for place in range(0, len(days), workers):
            together = days[place : place + workers]
            for day in together:
                make_partition(day=midnight(day))
                with connection.cursor() as cursor:
                    cursor.execute(f"ALTER TABLE quotas_call_{day:%Y%m%d} SET UNLOGGED")
            list(pool.map(growth.write_day, together))
            size = growth.measure(place + len(together) - growth.folded)
            growth.fold(midnight(together[-1]) + timedelta(days=1))
            if place % 28 < workers:
                print(
                    f"{together[-1]}  {size / 1e6:8.1f} MB  {time.perf_counter() - began:6.0f} s", flush=True
                )
    usage = calls_by(
        since=midnight(days[0]),
        until=midnight(days[-1] + timedelta(days=1)),
        by=("provider", "endpoint", "lane", "state", "status"),
    )
    growth.changed += differences(
        expected(rows, len(days)), {each.group: (each.calls, each.bytes) for each in usage}
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_total_relation_size('quotas_hourlytotal'), count(*) FROM quotas_hourlytotal"
        )
        totals_bytes, totals_rows = cursor.fetchone()
    return {
        "peak_bytes": growth.peak,
        "peak_gb": round(growth.peak / 1e9, 3),
        "months": months,
        "figures_changed": growth.changed,
        "calls": len(rows) * len(days),
        "rows_at_peak": growth.peak_rows,
        "bytes_a_row": round((growth.peak - totals_bytes) / growth.peak_rows),
        "totals_rows": totals_rows,
        "totals_bytes": totals_bytes,
        "days_folded": growth.folded,
        "fold_seconds_a_day": round(growth.fold_seconds / max(1, growth.folded), 3),
        "seconds": round(time.perf_counter() - began),
    }


def _month_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[1])
    parser.add_argument("--months", type=int, default=13)
    parser.add_argument("--batch", type=int, default=8, help="calls under way at once")
    parser.add_argument("--workers", type=int, default=2)
    wanted = parser.parse_args()
    with scratch_database("quota_growth") as address:
        start_django()
        found = simulate(address, months=wanted.months, batch=wanted.batch, workers=wanted.workers)
    print(f"\n{found['months']} months, {found['calls']:,} calls, in {found['seconds']} s\n")
    print(f"calls and totals, at most {found['peak_gb']:10.3f} GB    bound: below {BOUND / 1e9:.0f} GB")
    print(f"  rows of calls then      {found['rows_at_peak']:10,}       of {found['bytes_a_row']} bytes")
    print(
        f"hourly totals in the end  {found['totals_bytes'] / 1e9:10.3f} GB    {found['totals_rows']:,} rows"
    )
    print(f"folding a day             {found['fold_seconds_a_day']:10.3f} s")
    print(f"figures changed           {found['figures_changed']:10}       bound: 0")
    print()
    print(json.dumps(found))


if __name__ == "__main__":
    main()

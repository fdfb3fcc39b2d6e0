"""
What the quota ledger costs: admitted reserve-and-settle pairs, against bounds and a peer.

    ratio_to_noop    two EVALSHA of a script that does nothing, by the client of the same server
    ratio_to_limits  the moving window of the ``limits`` package, hit once for each window
    durable_ratio    the same pairs with a bare INSERT and COMMIT in place of the ledger's row
    completed_ratio  the same, where the ledger's row is completed as well, as the gateway does

Each ratio is theirs by ours in seconds, from pairs of timings one beside the other: 1 is as fast.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._scratch import Pair, alternate, scratch_database, start_django

PAIRS = 41
SHORT = "benchmark:short:0"
LONG = "benchmark:long:0"
# Never full, so that every pair is admitted; a second and a minute, as Finnhub has them.
LIMIT = 100_000_000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=400, help="calls of one timing (default: %(default)s)")
    parser.add_argument(
        "--pairs", type=int, default=PAIRS, help="timings of each kind (default: %(default)s)"
    )
    options = parser.parse_args()
    with scratch_database("quota_ledger"):
        start_django()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        figures = measure(calls=options.calls, pairs=options.pairs)
    print(json.dumps(figures))


def measure(*, calls: int, pairs: int) -> dict[str, float]:
    from rich.console import Console
    from rich.table import Table

    ours = partial(repeat, calls, pair_of(SHORT))
    against_noop = alternate([(ours, partial(repeat, calls, two_noops()))] * pairs)
    against_limits = alternate([(ours, partial(repeat, calls, limits_package()))] * pairs)
    durable = partial(repeat, calls // 4, pair_of(LONG))
    bare = partial(repeat, calls // 4, pair_with_bare_row())
    against_bare = alternate([(durable, bare)] * pairs)
    completed = partial(repeat, calls // 4, pair_of(LONG, completed=True))
    completed_against_bare = alternate([(completed, bare)] * pairs)

    table = Table(title=f"Pairs of reserve and settle, median of {pairs} timings of {calls}")
    for name in ("", "ours µs", "theirs µs", "ratio"):
        table.add_column(name, justify="right" if name else "left")
    rows: list[tuple[str, Pair, int]] = [
        ("two no-op EVALSHA", against_noop, calls),
        ("limits, moving window", against_limits, calls),
        ("with its row: bare INSERT, COMMIT", against_bare, calls // 4),
        ("with its row completed: the same", completed_against_bare, calls // 4),
    ]
    for name, pair, count in rows:
        table.add_row(
            name, f"{pair.ours / count * 1e6:.0f}", f"{pair.bound / count * 1e6:.0f}", f"{pair.ratio:.2f}"
        )
    small, large = memory_per_slot(60), memory_per_slot(10_000)
    table.caption = f"Memory of a slot: {small:.0f} bytes in a window of 60, {large:.0f} in one of 10,000"
    Console().print(table)
    return {
        "pair_microseconds": round(against_noop.ours / calls * 1e6, 1),
        "noop_microseconds": round(against_noop.bound / calls * 1e6, 1),
        "ratio_to_noop": round(against_noop.ratio, 3),
        "ratio_to_limits": round(against_limits.ratio, 3),
        "durable_ratio": round(against_bare.ratio, 3),
        "completed_ratio": round(completed_against_bare.ratio, 3),
        "bytes_per_slot_of_60": round(small, 1),
        "bytes_per_slot_of_10000": round(large, 1),
    }


def repeat(times: int, work: Callable[[], object]) -> None:
    for _ in range(times):
        work()


def pair_of(scope: str, *, completed: bool = False) -> Callable[[], object]:
    """A pair in a scope with short windows, or, with rows on disk, in one with a long window too."""
    from investment.quotas.contracts import CallDetails, Granted
    from investment.quotas.services import ledger

    declare(scope)
    details = CallDetails(status=200) if completed else None

    def pair() -> None:
        granted = ledger.reserve(scope=scope, lane="planned", purpose="benchmark", hold_seconds=30)
        assert isinstance(granted, Granted), granted
        ledger.settle(id=granted.id, outcome="sent", details=details)

    pair()
    return pair


def declare(scope: str) -> None:
    from investment.quotas.contracts import ScopeLimits, Window
    from investment.quotas.services import scopes

    lengths = (1, 60, 86_400) if scope == LONG else (1, 60)
    windows = tuple(Window(limit=LIMIT, seconds=seconds, source="benchmark") for seconds in lengths)
    scopes.declare(ScopeLimits(scope=scope, provider="benchmark", windows=windows))


def two_noops() -> Callable[[], object]:
    from investment.lib import redis

    client = redis.state()
    sha = client.script_load("return 1")

    def both() -> None:
        client.evalsha(sha, 0)
        client.evalsha(sha, 0)

    return both


def limits_package() -> Callable[[], object]:
    """The peer has no reservation: a call is one hit on each window, not undone where the second refuses."""
    from django.conf import settings
    from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
    from limits.storage import RedisStorage
    from limits.strategies import MovingWindowRateLimiter

    from investment.lib import redis

    limiter = MovingWindowRateLimiter(
        RedisStorage(settings.REDIS_URL, connection_pool=redis.state().connection_pool)
    )
    windows = (RateLimitItemPerSecond(LIMIT), RateLimitItemPerMinute(LIMIT))

    def hit() -> None:
        assert all(limiter.hit(window, "benchmark") for window in windows)

    return hit


def pair_with_bare_row() -> Callable[[], object]:
    """The pair of the same windows without our row, and a row in a bare table, as little as is durable."""
    import psycopg

    from investment.quotas.contracts import Granted
    from investment.quotas.services import ledger

    scope = "benchmark:bare:0"
    declare(SHORT.replace("short", "bare"))
    connection = psycopg.connect(os.environ["DATABASE_URL"])
    connection.execute("CREATE TABLE bare (id uuid PRIMARY KEY, reserved_at timestamptz NOT NULL)")
    connection.commit()

    def pair() -> None:
        granted = ledger.reserve(scope=scope, lane="planned", purpose="benchmark", hold_seconds=30)
        assert isinstance(granted, Granted), granted
        connection.execute("INSERT INTO bare VALUES (%s, %s)", (granted.id, granted.at))
        connection.commit()
        ledger.settle(id=granted.id, outcome="sent")

    pair()
    return pair


def memory_per_slot(slots: int) -> float:
    """Bytes of the state server for one slot of a window that holds this many."""
    from investment.lib import redis
    from investment.quotas.contracts import Granted, ScopeLimits, Window
    from investment.quotas.services import ledger, scopes

    scope = f"benchmark:memory:{slots}"
    scopes.declare(
        ScopeLimits(scope=scope, provider="benchmark", windows=(Window(slots, 60, "benchmark", 0.0),))
    )
    for _ in range(slots):
        granted = ledger.reserve(scope=scope, lane="planned", purpose="benchmark", hold_seconds=30)
        assert isinstance(granted, Granted), granted
        ledger.settle(id=granted.id, outcome="sent")
    client = redis.state()
    used = client.memory_usage(redis.key("quota", scope, "others"), samples=0)
    assert isinstance(used, int)
    return used / slots


if __name__ == "__main__":
    main()

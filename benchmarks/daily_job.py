"""
Measure the daily job for one session of the whole market, each stage beside its bound.

Usage: ./scripts/bench.sh daily_job [--symbols N] [--sessions N] [--pairs N]

Bounds are taken in the same run, in alternating pairs; figures are medians.

    store_ratio      COPY of the same bytes into a table with the same keys, over storing a new session
                     (from validated arrays to the commit); 1 is as fast as COPY
    ingest_ratio     the same COPY over the way from the answer's bytes to the commit
    repeat_seconds   the same answer once more: nothing is written
    ratio_to_bounds  the job (answer's bytes to ranking) over the sum of: the fastest of three ways to read
                     the history into arrays, TA-Lib on those arrays, COPY of the results

``seconds`` and ``peak_mb`` are those of one job in a process of its own, its start included.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from benchmarks._bounds import (
    READERS,
    bound_table,
    compute_with_talib,
    copy_bytes,
    rows_of,
    series_in_memory,
)
from benchmarks._market import LAST, NOW, MadeUp, make_market, store_history
from benchmarks._scratch import alternate, scratch_database, seconds, start_django

REPEATS = 5


def ingest(session: date, body: bytes) -> Any:
    """Take one answer from its bytes to the commit, as the job does."""
    import httpx

    from investment.market.services.bars import ingest_market_day
    from investment.market.services.origins import NewOrigin
    from investment.providers.adapters.massive.client import MassiveClient

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    with httpx.Client(transport=transport, base_url="http://bench") as http:
        day = MassiveClient(api_key="bench", http=http).grouped_daily(session=session)
    origin = NewOrigin(provider="massive", digest=day.digest, detail=session.isoformat())
    return ingest_market_day(day=day, origin=origin, now=NOW)


def job(session: date, body: bytes, history: int) -> Any:
    """Ingest, analyse and rank one session."""
    from investment.analysis.services.ranking import rank_session
    from investment.analysis.services.run import analyse_session

    ingest(session, body)
    done = analyse_session(session=session, now=NOW, history=history)
    rank_session(session=session, now=NOW)
    return done


def measure_store(market: MadeUp, places: list[int]) -> Any:
    """Store new sessions, beside COPY of their bytes."""
    from investment.lib import pgcopy
    from investment.market.services.bars import check_market_day, store_market_day
    from investment.market.services.origins import NewOrigin
    from investment.providers.contracts import BarColumns, MarketDay

    bound_table("bench_bars", "market_dailybar")
    pairs: list[tuple[Callable[[], object], Callable[[], object]]] = []
    for place in places:
        session, traded = market.sessions[place], market.traded[place]
        values = market.columns(place)
        symbols = [market.symbols[each] for each in np.flatnonzero(traded).tolist()]
        day = MarketDay(session, BarColumns(symbols=symbols, **values), [], "raw", "")
        origin = NewOrigin(provider="massive", detail=session.isoformat())
        checked = check_market_day(day=day, origin=origin, now=NOW)
        columns = {
            "session": np.full(len(symbols), session, dtype="datetime64[D]"),
            "instrument_id": market.instrument_ids[traded],
            **values,
            "origin_id": np.ones(len(symbols), dtype=np.int64),
        }
        rows = pgcopy.encode(columns)
        names = ", ".join(f'"{name}"' for name in columns)
        pairs.append(
            (
                lambda checked=checked, origin=origin: store_market_day(  # type: ignore[misc]
                    checked=checked, origin=origin, now=NOW
                ),
                lambda names=names, rows=rows: copy_bytes("bench_bars", names, rows),  # type: ignore[misc]
            )
        )
    return alternate(pairs)


def measure_ingest(market: MadeUp, places: list[int]) -> Any:
    """Ingest answers of new sessions, beside COPY of their bytes."""
    from investment.lib import pgcopy

    pairs: list[tuple[Callable[[], object], Callable[[], object]]] = []
    for place in places:
        session, body, traded = market.sessions[place], market.answer(place), market.traded[place]
        count = int(traded.sum())
        columns = {
            "session": np.full(count, session, dtype="datetime64[D]"),
            "instrument_id": market.instrument_ids[traded],
            **market.columns(place),
            "origin_id": np.ones(count, dtype=np.int64),
        }
        rows, names = pgcopy.encode(columns), ", ".join(f'"{name}"' for name in columns)
        pairs.append(
            (
                lambda session=session, body=body: ingest(session, body),  # type: ignore[misc]
                lambda names=names, rows=rows: copy_bytes("bench_bars", names, rows),  # type: ignore[misc]
            )
        )
    return alternate(pairs)


def measure_repeat(market: MadeUp, place: int) -> tuple[float, int]:
    """Ingest an answer that is stored already; return the median seconds and the rows written."""
    from django.db import connection

    def versions() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(sum(xmin::text::bigint), 0), count(*) "
                "FROM market_dailybar WHERE session = %s",
                [session],
            )
            return hash(cursor.fetchone())

    session, body = market.sessions[place], market.answer(place)
    before, written, timings = versions(), 0, []
    for _ in range(REPEATS):
        reports: list[Any] = []
        timings.append(seconds(lambda: reports.append(ingest(session, body))))  # noqa: B023 - runs here
        written += reports[0].inserted + reports[0].changed
    if versions() != before:
        written = max(written, 1)
    return statistics.median(timings), written


def measure_job(market: MadeUp, places: list[int], history: int) -> dict[str, float]:
    """Run the job for new sessions, each beside its bounds; return median seconds by stage."""
    from investment.market.selectors.sessions import sessions_before

    results = bound_table("bench_figures", "analysis_figures")
    timings: dict[str, list[float]] = {name: [] for name in ("job", *READERS, "TA-Lib", "COPY of results")}
    ratios: list[float] = []
    for place in places:
        session, body = market.sessions[place], market.answer(place)
        timings["job"].append(seconds(lambda: job(session, body, history)))  # noqa: B023 - runs here
        sessions = sessions_before(session, history)
        for name, read in READERS.items():
            timings[name].append(seconds(lambda: read(sessions)))  # noqa: B023
        series = series_in_memory(sessions)
        timings["TA-Lib"].append(seconds(lambda: compute_with_talib(series)))  # noqa: B023
        rows = rows_of(f"SELECT {results} FROM analysis_figures WHERE session = '{session}'")  # noqa: S608
        timings["COPY of results"].append(seconds(lambda: copy_bytes("bench_figures", results, rows)))  # noqa: B023
        bound = min(timings[name][-1] for name in READERS) + sum(
            timings[name][-1] for name in ("TA-Lib", "COPY of results")
        )
        ratios.append(timings["job"][-1] / bound)
    return {name: statistics.median(values) for name, values in timings.items()} | {
        "ratio": statistics.median(ratios)
    }


def run_alone(market: MadeUp, place: int, history: int) -> dict[str, float]:
    """Run one job in a process of its own; return its seconds, its peak memory and what it did."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        Path(file.name).write_bytes(market.answer(place))
        started = time.perf_counter()
        output = subprocess.run(
            [
                sys.executable, __file__, "--job", market.sessions[place].isoformat(),
                "--answer", file.name, "--sessions", str(history),
            ],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        took = time.perf_counter() - started
    told: dict[str, float] = json.loads(output.splitlines()[-1])
    return told | {"seconds": took}


def one_job(session: date, answer: Path, history: int) -> None:
    """Be the process that :func:`run_alone` started."""
    start_django()
    done = job(session, answer.read_bytes(), history)
    # Not ru_maxrss: that outlives exec, and would tell the peak of the process that started this one.
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    print(json.dumps({"analysed": done.analysed, "unknown": done.unknown, "peak_mb": peak / 1024}))


def benchmark(symbols: int, history: int, pairs: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    from investment.market.selectors.sessions import sessions_between
    from investment.market.services.calendar import write_sessions

    call_command("migrate", verbosity=0)
    write_sessions(first=LAST - timedelta(days=history * 2 + 200), last=LAST)
    jobs = max(3, pairs // 2)
    new = 2 * pairs + jobs + 1
    sessions = sessions_between(date(1990, 1, 1), LAST)[-(history + new) :]
    market = make_market(symbols=symbols, sessions=sessions)
    store_history(market, rows=range(history))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")

    places = list(range(history, history + new))
    store = measure_store(market, places[:pairs])
    taken = measure_ingest(market, places[pairs : 2 * pairs])
    repeat, written = measure_repeat(market, places[2 * pairs - 1])
    whole = measure_job(market, places[2 * pairs : 2 * pairs + jobs], history)
    alone = run_alone(market, places[-1], history)
    report(symbols, history, store, taken, repeat, written, whole, alone)


def report(
    symbols: int, history: int, store: Any, taken: Any, repeat: float, written: int,
    whole: dict[str, float], alone: dict[str, float],
) -> None:  # fmt: skip
    fastest = min(READERS, key=lambda name: whole[name])
    bound = whole[fastest] + whole["TA-Lib"] + whole["COPY of results"]
    print(f"\n{symbols:,} symbols, {history} sessions of history; medians, milliseconds\n")
    print(f"{'stage':<42}{'ours':>10}{'bound':>10}   {'':<12}{'wanted':>10}")

    def line(stage: str, ours: float | None, bound: float | None, result: str, wanted: str) -> None:
        cells = (f"{each * 1000:>10.1f}" if each is not None else f"{'':>10}" for each in (ours, bound))
        print(f"{stage:<42}{''.join(cells)}   {result:<12}{wanted:>10}")

    line("store a new session / COPY", store.ours, store.bound, f"{store.ratio:.2f}", "≥ 0.85")
    line("ingest an answer / COPY", taken.ours, taken.bound, f"{taken.ratio:.2f}", "≥ 0.40")
    line("the same answer again", repeat, None, f"{written} rows", "< 300 ms")
    for name in READERS:
        line(f"  read the history: {name}", None, whole[name], "fastest" if name == fastest else "", "")
    line("  TA-Lib in memory", None, whole["TA-Lib"], "", "")
    line("  COPY of the results", None, whole["COPY of results"], "", "")
    line("whole job / sum of bounds", whole["job"], bound, f"{whole['ratio']:.2f}", "≤ 3")
    line(
        "one job in a process of its own",
        alone["seconds"],
        None,
        f"{alone['peak_mb']:.0f} MB",
        "< 15 s, 1 GB",
    )
    print()
    figures = {
        "symbols": symbols,
        "sessions": history,
        "analysed": int(alone["analysed"]),
        "store_ratio": round(store.ratio, 3),
        "ingest_ratio": round(taken.ratio, 3),
        "repeat_seconds": round(repeat, 4),
        "repeat_rows_written": written,
        "ratio_to_bounds": round(whole["ratio"], 3),
        "seconds": round(alone["seconds"], 2),
        "peak_mb": round(alone["peak_mb"], 1),
    }
    print(json.dumps(figures))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--symbols", type=int, default=12_000)
    parser.add_argument("--sessions", type=int, default=300, help="of history, the analysed one included")
    parser.add_argument("--pairs", type=int, default=7, help="of timings")
    parser.add_argument("--job", type=date.fromisoformat, help=argparse.SUPPRESS)
    parser.add_argument("--answer", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job:
        one_job(options.job, options.answer, options.sessions)
        return
    with scratch_database("daily_job"):
        start_django()
        benchmark(options.symbols, options.sessions, options.pairs)


if __name__ == "__main__":
    main()

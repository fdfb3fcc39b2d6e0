"""
Measure company facts from the SEC's nightly archive to scores, as a first start and a night do it.

Usage: ./scripts/bench.sh fundamentals [--companies N]

    import_seconds       the archive, asked for over HTTP, stored in an empty database, and everybody scored
    repeat_seconds       the same once more, as if other tags were read; ``repeat_facts`` is what that wrote
    unchanged_seconds    asked for again the same night: nothing is sent
    one_company_seconds  one company asked for over HTTP, stored, and its fundamentals worked out as a page
                         shows them: the slowest of 20, each in a database that knows nothing of it
    peak_mb              of the process that does all this, its start included; PostgreSQL's is not in it
    stored_mb            what the figures take in the database; ``archive_mb`` is what was sent

The sandbox serves its archive (of more companies than are wanted) from a process of its own; that it invents
it first is not measured. Prices and splits are the sample market's.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._scratch import end, scratch_database, start_django

NOW = datetime(2026, 3, 3, 10, 15, tzinfo=UTC)  # Tuesday 05:15 in New York
SESSION = date(2026, 3, 2)
SINGLES = 20
CONTACT = "benchmark <nobody@example.com>"
BOUNDS = {"import_seconds": 600.0, "peak_mb": 1024.0, "one_company_seconds": 1.0}


def serve(folder: Path, count: int) -> None:
    """Serve the sandbox's SEC, and let the database have instruments, prices and splits."""
    start_django()
    from investment.lib import clock
    from investment.providers.sandbox.testing import running_sandbox

    with running_sandbox(seed=6, symbols=2 * count, clock=clock.now) as sandbox:
        path = folder / "served.zip"
        _download(f"{sandbox.url}/sec/Archives/edgar/daily-index/xbrl/companyfacts.zip", path)
        with zipfile.ZipFile(path) as archive:
            ciks = sorted(name[3:13] for name in archive.namelist())
        size = path.stat().st_size
        path.unlink()
        listed = _list_companies(sandbox.market, set(ciks), count)
        told = {"url": sandbox.url, "companies": listed, "archive_mb": round(size / 2**20)}
        (folder / "served.part").write_text(json.dumps(told))
        (folder / "served.part").rename(folder / "served.json")
        sys.stdin.read()


def _download(url: str, path: Path) -> None:
    """Wait until the archive is written, and bring it."""
    while True:
        with httpx.stream("GET", url, headers={"User-Agent": CONTACT}, timeout=60.0) as answer:
            if answer.status_code != 503:
                answer.raise_for_status()
                path.write_bytes(answer.read())
                return
        time.sleep(1)


def _list_companies(market: Any, ciks: set[str], count: int) -> int:
    """Store the market, its bars of a session, and the splits of so many companies: they alone have a CIK."""
    from investment.lib.exchange_days import read_apart
    from investment.market.models import CorporateAction, Instrument
    from investment.market.services.bars import ingest_market_day
    from investment.market.services.calendar import write_sessions
    from investment.market.services.instruments import upsert_instruments
    from investment.market.services.origins import NewOrigin
    from investment.providers.contracts import MarketDay

    days = read_apart(date(2026, 1, 1), date(2026, 12, 31), folder=Path(tempfile.gettempdir()) / "bench-days")
    write_sessions(days=days.sessions, first=date(2026, 1, 1), last=date(2026, 12, 31))
    wanted: dict[str, str] = {}
    records = market.instruments(SESSION)
    for each in records:
        if each.cik in ciks and each.kind == "common_stock" and len(wanted) < count:
            wanted.setdefault(each.cik, each.symbol)
    listed = [
        replace(each, cik=each.cik if wanted.get(each.cik) == each.symbol else None) for each in records
    ]
    upsert_instruments(records=listed, source="sample", now=NOW)
    Instrument.objects.update(actions_from=date(1990, 1, 1))
    ids = dict(Instrument.objects.filter(cik__isnull=False).values_list("symbol", "pk"))
    day = MarketDay(SESSION, market.day(SESSION), [], "raw", "")
    ingest_market_day(day=day, origin=NewOrigin(provider="sample", channel="imported"), now=NOW)
    CorporateAction.objects.bulk_create(
        CorporateAction(
            instrument_id=ids[line.symbol], kind="split", ex_date=when, ratio=ratio, provider="sample",
            known_at=NOW,
        )
        for line in market.lines
        if line.symbol in ids
        for when, ratio in market.splits_of(line.place, SESSION)
    )  # fmt: skip
    return len(wanted)


def measure() -> dict[str, Any]:
    """Import and score, in a process that has done nothing before."""
    start_django()
    from django.db import connection

    from investment.acquisition.kinds import Kind
    from investment.analysis.models import FundamentalScore
    from investment.analysis.selectors.company_fundamentals import fundamentals_of
    from investment.lib import clock
    from investment.market.models import Fact, FactImport, FactReport, Instrument, Publication
    from investment.ops.models import Run
    from investment.ops.services.company import ask_sec
    from investment.ops.services.facts import sync_facts

    def sync() -> tuple[float, Any]:
        started = time.perf_counter()
        done = sync_facts(now=clock.now(), trigger=Run.Trigger.COMMAND, patience=60.0)
        return time.perf_counter() - started, done

    first, imported = sync()
    with connection.cursor() as cursor:
        tables = [model._meta.db_table for model in (Fact, FactReport, FactImport)]
        cursor.execute(
            "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name", [tables]
        )
        (stored,) = cursor.fetchone() or (0,)
    figures = {
        "companies": FactImport.objects.count(),
        "facts": imported.inserted,
        "calls": imported.calls,
        "scored": FundamentalScore.objects.exclude(score=None).count(),
        "import_seconds": round(first, 1),
        "stored_mb": round(stored / 2**20),
    }
    unchanged, _ = sync()
    Publication.objects.update(digest="")
    again, repeated = sync()
    singles = []
    stocks = list(Instrument.objects.filter(cik__isnull=False).order_by("pk"))
    for stock in stocks[:: max(1, len(stocks) // SINGLES)][:SINGLES]:
        Fact.objects.filter(report__company__cik=stock.cik).delete()
        FactReport.objects.filter(company__cik=stock.cik).delete()
        FactImport.objects.filter(company__cik=stock.cik).delete()
        started = time.perf_counter()
        ask_sec(instrument=stock, kind=Kind.FACTS)
        fundamentals_of(instrument=stock, as_of=clock.now().date())
        singles.append(time.perf_counter() - started)
        time.sleep(0.2)  # ten a second are allowed, and a few of them only to who waits
    return figures | {
        "unchanged_seconds": round(unchanged, 2),
        "repeat_seconds": round(again, 1),
        "repeat_facts": repeated.inserted,
        "one_company_seconds": round(max(singles), 3),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--companies", type=int, default=6000)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve, arguments.companies)
        return
    if arguments.measure:
        print(json.dumps(measure()))
        return
    with tempfile.TemporaryDirectory() as name, scratch_database("fundamentals"):
        folder = Path(name)
        os.environ["RUNTIME_DIR"] = name
        start_django()
        from django.core.management import call_command

        from investment.lib import clock

        call_command("migrate", verbosity=0)
        clock.set_clock(origin=NOW, rate=1)
        command = [sys.executable, __file__, "--companies", str(arguments.companies)]
        server = subprocess.Popen([*command, "--serve", name], stdin=subprocess.PIPE)
        try:
            while not (folder / "served.json").exists():
                if server.poll() is not None:
                    sys.exit("The sandbox ended")
                time.sleep(0.5)
            served = json.loads((folder / "served.json").read_text())
            reached = {
                "SEC_BASE_URL": f"{served['url']}/sec",
                "SEC_DATA_URL": f"{served['url']}/sec/data",
                "SEC_CONTACT": CONTACT,
            }
            answer = subprocess.run(
                [*command, "--measure"], check=True, stdout=subprocess.PIPE, text=True,
                env=os.environ | reached,
            ).stdout  # fmt: skip
        finally:
            end(server)
            clock.clear_clock()
    figures = json.loads(answer.splitlines()[-1]) | {"archive_mb": served["archive_mb"]}
    met = all(figures[key] < bound for key, bound in BOUNDS.items()) and figures["repeat_facts"] == 0
    met = met and figures["companies"] == arguments.companies == served["companies"]
    print(json.dumps(figures | {"bounds": BOUNDS, "met": met}, indent=2))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()

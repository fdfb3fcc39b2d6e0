"""
Measure company facts from the SEC's nightly archive to scores, on the sandbox's archive.

Usage: ./scripts/bench.sh fundamentals [--companies N]

    import_seconds       the archive into an empty database
    repeat_seconds       the same archive once more; ``repeat_facts`` is how many figures that wrote
    score_seconds        every company read from the database as of a day: ratios, Piotroski, Altman, score
    one_company_seconds  one company the same way: the slowest of 20
    peak_mb              of the process that does all this, its start included; PostgreSQL's is not in it

Prices are made up (50 dollars each), splits are the sample market's. Writing the archive is not measured.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._scratch import scratch_database, start_django

NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
BOUNDS = {"seconds": 600.0, "peak_mb": 1024.0, "one_company_seconds": 1.0}


def write_archive(path: Path, count: int) -> dict[str, list[tuple[str, float]]]:
    """Write the archive of the sample market's first companies; return their splits by CIK."""
    import msgspec

    from investment.providers.sandbox.sample import SampleMarket
    from investment.providers.sandbox.sample.instruments import EPOCH
    from investment.providers.sandbox.sec import companies
    from investment.providers.sandbox.sec.facts import company_facts
    from investment.providers.sandbox.sources import Invented

    days = [EPOCH + timedelta(days=n) for n in range((NOW.date() - EPOCH).days)]
    market = SampleMarket(seed=6, symbols=2 * count, sessions=[day for day in days if day.weekday() < 5])
    invented = Invented(market)
    splits: dict[str, list[tuple[str, float]]] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for line in companies.filers(invented, NOW.date()):
            document = company_facts(invented, line, NOW)
            if document["facts"] and line.cik and len(splits) < count:
                packed.writestr(f"CIK{line.cik}.json", msgspec.json.encode(document))
                splits[line.cik] = [
                    (day.isoformat(), ratio) for day, ratio in market.splits_of(line.place, NOW.date())
                ]
    return splits


def measure(folder: Path) -> dict[str, Any]:
    """Import and score, in a process that has done nothing before."""
    start_django()
    import numpy as np

    from investment.analysis.calculators import scoring
    from investment.analysis.calculators.fundamentals import health, score
    from investment.analysis.calculators.fundamentals.facts import Split
    from investment.analysis.calculators.fundamentals.lines import READERS
    from investment.analysis.calculators.fundamentals.ratios import ratios
    from investment.analysis.calculators.fundamentals.snapshot import (
        WINDOW,
        Price,
        Snapshot,
        columns,
        snapshot,
    )
    from investment.analysis.selectors.fundamentals import told_by
    from investment.market.models import Company
    from investment.market.selectors.facts import companies_with_facts
    from investment.market.services.facts import Stored, store_facts
    from investment.providers.adapters.sec.bulk import Archive

    as_of = NOW.date()
    splits = {
        cik: [Split(date.fromisoformat(day), ratio) for day, ratio in told]
        for cik, told in json.loads((folder / "splits.json").read_text()).items()
    }

    def store() -> tuple[float, Stored]:
        started = time.perf_counter()
        told = Archive(folder / "companyfacts.zip").facts()
        done = store_facts(told=told, tags=READERS, source="sample", now=NOW)
        return time.perf_counter() - started, done

    def known(companies: list[int]) -> dict[str, Snapshot]:
        price = Price(50.0, as_of, "USD")
        return {
            ciks[company]: snapshot(told, as_of=as_of, splits=splits[ciks[company]], price=price)
            for company, told in told_by(companies=companies, as_of=as_of, ended_from=as_of - WINDOW)
        }

    first, stored = store()
    ciks = dict(Company.objects.values_list("pk", "cik"))
    companies = companies_with_facts()
    started = time.perf_counter()
    by_cik = known(companies)
    snapshots = list(by_cik.values())
    inputs = columns(snapshots)
    found = ratios(inputs)
    sic = np.zeros(len(snapshots), dtype=np.int64)
    points = health.piotroski(inputs)
    health.altman(inputs, sic=sic)
    ages = np.array([(as_of - (each.period_end or date.min)).days for each in snapshots], dtype=np.float64)
    compared = score.comparable(
        found, piotroski=points.score, piotroski_known=points.known, age_days=ages, sic=sic
    )
    complete = scoring.complete(compared, parts=score.PARTS)
    scored = scoring.score(
        {name: values[complete] for name, values in compared.items()},
        symbols=np.array(list(by_cik), dtype=object)[complete],
        parts=score.PARTS,
    )
    whole = time.perf_counter() - started
    singles = []
    for company in companies[:: max(1, len(companies) // 20)][:20]:
        started = time.perf_counter()
        ratios(columns(list(known([company]).values())))
        singles.append(time.perf_counter() - started)
    again, repeated = store()
    return {
        "companies": len(snapshots),
        "facts": stored.facts,
        "scored": int(np.isfinite(scored.score).sum()),
        "import_seconds": round(first, 1),
        "score_seconds": round(whole, 1),
        "seconds": round(first + whole, 1),
        "one_company_seconds": round(max(singles), 3),
        "repeat_seconds": round(again, 1),
        "repeat_facts": repeated.facts,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--companies", type=int, default=6000)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure)))
        return
    with tempfile.TemporaryDirectory() as name, scratch_database("fundamentals"):
        folder = Path(name)
        splits = write_archive(folder / "companyfacts.zip", arguments.companies)
        (folder / "splits.json").write_text(json.dumps(splits))
        start_django()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        command = [sys.executable, __file__, "--measure", str(folder)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures = json.loads(answer.splitlines()[-1])
    figures["archive_of"] = len(splits)
    met = all(figures[key] < bound for key, bound in BOUNDS.items()) and figures["repeat_facts"] == 0
    print(json.dumps(figures | {"bounds": BOUNDS, "met": met}, indent=2))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()

"""
Measure the scores beside the technical one, of a whole market, and the record of how they did.

Usage: ./scripts/bench.sh scores [--symbols N]

    first_start_seconds  a session of which nothing is known but prices: what a first start pays for scores
    cold_seconds         with six annual reports of every stock and 40,000 stories, all of it read
    session_seconds      the same again, as the next session finds it: filings are kept as what they come to
    month_seconds        the last session of a past month: analysed, ranked and scored, filings read
    record_seconds       the rank correlations of one session's scores with the returns of the 21 after it
    view_seconds         what the page of one stock reads: the median of 20

Filings here have nine lines; real ones take longer to read, see ``bench.sh fundamentals``.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._market import LAST, NOW, make_market, store_history
from benchmarks._scratch import scratch_database, start_django

SESSIONS = 340
STORIES = 40_000
BOUNDS = {"first_start_seconds": 1.0, "session_seconds": 5.0, "record_seconds": 2.0, "view_seconds": 0.3}
FLOWS = {"Revenues": 10.0, "GrossProfit": 4.0, "NetIncomeLoss": 0.8, "OperatingIncomeLoss": 1.1}
BALANCES = {"Assets": 15.0, "Liabilities": 7.0, "StockholdersEquity": 8.0}


def write_sessions() -> list[date]:
    from investment.market.models import Session

    days = [day for n in range(2 * SESSIONS) if (day := LAST - timedelta(days=n)).weekday() < 5]
    days = days[:SESSIONS][::-1]
    Session.objects.bulk_create(
        Session(
            session=day,
            opens_at=datetime(day.year, day.month, day.day, 13, 30, tzinfo=UTC),
            closes_at=datetime(day.year, day.month, day.day, 20, 0, tzinfo=UTC),
        )
        for day in days
    )
    return days


def store_filings() -> int:
    """Store annual reports of every stock; return how many companies those are of."""
    from investment.analysis.calculators.fundamentals.lines import READERS
    from investment.analysis.services.fundamentals import KINDS
    from investment.market.models import Instrument
    from investment.market.services.facts import store_facts
    from investment.providers.contracts import CompanyFact, CompanyFacts

    stocks = list(Instrument.objects.filter(kind__in=KINDS).order_by("pk"))
    for place, each in enumerate(stocks):
        each.cik = f"{place + 1:010}"
    Instrument.objects.bulk_update(stocks, ["cik"], batch_size=2000)

    def fact(tag: str, value: float, year: int, place: int, *, unit: str = "USD", flow: bool) -> CompanyFact:
        grown = value * (1 + (place * 37 % 101) / 100 * (year - 2019) / 5)
        return CompanyFact(
            taxonomy="us-gaap", tag=tag, unit=unit, value=Decimal(str(round(grown, 6))),
            start=date(year, 1, 1) if flow else None, end=date(year, 12, 31),
            filed=date(year + 1, 2, 1 + place % 28), form="10-K",
            accession=f"{place:010}-{year - 1999}-000001", fiscal_year=year,
        )  # fmt: skip

    def told(place: int) -> CompanyFacts:
        facts = []
        for year in range(2020, 2026):
            facts += [fact(tag, value, year, place, flow=True) for tag, value in FLOWS.items()]
            facts += [fact(tag, value, year, place, flow=False) for tag, value in BALANCES.items()]
            facts.append(fact("EarningsPerShareDiluted", 2.0, year, place, unit="USD/shares", flow=True))
            facts.append(fact("CommonStockSharesOutstanding", 4e7, year, place, unit="shares", flow=False))
        return CompanyFacts(cik=f"{place + 1:010}", name="", facts=facts, digest=str(place))

    store_facts(told=map(told, range(len(stocks))), tags=READERS, source="bench", now=NOW)
    return len(stocks)


def store_stories(ids: list[int]) -> None:
    import numpy as np

    from investment.news.models import Story, StoryTie

    rng = np.random.default_rng(5)
    ages, scores = rng.uniform(0, 90 * 24, STORIES), rng.uniform(-1, 1, STORIES)
    chosen = rng.choice(ids, STORIES)
    at = [NOW - timedelta(hours=float(age)) for age in ages]
    stories = Story.objects.bulk_create(
        (
            Story(headline=f"Story {n}", url=f"bench:{n}", published_at=t, first_seen_at=t)
            for n, t in enumerate(at)
        ),
        batch_size=5000,
    )
    StoryTie.objects.bulk_create(
        (
            StoryTie(
                story=story, instrument_id=int(pk), how="tag", in_headline=True, label="neutral",
                score=float(score), reader="local", published_at=story.published_at,
                read_from=story.published_at,
            )
            for story, pk, score in zip(stories, chosen, scores, strict=True)
        ),
        batch_size=5000,
    )  # fmt: skip


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    done = work()
    return time.perf_counter() - started, done


def measure(symbols: int) -> dict[str, Any]:
    from investment.analysis.selectors.score import overall_of
    from investment.analysis.services import record
    from investment.analysis.services.past import months_to_score, score_month
    from investment.analysis.services.ranking import rank_session
    from investment.analysis.services.run import analyse_session
    from investment.analysis.services.scores import score_session
    from investment.market.models import Instrument

    days = write_sessions()
    market = make_market(symbols=symbols, sessions=days)
    store_history(market, rows=range(len(days)))
    session = days[-1]
    analyse_session(session=session, now=NOW)
    rank_session(session=session, now=NOW)
    first, _ = timed(lambda: score_session(session=session, now=NOW))
    companies = store_filings()
    store_stories(market.instrument_ids.tolist())
    cold, done = timed(lambda: score_session(session=session, now=NOW))
    # The session before is analysed like any other; it finds what filings came to.
    before = days[-2]
    analyse_session(session=before, now=NOW)
    rank_session(session=before, now=NOW)
    warm, _ = timed(lambda: score_session(session=before, now=NOW))
    month, stored = months_to_score()[1]
    past, words = timed(lambda: score_month(session=month, stored=stored, now=NOW))
    judged, told = timed(lambda: record.update_record(now=NOW))
    stock = Instrument.objects.filter(kind="common_stock").first()
    assert stock is not None
    views = [timed(lambda: overall_of(instrument=stock, as_of=session))[0] for _ in range(20)]
    return {
        "instruments": symbols,
        "companies": companies,
        "overall": done.overall.scored,
        "month": words,
        "judged": told.sessions,
        "first_start_seconds": round(first, 2),
        "cold_seconds": round(cold, 1),
        "session_seconds": round(warm, 2),
        "month_seconds": round(past, 1),
        "record_seconds": round(judged / max(told.sessions, 1), 2),
        "view_seconds": round(statistics.median(views), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--symbols", type=int, default=12_000)
    arguments = parser.parse_args()
    with scratch_database("scores"):
        start_django()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        figures = measure(arguments.symbols)
    met = all(figures[key] < bound for key, bound in BOUNDS.items())
    for name, value in figures.items():
        print(f"{name:22}{value}")
    print(json.dumps(figures | {"bounds": BOUNDS, "met": met}))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()

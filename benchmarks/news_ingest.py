"""
How many stories a minute go through the whole ingest: cleaned, compared with what is stored, tied to
instruments, read, written.

Usage: ./scripts/bench.sh news_ingest [--stories N] [--call N]

    per_minute         articles of 40 hours, half of them copies, many of one template, told in calls of
                       ``--call``, into a database with 12,000 instruments
    repeat_per_minute  the same articles once more; ``repeat_rows`` is how many rows that made
    cpu_ms_each        of this process, an article: what is left of the time is PostgreSQL's, or other work's
    slowest_call       seconds that the slowest call took: so long others wait who store stories
    flows_seconds      volume and sentiment of all instruments of which something was written
    peak_mb            of the process that does all this; PostgreSQL's is not in it

A call is told twice as fast as it is stored if nothing but its own transaction is waited for; so two
processes together are not faster than one, for there is one writer of stories at a time.
"""

import argparse
import json
import random
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._scratch import scratch_database, start_django
from benchmarks.news_dedup import firm, robot_stories

INSTRUMENTS = 12_000
BOUND = 10_000  # articles a minute


def named(number: int) -> str:
    """A name for each number: what the robot's firms are called, and others beyond."""
    return firm(number) if number < 3000 else firm(number % 3000) + firm(number // 3000).lower()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stories", type=int, default=10_000, help="(default: %(default)s)")
    parser.add_argument("--call", type=int, default=100, help="articles in one call (default: %(default)s)")
    options = parser.parse_args()
    with scratch_database("news"):
        start_django()
        figures = measure(options.stories, options.call)
    for name, value in figures.items():
        print(f"{name:<20} {value:>12,}")
    print(json.dumps(figures | {"enough": figures["per_minute"] >= BOUND}))


def measure(count: int, size: int) -> dict[str, Any]:
    from django.core.management import call_command

    from investment.news.models import Reading, Story, StoryCopy, StoryTie
    from investment.news.selectors.flow import flows
    from investment.news.services.ingest import store_articles
    from investment.providers.contracts import Article, ArticleSentiment

    call_command("migrate", verbosity=0)
    symbols = make_instruments()
    chance = random.Random(11)  # noqa: S311  the same ones every time
    articles = [
        Article(
            provider_id=str(number),
            url=f"https://paper{number % 7}.example.com/story/{number}",
            headline=story.headline,
            summary=story.summary,
            source=f"Paper {number % 7}",
            published_at=story.published_at.astimezone(UTC),
            symbols=(tags := chance.sample(symbols, chance.choice((0, 1, 1, 2, 3)))),
            sentiments=[ArticleSentiment(tag, "positive", 0.4, 0.5) for tag in tags[:1] if number % 4 == 0],
        )
        for number, story in enumerate(robot_stories(count))
    ]
    now = articles[-1].published_at + timedelta(hours=1)
    calls = [articles[at : at + size] for at in range(0, count, size)]

    def tell() -> list[float]:
        took = []
        for number, call in enumerate(calls):
            started = time.perf_counter()
            provider = ("massive", "newsapi")[number % 2]
            store_articles(articles=call, provider=provider, source="sample", now=now)
            took.append(time.perf_counter() - started)
        return took

    models = (Story, StoryCopy, StoryTie, Reading)
    busy = time.process_time()
    first = tell()
    busy = time.process_time() - busy
    rows = [model.objects.count() for model in models]
    again = tell()
    started = time.perf_counter()
    found = flows(as_of=datetime.fromtimestamp(now.timestamp(), UTC))
    took = time.perf_counter() - started
    return {
        "per_minute": round(count / sum(first) * 60),
        "repeat_per_minute": round(count / sum(again) * 60),
        "repeat_rows": sum(model.objects.count() for model in models) - sum(rows),
        "cpu_ms_each": round(busy / count * 1000, 2),
        "slowest_call": round(max(first), 3),
        "last_calls_per_minute": round(size * 10 / sum(first[-10:]) * 60),
        "stories": rows[0],
        "copies": rows[1],
        "ties": rows[2],
        "readings": rows[3],
        "flows_seconds": round(took, 3),
        "flows_instruments": len(found.instrument_ids),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def make_instruments() -> list[str]:
    from investment.market.models import Instrument, Ticker

    now = datetime(2025, 1, 1, tzinfo=UTC)
    instruments = Instrument.objects.bulk_create(
        [
            Instrument(
                symbol=f"S{number}",
                name=f"{named(number)} Holdings Inc. Common Stock",
                kind=Instrument.Kind.COMMON_STOCK,
                source="sample",
                first_seen_at=now,
                updated_at=now,
            )
            for number in range(INSTRUMENTS)
        ]
    )
    Ticker.objects.bulk_create([Ticker(instrument=each, symbol=each.symbol) for each in instruments])
    return [each.symbol for each in instruments]


if __name__ == "__main__":
    main()

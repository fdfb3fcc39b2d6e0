"""Articles, instruments and what became of them, for tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from investment.market.models import Instrument, Ticker
from investment.news.models import Story
from investment.news.services.ingest import Stored, store_articles
from investment.providers.contracts import Article

AT = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
NOW = AT + timedelta(days=30)
HEADLINE = "Quillon Labs lifts its forecast as orders climb"
SUMMARY = (
    "Quillon Labs raised its forecast for the year to $1.2 billion on Tuesday, as orders for pumps rose."
)


def article(
    number: int = 1, headline: str = HEADLINE, summary: str | None = SUMMARY, **fields: Any
) -> Article:
    """``number`` is its address and the minute of its publication."""
    made = Article(
        provider_id="",
        url=f"https://paper.example.com/{number}",
        headline=headline,
        summary=summary,
        source="The Paper",
        published_at=AT + timedelta(minutes=number),
    )
    return replace(made, **fields)


def store(
    *articles: Article, provider: str = "finnhub", now: datetime = NOW, about: int | None = None
) -> Stored:
    return store_articles(articles=articles, provider=provider, source="sample", now=now, about=about)


def instrument(symbol: str, name: str = "", **fields: Any) -> Instrument:
    values = {"kind": "common_stock", "source": "sample", "first_seen_at": AT, "updated_at": AT} | fields
    made = Instrument.objects.create(symbol=symbol, name=name, **values)
    Ticker.objects.create(instrument=made, symbol=symbol)
    return made


def told() -> set[Any]:
    """Everything that is known of all stories, but for when we saw and read them."""
    found = set()
    for story in Story.objects.prefetch_related("copies", "ties", "readings"):
        words = (story.headline, story.summary, story.url, story.publisher, story.published_at)
        copies = frozenset(
            (copy.provider, copy.url, tuple(sorted(copy.about))) for copy in story.copies.all()
        )
        ties = frozenset(
            (tie.instrument_id, tie.how, tie.in_headline, tie.published_at, tie.label, tie.score, tie.reader,
             tie.read_from)
            for tie in story.ties.all()
        )  # fmt: skip
        readings = frozenset(
            (each.instrument_id, each.reader, each.label, each.score, each.method, each.published_at)
            for each in story.readings.all()
        )
        found.add((words, copies, ties, readings))
    return found

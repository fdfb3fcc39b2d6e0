"""A story once, whoever brought it, in whatever order its copies came, however often they come."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from investment.market.models import Instrument, Ticker
from investment.news.models import Story
from investment.news.services.ingest import Stored, store_articles
from investment.providers.contracts import Article

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
NOW = AT + timedelta(days=4)
HEADLINE = "Quillon Labs lifts its forecast as orders climb"
SUMMARY = (
    "Quillon Labs raised its forecast for the year to $1.2 billion on Tuesday, as orders for its pumps rose."
)


def article(
    number: int = 1, headline: str = HEADLINE, summary: str | None = SUMMARY, **fields: object
) -> Article:
    made = Article(
        provider_id="", url=f"https://paper.example.com/{number}", headline=headline, summary=summary,
        source="The Paper", published_at=AT + timedelta(minutes=number),
    )  # fmt: skip
    return replace(made, **fields)  # type: ignore[arg-type]


def store(
    *articles: Article, provider: str = "finnhub", now: datetime = NOW, about: int | None = None
) -> Stored:
    return store_articles(articles=articles, provider=provider, source="sample", now=now, about=about)


def instrument(symbol: str, name: str = "", **fields: object) -> Instrument:
    made = Instrument.objects.create(
        symbol=symbol,
        name=name,
        kind="common_stock",
        source="sample",
        first_seen_at=AT,
        updated_at=AT,
        **fields,
    )
    Ticker.objects.create(instrument=made, symbol=symbol)
    return made


def stories() -> set[frozenset[tuple[str, str]]]:
    return {
        frozenset((copy.provider, copy.url) for copy in story.copies.all())
        for story in Story.objects.prefetch_related("copies")
    }


def test_what_one_provider_brings_after_another_is_one_story() -> None:
    first = store(article(2), provider="massive")
    second = store(
        article(1, f"{HEADLINE} - Reuters", SUMMARY[:90] + "…"), article(3, "Another thing", "Of which")
    )

    assert (first.stories, first.copies, second.stories, second.copies) == (1, 1, 1, 2)
    story = Story.objects.get(headline__startswith=HEADLINE)
    assert story.headline.endswith("Reuters")  # the earlier one's words
    assert (story.published_at, story.copies.count()) == (AT + timedelta(minutes=1), 2)

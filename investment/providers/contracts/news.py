"""What was written about companies: headlines with their links, and what a provider thinks of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

SentimentLabel = Literal["positive", "somewhat_positive", "neutral", "somewhat_negative", "negative"]


@dataclass(frozen=True, slots=True)
class ArticleSentiment:
    """
    What the provider's own model says an article means for one instrument. Nothing here is ours.

    ``symbol`` is the provider's ticker. ``score`` runs from -1 (bad news) to 1 (good news) and
    ``relevance`` from 0 to 1; None is «not told», also for a label that we do not know.
    """

    symbol: str
    label: SentimentLabel | None
    score: float | None = None
    relevance: float | None = None
    reasoning: str | None = None  # the provider's own words


@dataclass(frozen=True, slots=True)
class Article:
    """
    One article, as far as it may be shown: its headline, a snippet and the link.

    ``provider_id`` is the provider's own name of it, or '' (NewsAPI and Alpha Vantage give none: the
    ``url`` is all there is). ``source`` is the publisher's name. ``symbols`` are the provider's
    tickers, in its order. ``published_at`` is aware, in UTC. ``language`` is ISO 639-1 (``en``).
    """

    provider_id: str
    url: str
    headline: str
    summary: str | None
    source: str | None
    published_at: datetime
    symbols: Sequence[str] = ()
    sentiments: Sequence[ArticleSentiment] = ()
    image_url: str | None = None
    language: str | None = None

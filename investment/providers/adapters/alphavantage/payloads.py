"""
Alpha Vantage's wire format, as it is really sent. Nothing outside this folder may see these names.

Figures are texts, but for a few in the news; unknown is the text ``None`` or ``-``. Names carry
ordinals (``1. open``, ``05. price``), which :mod:`reading` takes off.
"""

from collections.abc import Sequence

import msgspec

Text = str | float | int | None
Row = dict[str, Text]


class Daily(msgspec.Struct):
    meta: Row = msgspec.field(name="Meta Data")
    days: dict[str, msgspec.Raw] = msgspec.field(name="Time Series (Daily)")


class FxDaily(msgspec.Struct):
    meta: Row = msgspec.field(name="Meta Data")
    days: dict[str, msgspec.Raw] = msgspec.field(name="Time Series FX (Daily)")


class ExchangeRate(msgspec.Struct):
    rate: Row = msgspec.field(name="Realtime Currency Exchange Rate")


class Matches(msgspec.Struct):
    rows: list[msgspec.Raw] = msgspec.field(name="bestMatches")


class Actions(msgspec.Struct):
    symbol: str
    data: list[msgspec.Raw]


class Dividend(msgspec.Struct):
    ex_dividend_date: Text
    amount: Text
    declaration_date: Text = None
    record_date: Text = None
    payment_date: Text = None


class Split(msgspec.Struct):
    effective_date: Text
    split_factor: Text


class Feed(msgspec.Struct):
    feed: list[msgspec.Raw]
    items: Text = None


class TickerSentiment(msgspec.Struct):
    ticker: str
    relevance_score: Text = None
    ticker_sentiment_score: Text = None
    ticker_sentiment_label: Text = None


class Item(msgspec.Struct):
    """One article. ``overall_sentiment_score`` is a number, the scores of the tickers are texts."""

    title: str
    url: str
    time_published: str
    summary: str | None = None
    banner_image: str | None = None
    source: str | None = None
    ticker_sentiment: Sequence[TickerSentiment] | None = None

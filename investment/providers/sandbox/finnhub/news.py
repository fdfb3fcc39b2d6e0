"""Headlines of companies and of the market, newest first."""

from datetime import timedelta
from typing import Any

from investment.providers.sandbox.finnhub.books import line_of
from investment.providers.sandbox.finnhub.call import FinnhubCall, spelled, wrong
from investment.providers.sandbox.sample.headlines import Headline

CATEGORIES = ("general", "forex", "crypto", "merger")
MOST_OF_A_COMPANY = 250  # the older ones are left out, and nothing says so
MOST = 100
LATELY = timedelta(days=7)


def company_news(call: FinnhubCall) -> list[dict[str, Any]]:
    """A year back at most."""
    symbol, (first, last) = call.symbol(), call.days()
    found = line_of(call, symbol)
    if found is None:
        return []
    known, line = found
    articles = known.headlines.of(line, max(first, call.floor), min(last, call.today))
    return [_row(each, "company", symbol) for each in _told(call, articles)[:MOST_OF_A_COMPANY]]


def market_news(call: FinnhubCall) -> list[dict[str, Any]]:
    """Of the categories only the general one is written about here."""
    category = call.required("category")
    least = call.param("minId") or "0"
    if category not in CATEGORIES or not least.isdecimal():
        raise wrong("Invalid category" if category not in CATEGORIES else "Invalid minId")
    known = call.source.invented
    if known is None or category != "general":
        return []
    articles = _told(call, known.headlines.everything(call.today - LATELY, call.today))
    newer = [each for each in articles if each.number > int(least)]
    return [_row(each, "top news", "") for each in newer[:MOST]]


def _told(call: FinnhubCall, articles: list[Headline]) -> list[Headline]:
    found = [each for each in articles if each.at <= call.now]
    return sorted(found, key=lambda each: (each.at, each.number), reverse=True)


def _row(article: Headline, category: str, symbol: str) -> dict[str, Any]:
    return {
        "category": category,
        "datetime": int(article.at.timestamp()),
        "headline": article.headline,
        "id": article.number,
        "image": article.image_url or "",
        "related": spelled(symbol),
        "source": article.paper,
        "summary": article.summary,
        "url": article.url,
    }

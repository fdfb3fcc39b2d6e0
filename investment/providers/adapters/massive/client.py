"""
Massive (formerly Polygon) adapter: US stocks' bars, instruments, splits, dividends, news and hours.

Reference: https://massive.com/docs/rest/stocks.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

import httpx

from investment.providers.adapters.massive import payloads, reading, records
from investment.providers.adapters.massive.bars import BarQuestions
from investment.providers.adapters.massive.limits import NAME
from investment.providers.adapters.massive.reference import ReferenceQuestions
from investment.providers.adapters.massive.transport import Transport, ticker
from investment.providers.contracts import Article, MarketHoliday, MarketNow, MarketStatus

Made = TypeVar("Made")


class MassiveClient(BarQuestions, ReferenceQuestions):
    """
    Translate our questions to Massive and its answers to our records.

    The client neither retries nor counts: both belong to whoever made ``http``, whose base URL is
    Massive's or the sandbox's. Each request says what it asks in its extension ``endpoint``.
    Every method raises the errors of :mod:`investment.providers.errors`; ``UnknownSymbol`` without a
    request for what can be no ticker of the US stock market.
    """

    name = NAME

    def __init__(self, *, api_key: str, http: httpx.Client) -> None:
        self._way = Transport(api_key=api_key, http=http)

    def news(
        self,
        *,
        symbol: str | None = None,
        since: datetime | None = None,
        before: datetime | None = None,
        newest_first: bool = True,
        page_size: int = 1000,
    ) -> Iterator[list[Article]]:
        """
        Yield articles, a page (one call, up to 1,000) at a time, published from ``since`` to ``before``.

        ``before`` itself is left out. The free plan tells of two years.
        """
        params: dict[str, str | int] = {"sort": "published_utc", "limit": page_size}
        params |= {"order": "desc" if newest_first else "asc"}
        params |= {"ticker": ticker(symbol)} if symbol else {}
        params |= {"published_utc.gte": _instant(since)} if since else {}
        params |= {"published_utc.lt": _instant(before)} if before else {}
        for body in self._way.pages("news", "/v2/reference/news", params):
            yield reading.read_rows(body, payloads.News, records.article, "news")

    def market_status(self) -> MarketStatus:
        """Return whether the market is open now, in Massive's words."""
        return self._status(lambda now: MarketStatus(market=now.market, server_time=now.serverTime))

    def market_now(self) -> MarketNow:
        """Return what the stock market does now, and single exchanges and currencies."""
        return self._status(records.market_now)

    def market_holidays(self) -> list[MarketHoliday]:
        """Return the coming days on which an exchange is closed or closes early."""
        body = self._way.get("market_holidays", "/v1/marketstatus/upcoming", {})
        return reading.read_bare_rows(body, payloads.Holiday, records.holiday, "holidays")

    def _status(self, make: Callable[[payloads.MarketStatusNow], Made]) -> Made:
        body = self._way.get("market_status", "/v1/marketstatus/now", {})
        return reading.read_one(body, payloads.MarketStatusNow, make, "the market's status")


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""Stories about the market and about a stock. Never a call."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from investment.api.parameters import read_query
from investment.api.v1.news.serializers import NewsQuery, NewsSerializer, StockNewsQuery, StockNewsSerializer
from investment.lib import clock
from investment.market.selectors.lookup import look_up
from investment.news.selectors.flow import flows
from investment.news.selectors.stories import Found, StoryView, search_stories


class NewsView(APIView):
    @extend_schema(operation_id="news", parameters=[NewsQuery], responses=NewsSerializer)
    def get(self, request: Request) -> Response:
        """What was written, each story once, searched and filtered."""
        query = read_query(NewsQuery, request)
        symbols = query.pop("symbol", None)
        ids = None if symbols is None else [look_up(symbol=symbol).pk for symbol in symbols]
        return Response(_page(_search(query, ids)))


class StockNewsView(APIView):
    @extend_schema(operation_id="stock_news", parameters=[StockNewsQuery], responses=StockNewsSerializer)
    def get(self, request: Request, symbol: str) -> Response:
        """What was written about a stock, how much of late, and how it was meant."""
        query = read_query(StockNewsQuery, request)
        instrument = look_up(symbol=symbol)
        found = _search(query, [instrument.pk])
        flow = _flow(instrument.pk, clock.now())
        return Response({"symbol": instrument.symbol, **_page(found), "flow": flow})


def _search(query: dict[str, Any], ids: list[int] | None) -> Found:
    conditions = dict(query)
    text, label = conditions.pop("q", ""), conditions.pop("sentiment", None)
    return search_stories(text=text, label=label, instrument_ids=ids, **conditions)


def _page(found: Found) -> dict[str, Any]:
    return {"total": found.total, "next": found.next, "rows": [_story(row) for row in found.rows]}


def _story(row: StoryView) -> dict[str, Any]:
    story = row.story
    return {
        "id": story.pk,
        "headline": story.headline,
        "summary": story.summary,
        "url": story.url,
        "publisher": story.publisher or None,
        "published_at": story.published_at,
        "first_seen_at": story.first_seen_at,
        "language": story.language or None,
        "image_url": story.image_url or None,
        "providers": [{"provider": provider, "source": source} for provider, source in row.providers],
        "attributions": [{"text": shown.text, "link": shown.link} for shown in row.attributions],
        "ties": [asdict(tie) for tie in row.ties],
        "copies": row.copies,
    }


def _flow(instrument: int, as_of: datetime) -> dict[str, Any]:
    found = flows(as_of=as_of, instrument_ids=[instrument])
    counts = ("stories_1", "stories_7", "stories_30")
    means = ("sentiment_1", "sentiment_7", "sentiment_30", "volume_surprise", "sentiment_surprise")
    return {
        "as_of": as_of,
        **{name: int(getattr(found, name)[0]) for name in counts},
        **{name: None if np.isnan(value := getattr(found, name)[0]) else float(value) for name in means},
    }

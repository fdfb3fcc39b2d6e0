"""The table of all stocks, one stock, and its analysis with reasons."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from investment.analysis.selectors.analysis import latest_analysis, standing
from investment.analysis.selectors.market_table import market_table
from investment.api.parameters import read_query
from investment.api.v1.analysis.serializers import (
    AnalysisQuery,
    AnalysisSerializer,
    StockPageSerializer,
    StockQuery,
    StockSerializer,
)
from investment.api.v1.rendering import age_seconds
from investment.lib import clock
from investment.market.models import Instrument
from investment.market.selectors.latest import LatestBar, latest_bars
from investment.market.selectors.lookup import look_up
from investment.market.selectors.provenance import list_open_issues, list_tickers
from investment.market.selectors.quotes import newest_quote


class StockListView(APIView):
    @extend_schema(operation_id="stocks_list", parameters=[StockQuery], responses=StockPageSerializer)
    def get(self, request: Request) -> Response:
        """All instruments with their figures: search, filter, sort, page."""
        return Response(market_table(**read_query(StockQuery, request)))


class StockView(APIView):
    @extend_schema(operation_id="stock", responses=StockSerializer)
    def get(self, request: Request, symbol: str) -> Response:
        """One instrument: what it is, its last bar, its rank."""
        instrument = look_up(symbol=symbol)
        bar = latest_bars(instrument_ids=[instrument.pk]).get(instrument.pk)
        stands = standing(instrument=instrument)
        return Response(
            {
                **_describe(instrument),
                "latest": _latest(bar) if bar else None,
                "quote": _quote(instrument),
                "previous_close": bar.previous_close if bar else None,
                "return_1": stands.return_1,
                "rank": stands.rank,
                "score": stands.score,
                "board": stands.board,
                "unranked": stands.unranked,
                "stale": stands.stale,
                "data_issues": [
                    {"kind": issue.kind, "message": issue.message, "session": issue.session}
                    for issue in list_open_issues(instrument=instrument)
                ],
            }
        )


class AnalysisView(APIView):
    @extend_schema(operation_id="stock_analysis", parameters=[AnalysisQuery], responses=AnalysisSerializer)
    def get(self, request: Request, symbol: str) -> Response:
        """Every figure with its formula, the score with its parts, and a sentence that says why."""
        query = read_query(AnalysisQuery, request)
        instrument = look_up(symbol=symbol)
        found = latest_analysis(instrument=instrument, session=query.get("session"))
        return Response(
            {
                "symbol": instrument.symbol,
                "session": found.session,
                "now": clock.now(),
                "market": found.market,
                "figures": found.figures,
                "score": found.score,
                "unranked": found.unranked,
                "sentence": found.sentence,
            }
        )


def _describe(instrument: Instrument) -> dict[str, Any]:
    withheld = instrument.actions_withheld or None
    if withheld is None and instrument.actions_from is None:
        withheld = "Splits and dividends have not been read yet."
    return {
        "symbol": instrument.symbol,
        "name": instrument.name,
        "kind": instrument.kind,
        "exchange": instrument.exchange,
        "currency": instrument.currency,
        "active": instrument.active,
        "listed_on": instrument.listed_on,
        "delisted_on": instrument.delisted_on,
        "tickers": [
            {"symbol": ticker.symbol, "first": ticker.first_session, "last": ticker.last_session}
            for ticker in list_tickers(instrument=instrument)
        ],
        "actions_known_from": instrument.actions_from if withheld is None else None,
        "actions_note": withheld,
    }


def _quote(instrument: Instrument) -> dict[str, Any] | None:
    """Return the newest last price, with its own instant: it is no close, and stands beside them."""
    found = newest_quote(instrument=instrument)
    if found is None:
        return None
    names = ("price", "at", "previous_close", "provider", "source", "fetched_at")
    return {name: getattr(found, name) for name in names} | {"age_seconds": age_seconds(found.fetched_at)}


def _latest(bar: LatestBar) -> dict[str, Any]:
    return {
        "session": bar.session,
        "open": bar.open,
        "high": bar.high,
        "low": bar.low,
        "close": bar.close,
        "volume": bar.volume,
        "vwap": bar.vwap,
        "source": bar.source,
        "as_of": bar.closed_at,
    }

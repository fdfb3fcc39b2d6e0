"""The table of all stocks, one stock, and its analysis with reasons."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from investment.api.parameters import read_query
from investment.api.v1.analysis.serializers import (
    AnalysisQuery,
    AnalysisSerializer,
    StockPageSerializer,
    StockQuery,
    StockSerializer,
)


class StockListView(APIView):
    @extend_schema(operation_id="stocks_list", parameters=[StockQuery], responses=StockPageSerializer)
    def get(self, request: Request) -> Response:
        """All instruments with their figures: search, filter, sort, page."""
        read_query(StockQuery, request)
        raise NotImplementedError


class StockView(APIView):
    @extend_schema(operation_id="stock", responses=StockSerializer)
    def get(self, request: Request, symbol: str) -> Response:
        """One instrument: what it is, its last bar, its rank."""
        raise NotImplementedError


class AnalysisView(APIView):
    @extend_schema(operation_id="stock_analysis", parameters=[AnalysisQuery], responses=AnalysisSerializer)
    def get(self, request: Request, symbol: str) -> Response:
        """Every figure with its formula, the score with its parts, and a sentence that says why."""
        read_query(AnalysisQuery, request)
        raise NotImplementedError

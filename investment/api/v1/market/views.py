"""One instrument's prices and the data behind them."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from investment.api.parameters import read_query
from investment.api.v1.market.serializers import (
    LatestPricesQuery,
    LatestPricesSerializer,
    PricesQuery,
    PricesSerializer,
    StockDataSerializer,
)


class PricesView(APIView):
    @extend_schema(operation_id="stock_prices", parameters=[PricesQuery], responses=PricesSerializer)
    def get(self, request: Request, symbol: str) -> Response:
        """Daily bars of one instrument, oldest first, adjusted as wished."""
        read_query(PricesQuery, request)
        raise NotImplementedError


class StockDataView(APIView):
    @extend_schema(operation_id="stock_data", responses=StockDataSerializer)
    def get(self, request: Request, symbol: str) -> Response:
        """Sources, revisions, gaps, quarantined rows and corporate actions of one instrument."""
        raise NotImplementedError


class LatestPricesView(APIView):
    @extend_schema(
        operation_id="latest_prices", parameters=[LatestPricesQuery], responses=LatestPricesSerializer
    )
    def get(self, request: Request) -> Response:
        """The last raw close of each of some instruments."""
        read_query(LatestPricesQuery, request)
        raise NotImplementedError

"""What a company earns and is expected to, what analysts recommend, and its dividends."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from investment.api.v1.serializers import number
from investment.lib import clock
from investment.market.models import CorporateAction, EarningsDate, Recommendation
from investment.market.selectors.earnings import earnings_of
from investment.market.selectors.lookup import look_up

HOURS = EarningsDate.Hour.choices


class ToldSerializer(serializers.Serializer[Any]):
    """Who was asked, whose words these are, and when they were told."""

    provider = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    fetched_at = serializers.DateTimeField()


class NextReportSerializer(ToldSerializer):
    on = serializers.DateField()
    hour = serializers.ChoiceField(HOURS, allow_null=True)
    fiscal_year = serializers.IntegerField(allow_null=True)
    fiscal_quarter = serializers.IntegerField(allow_null=True)
    eps_estimate = number("Per share, in the shares of today")
    revenue_estimate = number("Whole units of the company's currency")


class EarningsReportSerializer(ToldSerializer):
    """A fiscal quarter that ended on ``period``; per share in the shares of today."""

    period = serializers.DateField()
    fiscal_year = serializers.IntegerField(allow_null=True)
    fiscal_quarter = serializers.IntegerField(allow_null=True)
    actual = number()
    estimate = number()
    surprise = number("Actual less estimate")
    surprise_ratio = number("Of the estimate, a fraction")
    reported_on = serializers.DateField(allow_null=True)


class RecommendationSerializer(ToldSerializer):
    """How many analysts said what in the month that began on ``period``."""

    period = serializers.DateField()
    strong_buy = serializers.IntegerField()
    buy = serializers.IntegerField()
    hold = serializers.IntegerField()
    sell = serializers.IntegerField()
    strong_sell = serializers.IntegerField()


class DividendSerializer(serializers.Serializer[Any]):
    """A cash dividend, a share as declared; ``provider`` is whose word it is."""

    ex_date = serializers.DateField()
    pay_date = serializers.DateField(allow_null=True)
    record_date = serializers.DateField(allow_null=True)
    declared_on = serializers.DateField(allow_null=True)
    amount = serializers.FloatField()
    currency = serializers.CharField(allow_null=True)
    provider = serializers.CharField()
    known_at = serializers.DateTimeField()


class DividendsSerializer(serializers.Serializer[Any]):
    due = DividendSerializer(many=True, help_text="Soonest first, until they are paid")
    paid = DividendSerializer(many=True, help_text="The last twelve, newest first")


class EarningsSerializer(serializers.Serializer[Any]):
    """
    Newest first. ``currency`` is that of what is per share; null where nobody names it.

    ``note`` says what is lacking, or what to mind.
    """

    symbol = serializers.CharField()
    currency = serializers.CharField(allow_null=True)
    next = NextReportSerializer(allow_null=True)
    reports = EarningsReportSerializer(many=True)
    recommendations = RecommendationSerializer(many=True)
    dividends = DividendsSerializer()
    note = serializers.CharField(allow_null=True)


class EarningsView(APIView):
    @extend_schema(operation_id="stock_earnings", responses=EarningsSerializer)
    def get(self, request: Request, symbol: str) -> Response:
        """Reports against what was expected, the next one, recommendations, dividends. Never a call."""
        instrument = look_up(symbol=symbol)
        found = earnings_of(instrument=instrument, now=clock.now())
        return Response(
            {
                "symbol": instrument.symbol,
                "currency": found.currency,
                "next": found.next,
                "reports": found.reports,
                "recommendations": [_recommendation(each) for each in found.recommendations],
                "dividends": {
                    "due": [render_dividend(each) for each in found.due],
                    "paid": [render_dividend(each) for each in found.paid],
                },
                "note": found.note,
            }
        )


def render_dividend(action: CorporateAction) -> dict[str, object]:
    names = (
        "ex_date", "pay_date", "record_date", "declared_on", "amount", "currency", "provider", "known_at",
    )  # fmt: skip
    return {name: getattr(action, name) for name in names}


def _recommendation(row: Recommendation) -> dict[str, object]:
    names = (
        "period", "strong_buy", "buy", "hold", "sell", "strong_sell", "provider", "source", "fetched_at",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}

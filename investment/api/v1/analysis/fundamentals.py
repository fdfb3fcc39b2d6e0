"""What an instrument's company told in its filings, as known on a day."""

from typing import Any, get_args

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from investment.analysis.calculators.provider_figures import Unit as ProviderUnit
from investment.analysis.selectors.company_fundamentals import Unit, fundamentals_of
from investment.analysis.selectors.filled import filled_of
from investment.api.parameters import read_query
from investment.api.v1.analysis.serializers import AsOfQuery
from investment.api.v1.serializers import number
from investment.lib import clock
from investment.market.selectors.lookup import look_up

UNITS = [(unit, unit) for unit in get_args(Unit)]
PROVIDER_UNITS = [(unit, unit) for unit in get_args(ProviderUnit)]


class FundamentalsQuery(AsOfQuery):
    as_of = serializers.DateField(
        required=False, help_text="The last day whose filings, splits and prices count; today unless given"
    )


class FundamentalFigureSerializer(serializers.Serializer[Any]):
    """A figure. ``derived``: put together of several facts; ``known_on``: when the last of them was filed."""

    value = serializers.FloatField()
    derived = serializers.BooleanField()
    known_on = serializers.DateField()
    accessions = serializers.ListField(child=serializers.CharField(), help_text="The filings it is from")
    tags = serializers.ListField(child=serializers.CharField(), help_text="taxonomy:Tag")


class FundamentalPeriodSerializer(serializers.Serializer[Any]):
    """A fiscal year (``quarter`` null) or quarter; a line that is not known is null."""

    start = serializers.DateField()
    end = serializers.DateField()
    fiscal_year = serializers.IntegerField(allow_null=True)
    quarter = serializers.IntegerField(allow_null=True)
    transition = serializers.BooleanField(help_text="Between an old and a new year end")
    figures = serializers.DictField(child=FundamentalFigureSerializer(allow_null=True))


class FundamentalLineSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.ChoiceField(UNITS)


class PublishedScoreSerializer(serializers.Serializer[Any]):
    """A published score, of how many of its components it is, and each of them."""

    score = number()
    known = serializers.IntegerField()
    of = serializers.IntegerField()
    components = serializers.DictField(child=serializers.FloatField(allow_null=True))


class FundamentalDoubtSerializer(serializers.Serializer[Any]):
    """Two filings tell a line of one period, the later ``times`` the earlier: one has the wrong scale."""

    line = serializers.CharField()
    end = serializers.DateField()
    value = serializers.FloatField(help_text="As the later filing tells it, which counts")
    before = serializers.FloatField()
    times = serializers.FloatField()
    accessions = serializers.ListField(child=serializers.CharField(), help_text="The earlier, the later")


class SupplementSerializer(serializers.Serializer[Any]):
    """A figure that no filing tells, as a provider told it; ratios with a price in them are of that day."""

    figure = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.FloatField()
    unit = serializers.ChoiceField(PROVIDER_UNITS)
    currency = serializers.CharField(allow_null=True, help_text="Of money and of what is per share")
    provider = serializers.CharField()
    source = serializers.CharField(help_text="Whose figure it is")  # type: ignore[assignment]
    fetched_at = serializers.DateTimeField()


class FigureCheckSerializer(serializers.Serializer[Any]):
    """A figure worked out of filings (``ours``) beside a provider's of the same quarter."""

    figure = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.ChoiceField(PROVIDER_UNITS)
    ours = serializers.FloatField()
    theirs = serializers.FloatField()
    provider = serializers.CharField()
    source = serializers.CharField(help_text="Whose figure it is")  # type: ignore[assignment]
    fetched_at = serializers.DateTimeField()
    differs_by = serializers.FloatField(help_text="Relative; of fractions the difference")
    agrees = serializers.BooleanField(help_text="Whether that is within what two ways of counting explain")


class FundamentalsSerializer(serializers.Serializer[Any]):
    """
    Periods newest first. Money in ``currency``; shares, and what is per share, in the shares of ``as_of``.
    Ratios are fractions or multiples. Everything else is null where the company had told nothing.
    """

    symbol = serializers.CharField()
    as_of = serializers.DateField()
    currency = serializers.CharField(allow_null=True)
    period_end = serializers.DateField(allow_null=True)
    lines = FundamentalLineSerializer(many=True)
    years = FundamentalPeriodSerializer(many=True)
    quarters = FundamentalPeriodSerializer(many=True)
    trailing = serializers.DictField(
        child=FundamentalFigureSerializer(allow_null=True),
        help_text="Over the twelve months up to period_end",
    )
    ratios = serializers.DictField(child=serializers.FloatField(allow_null=True))
    piotroski = PublishedScoreSerializer(allow_null=True)
    altman = PublishedScoreSerializer(allow_null=True)
    doubts = FundamentalDoubtSerializer(many=True)
    supplements = SupplementSerializer(
        many=True, help_text="What filings lack and a provider told; in nothing above"
    )
    checks = FigureCheckSerializer(many=True)


class FundamentalsView(APIView):
    @extend_schema(
        operation_id="stock_fundamentals", parameters=[FundamentalsQuery], responses=FundamentalsSerializer
    )
    def get(self, request: Request, symbol: str) -> Response:
        """Statements by period, ratios and published scores of health, as they were known on a day."""
        today = clock.now().date()
        as_of = min(read_query(FundamentalsQuery, request).get("as_of", today), today)
        instrument = look_up(symbol=symbol)
        found = fundamentals_of(instrument=instrument, as_of=as_of)
        filled = filled_of(instrument=instrument, as_of=as_of, found=found)
        return Response(
            {
                "symbol": instrument.symbol,
                "as_of": as_of,
                "currency": found.currency if found else None,
                "period_end": found.period_end if found else None,
                "lines": found.lines if found else [],
                "years": found.years if found else [],
                "quarters": found.quarters if found else [],
                "trailing": found.trailing if found else {},
                "ratios": found.ratios if found else {},
                "piotroski": found.piotroski if found else None,
                "altman": found.altman if found else None,
                "doubts": found.doubts if found else [],
                "supplements": filled.supplements,
                "checks": filled.checks,
            }
        )

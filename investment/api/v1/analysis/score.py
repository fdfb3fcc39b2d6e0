"""The overall score of one instrument, with its parts and its record."""

from dataclasses import fields
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from investment.analysis.calculators import overall
from investment.analysis.selectors.score import overall_of
from investment.analysis.selectors.score_record import LABELS
from investment.api.parameters import read_query
from investment.api.v1.analysis.serializers import AsOfQuery, ScoreInputSerializer
from investment.api.v1.serializers import BOARDS, number
from investment.lib import clock
from investment.market.selectors.lookup import look_up


class ScoreQuery(AsOfQuery):
    as_of = serializers.DateField(
        required=False, help_text="Of the last scored session by this day; today unless given"
    )


class OverallPartSerializer(serializers.Serializer[Any]):
    """A part of the overall score. ``missing`` says why it has no score, where it has none."""

    name = serializers.ChoiceField([(each.name, each.label) for each in overall.WEIGHTS])
    label = serializers.CharField()  # type: ignore[assignment]
    weight = serializers.FloatField(help_text="By the table, a fraction")
    weight_used = serializers.FloatField(help_text="Where others are missing it is more; 0: not used")
    score = number("0 to 100")
    missing = serializers.CharField(allow_null=True)
    inputs = ScoreInputSerializer(many=True)


class PastScoreSerializer(serializers.Serializer[Any]):
    session = serializers.DateField()
    score = number()
    technical = number()
    fundamental = number()
    sentiment = number()


class RecordMonthSerializer(serializers.Serializer[Any]):
    month = serializers.DateField(help_text="Its first day; of the scores, not of the returns")
    correlation = serializers.FloatField(help_text="Rank correlation, -1 to 1, mean of the sessions")
    sessions = serializers.IntegerField()
    instruments = serializers.IntegerField(help_text="Of a session, on average")
    standard_error = serializers.FloatField()


class ScoreRecordSerializer(serializers.Serializer[Any]):
    """How one score, or a part of one (``technical.trend``), did."""

    score = serializers.ChoiceField(list(LABELS.items()))
    label = serializers.CharField()  # type: ignore[assignment]
    months = RecordMonthSerializer(many=True)
    mean = number("Of the months")
    standard_error = number("Of the mean, from the spread of the months; null: too few of them")
    share_positive = number("Of the months, a fraction")
    words = serializers.CharField()


class OverallScoreSerializer(serializers.Serializer[Any]):
    """
    ``session`` null: nothing was scored by then. ``missing`` names the parts without a score. History and
    months are oldest first; the record is that of the instrument's board, as known on ``as_of``.
    """

    symbol = serializers.CharField()
    session = serializers.DateField(allow_null=True)
    as_of = serializers.DateField()
    score = number("0 to 100")
    rank = serializers.IntegerField(allow_null=True)
    board = serializers.ChoiceField(BOARDS, allow_null=True)
    board_size = serializers.IntegerField(allow_null=True)
    parts = OverallPartSerializer(many=True)
    missing = serializers.ListField(child=serializers.CharField())
    sentence = serializers.CharField()
    history = PastScoreSerializer(many=True)
    record = ScoreRecordSerializer(many=True)
    method = serializers.CharField()


class ScoreView(APIView):
    @extend_schema(operation_id="stock_score", parameters=[ScoreQuery], responses=OverallScoreSerializer)
    def get(self, request: Request, symbol: str) -> Response:
        """The overall score with its parts, what is missing, and how it did in the past."""
        query = read_query(ScoreQuery, request)
        instrument = look_up(symbol=symbol)
        as_of = query.get("as_of") or clock.now().date()
        found = overall_of(instrument=instrument, as_of=as_of)
        told = {field.name: getattr(found, field.name) for field in fields(found)}
        return Response({"symbol": instrument.symbol, "as_of": as_of} | told)

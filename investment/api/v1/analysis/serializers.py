"""The table of all stocks, one stock, and its analysis with reasons."""

from datetime import date
from typing import Any, get_args

from rest_framework import serializers

from investment.analysis.selectors.catalogue import Unit
from investment.analysis.selectors.market_table import SORTS
from investment.api.parameters import FiniteFloatField, PageQuery
from investment.api.v1.market.serializers import DataIssueSerializer, QuoteSerializer
from investment.api.v1.serializers import BOARDS, KINDS, ReasonSerializer, SourceSerializer, number

UNITS = [(unit, unit) for unit in get_args(Unit)]
FIRST = date(1990, 1, 1)  # before it nothing is known of anybody


class AsOfQuery(serializers.Serializer[Any]):
    """Which past day's knowledge is asked for; each endpoint says what that is."""

    as_of = serializers.DateField(required=False)

    def validate_as_of(self, value: date) -> date:
        if value < FIRST:
            raise serializers.ValidationError(f"There is nothing before {FIRST}.")
        return value


class StockQuery(PageQuery):
    search = serializers.CharField(required=False, max_length=80, help_text="In the symbol or the name")
    sort = serializers.ChoiceField(
        [(sign + name, sign + name) for name in SORTS for sign in ("", "-")],
        default="-score",
        help_text="A minus before it turns the order round; unknown values come last either way",
    )
    kind = serializers.ChoiceField(KINDS, required=False)
    exchange = serializers.CharField(required=False, max_length=8, help_text="MIC, for example XNAS")
    board = serializers.ChoiceField(BOARDS, required=False)
    ranked = serializers.BooleanField(required=False)
    min_price = FiniteFloatField(required=False)
    max_price = FiniteFloatField(required=False)
    min_score = FiniteFloatField(required=False)


class StockRowSerializer(serializers.Serializer[Any]):
    """An instrument with its figures of ``session``. Returns and volatility are fractions."""

    symbol = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(KINDS)
    exchange = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_null=True)
    session = serializers.DateField(allow_null=True, help_text="Its last bar's; null: no bar")
    close = number("Raw")
    volume = number("Shares")
    return_1 = number()
    return_5 = number()
    return_21 = number()
    return_63 = number()
    return_126 = number()
    return_252 = number()
    rsi_14 = number()
    volatility_252 = number()
    distance_from_high_252 = number()
    beta_252 = number()
    mean_dollar_volume_20 = number()
    score = number()
    rank = serializers.IntegerField(allow_null=True)
    board = serializers.ChoiceField(BOARDS, allow_null=True)
    unranked = ReasonSerializer(allow_null=True)
    source = SourceSerializer(allow_null=True)  # type: ignore[assignment]
    spark = serializers.ListField(
        child=serializers.FloatField(allow_null=True),
        allow_null=True,
        help_text="Closes of the last 42 sessions, adjusted for splits; null where there was no bar",
    )
    stale = serializers.BooleanField(help_text="It has no bar in the latest session")


class StockPageSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="How many fit the filters")
    session = serializers.DateField(
        allow_null=True, help_text="The latest analysed session; where none is, the latest with prices"
    )
    results = StockRowSerializer(many=True)


class TickerSerializer(serializers.Serializer[Any]):
    """A symbol it traded under; null is open."""

    symbol = serializers.CharField()
    first = serializers.DateField(allow_null=True)
    last = serializers.DateField(allow_null=True)


class LatestBarSerializer(serializers.Serializer[Any]):
    session = serializers.DateField()
    open = number()
    high = number()
    low = number()
    close = number()
    volume = number()
    vwap = number()
    source = SourceSerializer(allow_null=True)  # type: ignore[assignment]
    as_of = serializers.DateTimeField(allow_null=True, help_text="When the session closed")


class StockSerializer(serializers.Serializer[Any]):
    """An instrument, its last bar, and where it stands. Prices here are raw."""

    symbol = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(KINDS)
    exchange = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_null=True)
    active = serializers.BooleanField()
    listed_on = serializers.DateField(allow_null=True)
    delisted_on = serializers.DateField(allow_null=True)
    tickers = TickerSerializer(many=True)
    latest = LatestBarSerializer(allow_null=True)
    quote = QuoteSerializer(
        allow_null=True, help_text="The newest that is stored; asking for one is a refresh"
    )
    previous_close = number()
    return_1 = number("Adjusted for splits and dividends, a fraction")
    actions_known_from = serializers.DateField(allow_null=True)
    actions_note = serializers.CharField(allow_null=True, help_text="Why its actions are not known")
    rank = serializers.IntegerField(allow_null=True)
    score = number()
    board = serializers.ChoiceField(BOARDS, allow_null=True)
    unranked = ReasonSerializer(allow_null=True)
    stale = serializers.BooleanField()
    data_issues = DataIssueSerializer(many=True)


class AnalysisQuery(serializers.Serializer[Any]):
    session = serializers.DateField(required=False, help_text="By default the latest analysed one")


class MarketIndexSerializer(serializers.Serializer[Any]):
    """What beta and correlation are measured against."""

    name = serializers.CharField()
    members = serializers.IntegerField()


class FigureSerializer(serializers.Serializer[Any]):
    """One figure; ``reason`` says why it is unknown, where it is; ``note`` on what else a known one rests."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    group = serializers.CharField()
    value = number()
    unit = serializers.ChoiceField(UNITS)
    reason = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True, help_text="Where its basis is not that of the formula")
    formula = serializers.CharField()


class ScoreInputSerializer(serializers.Serializer[Any]):
    """One figure that is compared across the board."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.ChoiceField(UNITS)
    value = number()
    percentile = number("How many percent of the board it is ahead of; 100 is best")


class ScorePartSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = number("0 to 100")
    weight = serializers.FloatField()
    inputs = ScoreInputSerializer(many=True)


class ScoreSerializer(serializers.Serializer[Any]):
    """The technical score, 0 to 100, and its parts."""

    value = number()
    rank = serializers.IntegerField(allow_null=True)
    board = serializers.ChoiceField(BOARDS)
    board_size = serializers.IntegerField(allow_null=True)
    parts = ScorePartSerializer(many=True)


class AnalysisSerializer(serializers.Serializer[Any]):
    """The technical analysis of one instrument after one session."""

    symbol = serializers.CharField()
    session = serializers.DateField(allow_null=True, help_text="Null: not analysed yet")
    now = serializers.DateTimeField()
    market = MarketIndexSerializer(allow_null=True)
    figures = FigureSerializer(many=True)
    score = ScoreSerializer(allow_null=True)
    unranked = ReasonSerializer(allow_null=True)
    sentence = serializers.CharField()

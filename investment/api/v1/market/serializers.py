"""Prices, actions, the data behind them, and what is wrong with it."""

from typing import Any

from rest_framework import serializers

from investment.api.parameters import PageQuery
from investment.api.v1.serializers import ActionSerializer, SourceSerializer, number
from investment.market.models import BarRevision, DataIssue, Origin
from investment.market.selectors.companies import STATUSES
from investment.market.selectors.fx import EURO

MAX_SYMBOLS = 500
ADJUSTMENTS = [
    ("none", "Raw, as traded"),
    ("splits", "Adjusted for splits"),
    ("all", "Adjusted for splits and dividends"),
]


class PricesQuery(serializers.Serializer[Any]):
    """``from`` and ``to`` are sessions, both included; by default all there is."""

    to = serializers.DateField(required=False, help_text="Last session wanted")
    adjust = serializers.ChoiceField(ADJUSTMENTS, default="splits")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `from` is a keyword of Python, so it cannot be an attribute above.
        first = serializers.DateField(required=False, help_text="First session wanted")
        return {"from": first, **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "from" in attrs and "to" in attrs and attrs["from"] > attrs["to"]:
            raise serializers.ValidationError({"from": "Must not be after to."})
        return attrs


class BarSerializer(serializers.Serializer[Any]):
    session = serializers.DateField()
    open = number()
    high = number()
    low = number()
    close = number()
    volume = number("Shares; adjusted for splits where prices are")
    source = serializers.IntegerField(help_text="Id in `sources`")  # type: ignore[assignment]


class PriceSourceSerializer(SourceSerializer):
    id = serializers.IntegerField()
    detail = serializers.CharField(allow_null=True, help_text="File name or session")


class PricesSerializer(serializers.Serializer[Any]):
    """
    Daily bars, oldest first. Sessions without a bar are listed in ``missing``, never filled.

    Adjusted prices are on the basis of the latest session. ``known`` is false where some of them cannot
    be computed: those are null, and ``reason`` says why.
    """

    symbol = serializers.CharField()
    adjust = serializers.ChoiceField(ADJUSTMENTS)
    currency = serializers.CharField(allow_null=True)
    to = serializers.DateField(allow_null=True)
    known = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)
    bars = BarSerializer(many=True)
    missing = serializers.ListField(child=serializers.DateField())
    actions = ActionSerializer(many=True)
    sources = PriceSourceSerializer(many=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "from": serializers.DateField(allow_null=True)}


class ValuesSerializer(serializers.Serializer[Any]):
    open = number()
    high = number()
    low = number()
    close = number()
    volume = number()


class RevisionSerializer(serializers.Serializer[Any]):
    """A value that a bar no longer has or never had, and why."""

    session = serializers.DateField()
    reason = serializers.ChoiceField(BarRevision.Reason.choices)
    recorded_at = serializers.DateTimeField()
    source = SourceSerializer(allow_null=True)  # type: ignore[assignment]
    old = ValuesSerializer()


class GapSerializer(serializers.Serializer[Any]):
    """Sessions in a row on which the exchange traded and we have no bar."""

    to = serializers.DateField()
    sessions = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"from": serializers.DateField(), **super().get_fields()}


class QuarantinedSerializer(serializers.Serializer[Any]):
    """A row that cannot be true, as it came."""

    session = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
    payload = serializers.CharField()
    source = SourceSerializer(allow_null=True)  # type: ignore[assignment]


class SourceCountSerializer(serializers.Serializer[Any]):
    """How many of the bars came from where; ``fetched_at`` is the latest time."""

    provider = serializers.CharField()
    channel = serializers.ChoiceField(Origin.Channel.choices)
    basis = serializers.ChoiceField(Origin.Basis.choices)
    fetched_at = serializers.DateTimeField()
    count = serializers.IntegerField()
    first = serializers.DateField()
    last = serializers.DateField()


class StockDataSerializer(serializers.Serializer[Any]):
    """What lies behind an instrument's figures. The newest thousand of each list."""

    symbol = serializers.CharField()
    sources = SourceCountSerializer(many=True)
    revisions = RevisionSerializer(many=True)
    gaps = GapSerializer(many=True)
    quarantine = QuarantinedSerializer(many=True)
    actions = ActionSerializer(many=True)


class DataIssueSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(DataIssue.Kind.choices)
    message = serializers.CharField()
    session = serializers.DateField(allow_null=True)


class IssueQuery(PageQuery):
    open = serializers.BooleanField(required=False, help_text="Only open ones, or only closed ones")


class IssueSerializer(serializers.Serializer[Any]):
    """Something wrong with the data, open until it is mended; said again, it counts one more time."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(DataIssue.Kind.choices)
    kind_label = serializers.CharField(help_text="The kind in words")
    session = serializers.DateField(allow_null=True)
    symbol = serializers.CharField(allow_null=True)
    message = serializers.CharField(help_text="What happened, to what, and what happens next")
    times = serializers.IntegerField(help_text="How often it was seen")
    opened_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True, help_text="Null: still open")


class IssuePageSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    results = IssueSerializer(many=True)


class LatestPricesQuery(serializers.Serializer[Any]):
    symbols = serializers.CharField(
        max_length=MAX_SYMBOLS * 33, help_text=f"Symbols with commas between, at most {MAX_SYMBOLS}"
    )

    def validate_symbols(self, value: str) -> list[str]:
        symbols = list(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
        if not 1 <= len(symbols) <= MAX_SYMBOLS:
            raise serializers.ValidationError(f"Give between 1 and {MAX_SYMBOLS} symbols.")
        return symbols


class LatestPriceSerializer(serializers.Serializer[Any]):
    """The last raw close of an instrument; null where it has no bar."""

    symbol = serializers.CharField()
    session = serializers.DateField(allow_null=True)
    close = number()
    currency = serializers.CharField(allow_null=True)
    source = SourceSerializer(allow_null=True)  # type: ignore[assignment]
    fetched_at = serializers.DateTimeField(allow_null=True)


class LatestPricesSerializer(serializers.Serializer[Any]):
    results = LatestPriceSerializer(many=True)
    unknown = serializers.ListField(child=serializers.CharField(), help_text="Symbols we do not know")


class QuoteSerializer(serializers.Serializer[Any]):
    """
    The last price that a provider told, raw. It is never a part of the series of closes.

    ``previous_close`` is the provider's too, and may differ from ours.
    """

    price = serializers.FloatField()
    at = serializers.DateTimeField(help_text="The instant of the price")
    previous_close = number()
    provider = serializers.CharField(help_text="Who was asked")
    source = serializers.CharField(help_text="Whose figures it told")  # type: ignore[assignment]
    fetched_at = serializers.DateTimeField()
    age_seconds = serializers.FloatField(help_text="Since it was asked for")


class RatesQuery(serializers.Serializer[Any]):
    base = serializers.CharField(default=EURO, max_length=8, help_text="Currency that is priced, ISO 4217")
    on = serializers.DateField(required=False, help_text="By default today")


class RateHistoryQuery(serializers.Serializer[Any]):
    base = serializers.CharField(default=EURO, max_length=8, help_text="Currency that is priced, ISO 4217")
    days = serializers.IntegerField(
        default=90, min_value=1, max_value=20_000, help_text="How many days back, by the calendar"
    )


class RateSourceSerializer(serializers.Serializer[Any]):
    """Who fixed the rates, when we last asked, and the last day that was told of."""

    provider = serializers.CharField()
    fetched_at = serializers.DateTimeField()
    published_day = serializers.DateField(allow_null=True)


class RateSerializer(serializers.Serializer[Any]):
    quote = serializers.CharField()
    rate = serializers.CharField(help_text="How much of it a unit of the base is worth; a decimal number")
    day = serializers.DateField(help_text="On which it was fixed")
    computed = serializers.BooleanField(help_text="From two rates against the euro")


class RatesSerializer(serializers.Serializer[Any]):
    """
    The rates of one fixing. ``day`` is earlier than the day asked for where nothing was fixed on that.

    Null and without rates where the last fixing before it is more than a week older; ``words`` say why.
    """

    base = serializers.CharField()
    day = serializers.DateField(allow_null=True)
    rates = RateSerializer(many=True)
    source = RateSourceSerializer(allow_null=True)  # type: ignore[assignment]
    history_from = serializers.DateField(allow_null=True, help_text="First day with any rates")
    words = serializers.CharField(help_text="What is to be known of the day, for people; may be empty")


class RatePointSerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    rate = serializers.CharField(help_text="A decimal number")


class RateHistorySerializer(serializers.Serializer[Any]):
    """The rates of one pair, oldest first; days without a fixing are left out, never filled."""

    base = serializers.CharField()
    quote = serializers.CharField()
    computed = serializers.BooleanField(help_text="From two rates against the euro")
    points = RatePointSerializer(many=True)
    source = RateSourceSerializer(allow_null=True)  # type: ignore[assignment]
    words = serializers.CharField(help_text="Why there are no points, for people; may be empty")


class FilingSerializer(serializers.Serializer[Any]):
    form = serializers.CharField()
    filed_on = serializers.DateField()
    period_end = serializers.DateField(allow_null=True)
    description = serializers.CharField(allow_null=True)
    url = serializers.CharField(allow_null=True, help_text="Its main document; null for invented filings")


class CompanySourceSerializer(serializers.Serializer[Any]):
    provider = serializers.CharField()
    fetched_at = serializers.DateTimeField()


class CompanySerializer(serializers.Serializer[Any]):
    """Who files for an instrument, and the newest filings of the forms that matter, newest first."""

    cik = serializers.CharField(allow_null=True, help_text="The SEC's number of the company, ten digits")
    name = serializers.CharField(allow_null=True)
    sic = serializers.CharField(allow_null=True, help_text="Standard industrial classification")
    sic_description = serializers.CharField(allow_null=True)
    state = serializers.CharField(allow_null=True, help_text="Of incorporation, as the SEC codes it")
    fiscal_year_end = serializers.CharField(allow_null=True, help_text="Month and day: 09-28")
    website = serializers.CharField(allow_null=True)
    filings = FilingSerializer(many=True)
    source = CompanySourceSerializer(allow_null=True)  # type: ignore[assignment]
    status = serializers.ChoiceField(STATUSES)
    words = serializers.CharField(help_text="What is to be known of the status, for people; may be empty")

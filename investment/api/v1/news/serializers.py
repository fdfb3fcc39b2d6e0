"""Shapes of stories."""

from typing import Any

from rest_framework import serializers

from investment.api.v1.serializers import number
from investment.news.models import Label, StoryTie
from investment.providers.registry import NAMES

MAX_SYMBOLS = 50
MAX_LIMIT = 200
LABELS = Label.choices
HOW = StoryTie.How.choices
PROVIDERS = [(name, name) for name in NAMES]


class StockNewsQuery(serializers.Serializer[Any]):
    """Newest first; what is given must all be met."""

    q = serializers.CharField(
        required=False, max_length=200, help_text='Words in headline or snippet: a "phrase", or, -without'
    )
    since = serializers.DateTimeField(required=False, help_text="Published then or later")
    until = serializers.DateTimeField(required=False, help_text="Published before then")
    sentiment = serializers.ChoiceField(
        LABELS, required=False, help_text="What it means for one of the stocks asked for"
    )
    provider = serializers.ChoiceField(PROVIDERS, required=False, help_text="Who brought it, or a copy")
    publisher = serializers.CharField(required=False, max_length=200, help_text="By its name, in any case")
    cursor = serializers.CharField(required=False, max_length=40, help_text="«next» of the page before")
    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=50)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "since" in attrs and "until" in attrs and attrs["since"] >= attrs["until"]:
            raise serializers.ValidationError({"since": "Must be before until."})
        return attrs


class NewsQuery(StockNewsQuery):
    symbol = serializers.CharField(
        required=False,
        max_length=MAX_SYMBOLS * 33,
        help_text=f"Symbols with commas between, at most {MAX_SYMBOLS}: about any of these",
    )

    def validate_symbol(self, value: str) -> list[str]:
        symbols = list(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
        if not 1 <= len(symbols) <= MAX_SYMBOLS:
            raise serializers.ValidationError(f"Give between 1 and {MAX_SYMBOLS} symbols.")
        return symbols


class StoryProviderSerializer(serializers.Serializer[Any]):
    """Who was asked, and whose words these are."""

    provider = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]


class StoryAttributionSerializer(serializers.Serializer[Any]):
    """What must be shown beside the story."""

    text = serializers.CharField()
    link = serializers.CharField()


class StoryTieSerializer(serializers.Serializer[Any]):
    """
    An instrument that the story is about, and what it means for it. ``score`` runs from -1 to 1; null is
    unsure, or a reader that tells labels alone. ``reader`` is ``local`` or a provider, ``method`` its way.
    """

    symbol = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    how = serializers.ChoiceField(HOW)
    in_headline = serializers.BooleanField()
    label = serializers.ChoiceField(LABELS)  # type: ignore[assignment]
    score = number()
    reader = serializers.CharField()
    method = serializers.CharField()


class StorySerializer(serializers.Serializer[Any]):
    """A story in the words of the copy published first: a headline, a snippet, and where to read it."""

    id = serializers.IntegerField()
    headline = serializers.CharField()
    summary = serializers.CharField(allow_null=True)
    url = serializers.CharField()
    publisher = serializers.CharField(allow_null=True)
    published_at = serializers.DateTimeField()
    first_seen_at = serializers.DateTimeField(help_text="By us")
    language = serializers.CharField(allow_null=True)
    image_url = serializers.CharField(allow_null=True)
    providers = StoryProviderSerializer(many=True, help_text="Of its copies, the first one first")
    attributions = StoryAttributionSerializer(many=True)
    ties = StoryTieSerializer(many=True)
    copies = serializers.IntegerField()


class NewsSerializer(serializers.Serializer[Any]):
    """Newest first. ``total`` is null beyond a thousand; ``next`` is the cursor of the next page."""

    total = serializers.IntegerField(allow_null=True)
    next = serializers.CharField(allow_null=True)
    rows = StorySerializer(many=True)


class FlowSerializer(serializers.Serializer[Any]):
    """
    Stories of the last 1, 7 and 30 times 24 hours, their mean score, and how unusual that is for this stock.
    """

    as_of = serializers.DateTimeField()
    stories_1 = serializers.IntegerField()
    stories_7 = serializers.IntegerField()
    stories_30 = serializers.IntegerField()
    sentiment_1 = number("-1 to 1, of the stories that somebody is sure about")
    sentiment_7 = number()
    sentiment_30 = number()
    volume_surprise = number("Stories of 7 days against its earlier weeks, in standard deviations")
    sentiment_surprise = number("Mean of 7 days against its 90 days before, in standard errors")


class StockNewsSerializer(NewsSerializer):
    symbol = serializers.CharField()
    flow = FlowSerializer()

"""What was asked of whom, what comes next, and how fresh everything is."""

from typing import Any

from rest_framework import serializers

from investment.acquisition.importance import Tier
from investment.acquisition.kinds import Kind
from investment.api.v1.serializers import number
from investment.lib.level import Level
from investment.ops.services.refreshing import KINDS

LEVELS = [(level.value, level.value.replace("_", " ")) for level in Level]
TIERS = [(tier.value, tier.value) for tier in Tier]
REFRESHABLE = [(kind.value, kind.label) for kind in KINDS]
KIND_CHOICES = [(kind.value, kind.label) for kind in Kind]
STATES = [("included", "Included"), ("not_included", "Not in the plan"), ("unknown", "Not known yet")]
CIRCUITS = [("open", "Left alone for a while"), ("half_open", "About to be tried again")]


class WindowSerializer(serializers.Serializer[Any]):
    """One limit. Every window rolls: a slot is free again its length after the call ended."""

    scope = serializers.CharField(help_text="What is metered together, without the key")
    limit = serializers.IntegerField()
    seconds = serializers.IntegerField()
    used = serializers.IntegerField(help_text="Slots of calls that ended")
    held = serializers.IntegerField(help_text="Slots of calls on their way")
    free = serializers.IntegerField(help_text="For the most favoured lane")
    free_planned = serializers.IntegerField()
    reserve = serializers.IntegerField(help_text="Kept for people who wait")
    lent = serializers.IntegerField(help_text="Of the reserve, to planned calls")
    foreign = serializers.IntegerField(help_text="Used by somebody else, as the provider told")
    next_free_at = serializers.DateTimeField(allow_null=True)
    resets_at = serializers.DateTimeField(allow_null=True, help_text="When all is free if nothing is sent")
    full_until = serializers.DateTimeField(
        allow_null=True, help_text="The provider told us to stop until then"
    )
    source = serializers.CharField(help_text="Where the limit is written")  # type: ignore[assignment]


class CircuitSerializer(serializers.Serializer[Any]):
    """An endpoint that failed so often that it is left alone."""

    endpoint = serializers.CharField()
    state = serializers.ChoiceField(CIRCUITS)
    why = serializers.CharField()
    retry_at = serializers.DateTimeField(allow_null=True)


class EntitlementSerializer(serializers.Serializer[Any]):
    """What is known of one endpoint under the present key, in the provider's words."""

    endpoint = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    words = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    ask_again_at = serializers.DateTimeField(allow_null=True)
    floor = serializers.DateField(allow_null=True, help_text="First day of its history")
    uncovered_symbols = serializers.IntegerField()


class NextCallSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(KIND_CHOICES)
    symbol = serializers.CharField()
    gain = serializers.FloatField(help_text="Weighted basis points of expected error that it takes away")
    promised = serializers.BooleanField(help_text="It keeps an age that somebody was promised")


class LanesSerializer(serializers.Serializer[Any]):
    essential = serializers.IntegerField()
    interactive = serializers.IntegerField()
    planned = serializers.IntegerField()


class TrustSerializer(serializers.Serializer[Any]):
    """
    How often a provider agreed with another source, one count a session of an instrument.

    The score is the mean of a Beta distribution, with one agreement and one disagreement before all counts.
    """

    kind = serializers.ChoiceField(KIND_CHOICES)
    score = serializers.FloatField()
    agreed = serializers.IntegerField()
    disagreed = serializers.IntegerField()
    words = serializers.CharField()


class NewsReadSerializer(serializers.Serializer[Any]):
    """How far a provider's news of the whole market were read; what people look at is asked for besides."""

    reached_at = serializers.DateTimeField(allow_null=True, help_text="The newest article's time")
    heard_at = serializers.DateTimeField(allow_null=True, help_text="When it answered last")
    polled_at = serializers.DateTimeField(help_text="When it was asked last")
    gap_from = serializers.DateTimeField(allow_null=True, help_text="Still to be read, to gap_until")
    gap_until = serializers.DateTimeField(allow_null=True)
    lost = serializers.CharField(help_text="What was written and cannot be read any more, in words; or empty")
    error = serializers.CharField(help_text="Why it had no answer when it was asked last; or empty")
    asked = serializers.BooleanField(help_text="Whether it is asked at the present spending level")


class ProviderUsageSerializer(serializers.Serializer[Any]):
    """One provider under its present key. ``words`` say why it is not asked, where it is not."""

    provider = serializers.CharField()
    title = serializers.CharField()
    configured = serializers.BooleanField()
    words = serializers.CharField()
    plan = serializers.CharField(help_text="What is paid for, as the settings name it")
    windows = WindowSerializer(many=True)
    lanes = LanesSerializer(help_text="Calls of this hour and the 24 before it")
    states = serializers.DictField(child=serializers.IntegerField(), help_text="What became of those calls")
    circuits = CircuitSerializer(many=True)
    entitlements = EntitlementSerializer(many=True)
    planned = serializers.IntegerField(help_text="Calls in the plan of the next hour")
    next_calls = NextCallSerializer(many=True)
    trust = TrustSerializer(many=True, help_text="Empty until it was compared with another")
    minutes = serializers.ListField(
        child=serializers.IntegerField(), help_text="Planned calls in each of the next 60 minutes"
    )
    news = NewsReadSerializer(allow_null=True, help_text="Null where it was never asked for any")


class ApiUsageSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    level = serializers.ChoiceField(LEVELS)
    sentence = serializers.CharField(help_text="What is asked at this level, and what is left out")
    planned_at = serializers.DateTimeField(allow_null=True, help_text="When the plan was made")
    providers = ProviderUsageSerializer(many=True)


class CacheEndpointSerializer(serializers.Serializer[Any]):
    provider = serializers.CharField()
    endpoint = serializers.CharField()
    hits = serializers.IntegerField()
    misses = serializers.IntegerField()
    shared = serializers.IntegerField(help_text="Answered by the call of somebody who asked at the same time")
    hit_rate = serializers.FloatField(allow_null=True)
    max_age_seconds = serializers.FloatField()


class CacheSerializer(serializers.Serializer[Any]):
    """Answers kept for who reads interactively. ``hit_rate`` counts what cost no call of its own."""

    hit_rate = serializers.FloatField(allow_null=True)
    hits = serializers.IntegerField()
    misses = serializers.IntegerField()
    shared = serializers.IntegerField()
    since = serializers.DateTimeField(allow_null=True)
    endpoints = CacheEndpointSerializer(many=True)


class DatumSerializer(serializers.Serializer[Any]):
    """One thing that we know of an instrument: how old it is, who told it, and why it is not fresher."""

    kind = serializers.ChoiceField(KIND_CHOICES)
    label = serializers.CharField()  # type: ignore[assignment]
    value_at = serializers.DateTimeField(allow_null=True, help_text="The instant that the value is of")
    asked_at = serializers.DateTimeField(allow_null=True)
    age_seconds = serializers.FloatField(allow_null=True)
    open_age_seconds = serializers.FloatField(allow_null=True, help_text="While the exchange was open")
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    provider = serializers.CharField(allow_null=True)
    tier = serializers.ChoiceField(TIERS)
    target_age_seconds = serializers.FloatField(
        allow_null=True, help_text="Of open time; for news, of all time"
    )
    within_target = serializers.BooleanField(allow_null=True)
    next_call_at = serializers.DateTimeField(allow_null=True)
    next_provider = serializers.CharField(allow_null=True)
    gain = serializers.FloatField(allow_null=True)
    why_not_sooner = serializers.CharField()
    error = serializers.CharField(allow_null=True)


class FreshnessSerializer(serializers.Serializer[Any]):
    symbol = serializers.CharField()
    at = serializers.DateTimeField()
    level = serializers.ChoiceField(LEVELS)
    data = DatumSerializer(many=True)  # type: ignore[assignment]


class LastPriceSerializer(serializers.Serializer[Any]):
    """The last price, raw, as a provider told it; ``reason`` says why there is none."""

    symbol = serializers.CharField()
    currency = serializers.CharField(allow_null=True)
    price = number()
    at = serializers.DateTimeField(allow_null=True, help_text="The instant of the price")
    previous_close = number("As the same provider told it")
    provider = serializers.CharField(allow_null=True, help_text="Who was asked")
    source = serializers.CharField(allow_null=True, help_text="Whose figures it told")  # type: ignore[assignment]
    fetched_at = serializers.DateTimeField(allow_null=True)
    age_seconds = number("Since it was asked for")
    reason = serializers.CharField(allow_null=True)


class RefreshBody(serializers.Serializer[Any]):
    """Without ``confirm`` nothing is asked: the answer says what it would cost."""

    kinds = serializers.ListField(
        child=serializers.ChoiceField(REFRESHABLE),
        min_length=1,
        max_length=8,
    )
    confirm = serializers.BooleanField(default=False)


class CallPriceSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(KIND_CHOICES)
    provider = serializers.CharField()
    endpoint = serializers.CharField()
    calls = serializers.IntegerField()
    free = serializers.IntegerField(allow_null=True, help_text="Calls that are free now; null: no limit")
    limit = serializers.IntegerField(allow_null=True, help_text="Of which those are free; null: no limit")
    resets_at = serializers.DateTimeField(allow_null=True, help_text="When the next is free, where none is")


class SkippedSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(KIND_CHOICES)
    words = serializers.CharField()


class RefreshSerializer(serializers.Serializer[Any]):
    """``calls`` is the price; ``refreshed`` is empty until it was confirmed."""

    symbol = serializers.CharField()
    calls = CallPriceSerializer(many=True)
    total = serializers.IntegerField()
    refreshed = serializers.ListField(child=serializers.ChoiceField(REFRESHABLE))
    skipped = SkippedSerializer(many=True)

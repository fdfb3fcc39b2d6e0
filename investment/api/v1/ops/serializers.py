"""Health, the installation as a whole, and runs."""

from typing import Any

from rest_framework import serializers

from investment.ops.models import Run
from investment.ops.selectors.history import LABELS


class ChecksSerializer(serializers.Serializer[Any]):
    database = serializers.BooleanField()
    state = serializers.BooleanField()
    cache = serializers.BooleanField()


class HealthSerializer(serializers.Serializer[Any]):
    """``degraded`` when a server that we need does not answer; ``checks`` says which."""

    status = serializers.ChoiceField([("ok", "All well"), ("degraded", "Something does not answer")])
    version = serializers.CharField()
    checks = ChecksSerializer()


class RowCountsSerializer(serializers.Serializer[Any]):
    inserted = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()


class ProgressSerializer(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)


class RunSerializer(serializers.Serializer[Any]):
    """One run of something long: what, when, how many, how long, calls spent, error."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Run.Kind.choices)
    subject = serializers.CharField(help_text="Session, range or file")
    trigger = serializers.ChoiceField(Run.Trigger.choices)
    state = serializers.ChoiceField(Run.State.choices)
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    seconds = serializers.FloatField(allow_null=True)
    calls = serializers.IntegerField(help_text="Calls to providers")
    rows = RowCountsSerializer()
    analysed = serializers.IntegerField()
    ranked = serializers.IntegerField()
    progress = ProgressSerializer()
    error = serializers.CharField(allow_null=True)
    message = serializers.CharField(allow_null=True)


class RunPageSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    results = RunSerializer(many=True)


class ProviderSerializer(serializers.Serializer[Any]):
    """How the last call to a provider went."""

    provider = serializers.CharField()
    last_call_at = serializers.DateTimeField(allow_null=True)
    last_status = serializers.IntegerField(allow_null=True, help_text="HTTP status")
    last_error = serializers.CharField(allow_null=True)


class AttributionSerializer(serializers.Serializer[Any]):
    """What a provider's terms want to be shown, and where."""

    provider = serializers.CharField()
    text = serializers.CharField()
    where = serializers.CharField()
    link = serializers.CharField(help_text="Where it leads to; empty: nowhere")


class PricesSourceSerializer(serializers.Serializer[Any]):
    """Whose prices are shown. Null where nobody tells any; ``words`` then say what to do."""

    provider = serializers.CharField(allow_null=True)
    words = serializers.CharField()


HISTORY_STEPS = list(LABELS.items())
HISTORY_STATES = [
    ("waiting", "It goes on at next_try_at"),
    ("running", "It is being brought in"),
    ("done", "All of it is stored"),
    ("stopped", "Somebody must change something: words say what"),
]
STEP_STATES = [
    ("pending", "Its turn comes later"),
    ("running", "It is its turn"),
    ("done", "Done"),
    ("refused", "Not in the plan: words are the provider's"),
]


class HistoryStepSerializer(serializers.Serializer[Any]):
    """One part of the history. ``total`` is null while nobody knows it."""

    name = serializers.ChoiceField(HISTORY_STEPS)
    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(STEP_STATES)
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    words = serializers.CharField()


class HistorySerializer(serializers.Serializer[Any]):
    """How far the history of a live installation is. Calls left and the end are estimates."""

    state = serializers.ChoiceField(HISTORY_STATES)
    since = serializers.DateField()
    until = serializers.DateField()
    steps = HistoryStepSerializer(many=True)
    calls_left = serializers.IntegerField(allow_null=True)
    estimated_end_at = serializers.DateTimeField(allow_null=True)
    next_try_at = serializers.DateTimeField(allow_null=True)
    words = serializers.CharField(help_text="One sentence for people")


class StatusSerializer(serializers.Serializer[Any]):
    """The installation as a whole. ``now`` is the one clock's."""

    mode = serializers.ChoiceField(
        [("sample", "Fictional market"), ("data", "A folder of bars"), ("live", "Providers")]
    )
    mode_name = serializers.CharField()
    synthetic = serializers.BooleanField(help_text="True: every figure is invented")
    notice = serializers.CharField(allow_null=True, help_text="What every page must say at its top")
    now = serializers.DateTimeField()
    clock_rate = serializers.FloatField(help_text="Our seconds in a real one; 1 is real time")
    latest_session = serializers.DateField(allow_null=True)
    latest_ranked_session = serializers.DateField(allow_null=True)
    next_session = serializers.DateField(allow_null=True)
    instruments = serializers.IntegerField()
    analysed = serializers.IntegerField()
    ranked = serializers.IntegerField()
    last_run = RunSerializer(allow_null=True)
    open_issues = serializers.IntegerField()
    providers = ProviderSerializer(many=True)
    attributions = AttributionSerializer(many=True, help_text="Of the providers asked in the last 30 days")
    prices = PricesSourceSerializer()
    history = HistorySerializer(allow_null=True, help_text="Null where there is none to bring in")

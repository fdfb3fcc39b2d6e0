"""What each provider allows, every call we made or were about to make, and who may be the only one."""

from django.db import models
from django.db.models import Func, Q, Value


class Scope(models.Model):
    """What a provider meters together, its windows as last declared by the code, and how it was used."""

    name = models.CharField(max_length=80, primary_key=True)
    number = models.IntegerField(
        unique=True,
        editable=False,
        db_default=Func(Value("quotas_scope_number"), function="nextval"),
        help_text="Stands for the name in the ids of its calls",
    )
    provider = models.CharField(max_length=32)
    windows = models.JSONField(help_text="Of each: limit, seconds, source, interactive_share")
    declared_at = models.DateTimeField(help_text="On the one clock")
    longest_hold = models.FloatField(
        default=0, help_text="Seconds: the longest that any of its calls may have been under way"
    )
    unrecorded = models.BooleanField(
        default=False, help_text="Calls were reserved without rows: after a loss its windows must pass first"
    )

    class Meta:
        constraints = [
            # What the ids of calls have room for.
            models.CheckConstraint(condition=Q(number__gt=0, number__lt=1 << 14), name="quotas_scope_number"),
        ]

    def __str__(self) -> str:
        return self.name


class Call(models.Model):
    """
    One outbound request. The row is committed before the request is sent, and completed after it.

    The table is partitioned by the day (UTC) of ``reserved_at``, and its primary key there is
    (reserved_at, id): see the migration. ``id`` alone is unique as well, and says when that was
    (``ids.reserved_at_of``). Times are the one clock's; ``duration_seconds`` is real.
    """

    class State(models.TextChoices):
        RESERVED = "reserved", "Reserved: under way, or its process was killed"
        SENT = "sent", "Sent"
        NOT_SENT = "not_sent", "Not sent: given back"
        UNKNOWN = "unknown", "Unknown: it may have arrived"

    class Lane(models.TextChoices):
        ESSENTIAL = "essential", "Essential"
        INTERACTIVE = "interactive", "Interactive"
        PLANNED = "planned", "Planned"

    id = models.UUIDField(primary_key=True, help_text="The ledger's id of the reservation")
    provider = models.CharField(max_length=32)
    scope = models.CharField(max_length=80)
    endpoint = models.CharField(max_length=64)
    lane = models.CharField(max_length=16, choices=Lane)
    purpose = models.CharField(max_length=120, help_text="What the call was for; the first word is its kind")
    epoch = models.BigIntegerField(null=True, blank=True, help_text="The leader's, where one was needed")
    calls = models.PositiveIntegerField(default=1, help_text="Slots it takes in each window")
    state = models.CharField(max_length=16, choices=State, default=State.RESERVED)
    reserved_at = models.DateTimeField()
    hold_until = models.DateTimeField(
        help_text="Unsettled, its slots are busy until then and the window after"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="HTTP's")
    bytes = models.BigIntegerField(null=True, blank=True, help_text="Length of the answer's body, as sent")
    duration_seconds = models.FloatField(null=True, blank=True)
    quota_left = models.PositiveIntegerField(null=True, blank=True, help_text="As the provider told")
    cost = models.DecimalField(max_digits=14, decimal_places=8, null=True, blank=True)
    cost_currency = models.CharField(max_length=3, null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)
    limit_facts = models.JSONField(
        null=True,
        blank=True,
        help_text="What the provider told that binds. Of each: seconds of the window, slots of somebody else"
        " (null: the window is full), until when in microseconds",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["reserved", "sent", "not_sent", "unknown"]), name="quotas_call_state"
            ),
            models.CheckConstraint(
                condition=Q(lane__in=["essential", "interactive", "planned"]), name="quotas_call_lane"
            ),
            models.CheckConstraint(
                condition=Q(state="reserved") | Q(finished_at__isnull=False), name="quotas_call_finished"
            ),
            models.CheckConstraint(
                condition=Q(cost__isnull=True, cost_currency__isnull=True)
                | Q(cost__isnull=False, cost_currency__isnull=False),
                name="quotas_call_cost_has_a_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.endpoint} {self.state}"


class Epoch(models.Model):
    """
    Who is the only one to do something, and the number of that reign; the row goes when it is given up.

    Numbers are drawn from one sequence, so that each names one reign of one name. Until when a reign
    lasts is in the lease that it belongs to. The row ``memory`` is numbered anew whenever the state
    server's memory is established.
    """

    name = models.CharField(max_length=64, primary_key=True)
    number = models.BigIntegerField(unique=True)
    owner = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class HourlyTotal(models.Model):
    """
    What the calls of one hour came to, kept for good when their rows are dropped.

    One row for each combination of what stands before ``calls``. Sums are exact: whole numbers and
    decimals, never floats. ``sized``, ``timed`` say how many calls are in ``bytes`` and in
    ``duration_microseconds``: of the others neither is known.
    """

    hour = models.DateTimeField(help_text="UTC; in which its calls were reserved")
    provider = models.CharField(max_length=32)
    scope = models.CharField(max_length=80)
    endpoint = models.CharField(max_length=64)
    lane = models.CharField(max_length=16, choices=Call.Lane)
    kind = models.CharField(max_length=120, help_text="The first word of what the calls were for")
    state = models.CharField(max_length=16, choices=Call.State)
    status = models.PositiveSmallIntegerField(null=True, help_text="HTTP's")
    cost_currency = models.CharField(max_length=3, null=True)
    calls = models.PositiveBigIntegerField(help_text="Rows there were")
    slots = models.PositiveBigIntegerField(help_text="Slots they took in each window")
    sized = models.PositiveBigIntegerField(help_text="Calls whose bytes are known")
    bytes = models.PositiveBigIntegerField()
    timed = models.PositiveBigIntegerField(help_text="Calls whose duration is known")
    duration_microseconds = models.PositiveBigIntegerField()
    cost = models.DecimalField(
        max_digits=22, decimal_places=8, null=True, help_text="NULL without a currency"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "hour",
                    "provider",
                    "scope",
                    "endpoint",
                    "lane",
                    "kind",
                    "state",
                    "status",
                    "cost_currency",
                ],
                nulls_distinct=False,
                name="quotas_hourlytotal_key",
            ),
            models.CheckConstraint(
                condition=Q(cost__isnull=True, cost_currency__isnull=True)
                | Q(cost__isnull=False, cost_currency__isnull=False),
                name="quotas_hourlytotal_cost_has_a_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.endpoint} {self.hour:%Y-%m-%d %H} UTC"

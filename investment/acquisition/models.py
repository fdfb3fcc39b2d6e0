"""What is wanted, what was seen when, and what is being asked at this moment."""

from django.db import models
from django.db.models import Q

from investment.acquisition import kinds
from investment.acquisition.importance import Tier

KINDS = [(kind.value, kind.label) for kind in kinds.Kind]


class Interest(models.Model):
    """
    Somebody wants to know something of an instrument: the rows by which higher layers ask.

    ``who`` names the one who asks (``page:…``, ``portfolio:…``), so that each can take back only its own.
    """

    who = models.CharField(max_length=80)
    instrument = models.ForeignKey("market.Instrument", models.CASCADE, related_name="interests")
    kind = models.CharField(max_length=16, choices=KINDS)
    tier = models.CharField(max_length=16, choices=[(tier.value, tier.value) for tier in Tier])
    until = models.DateTimeField(null=True, blank=True, help_text="On the one clock; NULL: until taken back")
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["who", "instrument", "kind"], name="acquisition_interest_once"),
        ]
        indexes = [models.Index(fields=["kind", "until"], name="acquisition_interest_until")]

    def __str__(self) -> str:
        return f"{self.who} {self.tier} {self.kind} of {self.instrument_id}"


class Sighting(models.Model):
    """
    When a datum was last asked for, and what came of it: one row each, the latest.

    ``seen_at`` is when we last had an answer, ``value_at`` the instant that its value is of; a failure
    leaves both as they were. After one nothing is asked before ``again_at``.
    """

    kind = models.CharField(max_length=16, choices=KINDS)
    instrument = models.ForeignKey("market.Instrument", models.CASCADE, related_name="sightings")
    provider = models.CharField(max_length=32, help_text="Who was asked last")
    source = models.CharField(max_length=32, blank=True, help_text="Whose figures the last answer held")
    seen_at = models.DateTimeField(null=True)
    value_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField()
    call_id = models.UUIDField(null=True)
    error = models.CharField(max_length=300, blank=True)
    again_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "instrument"], name="acquisition_sighting_once"),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True) | Q(seen_at__lte=models.F("tried_at")),
                name="acquisition_sighting_tried_last",
            ),
        ]
        indexes = [models.Index(fields=["tried_at"], name="acquisition_sighting_tried")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.instrument_id}, tried {self.tried_at:%Y-%m-%d %H:%M:%S}"


class InFlight(models.Model):
    """
    A datum that is being asked for: whoever inserts the row may ask, nobody else until it is gone.

    Rows of a process that was killed are void from ``until`` on.
    """

    kind = models.CharField(max_length=16, choices=KINDS)
    instrument = models.ForeignKey("market.Instrument", models.CASCADE, related_name="in_flight")
    provider = models.CharField(max_length=32)
    token = models.UUIDField(help_text="Who holds it")
    claimed_at = models.DateTimeField()
    until = models.DateTimeField(help_text="On the one clock")

    class Meta:
        verbose_name_plural = "in flight"
        constraints = [
            models.UniqueConstraint(fields=["kind", "instrument"], name="acquisition_inflight_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.instrument_id} from {self.provider}"


class CrossCheck(models.Model):
    """
    One look at what a second source says of an instrument: a row each, append-only.

    ``provider`` was asked, ``against`` had told what is stored. From ``since`` to ``until`` both were able
    to tell; of ``compared`` sessions ``agreed`` and ``disagreed`` (those that one of them lacks among them)
    counted anew, for what was compared before counts once. ``error`` says why nothing could be compared.
    """

    kind = models.CharField(max_length=16, choices=KINDS)
    instrument = models.ForeignKey("market.Instrument", models.CASCADE, related_name="cross_checks")
    provider = models.CharField(max_length=32)
    against = models.CharField(max_length=64, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    compared = models.PositiveIntegerField(default=0)
    agreed = models.PositiveIntegerField(default=0)
    disagreed = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField()
    call_id = models.UUIDField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "instrument", "provider"], name="acquisition_crosscheck_of"),
            models.Index(fields=["-checked_at"], name="acquisition_crosscheck_at"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(compared__gte=models.F("agreed") + models.F("disagreed")),
                name="acquisition_crosscheck_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.instrument_id}, {self.provider} against {self.against}"


class Trust(models.Model):
    """
    How often a provider said the same as others, by kind.

    What the counts mean, and who is to blame for a disagreement: ``services/cross_checks``.
    """

    provider = models.CharField(max_length=32)
    kind = models.CharField(max_length=16, choices=KINDS)
    agreed = models.PositiveIntegerField(default=0)
    disagreed = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "trust"
        constraints = [
            models.UniqueConstraint(fields=["provider", "kind"], name="acquisition_trust_once"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind}: {self.agreed} agreed, {self.disagreed} disagreed"


class NewsPoll(models.Model):
    """
    How far a provider's news of the whole market were heard: one row each, the latest.

    All that was published up to ``reached_at`` was heard, but for what lies between ``gap_from`` and
    ``gap_until``, which is asked for next. What can be had no more is in ``lost``, in words. ``last_id`` is
    the provider's own mark, where it has one. ``heard_at`` is when it answered last, ``error`` why it did
    not at ``polled_at``. The counts are those of that poll.
    """

    provider = models.CharField(max_length=32)
    source = models.CharField(max_length=32, help_text="Whose words these are: massive, sample")
    reached_at = models.DateTimeField(null=True)
    last_id = models.BigIntegerField(default=0)
    gap_from = models.DateTimeField(null=True)
    gap_until = models.DateTimeField(null=True)
    lost = models.CharField(max_length=300, blank=True)
    polled_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    calls = models.PositiveIntegerField(default=0)
    stories = models.PositiveIntegerField(default=0, help_text="New ones")
    copies = models.PositiveIntegerField(default=0, help_text="New ones, those of known stories among them")
    refused = models.PositiveIntegerField(default=0, help_text="Articles that could not be stored")
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "source"], name="acquisition_newspoll_once"),
            models.CheckConstraint(
                condition=Q(gap_from__isnull=True, gap_until__isnull=True)
                | Q(gap_from__lt=models.F("gap_until")),
                name="acquisition_newspoll_gap",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} of {self.source}, until {self.reached_at}"

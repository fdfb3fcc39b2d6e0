"""Daily bars, where each came from, what they replaced, and what was refused."""

from django.db import models
from django.db.models import F, Q


class Origin(models.Model):
    """
    Where a batch of bars came from: one answer of a provider, or one imported file.

    Every bar points here, so its source, basis and time are known at the cost of one number a row.
    """

    class Channel(models.TextChoices):
        FETCHED = "fetched", "Fetched from the provider"
        IMPORTED = "imported", "Imported"

    class Basis(models.TextChoices):
        RAW = "raw", "Raw (as traded)"
        SPLITS = "splits", "Adjusted for splits"

    provider = models.CharField(max_length=32, help_text="Whose figures these are: massive, sample, …")
    channel = models.CharField(max_length=16, choices=Channel)
    basis = models.CharField(max_length=16, choices=Basis)
    fetched_at = models.DateTimeField(help_text="When we asked, or read the file")
    endpoint = models.CharField(max_length=64, blank=True)
    call_id = models.UUIDField(null=True, blank=True, help_text="The call in the quota ledger")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the answer or file")
    detail = models.CharField(max_length=255, blank=True, help_text="File name or session")

    class Meta:
        indexes = [models.Index(fields=["fetched_at"], name="market_origin_fetched_at")]

    def __str__(self) -> str:
        return f"{self.provider}, {self.channel}, {self.basis}"


class DailyBar(models.Model):
    """
    The chosen open, high, low, close and volume of one instrument in one session, raw.

    Prices are as traded, in the instrument's quote currency; volume is in shares. The table is
    partitioned by session, a year each, and is written by COPY: see ``services/bars``. There is
    no foreign-key constraint: it would cost more than the insert; ``manage.py check_bars`` finds
    orphans.
    """

    pk = models.CompositePrimaryKey("session", "instrument_id")
    session = models.DateField(help_text="Date at the exchange")
    instrument = models.ForeignKey(
        "market.Instrument", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="bars"
    )
    open = models.FloatField()
    high = models.FloatField()
    low = models.FloatField()
    close = models.FloatField()
    volume = models.FloatField(help_text="Shares")
    vwap = models.FloatField(null=True, help_text="Volume-weighted average price, where told")
    trades = models.FloatField(null=True, help_text="Number of trades, where told")
    origin = models.ForeignKey(
        Origin, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="bars"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(low__gt=0)
                & Q(low__lte=F("open"))
                & Q(low__lte=F("close"))
                & Q(high__gte=F("open"))
                & Q(high__gte=F("close"))
                & Q(volume__gte=0),
                name="market_dailybar_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"bar {self.instrument_id}@{self.session}"


class BarRevision(models.Model):
    """
    A value that a chosen bar no longer has or never had: replaced by another, or not chosen.

    Append-only. ``origin`` is where the value in this row came from.
    """

    class Reason(models.TextChoices):
        REPLACED = "replaced", "Replaced by a correction"
        OUTRANKED = "outranked", "Replaced by a better source"
        NOT_CHOSEN = "not_chosen", "Not chosen: a better source has this bar"

    session = models.DateField()
    instrument = models.ForeignKey(
        "market.Instrument", models.DO_NOTHING, db_constraint=False, related_name="bar_revisions"
    )
    open = models.FloatField()
    high = models.FloatField()
    low = models.FloatField()
    close = models.FloatField()
    volume = models.FloatField()
    vwap = models.FloatField(null=True)
    trades = models.FloatField(null=True)
    origin = models.ForeignKey(Origin, models.DO_NOTHING, db_constraint=False, related_name="revisions")
    reason = models.CharField(max_length=16, choices=Reason)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["session"], name="market_barrevision_session")]

    def __str__(self) -> str:
        return f"{self.reason} {self.instrument_id}@{self.session}"


class QuarantinedRow(models.Model):
    """A row of an answer or file that cannot be true, kept as it came, with the reason."""

    origin = models.ForeignKey(Origin, models.CASCADE, related_name="quarantined")
    session = models.DateField(null=True)
    symbol = models.CharField(max_length=64, blank=True)
    payload = models.TextField(help_text="The row as it came")
    reason = models.CharField(max_length=255)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["session"], name="market_quarantine_session")]

    def __str__(self) -> str:
        return f"{self.symbol}@{self.session}: {self.reason}"

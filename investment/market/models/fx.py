"""Reference rates of currencies."""

from django.db import models
from django.db.models import F, Q


class FxRate(models.Model):
    """
    How much of ``quote`` one unit of ``base`` was worth on a day, as fixed by an authority.

    ``rate`` is as printed, but for zeros at its end. Both currencies are ISO 4217: minor units (GBX) are
    none. A rate that its source corrects is a new row beside the old one, which was valid to us from
    ``fetched_at`` until ``superseded_at``; ``first_seen_at`` is when we first knew any of that pair and day.
    """

    day = models.DateField(help_text="On which it was fixed")
    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=30, decimal_places=15)
    source = models.CharField(max_length=32, help_text="Whose figure it is: ecb, sample")
    first_seen_at = models.DateTimeField()
    fetched_at = models.DateTimeField(help_text="When this value was told")
    superseded_at = models.DateTimeField(null=True, blank=True, help_text="When its source told another")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "day", "base", "quote"],
                condition=Q(superseded_at__isnull=True),
                name="market_fxrate_one_valid",
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="market_fxrate_positive"),
            models.CheckConstraint(condition=~Q(base=F("quote")), name="market_fxrate_two_currencies"),
        ]
        indexes = [
            models.Index(
                fields=["quote", "day"],
                condition=Q(superseded_at__isnull=True),
                name="market_fxrate_by_quote",
            )
        ]

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} {self.day}"


class Publication(models.Model):
    """
    A document that a provider puts out for everybody, and which version of it we have.

    ``etag`` and ``last_modified`` are the words of its headers, to ask only for something newer.
    ``first_day`` and ``last_day`` are what it told of, both included. ``fetched_at`` is when this version
    came, ``checked_at`` when it was last known to be the newest.
    """

    source = models.CharField(max_length=32, help_text="Whose it is: ecb, sec, sample")
    name = models.CharField(max_length=32)
    etag = models.CharField(max_length=255, null=True, blank=True)
    last_modified = models.CharField(max_length=255, null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the answer")
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    rows = models.PositiveIntegerField(default=0)
    fetched_at = models.DateTimeField()
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "name"], name="market_publication_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.name}"

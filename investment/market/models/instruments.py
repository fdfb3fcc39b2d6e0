"""Instruments and the tickers they traded under."""

from django.db import models
from django.db.models import F, Q


class Instrument(models.Model):
    """
    One thing that is traded, whatever it is called today.

    ``symbol`` is its present (or last) ticker; :class:`Ticker` has the earlier ones. ``kind``
    decides what it is ranked with. ``actions_from`` is the date from which on its splits and
    dividends are all known; without it an adjusted series is unknown.
    """

    class Kind(models.TextChoices):
        COMMON_STOCK = "common_stock", "Common stock"
        ADR = "adr", "Depositary receipt"
        ETF = "etf", "Exchange-traded fund"
        PREFERRED = "preferred", "Preferred stock"
        WARRANT = "warrant", "Warrant"
        RIGHT = "right", "Right"
        UNIT = "unit", "Unit"
        FUND = "fund", "Fund"
        OTHER = "other", "Other"
        UNKNOWN = "unknown", "Class unknown"

    symbol = models.CharField(max_length=32)
    name = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.UNKNOWN)
    exchange = models.CharField(max_length=8, null=True, blank=True, help_text="MIC of the primary listing")
    currency = models.CharField(max_length=3, null=True, blank=True, help_text="Quote currency, ISO 4217")
    active = models.BooleanField(default=True, help_text="Listed at present, as far as we know")
    listed_on = models.DateField(null=True, blank=True)
    delisted_on = models.DateField(null=True, blank=True)
    cik = models.CharField(max_length=10, null=True, blank=True)
    composite_figi = models.CharField(max_length=12, null=True, blank=True)
    share_class_figi = models.CharField(max_length=12, null=True, blank=True)
    actions_from = models.DateField(
        null=True, blank=True, help_text="Splits and dividends are all known from this date on"
    )
    actions_withheld = models.CharField(
        max_length=500, blank=True, help_text="Why its actions cannot be known, in the source's words"
    )
    source = models.CharField(max_length=32, help_text="Who told us of it")
    first_seen_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            # A ticker may be used again after a delisting: only one active holder at a time.
            models.UniqueConstraint(
                fields=["symbol"], condition=Q(active=True), name="market_instrument_one_active_symbol"
            ),
            models.CheckConstraint(
                condition=Q(delisted_on__isnull=True)
                | Q(listed_on__isnull=True)
                | Q(delisted_on__gte=F("listed_on")),
                name="market_instrument_listed_before_delisted",
            ),
        ]
        indexes = [models.Index(fields=["symbol"], name="market_instrument_symbol")]

    def __str__(self) -> str:
        return self.symbol


class Ticker(models.Model):
    """A symbol under which an instrument traded, and from when to when (both included; NULL is open)."""

    instrument = models.ForeignKey(Instrument, models.CASCADE, related_name="tickers")
    symbol = models.CharField(max_length=32)
    first_session = models.DateField(null=True, blank=True)
    last_session = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["symbol", "instrument", "first_session"],
                nulls_distinct=False,
                name="market_ticker_once",
            ),
        ]

    def __str__(self) -> str:
        return self.symbol

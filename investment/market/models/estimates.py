"""
What providers other than the SEC tell of a company: when it reports, how that was against what was expected,
what analysts recommend, and figures of its books. Nothing here is ever mixed with what was filed.
"""

from typing import Final

from django.db import models
from django.db.models import Q


class EarningsDate(models.Model):
    """
    A report of a company: when it comes, or came; one row for each provider and fiscal quarter.

    A date that is moved moves its row. ``on`` is the exchange's date. Earnings per share and revenue are
    in the company's own currency, whole units, in the shares of ``fetched_at``. ``withdrawn_at`` is when
    the provider stopped telling of a report that was still to come.
    """

    class Hour(models.TextChoices):
        BEFORE_OPEN = "before_open", "Before the market opens"
        DURING = "during", "While the market is open"
        AFTER_CLOSE = "after_close", "After the market closes"

    instrument = models.ForeignKey("market.Instrument", models.CASCADE, related_name="earnings_dates")
    provider = models.CharField(max_length=32)
    source = models.CharField(max_length=32, help_text="Whose words these are: finnhub, sample")
    on = models.DateField()
    hour = models.CharField(max_length=16, choices=Hour, null=True, blank=True)
    fiscal_year = models.SmallIntegerField(null=True, blank=True)
    fiscal_quarter = models.SmallIntegerField(null=True, blank=True)
    eps_estimate = models.FloatField(null=True, blank=True)
    eps_actual = models.FloatField(null=True, blank=True)
    revenue_estimate = models.FloatField(null=True, blank=True)
    revenue_actual = models.FloatField(null=True, blank=True)
    first_seen_at = models.DateTimeField()
    fetched_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "provider", "fiscal_year", "fiscal_quarter"],
                condition=Q(fiscal_year__isnull=False, fiscal_quarter__isnull=False),
                name="market_earningsdate_once",
            ),
            # One of which no quarter was told is known by its day.
            models.UniqueConstraint(
                fields=["instrument", "provider", "on"],
                condition=Q(fiscal_year__isnull=True) | Q(fiscal_quarter__isnull=True),
                name="market_earningsdate_once_a_day",
            ),
        ]
        indexes = [models.Index(fields=["on"], name="market_earningsdate_on")]

    def __str__(self) -> str:
        return f"{self.instrument_id} reports on {self.on}"


class EarningsReport(models.Model):
    """
    Earnings per share of a fiscal quarter, as they came and as they were expected, as one provider tells.

    ``period`` is the provider's end of the quarter. Money is the company's own, in the shares of
    ``fetched_at``; ``surprise`` is actual less estimate, ``surprise_ratio`` that over the estimate.
    """

    instrument = models.ForeignKey("market.Instrument", models.CASCADE, related_name="earnings_reports")
    provider = models.CharField(max_length=32)
    source = models.CharField(max_length=32)
    period = models.DateField()
    fiscal_year = models.SmallIntegerField(null=True, blank=True)
    fiscal_quarter = models.SmallIntegerField(null=True, blank=True)
    actual = models.FloatField(null=True, blank=True)
    estimate = models.FloatField(null=True, blank=True)
    surprise = models.FloatField(null=True, blank=True)
    surprise_ratio = models.FloatField(null=True, blank=True, help_text="A fraction")
    first_seen_at = models.DateTimeField()
    fetched_at = models.DateTimeField()
    call_id = models.UUIDField(null=True, blank=True, help_text="The call in the quota ledger")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "provider", "period"], name="market_earningsreport_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.period}"


class Recommendation(models.Model):
    """How many analysts said what in a month; ``period`` is its first day."""

    instrument = models.ForeignKey("market.Instrument", models.CASCADE, related_name="recommendations")
    provider = models.CharField(max_length=32)
    source = models.CharField(max_length=32)
    period = models.DateField()
    strong_buy = models.PositiveSmallIntegerField()
    buy = models.PositiveSmallIntegerField()
    hold = models.PositiveSmallIntegerField()
    sell = models.PositiveSmallIntegerField()
    strong_sell = models.PositiveSmallIntegerField()
    first_seen_at = models.DateTimeField()
    fetched_at = models.DateTimeField()
    call_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "provider", "period"], name="market_recommendation_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.period}"


class ProviderMetrics(models.Model):
    """
    Figures of a company under a provider's own names, as they were told at one time.

    ``figures`` are those of the adapter's record, null where the provider has the name and no figure;
    what each of them is, and in which unit, ``analysis/calculators/provider_figures.py`` knows.
    ``words`` are its texts and days. ``quarter`` is the end of the newest quarter in them, where told.
    ``checked_at`` is when the same was told again. Of a past month the last row is kept.
    """

    instrument = models.ForeignKey("market.Instrument", models.CASCADE, related_name="provider_metrics")
    provider = models.CharField(max_length=32)
    source = models.CharField(max_length=32)
    figures = models.JSONField()
    words = models.JSONField(default=dict)
    currency = models.CharField(max_length=3, null=True, blank=True, help_text="Of its money, where told")
    quarter = models.DateField(null=True, blank=True)
    fetched_at = models.DateTimeField()
    checked_at = models.DateTimeField()
    call_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "provider", "fetched_at"], name="market_providermetrics_once"
            )
        ]
        verbose_name_plural = "provider metrics"

    def __str__(self) -> str:
        return f"{self.provider} of {self.instrument_id} at {self.fetched_at:%Y-%m-%d}"


class FigureCheck(models.Model):
    """
    A figure that we worked out of filings beside the same one of a provider, when they were last compared.

    ``differs_by`` is relative for money, shares and what is per share, a difference for fractions.
    """

    instrument = models.ForeignKey("market.Instrument", models.CASCADE, related_name="figure_checks")
    provider = models.CharField(max_length=32)
    source = models.CharField(max_length=32)
    figure = models.CharField(max_length=32)
    period_end = models.DateField()
    ours = models.FloatField()
    theirs = models.FloatField()
    differs_by = models.FloatField()
    agrees = models.BooleanField()
    fetched_at = models.DateTimeField(help_text="When the provider told its own")
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "provider", "figure"], name="market_figurecheck_once"
            )
        ]
        indexes = [models.Index(fields=["provider", "figure"], name="market_figurecheck_by_figure")]

    def __str__(self) -> str:
        return f"{self.figure} of {self.instrument_id}, {self.provider}"


# All of them, each with the ``source`` whose words its rows are.
ESTIMATES: Final[tuple[type[models.Model], ...]] = (
    EarningsDate,
    EarningsReport,
    Recommendation,
    ProviderMetrics,
    FigureCheck,
)

"""Corporate actions."""

from django.db import models
from django.db.models import Q


class CorporateAction(models.Model):
    """
    A split or a cash dividend of one instrument.

    A split has ``ratio``, new shares per old one (7:1 is 7.0, a reverse split is below 1). A
    dividend has ``amount`` per share as declared, in ``currency``, not adjusted for later splits.
    ``known_at`` is when we first knew; ``withdrawn_at`` when the source stopped listing it. A
    corrected action is a new row beside a withdrawn one, so any past day can be read as it was known.
    """

    class Kind(models.TextChoices):
        SPLIT = "split", "Split"
        DIVIDEND = "dividend", "Cash dividend"

    instrument = models.ForeignKey("market.Instrument", models.CASCADE, related_name="actions")
    kind = models.CharField(max_length=16, choices=Kind)
    ex_date = models.DateField()
    ratio = models.FloatField(null=True, blank=True)
    amount = models.DecimalField(max_digits=20, decimal_places=10, null=True, blank=True)
    currency = models.CharField(max_length=3, null=True, blank=True)
    declared_on = models.DateField(null=True, blank=True)
    record_date = models.DateField(null=True, blank=True)
    pay_date = models.DateField(null=True, blank=True)
    provider = models.CharField(max_length=32)
    channel = models.CharField(max_length=16, default="fetched")
    provider_id = models.CharField(max_length=80, blank=True)
    known_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind="split", ratio__gt=0, amount__isnull=True)
                    | Q(kind="dividend", amount__gt=0, currency__isnull=False, ratio__isnull=True)
                ),
                name="market_action_has_its_value",
            ),
            models.UniqueConstraint(
                fields=["instrument", "kind", "ex_date", "ratio", "amount"],
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
                name="market_action_once",
            ),
        ]
        indexes = [
            models.Index(fields=["instrument", "ex_date"], name="market_action_by_instrument"),
            models.Index(fields=["ex_date"], name="market_action_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.instrument_id}@{self.ex_date}"

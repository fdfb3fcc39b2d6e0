"""What instruments trade at now, as far as somebody was asked."""

from django.db import models
from django.db.models import Q


class Quote(models.Model):
    """
    The last price of an instrument that one provider told, raw, in its quote currency: one row each.

    ``at`` is the instant of the price, ``session`` its day at the exchange, ``fetched_at`` when we
    asked. ``provider`` was asked; ``source`` is whose figures it told. Two providers' quotes stand
    beside one another and are never mixed.
    """

    instrument = models.ForeignKey("market.Instrument", models.CASCADE, related_name="quotes")
    provider = models.CharField(max_length=32)
    source = models.CharField(max_length=32)
    price = models.FloatField()
    at = models.DateTimeField()
    session = models.DateField()
    open = models.FloatField(null=True)
    high = models.FloatField(null=True)
    low = models.FloatField(null=True)
    previous_close = models.FloatField(null=True)
    fetched_at = models.DateTimeField()
    call_id = models.UUIDField(null=True, help_text="The call in the quota ledger")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "provider"], name="market_quote_once"),
            models.CheckConstraint(condition=Q(price__gt=0), name="market_quote_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.price} at {self.at:%Y-%m-%d %H:%M:%S}"

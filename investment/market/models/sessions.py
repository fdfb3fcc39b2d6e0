"""The exchange calendar as rows."""

from django.db import models
from django.db.models import F, Q


class Session(models.Model):
    """One trading day of the New York Stock Exchange. ``session`` is its date in New York."""

    session = models.DateField(primary_key=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    early_close = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")), name="market_session_opens_before_it_closes"
            ),
        ]

    def __str__(self) -> str:
        return self.session.isoformat()

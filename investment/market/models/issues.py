"""What is wrong with the data, for people to see."""

from django.db import models
from django.db.models import Q


class DataIssue(models.Model):
    """
    Something wrong with stored or expected data, open until it is mended.

    One open row per kind, session and instrument; a repetition raises ``times``.
    """

    class Kind(models.TextChoices):
        ANSWER_REFUSED = "answer_refused", "An answer was refused whole"
        ROWS_QUARANTINED = "rows_quarantined", "Rows were put in quarantine"
        NOT_PUBLISHED = "not_published", "A session is overdue"
        PARTIAL = "partial", "A session has too few rows"
        ORPHAN = "orphan", "A bar belongs to no instrument"
        DISAGREEMENT = "disagreement", "Sources disagree"

    kind = models.CharField(max_length=24, choices=Kind)
    session = models.DateField(null=True, blank=True)
    instrument = models.ForeignKey(
        "market.Instrument", models.CASCADE, null=True, blank=True, related_name="issues"
    )
    message = models.CharField(max_length=500, help_text="What happened, to what, and what happens next")
    detail = models.JSONField(default=dict, blank=True)
    times = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "session", "instrument"],
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="market_dataissue_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"

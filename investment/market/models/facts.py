"""
What companies told in their filings, figure by figure.

Append-only: a filing never changes, and what is told anew is told by another filing. So any past day can
be read as it was known. Ten million rows and more; they are written by COPY, filing by filing, and read
by company through its reports, so the one index there is serves both and no partition is needed. Should
the table outgrow that, hash partitions by report are possible without touching a reader.
"""

from django.db import models


class FactConcept(models.Model):
    """A tag and a unit: ``us-gaap:Revenues`` in ``USD``. There are a few hundred."""

    tag = models.CharField(max_length=255, help_text="taxonomy:Tag")
    unit = models.CharField(max_length=64, help_text="In the SEC's words")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "unit"], name="market_factconcept_once")]

    def __str__(self) -> str:
        return f"{self.tag} in {self.unit}"


class FactReport(models.Model):
    """A filing that told figures; ``fiscal_year`` and ``fiscal_period`` are its own, not the figures'."""

    company = models.ForeignKey("market.Company", models.CASCADE, related_name="reports")
    accession = models.CharField(max_length=25)
    form = models.CharField(max_length=20)
    filed_on = models.DateField()
    fiscal_year = models.IntegerField(null=True)
    fiscal_period = models.CharField(max_length=8, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "accession"], name="market_factreport_once")
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.accession}"


class Fact(models.Model):
    """
    A figure as filed. ``days`` is how long its period is, ``end`` included; 0 for a balance, at its end.
    """

    pk = models.CompositePrimaryKey("report_id", "concept_id", "end", "days")
    # A foreign key costs more than the insert; both parents are written before, in the same transaction.
    report = models.ForeignKey(
        FactReport, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    concept = models.ForeignKey(
        FactConcept, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    end = models.DateField()
    days = models.IntegerField()
    value = models.FloatField(help_text="In the concept's unit")

    def __str__(self) -> str:
        return f"{self.concept_id}@{self.end} = {self.value}"


class FactImport(models.Model):
    """The state of a company's facts: ``digest`` is of the answer stored last and of the tags kept of it."""

    company = models.OneToOneField(
        "market.Company", models.CASCADE, primary_key=True, related_name="fact_import"
    )
    digest = models.CharField(max_length=64)
    source = models.CharField(max_length=32, help_text="Whose words these are: sec, sample")
    imported_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"facts of {self.company_id}"

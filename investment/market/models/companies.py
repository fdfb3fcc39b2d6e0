"""Companies as the SEC knows them, and what they filed."""

from django.db import models


class Company(models.Model):
    """
    Who files with the SEC under one CIK; several instruments may be theirs.

    ``fetched_at`` is when the company itself was asked about; without it only the list of companies has
    told its name. ``fiscal_year_end`` is month and day (``09-28``).
    """

    cik = models.CharField(max_length=10, unique=True, help_text="Ten digits")
    name = models.CharField(max_length=255, blank=True)
    sic = models.CharField(max_length=8, blank=True, help_text="Standard industrial classification")
    sic_description = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=8, blank=True, help_text="Of incorporation, as the SEC codes it")
    fiscal_year_end = models.CharField(max_length=5, blank=True)
    website = models.CharField(max_length=255, blank=True)
    source = models.CharField(max_length=32, help_text="Whose words these are: sec, sample")
    first_seen_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return f"{self.name or 'CIK'} {self.cik}"


class Filing(models.Model):
    """
    One filing of a form that matters to who invests. ``accession`` is the SEC's own name of it.

    ``period_end`` is the end of the period it is about, ``url`` where its main document is; both may be
    unknown. Amendments are filings of their own (``10-K/A``). What several companies file together is a
    row of each.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="filings")
    accession = models.CharField(max_length=20)
    form = models.CharField(max_length=20)
    filed_on = models.DateField()
    period_end = models.DateField(null=True, blank=True)
    description = models.CharField(max_length=255, blank=True)
    url = models.CharField(max_length=500, blank=True)
    fetched_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "accession"], name="market_filing_once"),
        ]
        indexes = [models.Index(fields=["company", "-filed_on"], name="market_filing_by_company")]

    def __str__(self) -> str:
        return f"{self.form} {self.accession}"

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Company",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cik", models.CharField(help_text="Ten digits", max_length=10, unique=True)),
                ("name", models.CharField(blank=True, max_length=255)),
                (
                    "sic",
                    models.CharField(
                        blank=True, help_text="Standard industrial classification", max_length=8
                    ),
                ),
                ("sic_description", models.CharField(blank=True, max_length=255)),
                (
                    "state",
                    models.CharField(
                        blank=True, help_text="Of incorporation, as the SEC codes it", max_length=8
                    ),
                ),
                ("fiscal_year_end", models.CharField(blank=True, max_length=5)),
                ("website", models.CharField(blank=True, max_length=255)),
                ("source", models.CharField(help_text="Whose words these are: sec, sample", max_length=32)),
                ("first_seen_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("fetched_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "companies",
            },
        ),
        migrations.CreateModel(
            name="FxRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(help_text="On which it was fixed")),
                ("base", models.CharField(max_length=3)),
                ("quote", models.CharField(max_length=3)),
                ("rate", models.DecimalField(decimal_places=15, max_digits=30)),
                ("source", models.CharField(help_text="Whose figure it is: ecb, sample", max_length=32)),
                ("first_seen_at", models.DateTimeField()),
                ("fetched_at", models.DateTimeField(help_text="When this value was told")),
                (
                    "superseded_at",
                    models.DateTimeField(blank=True, help_text="When its source told another", null=True),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("superseded_at__isnull", True)),
                        fields=["quote", "day"],
                        name="market_fxrate_by_quote",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        fields=("source", "day", "base", "quote"),
                        name="market_fxrate_one_valid",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gt", 0)), name="market_fxrate_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("base", models.F("quote")), _negated=True),
                        name="market_fxrate_two_currencies",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(help_text="Whose it is: ecb, sec, sample", max_length=32)),
                ("name", models.CharField(max_length=32)),
                ("etag", models.CharField(blank=True, max_length=255, null=True)),
                ("last_modified", models.CharField(blank=True, max_length=255, null=True)),
                ("digest", models.CharField(blank=True, help_text="SHA-256 of the answer", max_length=64)),
                ("first_day", models.DateField(blank=True, null=True)),
                ("last_day", models.DateField(blank=True, null=True)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("fetched_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("source", "name"), name="market_publication_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Filing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("accession", models.CharField(max_length=20)),
                ("form", models.CharField(max_length=20)),
                ("filed_on", models.DateField()),
                ("period_end", models.DateField(blank=True, null=True)),
                ("description", models.CharField(blank=True, max_length=255)),
                ("url", models.CharField(blank=True, max_length=500)),
                ("fetched_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="filings",
                        to="market.company",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company", "accession"), name="market_filing_once"),
                ],
                "indexes": [models.Index(fields=["company", "-filed_on"], name="market_filing_by_company")],
            },
        ),
    ]

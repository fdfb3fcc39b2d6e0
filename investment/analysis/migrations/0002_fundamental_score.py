import django.db.models.deletion
from django.db import migrations, models

from investment.lib.partitions import CreatePartitionedModel


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0001_initial"),
        ("market", "0004_company_facts"),
    ]

    operations = [
        CreatePartitionedModel(
            name="FundamentalScore",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "session",
                        "instrument_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("session", models.DateField()),
                ("scored_at", models.DateTimeField()),
                (
                    "age_days",
                    models.FloatField(help_text="Since the end of the newest period told", null=True),
                ),
                ("score", models.FloatField(null=True)),
                ("value", models.FloatField(null=True)),
                ("quality", models.FloatField(null=True)),
                ("growth", models.FloatField(null=True)),
                ("safety", models.FloatField(null=True)),
                ("piotroski", models.FloatField(help_text="Signals met, of those known", null=True)),
                ("piotroski_known", models.FloatField(null=True)),
                ("altman", models.FloatField(null=True)),
                ("revenue_growth", models.FloatField(null=True)),
                ("eps_growth", models.FloatField(null=True)),
                ("gross_margin", models.FloatField(null=True)),
                ("operating_margin", models.FloatField(null=True)),
                ("net_margin", models.FloatField(null=True)),
                ("return_on_equity", models.FloatField(null=True)),
                ("return_on_assets", models.FloatField(null=True)),
                ("return_on_invested_capital", models.FloatField(null=True)),
                ("debt_to_equity", models.FloatField(null=True)),
                ("current_ratio", models.FloatField(null=True)),
                ("interest_coverage", models.FloatField(null=True)),
                ("price_to_earnings", models.FloatField(null=True)),
                ("price_to_book", models.FloatField(null=True)),
                ("price_to_sales", models.FloatField(null=True)),
                ("ev_to_ebit", models.FloatField(null=True)),
                ("earnings_yield", models.FloatField(null=True)),
                ("free_cash_flow_yield", models.FloatField(null=True)),
                ("dividend_yield", models.FloatField(null=True)),
                (
                    "instrument",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="market.instrument",
                    ),
                ),
            ],
        ),
    ]

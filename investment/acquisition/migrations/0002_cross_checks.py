import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("acquisition", "0001_initial"),
        ("market", "0003_quotes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Trust",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("quote", "Last price"),
                            ("bars", "Daily bars"),
                            ("actions", "Splits and dividends"),
                            ("company", "Company"),
                            ("news", "News"),
                            ("fx", "Exchange rates"),
                        ],
                        max_length=16,
                    ),
                ),
                ("agreed", models.PositiveIntegerField(default=0)),
                ("disagreed", models.PositiveIntegerField(default=0)),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "trust",
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "kind"), name="acquisition_trust_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CrossCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("quote", "Last price"),
                            ("bars", "Daily bars"),
                            ("actions", "Splits and dividends"),
                            ("company", "Company"),
                            ("news", "News"),
                            ("fx", "Exchange rates"),
                        ],
                        max_length=16,
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                ("against", models.CharField(blank=True, max_length=64)),
                ("since", models.DateField(null=True)),
                ("until", models.DateField(null=True)),
                ("compared", models.PositiveIntegerField(default=0)),
                ("agreed", models.PositiveIntegerField(default=0)),
                ("disagreed", models.PositiveIntegerField(default=0)),
                ("checked_at", models.DateTimeField()),
                ("call_id", models.UUIDField(null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cross_checks",
                        to="market.instrument",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kind", "instrument", "provider"], name="acquisition_crosscheck_of"),
                    models.Index(fields=["-checked_at"], name="acquisition_crosscheck_at"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "compared__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("agreed"), "+", models.F("disagreed")
                                ),
                            )
                        ),
                        name="acquisition_crosscheck_counts",
                    )
                ],
            },
        ),
    ]

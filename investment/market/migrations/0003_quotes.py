import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0002_reference_data"),
    ]

    operations = [
        migrations.CreateModel(
            name="Quote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                ("source", models.CharField(max_length=32)),
                ("price", models.FloatField()),
                ("at", models.DateTimeField()),
                ("session", models.DateField()),
                ("open", models.FloatField(null=True)),
                ("high", models.FloatField(null=True)),
                ("low", models.FloatField(null=True)),
                ("previous_close", models.FloatField(null=True)),
                ("fetched_at", models.DateTimeField()),
                ("call_id", models.UUIDField(help_text="The call in the quota ledger", null=True)),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quotes",
                        to="market.instrument",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("instrument", "provider"), name="market_quote_once"),
                    models.CheckConstraint(
                        condition=models.Q(("price__gt", 0)), name="market_quote_positive"
                    ),
                ],
            },
        ),
    ]

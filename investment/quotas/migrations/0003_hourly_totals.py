"""What the calls of an hour came to: kept when the rows of old calls are dropped."""

from django.db import migrations, models

LANES = [("essential", "Essential"), ("interactive", "Interactive"), ("planned", "Planned")]
STATES = [
    ("reserved", "Reserved: under way, or its process was killed"),
    ("sent", "Sent"),
    ("not_sent", "Not sent: given back"),
    ("unknown", "Unknown: it may have arrived"),
]


class Migration(migrations.Migration):
    dependencies = [("quotas", "0002_slots_named_by_ids")]

    operations = [
        migrations.CreateModel(
            name="HourlyTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hour", models.DateTimeField(help_text="UTC; in which its calls were reserved")),
                ("provider", models.CharField(max_length=32)),
                ("scope", models.CharField(max_length=80)),
                ("endpoint", models.CharField(max_length=64)),
                ("lane", models.CharField(choices=LANES, max_length=16)),
                (
                    "kind",
                    models.CharField(help_text="The first word of what the calls were for", max_length=120),
                ),
                ("state", models.CharField(choices=STATES, max_length=16)),
                ("status", models.PositiveSmallIntegerField(help_text="HTTP's", null=True)),
                ("cost_currency", models.CharField(max_length=3, null=True)),
                ("calls", models.PositiveBigIntegerField(help_text="Rows there were")),
                ("slots", models.PositiveBigIntegerField(help_text="Slots they took in each window")),
                ("sized", models.PositiveBigIntegerField(help_text="Calls whose bytes are known")),
                ("bytes", models.PositiveBigIntegerField()),
                ("timed", models.PositiveBigIntegerField(help_text="Calls whose duration is known")),
                ("duration_microseconds", models.PositiveBigIntegerField()),
                (
                    "cost",
                    models.DecimalField(
                        decimal_places=8, help_text="NULL without a currency", max_digits=22, null=True
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "hour",
                            "provider",
                            "scope",
                            "endpoint",
                            "lane",
                            "kind",
                            "state",
                            "status",
                            "cost_currency",
                        ),
                        name="quotas_hourlytotal_key",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cost__isnull", True), ("cost_currency__isnull", True)),
                            models.Q(("cost__isnull", False), ("cost_currency__isnull", False)),
                            _connector="OR",
                        ),
                        name="quotas_hourlytotal_cost_has_a_currency",
                    ),
                ],
            },
        ),
    ]

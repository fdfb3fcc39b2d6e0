"""What providers call our instruments, from their own lists."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("providers", "0002_raw_answers"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListedSpelling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                ("figi", models.CharField(help_text="The composite one", max_length=12)),
                ("symbol", models.CharField(help_text="The provider's", max_length=64)),
                ("ours", models.CharField(blank=True, max_length=32)),
                ("heard_at", models.DateTimeField(help_text="On the one clock")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            models.Q(("ours", ""), _negated=True),
                            models.Q(("ours", models.F("symbol")), _negated=True),
                        ),
                        fields=["provider"],
                        name="providers_listedspelling_other",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "figi"), name="providers_listedspelling_once")
                ],
            },
        ),
    ]

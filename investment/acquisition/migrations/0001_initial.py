import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("market", "0003_quotes"),
    ]

    operations = [
        migrations.CreateModel(
            name="InFlight",
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
                ("token", models.UUIDField(help_text="Who holds it")),
                ("claimed_at", models.DateTimeField()),
                ("until", models.DateTimeField(help_text="On the one clock")),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="in_flight",
                        to="market.instrument",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "in flight",
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "instrument"), name="acquisition_inflight_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Interest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("who", models.CharField(max_length=80)),
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
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("held", "held"),
                            ("alerting", "alerting"),
                            ("page", "page"),
                            ("watched", "watched"),
                            ("universe", "universe"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "until",
                    models.DateTimeField(
                        blank=True, help_text="On the one clock; NULL: until taken back", null=True
                    ),
                ),
                ("declared_at", models.DateTimeField()),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="interests",
                        to="market.instrument",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "until"], name="acquisition_interest_until")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("who", "instrument", "kind"), name="acquisition_interest_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Sighting",
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
                ("provider", models.CharField(help_text="Who was asked last", max_length=32)),
                (
                    "source",
                    models.CharField(
                        blank=True, help_text="Whose figures the last answer held", max_length=32
                    ),
                ),
                ("seen_at", models.DateTimeField(null=True)),
                ("value_at", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField()),
                ("call_id", models.UUIDField(null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("again_at", models.DateTimeField(null=True)),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sightings",
                        to="market.instrument",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["tried_at"], name="acquisition_sighting_tried")],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "instrument"), name="acquisition_sighting_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("seen_at__isnull", True), ("seen_at__lte", models.F("tried_at")), _connector="OR"
                        ),
                        name="acquisition_sighting_tried_last",
                    ),
                ],
            },
        ),
    ]

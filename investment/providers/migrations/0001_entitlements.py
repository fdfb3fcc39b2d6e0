"""What providers' answers have taught us of plans, histories and symbols."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entitlement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                (
                    "scope",
                    models.CharField(
                        help_text="The key's digest and what is metered together", max_length=80
                    ),
                ),
                ("endpoint", models.CharField(max_length=64)),
                (
                    "since",
                    models.DateTimeField(help_text="When we first heard so, without another answer since"),
                ),
                ("heard_at", models.DateTimeField(help_text="When we last heard so")),
                ("words", models.CharField(blank=True, help_text="The provider's own", max_length=500)),
                ("status", models.PositiveSmallIntegerField(blank=True, help_text="HTTP's", null=True)),
                ("included", models.BooleanField()),
                ("ask_again_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("scope", "endpoint"), name="providers_entitlement_key"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ask_again_at__isnull", True), ("included", True)),
                            models.Q(("ask_again_at__isnull", False), ("included", False)),
                            _connector="OR",
                        ),
                        name="providers_entitlement_refused_is_asked_again",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoryFloor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                (
                    "scope",
                    models.CharField(
                        help_text="The key's digest and what is metered together", max_length=80
                    ),
                ),
                ("endpoint", models.CharField(max_length=64)),
                (
                    "since",
                    models.DateTimeField(help_text="When we first heard so, without another answer since"),
                ),
                ("heard_at", models.DateTimeField(help_text="When we last heard so")),
                ("words", models.CharField(blank=True, help_text="The provider's own", max_length=500)),
                ("status", models.PositiveSmallIntegerField(blank=True, help_text="HTTP's", null=True)),
                ("floor", models.DateField()),
                ("refused_first", models.DateField()),
                ("refused_last", models.DateField()),
                ("ask_again_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("scope", "endpoint"), name="providers_historyfloor_key"),
                    models.CheckConstraint(
                        condition=models.Q(("refused_first__lte", models.F("refused_last"))),
                        name="providers_historyfloor_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UncoveredSymbol",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                (
                    "scope",
                    models.CharField(
                        help_text="The key's digest and what is metered together", max_length=80
                    ),
                ),
                ("endpoint", models.CharField(max_length=64)),
                (
                    "since",
                    models.DateTimeField(help_text="When we first heard so, without another answer since"),
                ),
                ("heard_at", models.DateTimeField(help_text="When we last heard so")),
                ("words", models.CharField(blank=True, help_text="The provider's own", max_length=500)),
                ("status", models.PositiveSmallIntegerField(blank=True, help_text="HTTP's", null=True)),
                ("symbol", models.CharField(max_length=64)),
                ("ask_again_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scope", "endpoint", "symbol"), name="providers_uncoveredsymbol_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("symbol", ""), _negated=True),
                        name="providers_uncoveredsymbol_symbol",
                    ),
                ],
            },
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models

from investment.lib.partitions import CreatePartitionedModel


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0002_fundamental_score"),
        ("market", "0004_company_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScoredMonth",
            fields=[
                (
                    "session",
                    models.DateField(help_text="The last of its month", primary_key=True, serialize=False),
                ),
                ("scored_at", models.DateTimeField()),
                ("sessions", models.IntegerField(help_text="Stored in the history that an analysis reads")),
                ("companies", models.IntegerField(help_text="Whose filings were stored")),
                ("stories", models.IntegerField(help_text="Told in the quarter before")),
                ("note", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="KnownInputs",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "instrument_id", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("digest", models.CharField(max_length=32)),
                ("period_end", models.DateField(null=True)),
                ("currency", models.CharField(max_length=16, null=True)),
                (
                    "inputs",
                    models.BinaryField(
                        help_text="Doubles, in the order of calculators.fundamentals.snapshot.INPUTS"
                    ),
                ),
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
            options={
                "verbose_name_plural": "known inputs",
            },
        ),
        migrations.CreateModel(
            name="ScoreRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "board",
                    models.CharField(
                        choices=[
                            ("stocks", "Common stocks and depositary receipts"),
                            ("etfs", "Exchange-traded funds"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "score",
                    models.CharField(help_text="overall, technical, technical.trend, …", max_length=32),
                ),
                ("session", models.DateField()),
                ("until", models.DateField()),
                ("correlation", models.FloatField(null=True)),
                ("instruments", models.IntegerField()),
                ("computed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("board", "score", "session"), name="analysis_scorerecord_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("correlation__isnull", True),
                            models.Q(("correlation__gte", -1), ("correlation__lte", 1)),
                            _connector="OR",
                        ),
                        name="analysis_scorerecord_correlation",
                    ),
                ],
            },
        ),
        CreatePartitionedModel(
            name="SentimentScore",
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
                ("score", models.FloatField(null=True)),
                ("stories_1", models.IntegerField()),
                ("stories_7", models.IntegerField()),
                ("stories_30", models.IntegerField()),
                ("sentiment_1", models.FloatField(null=True)),
                ("sentiment_7", models.FloatField(null=True)),
                ("sentiment_30", models.FloatField(null=True)),
                ("volume_surprise", models.FloatField(null=True)),
                ("sentiment_surprise", models.FloatField(null=True)),
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
        CreatePartitionedModel(
            name="OverallScore",
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
                    "board",
                    models.CharField(
                        choices=[
                            ("stocks", "Common stocks and depositary receipts"),
                            ("etfs", "Exchange-traded funds"),
                        ],
                        max_length=8,
                        null=True,
                    ),
                ),
                (
                    "unranked",
                    models.CharField(help_text="Code of the reason, see overall", max_length=32, null=True),
                ),
                ("score", models.FloatField(null=True)),
                ("rank", models.IntegerField(null=True)),
                ("board_size", models.IntegerField(null=True)),
                ("weight", models.FloatField(help_text="Of the parts that are known, 0 to 1")),
                ("technical", models.FloatField(null=True)),
                ("fundamental", models.FloatField(null=True)),
                ("sentiment", models.FloatField(null=True)),
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
            options={
                "indexes": [
                    models.Index(fields=["instrument", "session"], name="analysis_overall_by_instrument")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("board__isnull", False),
                                ("board_size__gte", models.F("rank")),
                                ("board_size__isnull", False),
                                ("rank__gte", 1),
                                ("rank__isnull", False),
                                ("score__isnull", False),
                                ("score__range", (0, 100)),
                                ("unranked__isnull", True),
                            ),
                            models.Q(
                                ("rank__isnull", True), ("score__isnull", True), ("unranked__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="analysis_overall_ranked_or_says_why_not",
                    )
                ],
            },
        ),
    ]

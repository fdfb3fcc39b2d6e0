import django.db.models.deletion
from django.db import migrations, models

from investment.lib.partitions import CreatePartitionedModel


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("market", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="MarketReturn",
            fields=[
                ("session", models.DateField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("members", models.IntegerField(null=True)),
                ("log_return", models.FloatField(help_text="Of this session alone", null=True)),
                ("analysed_at", models.DateTimeField()),
            ],
        ),
        CreatePartitionedModel(
            name="Figures",
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
                ("analysed_at", models.DateTimeField()),
                (
                    "bars",
                    models.IntegerField(help_text="The instrument's own bars in the history that was read"),
                ),
                ("close", models.FloatField(help_text="Raw close of the session")),
                ("volume", models.FloatField(help_text="Raw volume of the session, shares")),
                ("return_1", models.FloatField(null=True)),
                ("return_5", models.FloatField(null=True)),
                ("return_21", models.FloatField(null=True)),
                ("return_63", models.FloatField(null=True)),
                ("return_126", models.FloatField(null=True)),
                ("return_252", models.FloatField(null=True)),
                ("sma_20", models.FloatField(null=True)),
                ("sma_50", models.FloatField(null=True)),
                ("sma_200", models.FloatField(null=True)),
                ("ema_12", models.FloatField(null=True)),
                ("ema_26", models.FloatField(null=True)),
                ("rsi_14", models.FloatField(null=True)),
                ("macd", models.FloatField(null=True)),
                ("macd_signal", models.FloatField(null=True)),
                ("macd_histogram", models.FloatField(null=True)),
                ("bollinger_upper", models.FloatField(null=True)),
                ("bollinger_middle", models.FloatField(null=True)),
                ("bollinger_lower", models.FloatField(null=True)),
                ("atr_14", models.FloatField(null=True)),
                ("obv_change_21", models.FloatField(help_text="Shares", null=True)),
                ("obv_change_63", models.FloatField(help_text="Shares", null=True)),
                ("volatility_21", models.FloatField(help_text="Annualised", null=True)),
                ("volatility_252", models.FloatField(help_text="Annualised", null=True)),
                ("max_drawdown_252", models.FloatField(help_text="Fraction, zero or negative", null=True)),
                (
                    "distance_from_high_252",
                    models.FloatField(help_text="Fraction, zero or negative", null=True),
                ),
                ("beta_252", models.FloatField(null=True)),
                ("correlation_252", models.FloatField(null=True)),
                ("mean_dollar_volume_20", models.FloatField(help_text="Quote currency a session", null=True)),
                (
                    "median_dollar_volume_63",
                    models.FloatField(help_text="Quote currency a session", null=True),
                ),
                ("sessions_traded_63", models.IntegerField(null=True)),
                ("momentum_12_1", models.FloatField(null=True)),
                (
                    "instrument",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="figures",
                        to="market.instrument",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "figures",
                "indexes": [
                    models.Index(fields=["instrument", "session"], name="analysis_figures_by_instrument")
                ],
            },
        ),
        CreatePartitionedModel(
            name="Score",
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
                    models.CharField(help_text="Code of the reason, see ranking", max_length=32, null=True),
                ),
                ("score", models.FloatField(null=True)),
                ("rank", models.IntegerField(null=True)),
                ("board_size", models.IntegerField(null=True)),
                ("trend", models.FloatField(null=True)),
                ("momentum", models.FloatField(null=True)),
                ("strength", models.FloatField(null=True)),
                ("volume", models.FloatField(null=True)),
                ("risk", models.FloatField(null=True)),
                ("ranked_at", models.DateTimeField()),
                (
                    "instrument",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="scores",
                        to="market.instrument",
                    ),
                ),
            ],
            options={
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
                        name="analysis_score_ranked_or_says_why_not",
                    )
                ],
            },
        ),
    ]

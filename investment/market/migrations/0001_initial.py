import django.db.models.deletion
from django.db import migrations, models

from investment.lib.partitions import CreatePartitionedModel


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Instrument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("symbol", models.CharField(max_length=32)),
                ("name", models.CharField(blank=True, max_length=255)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("common_stock", "Common stock"),
                            ("adr", "Depositary receipt"),
                            ("etf", "Exchange-traded fund"),
                            ("preferred", "Preferred stock"),
                            ("warrant", "Warrant"),
                            ("right", "Right"),
                            ("unit", "Unit"),
                            ("fund", "Fund"),
                            ("other", "Other"),
                            ("unknown", "Class unknown"),
                        ],
                        default="unknown",
                        max_length=16,
                    ),
                ),
                (
                    "exchange",
                    models.CharField(
                        blank=True, help_text="MIC of the primary listing", max_length=8, null=True
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        blank=True, help_text="Quote currency, ISO 4217", max_length=3, null=True
                    ),
                ),
                (
                    "active",
                    models.BooleanField(default=True, help_text="Listed at present, as far as we know"),
                ),
                ("listed_on", models.DateField(blank=True, null=True)),
                ("delisted_on", models.DateField(blank=True, null=True)),
                ("cik", models.CharField(blank=True, max_length=10, null=True)),
                ("composite_figi", models.CharField(blank=True, max_length=12, null=True)),
                ("share_class_figi", models.CharField(blank=True, max_length=12, null=True)),
                (
                    "actions_from",
                    models.DateField(
                        blank=True,
                        help_text="Splits and dividends are all known from this date on",
                        null=True,
                    ),
                ),
                (
                    "actions_withheld",
                    models.CharField(
                        blank=True,
                        help_text="Why its actions cannot be known, in the source's words",
                        max_length=500,
                    ),
                ),
                ("source", models.CharField(help_text="Who told us of it", max_length=32)),
                ("first_seen_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["symbol"], name="market_instrument_symbol")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("active", True)),
                        fields=("symbol",),
                        name="market_instrument_one_active_symbol",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("delisted_on__isnull", True),
                            ("listed_on__isnull", True),
                            ("delisted_on__gte", models.F("listed_on")),
                            _connector="OR",
                        ),
                        name="market_instrument_listed_before_delisted",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Origin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "provider",
                    models.CharField(help_text="Whose figures these are: massive, sample, …", max_length=32),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("fetched", "Fetched from the provider"), ("imported", "Imported")],
                        max_length=16,
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        choices=[("raw", "Raw (as traded)"), ("splits", "Adjusted for splits")], max_length=16
                    ),
                ),
                ("fetched_at", models.DateTimeField(help_text="When we asked, or read the file")),
                ("endpoint", models.CharField(blank=True, max_length=64)),
                (
                    "call_id",
                    models.UUIDField(blank=True, help_text="The call in the quota ledger", null=True),
                ),
                (
                    "digest",
                    models.CharField(blank=True, help_text="SHA-256 of the answer or file", max_length=64),
                ),
                ("detail", models.CharField(blank=True, help_text="File name or session", max_length=255)),
            ],
            options={
                "indexes": [models.Index(fields=["fetched_at"], name="market_origin_fetched_at")],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("session", models.DateField(primary_key=True, serialize=False)),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("early_close", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("opens_at__lt", models.F("closes_at"))),
                        name="market_session_opens_before_it_closes",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DataIssue",
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
                            ("answer_refused", "An answer was refused whole"),
                            ("rows_quarantined", "Rows were put in quarantine"),
                            ("not_published", "A session is overdue"),
                            ("partial", "A session has too few rows"),
                            ("orphan", "A bar belongs to no instrument"),
                            ("disagreement", "Sources disagree"),
                        ],
                        max_length=24,
                    ),
                ),
                ("session", models.DateField(blank=True, null=True)),
                (
                    "message",
                    models.CharField(
                        help_text="What happened, to what, and what happens next", max_length=500
                    ),
                ),
                ("detail", models.JSONField(blank=True, default=dict)),
                ("times", models.PositiveIntegerField(default=1)),
                ("opened_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "instrument",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="issues",
                        to="market.instrument",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("kind", "session", "instrument"),
                        name="market_dataissue_one_open",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CorporateAction",
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
                        choices=[("split", "Split"), ("dividend", "Cash dividend")], max_length=16
                    ),
                ),
                ("ex_date", models.DateField()),
                ("ratio", models.FloatField(blank=True, null=True)),
                ("amount", models.DecimalField(blank=True, decimal_places=10, max_digits=20, null=True)),
                ("currency", models.CharField(blank=True, max_length=3, null=True)),
                ("declared_on", models.DateField(blank=True, null=True)),
                ("record_date", models.DateField(blank=True, null=True)),
                ("pay_date", models.DateField(blank=True, null=True)),
                ("provider", models.CharField(max_length=32)),
                ("channel", models.CharField(default="fetched", max_length=16)),
                ("provider_id", models.CharField(blank=True, max_length=80)),
                ("known_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="actions",
                        to="market.instrument",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["instrument", "ex_date"], name="market_action_by_instrument"),
                    models.Index(fields=["ex_date"], name="market_action_by_date"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__isnull", True), ("kind", "split"), ("ratio__gt", 0)),
                            models.Q(
                                ("amount__gt", 0),
                                ("currency__isnull", False),
                                ("kind", "dividend"),
                                ("ratio__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="market_action_has_its_value",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("instrument", "kind", "ex_date", "ratio", "amount"),
                        name="market_action_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        CreatePartitionedModel(
            name="DailyBar",
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
                ("session", models.DateField(help_text="Date at the exchange")),
                ("open", models.FloatField()),
                ("high", models.FloatField()),
                ("low", models.FloatField()),
                ("close", models.FloatField()),
                ("volume", models.FloatField(help_text="Shares")),
                ("vwap", models.FloatField(help_text="Volume-weighted average price, where told", null=True)),
                ("trades", models.FloatField(help_text="Number of trades, where told", null=True)),
                (
                    "instrument",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="bars",
                        to="market.instrument",
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="bars",
                        to="market.origin",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("low__gt", 0),
                            ("low__lte", models.F("open")),
                            ("low__lte", models.F("close")),
                            ("high__gte", models.F("open")),
                            ("high__gte", models.F("close")),
                            ("volume__gte", 0),
                        ),
                        name="market_dailybar_possible",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BarRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("session", models.DateField()),
                ("open", models.FloatField()),
                ("high", models.FloatField()),
                ("low", models.FloatField()),
                ("close", models.FloatField()),
                ("volume", models.FloatField()),
                ("vwap", models.FloatField(null=True)),
                ("trades", models.FloatField(null=True)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("replaced", "Replaced by a correction"),
                            ("outranked", "Replaced by a better source"),
                            ("not_chosen", "Not chosen: a better source has this bar"),
                        ],
                        max_length=16,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "instrument",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="bar_revisions",
                        to="market.instrument",
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="revisions",
                        to="market.origin",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["session"], name="market_barrevision_session")],
            },
        ),
        migrations.CreateModel(
            name="QuarantinedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("session", models.DateField(null=True)),
                ("symbol", models.CharField(blank=True, max_length=64)),
                ("payload", models.TextField(help_text="The row as it came")),
                ("reason", models.CharField(max_length=255)),
                ("recorded_at", models.DateTimeField()),
                (
                    "origin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quarantined",
                        to="market.origin",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["session"], name="market_quarantine_session")],
            },
        ),
        migrations.CreateModel(
            name="Ticker",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("symbol", models.CharField(max_length=32)),
                ("first_session", models.DateField(blank=True, null=True)),
                ("last_session", models.DateField(blank=True, null=True)),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tickers",
                        to="market.instrument",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("symbol", "instrument", "first_session"),
                        name="market_ticker_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]

"""What is allowed, every call, and the reigns. Calls are partitioned by day; partitions are made by the first call of a day."""

from django.db import migrations, models

CREATE_CALL = """
CREATE TABLE quotas_call (
    id uuid NOT NULL,
    provider varchar(32) NOT NULL,
    scope varchar(80) NOT NULL,
    endpoint varchar(64) NOT NULL,
    lane varchar(16) NOT NULL,
    purpose varchar(120) NOT NULL,
    epoch bigint NULL,
    calls integer NOT NULL CHECK (calls >= 0),
    state varchar(16) NOT NULL,
    reserved_at timestamptz NOT NULL,
    hold_until timestamptz NOT NULL,
    sent_at timestamptz NULL,
    finished_at timestamptz NULL,
    status smallint NULL CHECK (status >= 0),
    bytes bigint NULL,
    duration_seconds double precision NULL,
    quota_left integer NULL CHECK (quota_left >= 0),
    cost numeric(14, 8) NULL,
    cost_currency varchar(3) NULL,
    error varchar(500) NOT NULL,
    PRIMARY KEY (reserved_at, id),
    CONSTRAINT quotas_call_state CHECK (state IN ('reserved', 'sent', 'not_sent', 'unknown')),
    CONSTRAINT quotas_call_lane CHECK (lane IN ('essential', 'interactive', 'planned')),
    CONSTRAINT quotas_call_finished CHECK (state = 'reserved' OR finished_at IS NOT NULL),
    CONSTRAINT quotas_call_cost_has_a_currency CHECK ((cost IS NULL) = (cost_currency IS NULL))
) PARTITION BY RANGE (reserved_at);
CREATE INDEX quotas_call_id ON quotas_call (id);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.RunSQL("CREATE SEQUENCE quotas_epoch_number", "DROP SEQUENCE quotas_epoch_number"),
        migrations.CreateModel(
            name="Epoch",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(unique=True)),
                ("owner", models.CharField(blank=True, max_length=80)),
                ("until", models.DateTimeField(blank=True, help_text="Real time", null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Scope",
            fields=[
                ("name", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=32)),
                ("windows", models.JSONField(help_text="Of each: limit, seconds, source, interactive_share")),
                ("declared_at", models.DateTimeField(help_text="On the one clock")),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE_CALL, "DROP TABLE quotas_call")],
            state_operations=[
                migrations.CreateModel(
                    name="Call",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                help_text="The ledger's id of the reservation",
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("provider", models.CharField(max_length=32)),
                        ("scope", models.CharField(max_length=80)),
                        ("endpoint", models.CharField(max_length=64)),
                        (
                            "lane",
                            models.CharField(
                                choices=[
                                    ("essential", "Essential"),
                                    ("interactive", "Interactive"),
                                    ("planned", "Planned"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("purpose", models.CharField(help_text="What the call was for", max_length=120)),
                        (
                            "epoch",
                            models.BigIntegerField(
                                blank=True, help_text="The leader's, where one was needed", null=True
                            ),
                        ),
                        (
                            "calls",
                            models.PositiveIntegerField(default=1, help_text="Slots it takes in each window"),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("reserved", "Reserved: under way, or its process was killed"),
                                    ("sent", "Sent"),
                                    ("not_sent", "Not sent: given back"),
                                    ("unknown", "Unknown: it may have arrived"),
                                ],
                                default="reserved",
                                max_length=16,
                            ),
                        ),
                        ("reserved_at", models.DateTimeField()),
                        (
                            "hold_until",
                            models.DateTimeField(
                                help_text="Unsettled, its slots are busy until then and the window after"
                            ),
                        ),
                        ("sent_at", models.DateTimeField(blank=True, null=True)),
                        ("finished_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "status",
                            models.PositiveSmallIntegerField(blank=True, help_text="HTTP's", null=True),
                        ),
                        (
                            "bytes",
                            models.BigIntegerField(
                                blank=True, help_text="Length of the answer's body, as sent", null=True
                            ),
                        ),
                        ("duration_seconds", models.FloatField(blank=True, null=True)),
                        (
                            "quota_left",
                            models.PositiveIntegerField(
                                blank=True, help_text="As the provider told", null=True
                            ),
                        ),
                        ("cost", models.DecimalField(blank=True, decimal_places=8, max_digits=14, null=True)),
                        ("cost_currency", models.CharField(blank=True, max_length=3, null=True)),
                        ("error", models.CharField(blank=True, max_length=500)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["reserved", "sent", "not_sent", "unknown"])
                                ),
                                name="quotas_call_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("lane__in", ["essential", "interactive", "planned"])),
                                name="quotas_call_lane",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state", "reserved"), ("finished_at__isnull", False), _connector="OR"
                                ),
                                name="quotas_call_finished",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("cost__isnull", True), ("cost_currency__isnull", True)),
                                    models.Q(("cost__isnull", False), ("cost_currency__isnull", False)),
                                    _connector="OR",
                                ),
                                name="quotas_call_cost_has_a_currency",
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]

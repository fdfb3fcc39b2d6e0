"""Answers of providers as they came, each body once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("providers", "0001_entitlements"),
    ]

    operations = [
        migrations.CreateModel(
            name="RawBody",
            fields=[
                (
                    "digest",
                    models.CharField(
                        help_text="SHA-256, hexadecimal", max_length=64, primary_key=True, serialize=False
                    ),
                ),
                ("packed", models.BinaryField(help_text="zlib")),
                ("size", models.PositiveIntegerField(help_text="Bytes, unpacked")),
                ("keep_until", models.DateTimeField(help_text="The longest of its answers'")),
            ],
            options={
                "verbose_name_plural": "raw bodies",
                "indexes": [models.Index(fields=["keep_until"], name="providers_rawbody_keep_until")],
            },
        ),
        migrations.CreateModel(
            name="RawAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("call_id", models.UUIDField(help_text="The call in the quota ledger")),
                ("provider", models.CharField(max_length=32)),
                ("scope", models.CharField(max_length=80)),
                ("endpoint", models.CharField(max_length=64)),
                ("asked", models.TextField(help_text="Path and query, without any key")),
                ("status", models.PositiveSmallIntegerField(help_text="HTTP's")),
                ("content_type", models.CharField(blank=True, max_length=120)),
                ("received_at", models.DateTimeField()),
                ("not_kept", models.CharField(blank=True, help_text="Why there is no body", max_length=255)),
                ("keep_until", models.DateTimeField()),
                (
                    "body",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="answers",
                        to="providers.rawbody",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["provider", "received_at"], name="providers_rawanswer_received"),
                    models.Index(fields=["keep_until"], name="providers_rawanswer_keep_until"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("body__isnull", False), ("not_kept", "")),
                            models.Q(("body__isnull", True), models.Q(("not_kept", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="providers_rawanswer_body_or_why_not",
                    ),
                    models.UniqueConstraint(fields=("call_id",), name="providers_rawanswer_one_a_call"),
                ],
            },
        ),
        migrations.RunSQL(
            # They are packed already: PostgreSQL need not try.
            "ALTER TABLE providers_rawbody ALTER COLUMN packed SET STORAGE EXTERNAL",
            migrations.RunSQL.noop,
        ),
    ]

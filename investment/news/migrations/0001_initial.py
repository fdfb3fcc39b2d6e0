import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("market", "0004_company_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Story",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("headline", models.TextField()),
                (
                    "summary",
                    models.TextField(help_text="A snippet, cut as the provider or we cut it", null=True),
                ),
                ("url", models.TextField()),
                ("publisher", models.CharField(blank=True, help_text="Empty: not told", max_length=200)),
                (
                    "language",
                    models.CharField(blank=True, help_text="ISO 639-1; empty: not told", max_length=8),
                ),
                ("image_url", models.TextField(blank=True)),
                ("published_at", models.DateTimeField()),
                ("first_seen_at", models.DateTimeField()),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.contrib.postgres.search.SearchVector(
                            "headline", "summary", config="english"
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "stories",
                "indexes": [
                    models.Index(fields=["-published_at", "-id"], name="news_story_newest"),
                    django.contrib.postgres.indexes.GinIndex(fields=["search"], name="news_story_search"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reader", models.CharField(max_length=32)),
                (
                    "label",
                    models.CharField(
                        choices=[
                            ("positive", "Good"),
                            ("somewhat_positive", "Rather good"),
                            ("neutral", "Neither good nor bad"),
                            ("somewhat_negative", "Rather bad"),
                            ("negative", "Bad"),
                            ("unsure", "The reader could not tell"),
                        ],
                        max_length=32,
                    ),
                ),
                ("score", models.FloatField(null=True)),
                ("relevance", models.FloatField(help_text="0 to 1, as the provider tells it", null=True)),
                ("method", models.CharField(max_length=32)),
                ("published_at", models.DateTimeField()),
                ("read_at", models.DateTimeField()),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="market.instrument"
                    ),
                ),
                (
                    "story",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="readings", to="news.story"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("story", "instrument", "reader"), name="news_reading_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StoryCopy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                ("source", models.CharField(max_length=32)),
                ("provider_id", models.CharField(blank=True, max_length=200)),
                ("url", models.TextField()),
                (
                    "url_digest",
                    models.CharField(help_text="Of the address without what counts clicks", max_length=64),
                ),
                ("headline", models.TextField()),
                ("summary", models.TextField(null=True)),
                ("publisher", models.CharField(blank=True, max_length=200)),
                ("language", models.CharField(blank=True, max_length=8)),
                ("image_url", models.TextField(blank=True)),
                ("published_at", models.DateTimeField()),
                ("first_seen_at", models.DateTimeField()),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
                (
                    "tagged",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "about",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("told", models.JSONField(default=list)),
                (
                    "places",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("call_id", models.UUIDField(help_text="The call in the quota ledger", null=True)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="children",
                        to="news.storycopy",
                    ),
                ),
                (
                    "story",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="copies", to="news.story"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "story copies",
                "indexes": [
                    models.Index(fields=["url_digest", "published_at"], name="news_storycopy_address"),
                    models.Index(fields=["provider", "first_seen_at"], name="news_storycopy_kept"),
                    models.Index(fields=["provider", "-published_at"], name="news_storycopy_newest"),
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["places"], name="news_storycopy_places"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "url_digest"), name="news_storycopy_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="StoryTie",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("tag", "The provider's tag"),
                            ("ticker", "Its ticker is in the text"),
                            ("name", "Its name is in the text"),
                            ("name in context", "Its name, an ordinary word, is in the text as a company's"),
                        ],
                        max_length=16,
                    ),
                ),
                ("in_headline", models.BooleanField()),
                ("published_at", models.DateTimeField()),
                (
                    "label",
                    models.CharField(
                        choices=[
                            ("positive", "Good"),
                            ("neutral", "Neither good nor bad"),
                            ("negative", "Bad"),
                            ("unsure", "The reader could not tell"),
                        ],
                        max_length=16,
                    ),
                ),
                ("score", models.FloatField(null=True)),
                (
                    "reader",
                    models.CharField(help_text="local, or the provider whose reading it is", max_length=32),
                ),
                ("read_from", models.DateTimeField()),
                (
                    "instrument",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="market.instrument",
                    ),
                ),
                (
                    "story",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ties", to="news.story"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["instrument", "-published_at"], name="news_storytie_newest"),
                    models.Index(fields=["published_at"], name="news_storytie_published"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("story", "instrument"), name="news_storytie_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score__isnull", True),
                            models.Q(("score__gte", -1), ("score__lte", 1)),
                            _connector="OR",
                        ),
                        name="news_storytie_score",
                    ),
                ],
            },
        ),
    ]

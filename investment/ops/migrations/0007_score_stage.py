from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0006_facts_earnings_news"),
    ]

    operations = [
        migrations.AlterField(
            model_name="sessionstage",
            name="name",
            field=models.CharField(
                choices=[
                    ("bars", "Fetch and store the whole market"),
                    ("actions", "Fetch due corporate actions"),
                    ("analyse", "Analyse what changed"),
                    ("rank", "Rank"),
                    ("score", "Score"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="run",
            name="kind",
            field=models.CharField(
                choices=[
                    ("session", "Daily job"),
                    ("backfill", "Backfill"),
                    ("import", "Import"),
                    ("instruments", "Instrument list"),
                    ("fx", "Exchange rates"),
                    ("companies", "Companies"),
                    ("spellings", "Symbols of providers"),
                    ("probes", "What the keys include"),
                    ("cross_checks", "Second sources"),
                    ("facts", "Figures of filings"),
                    ("earnings", "Earnings calendar"),
                    ("news", "News"),
                    ("scores", "Past scores and their record"),
                ],
                max_length=16,
            ),
        ),
    ]

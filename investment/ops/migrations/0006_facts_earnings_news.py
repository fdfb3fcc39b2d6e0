from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0005_cross_checks"),
    ]

    operations = [
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
                ],
                max_length=16,
            ),
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0003_quotes"),
    ]

    operations = [
        migrations.CreateModel(
            name="FactImport",
            fields=[
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="fact_import",
                        serialize=False,
                        to="market.company",
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("source", models.CharField(help_text="Whose words these are: sec, sample", max_length=32)),
                ("imported_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="FactConcept",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tag", models.CharField(help_text="taxonomy:Tag", max_length=255)),
                ("unit", models.CharField(help_text="In the SEC's words", max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tag", "unit"), name="market_factconcept_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="FactReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("accession", models.CharField(max_length=25)),
                ("form", models.CharField(max_length=20)),
                ("filed_on", models.DateField()),
                ("fiscal_year", models.IntegerField(null=True)),
                ("fiscal_period", models.CharField(max_length=8, null=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reports",
                        to="market.company",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "report_id",
                        "concept_id",
                        "end",
                        "days",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("end", models.DateField()),
                ("days", models.IntegerField()),
                ("value", models.FloatField(help_text="In the concept's unit")),
                (
                    "concept",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="market.factconcept",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="market.factreport",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="factreport",
            constraint=models.UniqueConstraint(
                fields=("company", "accession"), name="market_factreport_once"
            ),
        ),
    ]

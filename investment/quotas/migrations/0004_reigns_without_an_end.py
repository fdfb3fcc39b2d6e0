"""
Until when a reign lasts is its lease's business. The column stays, always NULL, for a release that
still reads it; the next release drops it.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("quotas", "0003_hourly_totals")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name="epoch", name="until")]
        ),
    ]

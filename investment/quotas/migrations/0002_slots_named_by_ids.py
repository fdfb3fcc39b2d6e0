"""Scopes get numbers, which the ids of calls carry; rows keep what providers told. The ids say when, so they need no index."""

from django.db import migrations, models
from django.db.models import Func, Q, Value


class Migration(migrations.Migration):
    dependencies = [("quotas", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE quotas_scope_number", "DROP SEQUENCE quotas_scope_number"),
        migrations.AddField(
            "scope",
            "number",
            models.IntegerField(
                db_default=Func(Value("quotas_scope_number"), function="nextval"),
                editable=False,
                help_text="Stands for the name in the ids of its calls",
                unique=True,
            ),
        ),
        migrations.AddField(
            "scope",
            "longest_hold",
            models.FloatField(
                default=0, help_text="Seconds: the longest that any of its calls may have been under way"
            ),
        ),
        migrations.AddField(
            "scope",
            "unrecorded",
            models.BooleanField(
                default=False,
                help_text="Calls were reserved without rows: after a loss its windows must pass first",
            ),
        ),
        # The holds of calls until now are not known: as long as any may be.
        migrations.RunSQL("UPDATE quotas_scope SET longest_hold = 7 * 86400", migrations.RunSQL.noop),
        migrations.AddConstraint(
            "scope",
            models.CheckConstraint(condition=Q(number__gt=0, number__lt=1 << 14), name="quotas_scope_number"),
        ),
        migrations.AddField(
            "call",
            "limit_facts",
            models.JSONField(
                blank=True,
                null=True,
                help_text="What the provider told that binds. Of each: seconds of the window, slots of somebody else"
                " (null: the window is full), until when in microseconds",
            ),
        ),
        migrations.AlterField(
            "call",
            "purpose",
            models.CharField(max_length=120, help_text="What the call was for; the first word is its kind"),
        ),
        migrations.RunSQL("DROP INDEX quotas_call_id", "CREATE INDEX quotas_call_id ON quotas_call (id)"),
    ]

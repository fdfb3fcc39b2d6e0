"""
The newest session that is done gets the stage that scores it, and jobs under way get it, too.

Sessions before it stay as they are: their months are scored as past ones.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

POSITION = 4


def add_stage(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    jobs = apps.get_model("ops", "SessionJob").objects.using(schema_editor.connection.alias)
    stages = apps.get_model("ops", "SessionStage").objects.using(schema_editor.connection.alias)
    newest = jobs.filter(state="done").order_by("-session").first()
    wanted = list(jobs.exclude(state__in=["done", "closed"]).values_list("session", flat=True))
    if newest is not None:
        wanted.append(newest.session)
        if newest.next_try_at is None:
            jobs.filter(pk=newest.pk).update(next_try_at=newest.done_at)
    for session in wanted:
        stages.get_or_create(job_id=session, name="score", defaults={"position": POSITION})


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0007_score_stage"),
    ]

    operations = [
        migrations.RunPython(add_stage, migrations.RunPython.noop),
    ]

"""The Celery application; tasks are found in each app's ``tasks`` module."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "investment.settings.production")
# `prepare` runs Django's checks at every start; in a worker they would load the whole API.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("investment")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def check_mode(**_signal: Any) -> None:
    """A worker whose database belongs to another mode must not start."""
    from investment.ops.selectors.installation import check_mode as check

    check()

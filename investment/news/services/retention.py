"""Deleting what providers' terms do not let us keep any longer."""

from datetime import datetime

from django.db import transaction

from investment.news.models import StoryCopy
from investment.news.services.ingest import lock_stories
from investment.news.services.withdrawal import BATCH, Withdrawn, withdraw_copies
from investment.providers.selectors.terms import plan_of
from investment.providers.terms import retention_of


def expire(*, now: datetime) -> Withdrawn:
    """
    Delete the copies whose time is over by the terms of who was asked. Repeatable.

    Each batch is a transaction of its own, so that nobody waits long for the stories.
    """
    done = Withdrawn()
    for provider in StoryCopy.objects.order_by("provider").values_list("provider", flat=True).distinct():
        kept_for = retention_of(provider, plan_of(provider))
        if kept_for is None:
            continue
        over = StoryCopy.objects.filter(provider=provider, first_seen_at__lte=now - kept_for)
        while True:
            with transaction.atomic():
                lock_stories()
                keys = list(over.order_by("first_seen_at", "pk").values_list("pk", flat=True)[:BATCH])
                if not keys:
                    break
                done += withdraw_copies(keys=keys, now=now)
    return done

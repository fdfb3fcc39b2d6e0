"""Reads of data issues."""

from django.db.models import QuerySet

from investment.market.models import DataIssue


def list_issues(*, is_open: bool | None = None) -> QuerySet[DataIssue]:
    """
    Return data issues with their instruments, the latest opened first.

    :param is_open: only open ones, or only closed ones; by default all.
    """
    issues = DataIssue.objects.select_related("instrument").order_by("-opened_at", "-pk")
    return issues if is_open is None else issues.filter(closed_at__isnull=is_open)

"""Reads of runs."""

from investment.ops.models import Run


def count_runs() -> int:
    return Run.objects.count()


def list_runs(*, limit: int, offset: int = 0) -> list[Run]:
    """Return runs, the latest first."""
    return list(Run.objects.order_by("-started_at", "-pk")[offset : offset + limit])

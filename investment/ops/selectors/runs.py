"""Reads of runs."""

from investment.ops.models import Run


def count_runs() -> int:
    return Run.objects.count()


def list_runs(*, limit: int, offset: int = 0) -> list[Run]:
    """Return runs, the latest first."""
    return list(Run.objects.order_by("-started_at", "-pk")[offset : offset + limit])


def last_run_of_prices() -> Run | None:
    """Return the latest run of those that bring prices, or who they are of; None if there was none."""
    kinds = [Run.Kind.SESSION, Run.Kind.BACKFILL, Run.Kind.IMPORT, Run.Kind.INSTRUMENTS]
    return Run.objects.filter(kind__in=kinds).order_by("-started_at", "-pk").first()

"""Reads of what the whole market is about to do: who reports, and whose dividends are due."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import F, QuerySet

from investment.market.models import CorporateAction, EarningsDate, Publication

EARNINGS = "finnhub.earnings"  # the name of a publication


def earnings_between(
    *, start: date, end: date, instrument_ids: Collection[int] | None = None
) -> QuerySet[EarningsDate]:
    """Return who reports between two days, both included, soonest first; None is everybody."""
    rows = EarningsDate.objects.filter(on__range=(start, end), withdrawn_at=None)
    if instrument_ids is not None:
        rows = rows.filter(instrument__in=instrument_ids)
    return rows.select_related("instrument").order_by("on", "instrument__symbol", "pk")


def dividends_between(
    *, start: date, end: date, instrument_ids: Collection[int] | None = None
) -> QuerySet[CorporateAction]:
    """Return cash dividends with an ex-date between two days, both included, soonest first."""
    rows = CorporateAction.objects.filter(
        kind=CorporateAction.Kind.DIVIDEND, ex_date__range=(start, end), withdrawn_at=None
    )
    if instrument_ids is not None:
        rows = rows.filter(instrument__in=instrument_ids)
    return rows.select_related("instrument").order_by("ex_date", "instrument__symbol", "pk")


def calendar_read_at() -> datetime | None:
    """Return when the earnings calendar was read last; None where it never was."""
    row = Publication.objects.filter(name=EARNINGS).order_by(F("checked_at").desc()).first()
    return row.checked_at if row else None

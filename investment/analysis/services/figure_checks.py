"""Comparing figures of filings with the same ones of providers, some companies each night."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import connection, transaction

from investment.analysis.selectors.company_fundamentals import fundamentals_of
from investment.analysis.selectors.filled import GOOD_FOR, Check, filled_of
from investment.market.models import FigureCheck, Instrument

SAMPLE = 200  # instruments a night; ten seconds


@dataclass(frozen=True, slots=True)
class FiguresChecked:
    """How many instruments were looked at, how many of their figures compared, and how many agree."""

    instruments: int
    compared: int
    agree: int


def check_figures(
    *,
    now: datetime,
    instrument_ids: Sequence[int] | None = None,
    limit: int = SAMPLE,
) -> FiguresChecked:
    """
    Compare figures as of now and keep what came of it, in place of the last time's. Repeatable, no call.

    :param instrument_ids: these; else a sample of those of which filings and providers both tell, drawn anew
        each day.
    """
    as_of = now.astimezone(UTC).date()
    wanted = _sample(now, limit) if instrument_ids is None else list(instrument_ids)
    compared = agree = 0
    for instrument in Instrument.objects.filter(pk__in=wanted).order_by("pk"):
        found = fundamentals_of(instrument=instrument, as_of=as_of)
        checks = filled_of(instrument=instrument, as_of=as_of, found=found).checks if found else []
        with transaction.atomic():
            FigureCheck.objects.filter(instrument=instrument).delete()
            if found is not None:
                rows = [_row(instrument.pk, check, found.period_end, now) for check in checks]
                FigureCheck.objects.bulk_create(rows)
        compared += len(checks)
        agree += sum(check.agrees for check in checks)
    return FiguresChecked(len(wanted), compared, agree)


def _row(instrument_id: int, check: Check, period_end: date, now: datetime) -> FigureCheck:
    return FigureCheck(
        instrument_id=instrument_id,
        provider=check.provider,
        source=check.source,
        figure=check.figure,
        period_end=period_end,
        ours=check.ours,
        theirs=check.theirs,
        differs_by=check.differs_by,
        agrees=check.agrees,
        fetched_at=check.fetched_at,
        checked_at=now,
    )


def _sample(now: datetime, limit: int) -> list[int]:
    """Return instruments of which both tell, as many as wanted: others each day, and all equally likely."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT instrument.id
              FROM market_instrument instrument
              JOIN market_company company ON company.cik = instrument.cik
              JOIN market_factimport told ON told.company_id = company.id
             WHERE EXISTS (SELECT FROM market_providermetrics theirs
                            WHERE theirs.instrument_id = instrument.id AND theirs.checked_at >= %s)
             ORDER BY md5(instrument.id::text || %s), instrument.id
             LIMIT %s
            """,
            [now - GOOD_FOR, now.date().isoformat(), limit],
        )
        return [pk for (pk,) in cursor.fetchall()]

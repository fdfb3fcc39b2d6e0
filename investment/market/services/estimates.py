"""
Storing what providers other than the SEC tell of one company: figures, earnings, recommendations.

Each is repeatable. An answer that comes late, after one that was asked later, changes nothing that the later
one told. Every function returns the instant that what was told is of.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection, models, transaction

from investment.market.models import EarningsReport, ProviderMetrics, Recommendation
from investment.providers.contracts import CompanyMetrics
from investment.providers.contracts import EarningsReport as ReportRecord
from investment.providers.contracts import Recommendation as RecommendationRecord
from investment.providers.contracts.overview import Overview

FINNHUB: Final = "finnhub"
ALPHA_VANTAGE: Final = "alphavantage"

# Of an overview: words that say what the figures are of. The others are no figures, or not theirs to tell.
_WORDS: Final = (
    "asset_type", "sector", "industry", "country", "exchange", "cik", "fiscal_year_end", "latest_quarter",
    "dividend_date", "ex_dividend_date",
)  # fmt: skip
_MOST_ANALYSTS = 10_000
_LONGEST = 255  # characters
_CURRENCY = 3  # letters


def store_metrics(
    *, instrument_id: int, record: CompanyMetrics, source: str, now: datetime, call_id: UUID | None = None
) -> datetime:
    """Store the figures of a company that Finnhub told. Histories of single figures are not kept."""
    known = (
        point.period
        for history in record.series.get("quarterly", {}).values()
        for point in history
        if point.value is not None
    )
    return _store_figures(
        ProviderMetrics(
            instrument_id=instrument_id,
            provider=FINNHUB,
            source=source,
            figures={name: finite(value) for name, value in record.values.items()},
            words={name: day.isoformat() for name, day in record.dates.items()},
            currency=None,
            quarter=max(known, default=None),
            fetched_at=now,
            checked_at=now,
            call_id=call_id,
        )
    )


def store_overview(
    *, instrument_id: int, record: Overview, source: str, now: datetime, call_id: UUID | None = None
) -> datetime:
    """Store the figures of a company that Alpha Vantage told at a glance; its description is not kept."""
    told = {field.name: getattr(record, field.name) for field in fields(record)}
    figures = {
        name: finite(float(value)) for name, value in told.items() if isinstance(value, int | float | Decimal)
    }
    words = {name: str(told[name])[:_LONGEST] for name in _WORDS if told[name] is not None}
    currency = (record.currency or "").upper()
    return _store_figures(
        ProviderMetrics(
            instrument_id=instrument_id,
            provider=ALPHA_VANTAGE,
            source=source,
            figures=figures,
            words=words,
            currency=currency if len(currency) == _CURRENCY and currency.isalpha() else None,
            quarter=record.latest_quarter,
            fetched_at=now,
            checked_at=now,
            call_id=call_id,
        )
    )


def store_recommendations(
    *,
    instrument_id: int,
    record: Sequence[RecommendationRecord],
    source: str,
    now: datetime,
    call_id: UUID | None = None,
) -> datetime:
    """Store how many analysts said what, month by month, as Finnhub told; without counts that cannot be."""
    names = ("strong_buy", "buy", "hold", "sell", "strong_sell")
    rows: dict[date, dict[str, Any]] = {}
    for told in record:
        counts = {name: getattr(told, name) for name in names}
        if all(0 <= count <= _MOST_ANALYSTS for count in counts.values()):
            rows.setdefault(told.period, {"period": told.period, **counts})
    _upsert(Recommendation, instrument_id, list(rows.values()), source, now, call_id)
    return now


def store_earnings(
    *,
    instrument_id: int,
    record: Sequence[ReportRecord],
    source: str,
    now: datetime,
    call_id: UUID | None = None,
) -> datetime:
    """Store what a company earned and was expected to, quarter by quarter, as Finnhub told."""
    rows: dict[date, dict[str, Any]] = {}
    for told in record:
        figures = {name: finite(getattr(told, name)) for name in _OF_A_REPORT}
        year, quarter = fiscal(told.fiscal_year, told.fiscal_quarter)
        row = {"period": told.period, "fiscal_year": year, "fiscal_quarter": quarter, **figures}
        rows.setdefault(told.period, row)
    _upsert(EarningsReport, instrument_id, list(rows.values()), source, now, call_id)
    return now


_OF_A_REPORT: Final = ("actual", "estimate", "surprise", "surprise_ratio")


def fiscal(year: int | None, quarter: int | None) -> tuple[int | None, int | None]:
    """Return a fiscal year and quarter as they can be; else unknown."""
    if year is None or quarter is None or not (1950 <= year <= 2200 and 1 <= quarter <= 4):
        return None, None
    return year, quarter


@transaction.atomic
def _store_figures(told: ProviderMetrics) -> datetime:
    mine = ProviderMetrics.objects.filter(instrument_id=told.instrument_id, provider=told.provider)
    last = mine.order_by("-fetched_at").first()
    if last is not None and last.checked_at >= told.fetched_at:
        return last.checked_at
    if last is not None and _content(last) == _content(told):
        mine.filter(pk=last.pk).update(checked_at=told.checked_at)
        return told.fetched_at
    told.save(force_insert=True)
    # As prices move they differ each time: one a month is enough of what is past.
    before = mine.filter(fetched_at__lt=_month_of(told.fetched_at)).values_list("pk", "fetched_at")
    newest: dict[datetime, tuple[int, datetime]] = {}
    for pk, at in before:
        month = _month_of(at)
        if month not in newest or at > newest[month][1]:
            newest[month] = (pk, at)
    superfluous = [pk for pk, at in before if newest[_month_of(at)][0] != pk]
    if superfluous:
        mine.filter(pk__in=superfluous).delete()
    return told.fetched_at


def _content(row: ProviderMetrics) -> tuple[object, ...]:
    return row.source, row.figures, row.words, row.currency, row.quarter


def _month_of(at: datetime) -> datetime:
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _upsert(
    model: type[models.Model],
    instrument_id: int,
    rows: Sequence[Mapping[str, Any]],
    source: str,
    now: datetime,
    call_id: UUID | None,
) -> None:
    """Write rows that are known by instrument, provider and period; all of them told by Finnhub."""
    if not rows:
        return
    own = list(rows[0])
    names = ["instrument_id", "provider", *own, "source", "first_seen_at", "fetched_at", "call_id"]
    values = [
        [instrument_id, FINNHUB, *(row[name] for name in own), source, now, now, call_id] for row in rows
    ]
    told = [name for name in names[2:] if name not in ("period", "first_seen_at")]
    one = f"({', '.join(['%s'] * len(names))})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} AS known ({', '.join(names)}) "  # noqa: S608 - our own words
            f"VALUES {', '.join([one] * len(values))} "
            "ON CONFLICT (instrument_id, provider, period) DO UPDATE SET "
            + ", ".join(f"{name} = excluded.{name}" for name in told)
            + " WHERE known.fetched_at <= excluded.fetched_at",
            [value for row in values for value in row],
        )


def finite(value: float | None) -> float | None:
    """Return a number that is one; else unknown."""
    return value if value is not None and math.isfinite(value) else None

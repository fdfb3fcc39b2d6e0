"""Reads of what companies told in their filings."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from django.db import connection
from django.db.models import Max

from investment.market.models import Fact, FactImport, FactReport, Instrument

ARCHIVE = "sec.companyfacts"  # the name of a publication
_AT_ONCE = 100  # companies to a query: a million figures at most, and few seconds


class StoredFact(NamedTuple):
    """A figure as filed. ``days`` is the length of its period up to ``end``, 0 at an instant."""

    company: int
    tag: str
    unit: str
    value: float
    end: date
    days: int
    filed: date
    accession: str
    form: str
    fiscal_year: int | None
    fiscal_period: str | None


_SQL = """
    SELECT report.company_id, concept.tag, concept.unit, fact.value, fact."end", fact.days,
           report.filed_on, report.accession, report.form, report.fiscal_year, report.fiscal_period
      FROM market_factreport report
      JOIN market_fact fact ON fact.report_id = report.id
      JOIN market_factconcept concept ON concept.id = fact.concept_id
     WHERE report.company_id = ANY(%s) AND report.filed_on <= %s
       AND report.filed_on >= %s AND fact."end" >= %s
     ORDER BY report.company_id
"""


def facts_of(
    *, companies: Sequence[int], filed_by: date, ended_from: date = date.min
) -> Iterator[tuple[int, list[StoredFact]]]:
    """
    Yield, company by company, what was filed by a day, the day included; nothing for who told nothing.

    :param ended_from: leaves out the figures of periods that ended before it.
    """
    for start in range(0, len(companies), _AT_ONCE):
        with connection.cursor() as cursor:
            cursor.execute(
                _SQL, [list(companies[start : start + _AT_ONCE]), filed_by, ended_from, ended_from]
            )
            rows = [StoredFact(*row) for row in cursor.fetchall()]
        for company, told in groupby(rows, key=lambda row: row.company):
            yield company, list(told)


def companies_with_facts() -> list[int]:
    """Return the ids of all companies whose facts were stored."""
    return list(FactImport.objects.order_by("company_id").values_list("company_id", flat=True))


def ciks_of_instruments() -> frozenset[str]:
    """Return who files for any instrument, those that are listed no more included."""
    return frozenset(
        Instrument.objects.exclude(cik=None).values_list("cik", flat=True).distinct()  # type: ignore[arg-type]
    )


def told_so_far(*, cik: str) -> tuple[int, int, date | None]:
    """Return how many figures of how many filings are stored of a company, and when it filed last."""
    reports = FactReport.objects.filter(company__cik=cik)
    last: date | None = reports.aggregate(last=Max("filed_on"))["last"]
    return Fact.objects.filter(report__in=reports).count(), reports.count(), last

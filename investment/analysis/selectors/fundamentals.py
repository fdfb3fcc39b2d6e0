"""What was known of companies on a day, from what is stored."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from investment.analysis.calculators.fundamentals.facts import Told
from investment.market.selectors.facts import StoredFact, facts_of


def told_by(*, companies: Sequence[int], as_of: date) -> Iterator[tuple[int, list[Told]]]:
    """Yield, company by company, what its filings had told by a day, the day included."""
    for company, rows in facts_of(companies=companies, filed_by=as_of):
        yield company, [_told(row) for row in rows]


def _told(row: StoredFact) -> Told:
    return Told(
        tag=row.tag,
        unit=row.unit,
        value=row.value,
        start=row.end - timedelta(days=row.days - 1) if row.days else None,
        end=row.end,
        filed=row.filed,
        accession=row.accession,
        form=row.form,
        fiscal_year=row.fiscal_year,
        fiscal_period=row.fiscal_period,
    )
